"""``mtpipe run``: what the run folder holds, what resumes, what fails alone. Real engine, tiny weights."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from mtpipe import batch
from mtpipe.batch import driver
from mtpipe.batch.folder import RunFolder
from mtpipe.batch.plain import Made, PlainExecutor
from mtpipe.batch.planning import Window
from mtpipe.batch.state import State
from mtpipe.cli import run
from mtpipe.config import load
from mtpipe.errors import MtpipeError, OutputError
from mtpipe.memory import Memory

WORDS = (
    "ذهب",
    "الولد",
    "إلى",
    "المدرسة",
    "في",
    "الصباح",
    "الباكر",
    "وعاد",
    "أهل",
    "القرية",
    "من",
    "الحقول",
    "قبل",
    "الغروب",
)


def article(number: int, sentences: int = 6) -> str:
    """Return an article whose first sentence stands in every other one too."""
    lines = [f"عنوان المقال {number}", "", "ذهب الولد إلى المدرسة."]
    for line in range(sentences):
        words = [
            WORDS[(number * 7 + line * 3 + word * (1 + line % 3)) % len(WORDS)]
            for word in range(4 + (number + line) % 9)
        ]
        lines.append(" ".join(words) + f" {number * 100 + line}.")
    return "\n".join(lines) + "\n"


class Silent:
    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        self.said: list[str] = []

    def progress(self, tally: batch.Tally) -> None:
        pass

    def failed(self, label: str, reason: str) -> None:
        self.failures.append((label, reason))

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture
def configured(tmp_path: Path, tiny_model: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number in range(12):
        (tmp_path / "in" / f"{number:03d}.txt").write_text(article(number), encoding="utf-8")
    return configure(tmp_path, tiny_model)


def configure(folder: Path, model: Path, **changes: Any) -> Path:
    config = {
        "name": "test",
        "inputs": ["in"],
        "models": str(model),
        "decoding": {"batch_pieces": 64},
        "output": {"directory": "run", "formats": ["jsonl", "tsv"]},
        "executor": {"threads": 2},
        # Random weights are doubted row by row, and retries take their time: tests/unit/test_run_healing.py.
        "healing": False,
    } | changes
    path = folder / "run.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def outputs(folder: Path) -> dict[str, bytes]:
    documents = folder / "documents"
    return {str(path.relative_to(documents)): path.read_bytes() for path in sorted(documents.rglob("*.*"))}


def execute(path: Path, *settings: str, executor: Any = None) -> tuple[batch.Outcome, Silent]:
    seen = Silent()
    return batch.execute(load(str(path), settings), seen, executor=executor), seen


def test_a_run_folder_holds_everything(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", str(configured)]) == 0
    folder = configured.parent / "run"
    made = outputs(folder)
    assert len(made) == 24
    for number in range(12):
        header, *rows = map(json.loads, made[f"{number:03d}.jsonl"].decode().splitlines())
        assert header["document"]["id"] == f"{number:03d}"
        assert len(rows) == 8
        assert all(row["translations"][1]["text"] for row in rows)
    resolved = load(str(folder / "config.resolved.yaml"))
    assert resolved.decoding.batch_pieces == 64
    assert "12 of 12 documents done" in capsys.readouterr().err
    assert (folder / "memory.sqlite").stat().st_mode & 0o077 == 0, "people's texts are for their owner"


def test_a_second_run_has_nothing_to_do_and_a_changed_document_is_done_again(configured: Path) -> None:
    execute(configured)
    folder = configured.parent / "run"
    before = outputs(folder)
    again, _ = execute(configured)
    assert (again.tally.translated, again.tally.skipped) == (0, 12)
    (configured.parent / "in" / "003.txt").write_text(article(3) + "جملة جديدة تماما.\n", encoding="utf-8")
    (folder / "documents" / "005.tsv").unlink()
    # As a power failure may leave it.
    (folder / "documents" / "007.jsonl").write_bytes(before["007.jsonl"][:100])
    third, _ = execute(configured)
    assert third.tally.translated == 2, "one new sentence, two targets"
    after = outputs(folder)
    assert {name for name in before if before[name] != after[name]} == {"003.jsonl", "003.tsv"}
    other, _ = execute(configured, "output.formats=[md]")
    assert other.tally.translated == 0
    assert len([name for name in outputs(folder) if name.endswith(".md")]) == 12


def test_each_sentence_is_translated_once_however_often_it_stands(configured: Path) -> None:
    outcome, _ = execute(configured)
    rows = [
        json.loads(line)["source"]
        for name, data in outputs(configured.parent / "run").items()
        if name.endswith(".jsonl")
        for line in data.decode().splitlines()[1:]
    ]  # fmt: skip
    assert outcome.tally.translated == 2 * len(set(rows)) < 2 * len(rows)


class Stops:
    """An executor that dies after some batches."""

    def __init__(self, run: driver.Run, after: int) -> None:
        self._inner = driver.plain_executor(run)
        self._left = after

    def results(self, windows: Any) -> Any:
        for event in self._inner.results(windows):
            if isinstance(event, Made):
                if not self._left:
                    raise KeyboardInterrupt
                self._left -= 1
            yield event


@pytest.mark.parametrize("batch_pieces", [128, 400])
def test_a_run_stopped_anywhere_goes_on_with_the_same_batches(
    configured: Path, batch_pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_WINDOW_BYTES_A_PIECE", 1000 // batch_pieces + 2)
    setting = f"decoding.batch_pieces={batch_pieces}"
    seen: dict[str, list[tuple[Any, ...]]] = {}

    def watched(name: str, after: int = 10**9) -> Any:
        def make(run: driver.Run) -> Any:
            inner = Stops(run, after)

            class Watch:
                def results(self, windows: Any) -> Any:
                    for event in inner.results(windows):
                        if isinstance(event, Made):
                            seen.setdefault(name, []).append(
                                (event.batch.window, event.batch.number, event.batch.jobs)
                            )
                        yield event

            return Watch()

        return make

    execute(
        configured, setting, "output.directory=" + str(configured.parent / "whole"), executor=watched("whole")
    )
    whole = sorted(seen["whole"])
    assert len(whole) > 6
    for session in range(100):
        try:
            execute(configured, setting, executor=watched("parts", after=session % 3 + 1))
            break
        except KeyboardInterrupt:
            continue
    assert sorted(seen["parts"]) == whole, "the same batches, none twice"
    assert outputs(configured.parent / "run") == outputs(configured.parent / "whole")


def test_the_size_of_batches_stays_what_it_was(configured: Path) -> None:
    execute(configured)
    text = configured.read_text().replace("decoding:\n  batch_pieces: 64\n", "")
    assert "batch_pieces" not in text
    configured.write_text(text)
    again, _ = execute(configured)
    assert (again.tally.translated, again.tally.skipped) == (0, 12)


def test_broken_documents_are_listed_and_cost_no_other(
    configured: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = configured.parent / "in"
    for number in range(12, 100):
        (inputs / f"{number:03d}.txt").write_text(article(number, 1), encoding="utf-8")
    (inputs / "bad-encoding.txt").write_bytes("سلام".encode() * 20 + b"\xff\xfe\xfd" + "سلام".encode() * 20)
    (inputs / "bad-empty.txt").write_bytes(b"")
    (inputs / "bad-blank.txt").write_bytes(b" \n\t\n")
    (inputs / "bad-binary.bin").write_bytes(bytes(range(256)) * 10)
    (inputs / "bad-language.txt").write_text(
        "This is an English text, as everybody can see, and it is long enough."
    )
    (inputs / "bad-link.txt").symlink_to(inputs / "nowhere.txt")
    (inputs / "bad-permission.txt").write_text(article(500), encoding="utf-8")
    (inputs / "bad-permission.txt").chmod(0)
    (inputs / "bad-pipe.jsonl").write_text('{"text": "سلام"}\n')
    (inputs / "bad-vanished.txt").write_text(article(501), encoding="utf-8")
    # It is there when the inputs are listed, and gone when it is read.
    plan = State.plan

    def vanish(self: Any, documents: Any, size: int) -> int:
        count = plan(self, documents, size)
        (inputs / "bad-vanished.txt").unlink(missing_ok=True)
        return count

    monkeypatch.setattr(State, "plan", vanish)
    _deny(monkeypatch, "bad-permission.txt")
    assert run(["run", str(configured)]) == 1
    said = capsys.readouterr().err
    assert len([name for name in outputs(configured.parent / "run") if name.endswith(".jsonl")]) == 100
    for name, reason in {
        "bad-encoding.txt": "not valid UTF-8",
        "bad-empty.txt": "holds no text",
        "bad-blank.txt": "holds no text",
        "bad-binary.bin": "not a text file",
        "bad-language.txt": "is English, not Arabic",
        "bad-link.txt": "no such file",
        "bad-permission.txt": "Permission denied",
        "bad-pipe.jsonl": "which field holds the text",
        "bad-vanished.txt": "no such file",
    }.items():
        assert any(name in line and reason in line for line in said.splitlines()), (name, said)
    assert "Traceback" not in said
    assert "9 failed" in said


def _deny(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the file be refused to root as well, which may read everything."""
    if os.access("/root", os.W_OK):
        read = Path.read_bytes

        def refused(self: Path) -> bytes:
            if self.name == name:
                raise PermissionError(13, "Permission denied", str(self))
            return read(self)

        monkeypatch.setattr(Path, "read_bytes", refused)


