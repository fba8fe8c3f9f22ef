"""What ``mtpipe run`` meets in real folders: odd names, odd files, faults of ours: one document lost."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from mtpipe.batch.listing import listed
from mtpipe.config import load
from tests.unit.test_run import article, configure, execute

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


@pytest.mark.timeout(30)
@pytest.mark.timeout(60)
@pytest.mark.parametrize("names", [("foo.txt", "foo.html/b.txt"), ("foo.html/b.txt", "goo.txt", "z/foo.txt")])
@pytest.mark.timeout(60)
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
