"""``mtpipe align`` reads texts, writes every format, and says in one line what is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mtpipe.cli.align import align
from mtpipe.errors import MtpipeError
from tests.unit.test_align_sentences import ENGLISH, FRENCH, VIA

app = typer.Typer()
app.command()(align)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    for name, lines in (("en", ENGLISH), ("fr", FRENCH), ("via", VIA)):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def complaint(*arguments: object) -> str:
    error = run(*arguments).exception
    assert isinstance(error, MtpipeError), error
    assert "\n" not in str(error)
    return str(error)


def test_lines_with_translations(texts: Path) -> None:
    found = run(
        texts / "en.txt", texts / "fr.txt", "--lines", "--via", texts / "via.txt", "--format", "jsonl"
    )
    assert found.exit_code == 0, found.output
    rows = [json.loads(line) for line in found.stdout.splitlines()][1:]
    assert [row["target"] for row in rows if row["source"] == [1, 2]] == [[1]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_empty_lines_keep_their_numbers(texts: Path, end: str) -> None:
    for name, lines in (("en", ENGLISH), ("fr", FRENCH), ("via", VIA)):
        spaced = [*lines[:4], "", " ", *lines[4:], ""]
        (texts / f"{name}.txt").write_bytes("".join(line + end for line in spaced).encode())
    found = run(
        texts / "en.txt", texts / "fr.txt", "--lines", "--via", texts / "via.txt", "--format", "jsonl"
    )
    assert found.exit_code == 0, found.output
    rows = [json.loads(line) for line in found.stdout.splitlines()][1:]
    assert [row["target"] for row in rows if row["source"] == [1, 2]] == [[1]]
    for side, size in (("source", len(ENGLISH) + 3), ("target", len(FRENCH) + 3)):
        assert sorted(index for row in rows for index in row[side]) == list(range(size))


def test_a_side_of_empty_lines_is_aligned_with_nothing_or_anything(texts: Path) -> None:
    (texts / "empty.txt").write_text("\n\n", "utf-8")
    for sides in (("en.txt", "empty.txt"), ("empty.txt", "en.txt"), ("empty.txt", "empty.txt")):
        found = run(*(texts / side for side in sides), "--lines", "--no-model", "--format", "jsonl")
        assert found.exit_code == 0, (sides, found.output, found.exception)


def test_texts_are_cut_into_sentences(texts: Path) -> None:
    found = run(texts / "en.txt", texts / "fr.txt", "--no-model", "--format", "tsv")
    assert found.exit_code == 0, found.output
    assert found.stdout.startswith("#en\tfr\tconfidence")


def test_score_of_given_links(texts: Path) -> None:
    gold = texts / "gold.tsv"
    gold.write_text("".join(f"{k}\t{k}\n" for k in range(8)), "utf-8")
    found = run(texts / "en.txt", texts / "fr.txt", "--lines", "--links", gold, "--score", gold)
    assert "strict     1.000  1.000  1.000" in found.stdout


def test_several_targets_make_one_table(texts: Path) -> None:
    out = texts / "out.tmx"
    found = run(
        texts / "en.txt", texts / "fr.txt", texts / "via.txt", "--lines", "--no-model", "--output", out
    )
    assert found.exit_code == 0, found.output
    assert out.read_text("utf-8").count("<tuv") > 16


@pytest.mark.parametrize("form", ["tsv", "jsonl", "html", "tmx", "xliff", "vecalign", "ladder", "parallel"])
def test_every_format_is_written(texts: Path, form: str) -> None:
    out = texts / "made"
    out.mkdir()
    found = run(
        texts / "en.txt", texts / "fr.txt", "--lines", "--no-model", "--format", form, "--output", out
    )
    assert found.exit_code == 0, found.output
    assert len(list(out.iterdir())) == (2 if form == "parallel" else 1)


def test_folders_are_aligned_file_by_file(texts: Path) -> None:
    for side, lines in (("a", ENGLISH), ("b", FRENCH)):
        (texts / side).mkdir()
        for name in ("one.txt", "two.txt"):
            (texts / side / name).write_text("\n".join(lines), "utf-8")
    (texts / "a" / "alone.txt").write_text("x", "utf-8")
    found = run(
        texts / "a", texts / "b", "--lines", "--no-model", "--output", texts / "out", "--format", "ladder"
    )
    assert found.exit_code == 0, found.output
    assert sorted(path.name for path in (texts / "out").iterdir()) == ["one.ladder", "two.ladder"]


def test_an_unreadable_text_of_a_folder_costs_no_other(texts: Path) -> None:
    for side, lines in (("a", ENGLISH), ("b", FRENCH)):
        (texts / side).mkdir()
        for name in ("one.txt", "two.txt"):
            (texts / side / name).write_text("\n".join(lines), "utf-8")
    (texts / "a" / "two.txt").write_bytes(b"\x00\x01\x02" * 99)
    arguments = (texts / "a", texts / "b", "--lines", "--no-model", "--output", texts / "out")
    assert run(*arguments, "--format", "ladder").exit_code == 1
    assert [path.name for path in (texts / "out").iterdir()] == ["one.ladder"]
    (texts / "a" / "one.txt").write_bytes(b"\x00\x01\x02" * 99)
    assert run(*arguments, "--format", "tsv").exit_code == 2  # nothing could be done


def test_complaints_name_file_and_numbers(texts: Path) -> None:
    en, fr = texts / "en.txt", texts / "fr.txt"
    assert "nowhere.txt: no such file" in complaint(en, texts / "nowhere.txt", "--lines")
    assert "9 translations for the 8 sentences" in complaint(en, fr, "--lines", "--via", fr)
    assert "unknown format 'pdf'" in complaint(en, fr, "--format", "pdf")
    assert "exclude each other" in complaint(en, fr, "--no-model", "--via", fr)
    (texts / "bad.tsv").write_text("7\t12\n", "utf-8")
    assert "links sentence 12 of" in complaint(en, fr, "--lines", "--links", texts / "bad.tsv")
    (texts / "made.tsv").write_text("mine", "utf-8")
    assert "exists already" in complaint(en, fr, "--lines", "--no-model", "--output", texts / "made.tsv")
    assert (texts / "made.tsv").read_text("utf-8") == "mine"


def test_what_cannot_be_written_is_said_before_any_work(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sides = (texts / "en.txt", texts / "fr.txt")

    def working(*_: object, **__: object) -> None:
        raise AssertionError("at work")

    monkeypatch.setattr("mtpipe.cli.alignment_inputs.beads", working)
    before = sides[0].read_bytes()
    assert "is what is being read" in complaint(*sides, "--output", sides[0], "--force")
    assert sides[0].read_bytes() == before
    (texts / "there.tsv").write_text("mine", "utf-8")
    assert "exists already" in complaint(*sides, "--output", texts / "there.tsv")
    assert "writes 2 files" in complaint(*sides, "--format", "parallel")
    assert "cannot be written" in complaint(*sides, "--output", texts / ("n" * 300))
    found = run(texts, texts, "--output", texts / "there.tsv" / "in")
    assert found.exit_code == 2, found.exception
    assert "Traceback" not in found.output


def test_a_name_too_long_is_no_file(texts: Path) -> None:
    assert "cannot be read" in complaint("text instead of its name " * 20, texts / "fr.txt")


def test_files_that_differ_in_their_suffix_only_are_all_written(texts: Path) -> None:
    for folder, name in (("a", "en"), ("b", "fr")):
        (texts / folder).mkdir()
        for suffix in ("txt", "md"):
            (texts / folder / f"one.{suffix}").write_bytes((texts / f"{name}.txt").read_bytes())
    found = run(texts / "a", texts / "b", "--no-model", "--output", texts / "out")
    assert found.exit_code == 0, found.output
    assert sorted(path.name for path in (texts / "out").iterdir()) == ["one.md.tsv", "one.txt.tsv"]


def test_two_targets_in_one_language_are_two_files(texts: Path) -> None:
    target = texts / "fr.txt"
    found = run(texts / "en.txt", target, target, "--no-model", "--output", texts / "three.xlf")
    assert found.exit_code == 0, found.output
    assert sorted(path.name for path in texts.glob("*.xlf")) == ["three.1-fr.xlf", "three.2-fr.xlf"]


@pytest.mark.parametrize(
    ("name", "begin"), [("a.TMX", "<?xml"), ("a.xliff", "<?xml"), ("a.htm", "<!DOCTYPE")]
)
def test_the_suffix_chooses_the_format(texts: Path, name: str, begin: str) -> None:
    found = run(texts / "en.txt", texts / "fr.txt", "--no-model", "--output", texts / name)
    assert found.exit_code == 0, found.output
    assert (texts / name).read_text("utf-8").startswith(begin)


def test_figures_are_not_written_into_a_file(texts: Path) -> None:
    arguments = (texts / "en.txt", texts / "fr.txt", "--score", texts / "gold.tsv")
    assert "--score" in complaint(*arguments, "--output", texts / "figures.txt")


@pytest.mark.parametrize("lines", [[], ["--lines"]])
def test_a_pipe_is_read_once(texts: Path, lines: list[str]) -> None:
    ends = []
    for name in ("en", "fr"):
        out, into = os.pipe()
        os.write(into, (texts / f"{name}.txt").read_bytes())
        os.close(into)
        ends.append(out)
    found = run(*(f"/dev/fd/{end}" for end in ends), *lines, "--format", "vecalign")
    for end in ends:
        os.close(end)
    assert found.exit_code == 0, found.exception
    again = run(texts / "en.txt", texts / "fr.txt", *lines, "--format", "vecalign")
    assert found.stdout == again.stdout
    assert "holds no text" not in found.stderr


def test_standard_input_is_a_text(texts: Path) -> None:
    arguments = ["-", str(texts / "fr.txt"), "--no-model"]
    found = CliRunner().invoke(app, arguments, input=(texts / "en.txt").read_bytes())
    assert found.stdout == run(texts / "en.txt", texts / "fr.txt", "--no-model").stdout
    assert "only one" in complaint("-", "-", "--no-model")


@pytest.mark.parametrize("form", ["jsonl", "html", "xliff"])
def test_names_that_are_no_utf8_are_written_another_way(texts: Path, form: str) -> None:
    name = os.fsdecode(b"\xe3\xde")
    (texts / "en.txt").rename(texts / f"{name}.txt")
    out = texts / "out"
    arguments = (texts / f"{name}.txt", texts / "fr.txt", "--no-model", "--format", form, "--output", out)
    found = run(*arguments)
    assert found.exit_code == 0, found.exception
    assert "\\xe3" in out.read_text("utf-8")


def test_languages_have_the_names_they_are_asked_for_by(texts: Path) -> None:
    sides = (texts / "en.txt", texts / "fr.txt", "--no-model")
    assert "--target-language de: unknown" in complaint(*sides, "--target-language", "de")
    assert "give --source-language en" in complaint(*sides, "--source-language", "fr")
    for code in ("a/b", "x y"):
        assert f"--target-language {code}: not" in complaint(*sides, "--lines", "--target-language", code)
    (texts / "empty.txt").write_text("\n", "utf-8")
    assert "holds no text" in complaint(texts / "empty.txt", texts / "fr.txt")
