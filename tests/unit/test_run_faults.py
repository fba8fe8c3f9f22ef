"""What ``mtpipe run`` meets in real folders: odd names, odd files, faults of ours: one document lost."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mtpipe.batch import driver
from mtpipe.batch.ahead import Reading, _Readers, windows_ahead
from mtpipe.batch.listing import Listed, listed
from mtpipe.batch.state import WAITING, Known, State
from mtpipe.cli import run
from mtpipe.config import Input, load
from mtpipe.data import Document
from mtpipe.errors import OutputError
from mtpipe.pipeline.capitals import capitalised
from mtpipe.rows import untranslated
from mtpipe.translator import Engine
from tests.unit.test_run import article, configure, execute, outputs

ONE = {"directory": "run", "formats": ["jsonl"]}


def made(folder: Path, model: Path, *names: str, **changes: Any) -> Path:
    """Write an article under each name below ``docs``, and the configuration of a run over them."""
    for number, name in enumerate(names):
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article(number, 2), encoding="utf-8")
    return configure(folder, model, **({"inputs": ["docs"], "targets": ["en"], "output": ONE} | changes))


def records(folder: Path, model: Path, *lines: str, **keys: str) -> Path:
    (folder / "shard.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return made(folder, model, inputs=[{"path": "shard.jsonl", "text": "t", **keys}])


def names_of(path: Path) -> list[str]:
    return [one.name for one in listed(load(str(path)))]


def manifest(folder: Path) -> list[Any]:
    lines = (folder / "run" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[1:]]


def test_a_fault_of_ours_in_a_job_costs_its_document_only(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Engine.translate

    def faulty(self: Engine, jobs: Sequence[tuple[str, str]], *args: Any, **options: Any) -> Any:
        if any("عنوان المقال 1" in text for text, _ in jobs):
            raise IndexError("tuple index out of range")
        return real(self, jobs, *args, **options)

    monkeypatch.setattr(Engine, "translate", faulty)
    outcome, seen = execute(made(tmp_path, tiny_model, "a.txt", "b.txt", "c.txt"))
    assert (outcome.tally.done, outcome.tally.failed) == (2, 1)
    assert seen.failures[0][0].endswith("b.txt")
    assert seen.failures[0][1].endswith("into en: internal error: IndexError: tuple index out of range")


def test_a_fault_of_ours_in_finishing_costs_the_document_only(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def faulty(translation: Any) -> Any:
        if translation.source.id == "b":
            raise TypeError("no such thing")
        return capitalised(translation)

    monkeypatch.setattr("mtpipe.batch.finishing.capitalised", faulty)
    outcome, seen = execute(made(tmp_path, tiny_model, "a.txt", "b.txt", "c.txt"))
    assert (outcome.tally.done, outcome.tally.failed) == (2, 1)
    assert seen.failures[0][1] == "internal error: TypeError: no such thing"


def test_a_fault_of_ours_in_planning_costs_the_document_only(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def faulty(document: Document) -> Any:
        if document.id == "b":
            raise TypeError("no such thing")
        return untranslated(document)

    monkeypatch.setattr("mtpipe.batch.planning.untranslated", faulty)
    outcome, seen = execute(made(tmp_path, tiny_model, "a.txt", "b.txt", "c.txt"))
    assert (outcome.tally.done, outcome.tally.failed) == (2, 1)
    assert seen.failures[0][1] == "internal error: TypeError: no such thing"


def test_a_text_that_cannot_be_measured_is_asked_for_all_the_same(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = Engine.sizes

    def sizes(self: Engine, texts: Sequence[str]) -> list[int]:
        if any("عنوان المقال 1" in text for text in texts):
            raise TypeError("List elements must be str or bytes")
        return measure(self, texts)

    monkeypatch.setattr(Engine, "sizes", sizes)
    outcome, _ = execute(made(tmp_path, tiny_model, "a.txt", "b.txt", "c.txt"))
    assert (outcome.tally.done, outcome.tally.failed) == (3, 0)


def test_a_run_that_ends_in_a_traceback_leaves_no_thread_behind(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_WINDOW_BYTES_A_PIECE", 1)
    path = made(tmp_path, tiny_model, *(f"{number}.txt" for number in range(9)))

    class Faulty:
        def results(self, windows: Any) -> Any:
            for window in windows:
                yield window
                raise ZeroDivisionError

    # The traceback in ``caught`` keeps what the run has left open.
    with pytest.raises(ZeroDivisionError) as caught:
        execute(path, executor=lambda run: Faulty())
    until = time.monotonic() + 5
    while time.monotonic() < until and _reading():
        time.sleep(0.05)
    assert not _reading()
    assert caught.traceback


def _reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reading-ahead"]


@pytest.mark.timeout(30)
def test_a_state_that_cannot_be_opened_is_said_and_not_waited_for(tmp_path: Path) -> None:
    def state() -> State:
        raise OSError(24, "Too many open files")

    reading = Reading((), "ar", (), tmp_path, ("jsonl",), 0)
    with pytest.raises(OSError, match="Too many open files"):
        list(windows_ahead(1, state, lambda: None, reading, lambda _: None, print))  # type: ignore[arg-type, return-value]


@pytest.mark.timeout(60)
def test_documents_are_read_here_once_a_reader_process_was_killed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(article(1), encoding="utf-8")
    path = str(tmp_path / "a.txt")
    document = Known(Listed("a", path, 0, 0, 9, 0), WAITING, "", "", "", {})
    said: list[str] = []
    with _Readers(Reading((Input(path),), "ar", ("",), tmp_path, ("jsonl",), 1), said.append) as readers:
        before = readers.prepare([document])
        assert readers._pool is not None
        for process in readers._pool._processes:
            os.kill(process, signal.SIGKILL)
        assert readers.prepare([document]) == before
        assert readers.prepare([document]) == before
    assert len(said) == 1


def test_half_a_character_costs_its_record_only(tmp_path: Path, tiny_model: Path) -> None:
    odd = r'{"t": "قال \ud800 الرجل إنه ذهب."}'
    field = r'{"\ud800": 1}'
    whole = json.dumps({"t": article(1, 2)})
    outcome, seen = execute(records(tmp_path, tiny_model, odd, whole, field))
    assert (outcome.tally.done, outcome.tally.failed) == (1, 2)
    assert seen.failures[0][1] == "not a text (half a character, U+D800, at 4)"
    assert [row.get("reason", "") != "" for row in manifest(tmp_path)] == [True, False, True]


def test_a_name_that_is_no_utf8_costs_its_file_only(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path, tiny_model, "a.txt")
    odd = os.fsencode(tmp_path / "docs") + b"/caf\xe9.txt"
    try:
        Path(os.fsdecode(odd)).write_text(article(1, 2), encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert run(["run", str(path)]) == 1
    assert r"caf\xe9.txt: the path is not valid UTF-8" in capsys.readouterr().err
    assert r"caf\xe9.txt" in manifest(tmp_path)[1]["path"]
    assert sorted(outputs(tmp_path / "run")) == ["a.jsonl"]


def test_a_deeply_nested_record_costs_itself_only(tmp_path: Path, tiny_model: Path) -> None:
    deep = '{"t": ' + "[" * 100_000 + "]" * 100_000 + "}"
    whole = json.dumps({"t": article(1, 2), "id": "x"})
    outcome, _ = execute(records(tmp_path, tiny_model, deep, whole, id="id"))
    assert (outcome.tally.done, outcome.tally.failed) == (1, 1)


def test_long_names_are_cut_where_a_file_system_cuts(tmp_path: Path, tiny_model: Path) -> None:
    lines = [json.dumps({"t": article(1, 2), "id": own}) for own in ("新" * 100, "ع" * 100, "a" * 200)]
    outcome, seen = execute(records(tmp_path, tiny_model, *lines, id="id"))
    assert (outcome.tally.done, seen.failures) == (3, [])
    names = [Path(name).stem for name in outputs(tmp_path / "run")]
    assert sorted(names) == ["a" * 100, "ع" * 100, "新" * 66]


@pytest.mark.parametrize("names", [("foo.txt", "foo.html/b.txt"), ("foo.html/b.txt", "goo.txt", "z/foo.txt")])
def test_a_name_that_is_file_and_folder_costs_its_document_only(
    tmp_path: Path, tiny_model: Path, names: tuple[str, ...]
) -> None:
    path = made(tmp_path, tiny_model, *names, "other.txt", output={"directory": "run", "formats": ["html"]})
    if "z/foo.txt" in names:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "run.lock").touch()
        (tmp_path / "run" / "documents" / "z" / "foo.html").mkdir(parents=True)
    outcome, seen = execute(path)
    assert (outcome.tally.done, outcome.tally.failed) == (outcome.tally.documents - 1, 1)
    assert "documents" in seen.failures[0][1]
    assert (tmp_path / "run" / "documents" / "other.html").is_file()


@pytest.mark.timeout(60)
def test_a_pipe_is_not_waited_for(tmp_path: Path, tiny_model: Path) -> None:
    path = made(tmp_path, tiny_model, "a.txt")
    os.mkfifo(tmp_path / "docs" / "p")
    (tmp_path / "docs" / "zero.txt").symlink_to("/dev/zero")
    for inputs in (
        f"[{tmp_path}/docs]",
        f"[{tmp_path}/docs/*]",
        f"[{tmp_path}/docs/a.txt, {tmp_path}/docs/p]",
    ):
        outcome, seen = execute(path, f"inputs={inputs}")
        assert outcome.tally.done == 1
        assert {reason for _, reason in seen.failures} == {"not a regular file"}


def test_a_reader_that_has_gone_stops_nothing(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path, tiny_model, "b.txt", "c.txt")
    (tmp_path / "docs" / "a.txt").write_bytes(b"")
    there, here = os.pipe()
    os.close(there)
    with os.fdopen(here, "w") as broken:
        monkeypatch.setattr(sys, "stderr", broken)
        assert run(["run", str(path)]) == 1
        monkeypatch.undo()
    assert sorted(outputs(tmp_path / "run")) == ["b.jsonl", "c.jsonl"]
    assert (tmp_path / "run" / "report.json").is_file()


def test_a_glob_does_not_find_the_run_itself(tmp_path: Path, tiny_model: Path) -> None:
    path = made(tmp_path, tiny_model, "a.txt", "b.txt", inputs=["docs/*", "**/*.txt", "**/*.jsonl"])
    (tmp_path / "own.jsonl").touch()
    before = names_of(path)
    execute(path)
    assert names_of(path) == before == ["a", "b", "docs/a", "docs/b", "own.jsonl"]


def test_links_to_folders_give_no_file_twice(tmp_path: Path, tiny_model: Path) -> None:
    path = made(tmp_path, tiny_model, "a.txt", "sub/b.txt")
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "c.txt").write_text(article(3, 2), encoding="utf-8")
    (tmp_path / "docs" / "alias.txt").symlink_to("a.txt")
    for name, target in {"loop": ".", "again": "../docs", "away": "../far", "none": "nowhere"}.items():
        (tmp_path / "docs" / name).symlink_to(target)

    def found(pattern: str) -> list[str]:
        configure(tmp_path, tiny_model, inputs=[pattern], output=ONE)
        return names_of(path)

    assert found("docs/**/*.txt") == ["a", "alias", "away/c", "sub/b"]
    assert found("docs/*/*.txt") == ["again/a", "again/alias", "away/c", "sub/b"]
    assert found("docs/*") == ["a", "alias", "none"]
    assert found("docs/**") == ["a", "alias", "away/c", "none", "sub/b"]
    assert found("docs/s*/b.txt") == ["sub/b"]


def test_globs_leave_out_hidden_files_unless_asked(tmp_path: Path, tiny_model: Path) -> None:
    path = made(tmp_path, tiny_model, "a.txt", ".b.txt", ".c/d.txt", inputs=["docs/**/*.txt", "docs/.*"])
    assert names_of(path) == ["a", "b"]


def test_names_that_differ_in_case_only_are_told_apart(tmp_path: Path, tiny_model: Path) -> None:
    lines = [json.dumps({"t": article(n, 2), "id": own}) for n, own in enumerate(("x", "X", "x~2", "y"))]
    execute(records(tmp_path, tiny_model, *lines, id="id"))
    names = [Path(name).stem for name in outputs(tmp_path / "run")]
    assert len(names) == len({name.casefold() for name in names}) == 4


def test_what_a_killed_session_left_half_written_is_removed(tmp_path: Path, tiny_model: Path) -> None:
    path = made(tmp_path, tiny_model, "a.txt", "sub/b.txt")
    execute(path)
    documents = tmp_path / "run" / "documents"
    for folder in (documents, documents / "sub"):
        (folder / ".mtpipe-abc123").write_text("half", encoding="utf-8")
    outcome, _ = execute(path)
    assert outcome.tally.skipped == 2
    assert not list(documents.rglob(".mtpipe-*"))
    base = sqlite3.connect(tmp_path / "run" / "state.sqlite")
    assert base.execute("SELECT count(*) FROM document WHERE state = 'done'").fetchone() == (2,)
    base.close()


def test_a_disk_that_refuses_all_still_ends_the_run(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path, tiny_model, "a.txt")
    real = tempfile.mkstemp

    def full(*, prefix: str, dir: Path) -> tuple[int, str]:  # noqa: A002
        if dir.name == "documents":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(prefix=prefix, dir=dir)

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(OutputError, match="No space left"):
        execute(path)
