"""The command line: what it writes, what it says, what it returns. Real engine, tiny weights."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mtpipe.cli import run
from tests.conftest import EXAMPLE

ARTICLE = "انقطاع المياه\n\nأعلنت البلدية أن المياه ستعود. وقال المهندس إن الأنابيب قديمة ؟.\n13:19\n"
FRENCH = (
    "La mairie a annoncé que l'eau reviendrait dans les quartiers le soir, et les habitants sont soulagés.\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


def ends_with(code: int, *arguments: str) -> None:
    assert run(list(arguments)) == code, arguments


def test_default_is_an_html_file_named_after_the_article(
    folder: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends_with(0, "translate", "article.txt", "--model", str(tiny_model))
    page = (folder / "article.html").read_text("utf-8")
    assert page.count('<p class="cell') == 4 * 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "article.txt: 4 segments, utf-8" in err
    assert "wrote article.html" in err


def test_formats_targets_and_reproducible_bytes(folder: Path, tiny_model: Path) -> None:
    wanted = ["html", "md", "tsv", "jsonl"]
    arguments = [f for form in wanted for f in ("--format", form)] + [
        "--model",
        str(tiny_model),
        "--reproducible",
    ]
    (folder / "one").mkdir()
    (folder / "two").mkdir()
    ends_with(0, "translate", "article.txt", *arguments, "--output", "one", "--to", "fr")
    ends_with(0, "translate", "article.txt", *arguments, "--output", "two", "--to", "fr", "--quiet")
    for form in wanted:
        assert (folder / "one" / f"article.{form}").read_bytes() == (
            folder / "two" / f"article.{form}"
        ).read_bytes()
    header, *rows = map(json.loads, (folder / "one" / "article.jsonl").read_text("utf-8").splitlines())
    assert header["targets"] == ["fr"]
    source = ARTICLE
    assert [row["source"] for row in rows] == [
        "انقطاع المياه",
        "أعلنت البلدية أن المياه ستعود.",
        "وقال المهندس إن الأنابيب قديمة؟",
        "13:19",
    ]
    assert source[slice(*rows[1]["span"])] == "أعلنت البلدية أن المياه ستعود."


def test_standard_input_and_output(
    folder: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ARTICLE.encode("windows-1256"))))
    ends_with(0, "translate", "-", "--model", str(tiny_model), "--format", "tsv", "--output", "-")
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 5
    assert "4 segments, windows-1256" in err
    assert list(folder.glob("*.tsv")) == []


def test_lines_are_taken_as_they_stand(folder: Path, tiny_model: Path) -> None:
    (folder / "lines.txt").write_text("قال الولد. نعم ؟. ه\nالسلام\n", encoding="utf-8")
    ends_with(0, "translate", "lines.txt", "--lines", "--model", str(tiny_model), "--output", "x.jsonl")
    rows = [json.loads(line) for line in (folder / "x.jsonl").read_text("utf-8").splitlines()[1:]]
    assert [row["source"] for row in rows] == ["قال الولد. نعم ؟. ه", "السلام"]


def test_with_lines_every_line_is_a_row(folder: Path, tiny_model: Path) -> None:
    lines = ["قال الولد", "", "نعم\x85لا", "  ", "السلام\x0cعليكم"]
    (folder / "lines.txt").write_bytes("\r\n".join([*lines, ""]).encode())
    forms = [f for form in ("html", "md", "tsv", "jsonl") for f in ("--format", form)]
    ends_with(0, "translate", "lines.txt", "--lines", "--model", str(tiny_model), *forms)
    rows = [json.loads(line) for line in (folder / "lines.jsonl").read_text("utf-8").split("\n")[1:-1]]
    assert [row["source"] for row in rows] == [line.strip() for line in lines]
    for number in (1, 3):
        assert rows[number]["language"] == "und"
        for made in rows[number]["translations"]:
            assert (made["text"], made["score"], made["flags"]) == ("", None, ["no-letters"])
    table = [line.split("\t") for line in (folder / "lines.tsv").read_text("utf-8").split("\n")[1:-1]]
    assert [(row[0], row[6]) for row in table] == [(str(n + 1), row["source"]) for n, row in enumerate(rows)]
    assert all(len(row) == 9 for row in table)
    written = (folder / "lines.md").read_text("utf-8").split("\n")
    assert [line.split("|")[1].strip() for line in written if line.startswith("| ")][1:] == list("12345")
    assert (folder / "lines.html").read_text("utf-8").count('<p class="cell') == 5 * 3


def test_one_bad_article_does_not_cost_the_others(
    folder: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.txt").write_bytes(b"\x00\x01")
    ends_with(1, "translate", "bad.txt", "article.txt", "--model", str(tiny_model))
    assert (folder / "article.html").exists()
    assert not (folder / "bad.html").exists()
    assert "mtpipe: bad.txt: not a text file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.txt"], "nowhere.txt: no such file"),
        (["."], ".: is a directory, not a text file"),
        (["empty.txt"], "empty.txt: the file holds no text (0 bytes)"),
        (["blank.txt"], "blank.txt: the file holds no text"),
        (["nul.txt"], "nul.txt: not a text file (NUL byte at offset 4)"),
        (["broken.txt"], "broken.txt: not valid UTF-8 (byte 0xff at offset"),
        (["french.txt"], "french.txt: the text is French, not Arabic (--from ar); give --from fr"),
        (["article.txt", "--to", "xx"], "unknown language 'xx' (known: ar, en, fr)"),
        (["article.txt", "--from", "zz"], "unknown language 'zz'"),
        (["article.txt", "--model", "gpt"], "unknown model 'gpt' (installed:"),
        (["article.txt", "--model", "./none"], "./none: no such model folder"),
        (["article.txt", "--model", "de=x"], "'de' is not among the targets (en, fr)"),
        (["article.txt", "--format", "docx"], "unknown format 'docx' (known: html, md, tsv, jsonl)"),
        (["article.txt", "--output", "none/x.html"], "none: no such directory to write to"),
        (["article.txt", "--output", "taken.html"], "taken.html: exists already (--force overwrites it)"),
        (["article.txt", "--beam-size", "0"], "Invalid value for '--beam-size'"),
        (["article.txt", "--nonsense"], "No such option: --nonsense"),
        (["article.txt", "--device", "abacus"], "device 'abacus' cannot be used"),
        (["article.txt", "--compute-type", "int3"], "compute type 'int3' is not for cpu"),
        (["article.txt", "--encoding", "klingon"], "unknown encoding 'klingon'"),
        (["article.txt", "article.txt"], "an article is named twice"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    folder: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (folder / "empty.txt").touch()
    (folder / "blank.txt").write_text(" \n\t\n")
    (folder / "nul.txt").write_bytes(b"abcd\x00")
    (folder / "broken.txt").write_bytes(ARTICLE[:30].encode() + b"\xff" + ARTICLE[30:].encode())
    (folder / "french.txt").write_text(FRENCH * 3, encoding="utf-8")
    (folder / "taken.html").write_text("mine")
    before = sorted(folder.iterdir())
    model = [] if "--model" in arguments else ["--model", str(tiny_model)]
    ends_with(2, "translate", *arguments, *model)
    out, err = capsys.readouterr()
    complaints = [line for line in err.splitlines() if line.startswith("mtpipe:")]
    assert len(complaints) == 1
    assert message in complaints[0]
    assert "Traceback" not in err
    assert out == ""
    assert sorted(folder.iterdir()) == before, "nothing half-written"
    assert (folder / "taken.html").read_text() == "mine"


def test_a_damaged_model_is_named(folder: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shutil

    shutil.copytree(tiny_model, "model")
    (folder / "model" / "model.bin").write_bytes(b"x" * (folder / "model" / "model.bin").stat().st_size)
    ends_with(2, "translate", "article.txt", "--model", "./model")
    assert "model.bin: damaged or swapped: sha256" in capsys.readouterr().err
    (folder / "model" / "source.spm").unlink()
    ends_with(2, "translate", "article.txt", "--model", "./model")
    assert not (folder / "article.html").exists()


def test_no_space_left_is_a_failure_of_the_work(
    folder: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    # Standard output onto a full device, in a process of its own.
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "mtpipe",
                "translate",
                "article.txt",
                "--model",
                str(tiny_model),
                "--output",
                "-",
            ],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lone_line_of_a_megabyte_is_translated(folder: Path, tiny_model: Path) -> None:
    sentence = "ذهب الولد إلى المدرسة في الصباح، "
    text = sentence * (1_000_000 // len(sentence.encode())) + "كلمة" * 2000
    assert len(text.encode()) > 1_000_000
    (folder / "long.txt").write_text(text, encoding="utf-8")
    ends_with(0, "translate", "long.txt", "--model", str(tiny_model), "--format", "jsonl", "--to", "en")
    rows = [json.loads(line) for line in (folder / "long.jsonl").read_text("utf-8").splitlines()[1:]]
    assert "".join("".join(row["source"].split()) for row in rows) == "".join(text.split())


def test_an_interrupt_leaves_nothing_half_written(folder: Path, tiny_model: Path) -> None:
    sentence = "ذهب الولد إلى المدرسة في الصباح الباكر.\n"
    (folder / "long.txt").write_text(
        "".join(f"{sentence[:-2]} {n}.\n" for n in range(20_000)), encoding="utf-8"
    )
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mtpipe",
            "translate",
            "long.txt",
            "--model",
            str(tiny_model),
            "--beam-size",
            "8",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "segments" in process.stderr.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - started < 20
    assert "mtpipe: interrupted" in err
    assert "Traceback" not in err
    assert sorted(path.name for path in folder.iterdir()) == ["article.txt", "long.txt"]


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    ends_with(0, "--version")
    assert capsys.readouterr().out.startswith("mtpipe 0.")
    ends_with(0, "translate", "--help")
    assert "--reproducible" in capsys.readouterr().out


def test_doctor_tries_the_models(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(tiny_model, tmp_path / "tiny")
    monkeypatch.setenv("MTPIPE_MODELS", str(tmp_path))
    ends_with(0, "doctor")
    assert "tiny (Apache-2.0), files intact, on cpu; en: " in capsys.readouterr().out
    (tmp_path / "tiny" / "target.spm").unlink()
    ends_with(1, "doctor")
    assert "tiny: BROKEN: " in capsys.readouterr().out


def test_nothing_opens_a_connection(folder: Path, tiny_model: Path) -> None:
    """Every socket but Unix ones is forbidden in the process that translates."""
    guard = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise SystemExit('a connection was opened')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse; socket.create_connection = refuse\n"
        "from mtpipe.cli import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", guard, "translate", str(EXAMPLE), "--model", str(tiny_model), "--quiet"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(EXAMPLE.parents[1])},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_read_is_never_overwritten(folder: Path, tiny_model: Path) -> None:
    (folder / "art.md").write_text(ARTICLE, encoding="utf-8")
    for arguments in (
        ["art.md", "--format", "md"],
        ["article.txt", "--output", "art.md", "--reference", "en=art.md"],
    ):
        ends_with(2, "translate", *arguments, "--force", "--model", str(tiny_model))
    assert (folder / "art.md").read_text("utf-8") == ARTICLE


def test_a_pipe_is_written_into_and_not_replaced(folder: Path, tiny_model: Path) -> None:
    os.mkfifo(folder / "pipe.tsv")
    reader = subprocess.Popen(["cat", "pipe.tsv"], stdout=subprocess.PIPE, text=True)
    ends_with(0, "translate", "article.txt", "--model", str(tiny_model), "--output", "pipe.tsv", "--force")
    out, _ = reader.communicate(timeout=30)
    assert len(out.splitlines()) == 5
    assert (folder / "pipe.tsv").is_fifo()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output", "x.docx"], "no format has the suffix '.docx' (known: .html, .md, .tsv, .jsonl)"),
        (["--output", "x.tsv", "--format", "jsonl"], "the name says tsv, --format jsonl"),
        (["--output", "a" * 300 + ".html"], "too long"),
    ],
)
def test_names_that_cannot_be_meant(
    folder: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    ends_with(2, "translate", "article.txt", "--model", str(tiny_model), *arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["translate", "segment", "clean"])
def test_an_unknown_language_is_refused_by_every_command(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    ends_with(2, command, "article.txt", "--from", "xx")
    assert "unknown language 'xx' (known: ar, en, fr)" in capsys.readouterr().err


def test_an_interrupt_while_starting_is_an_interrupt(folder: Path) -> None:
    codes = set()
    for delay in (0.03, 0.06, 0.1):
        process = subprocess.Popen(
            [sys.executable, "-m", "mtpipe", "translate", "article.txt"], stderr=subprocess.PIPE, text=True
        )
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        # Before the first line of ours runs, the interpreter dies of the signal by itself.
        # Nor while it imports the package that our first line is in; and one that falls into a callback of the
        # interpreter's import lock is swallowed by the interpreter, which says so.
        if "mtpipe" in err and "mtpipe/__init__" not in err and "Exception ignored" not in err:
            codes.add(process.returncode)
            assert err == "mtpipe: interrupted\n"
    assert codes <= {130}


def test_output_is_utf8_whatever_the_locale(folder: Path, tiny_model: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mtpipe", "clean", "article.txt"],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr
    assert "أعلنت البلدية" in done.stdout.decode("utf-8")


def test_doctor_misses_the_built_in_model(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from mtpipe import models

    monkeypatch.setattr(models, "installed", lambda: iter(()))
    ends_with(1, "doctor")
    assert "the model 'builtin' is not installed" in capsys.readouterr().err