def test_json_lines(tmp_path: Path, tiny_model: Path) -> None:
    records: list[Any] = [{"url": f"https://a.example/{n}", "body": article(n, 2)} for n in range(5)]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    lines[2:2] = ["", "no json", '{"url": "x"}', '["a"]', '{"body": 3}', '{"body": " "}']
    (tmp_path / "shard.jsonl").write_text("\n".join(lines), encoding="utf-8")
    path = configure(tmp_path, tiny_model, inputs=[{"path": "shard.jsonl", "text": "body", "id": "url"}])
    outcome, seen = execute(path)
    assert (outcome.tally.done, outcome.tally.failed) == (5, 5)
    assert sorted(int(label.rpartition(":")[2]) for label, _ in seen.failures) == [4, 5, 6, 7, 8]
    made = outputs(tmp_path / "run")
    assert "shard/0000/https-a.example-3.jsonl" in made
    header = json.loads(made["shard/0000/https-a.example-3.jsonl"].decode().splitlines()[0])
    assert header["document"]["file"] == "shard.jsonl:10"


def test_names_that_come_twice_are_told_apart(tmp_path: Path, tiny_model: Path) -> None:
    for name in ("a/x.txt", "b/x.txt", "b/x.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(article(len(name) + ord(name[0]), 2), encoding="utf-8")
    path = configure(tmp_path, tiny_model, inputs=["a", "b"], output={"directory": "run", "formats": ["tsv"]})
    execute(path)
    assert sorted(outputs(tmp_path / "run")) == ["x.tsv", "x~2.tsv", "x~3.tsv"]


def test_a_refused_batch_costs_only_what_the_engine_refuses(
    configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mtpipe.translator import Engine

    real = Engine.translate

    def picky(self: Engine, jobs: Sequence[tuple[str, str]], *args: Any, **options: Any) -> Any:
        if any("عنوان المقال 4" in text for text, _ in jobs):
            raise RuntimeError("No position encodings are defined for positions >= 512")
        return real(self, jobs, *args, **options)

    monkeypatch.setattr(Engine, "translate", picky)
    outcome, seen = execute(configured)
    assert (outcome.tally.done, outcome.tally.failed) == (11, 1)
    assert seen.failures[0][0].endswith("004.txt")
    assert "segment 1 into en: No position encodings" in seen.failures[0][1]
    monkeypatch.undo()
    outcome, _ = execute(configured)
    assert (outcome.tally.done, outcome.tally.failed, outcome.tally.translated) == (12, 0, 2)


def test_a_full_disk_stops_the_run_with_one_line_and_loses_nothing(
    configured: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Memory.add
    left = [3]

    def full(self: Memory, *args: Any, **options: Any) -> None:
        if not left[0]:
            raise OutputError(f"{self.path}: cannot be written: database or disk is full")
        left[0] -= 1
        add(self, *args, **options)

    monkeypatch.setattr(Memory, "add", full)
    assert run(["run", str(configured)]) == 1
    said = capsys.readouterr().err
    assert "database or disk is full" in said
    assert "Traceback" not in said
    monkeypatch.undo()
    execute(configured)
    execute(configured, "output.directory=" + str(configured.parent / "whole"))
    assert outputs(configured.parent / "run") == outputs(configured.parent / "whole")


def test_only_one_process_writes_a_folder_and_no_foreign_folder_is_written(configured: Path) -> None:
    held = RunFolder(configured.parent / "run")
    with pytest.raises(MtpipeError, match="another mtpipe is at work in"):
        execute(configured)
    held.close()
    with pytest.raises(MtpipeError, match="is not empty and no run folder"):
        execute(
            configured,
            f"inputs=[{configured.parent / 'in' / '000.txt'}]",
            f"output.directory={configured.parent}",
        )
    with pytest.raises(MtpipeError, match=r"inputs\[0\]: .*'none/\*.txt' matches no file"):
        execute(configured, "inputs=[none/*.txt]")


def test_a_dry_run_counts_and_writes_nothing(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (configured.parent / "in" / "bad.txt").write_bytes(b"")
    assert run(["run", str(configured), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "documents: 13" in said
    assert "segments: 96 into each of en, fr" in said
    assert "would fail: " in said
    assert "estimated time for what is left: " in said
    assert not (configured.parent / "run").exists()


def test_models_that_do_not_fit_are_named_with_their_line(configured: Path, tmp_path: Path) -> None:
    with pytest.raises(MtpipeError, match=r"run.yaml:\d+: models: .*no such model folder"):
        configured.write_text(configured.read_text().replace("models: ", "models: /nowhere"))
        execute(configured)


def test_the_state_is_a_whole_database_after_all(configured: Path) -> None:
    execute(configured)
    for name in ("state.sqlite", "memory.sqlite"):
        base = sqlite3.connect(configured.parent / "run" / name)
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        base.close()


def test_batches_are_planned_by_length(configured: Path) -> None:
    windows: list[Window] = []

    def watching(run: driver.Run) -> Any:
        inner = driver.plain_executor(run)
        assert isinstance(inner, PlainExecutor)

        class Watch:
            def results(self, given: Any) -> Any:
                for event in inner.results(given):
                    if isinstance(event, Window):
                        windows.append(event)
                    yield event

        return Watch()

    execute(configured, executor=watching)
    for window in windows:
        for made in window.batches:
            assert made.pieces <= 64 or len(made.jobs) == 1
        sizes = [made.pieces / len(made.jobs) for made in window.batches]
        assert sizes == sorted(sizes, reverse=True)


def test_the_report_tells_what_was_done(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (configured.parent / "in" / "bad.txt").write_bytes(b"")
    assert run(["run", str(configured)]) == 1
    folder = configured.parent / "run"
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert (report["documents"], report["done"], report["failed"], report["segments"]) == (13, 12, 1, 96)
    assert report["failures"][0]["reason"] == "the file holds no text (0 bytes)"
    assert [model["target"] for model in report["models"]] == ["en", "fr"]
    assert report["sessions"][0]["translated"] > 0
    page = (folder / "report.html").read_text("utf-8")
    assert "12 of 13 documents done" in page
    assert "<script" not in page
    assert "http:" not in page and "https:" not in page
    assert "bad.txt" in (folder / "report.md").read_text("utf-8")
    header, *rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf-8").splitlines())
    assert header["schema"] == "mtpipe.manifest/1"
    assert [row["state"] for row in rows].count("done") == 12
    for row in rows:
        for output in row.get("outputs", ()):
            assert (folder / output).is_file()
    run(["run", str(configured)])
    assert len(json.loads((folder / "report.json").read_text("utf-8"))["sessions"]) == 2


def test_references_are_scored_over_the_whole_run(configured: Path, tiny_model: Path) -> None:
    execute(configured)
    folder = configured.parent / "run"
    references = configured.parent / "refs"
    references.mkdir()
    rng = range(10)
    for number in rng:
        rows = [json.loads(line) for line in outputs(folder)[f"{number:03d}.jsonl"].decode().splitlines()[1:]]
        lines = [row["translations"][0]["text"] for row in rows]
        (references / f"{number:03d}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = configure(
        configured.parent, tiny_model, references={"en": "refs/{id}.txt"}, metrics=["BLEU", "chrF2"]
    )
    execute(path)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    (scores,) = report["scores"]
    assert (scores["documents"], scores["segments"], scores["without"]) == (10, 80, 2)
    assert [round(score["value"], 6) for score in scores["scores"]] == [100.0, 100.0]
    assert all(score["signature"] for score in scores["scores"])
    assert "2 documents have no reference for en" in report["notes"]
    assert (folder / "scores.html").is_file()
