"""Files are complete or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mtpipe.errors import OutputError, UsageError
from mtpipe.files import refuse_overwriting, write_text


def test_writes_text_with_its_line_ends_and_the_usual_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    write_text(path, "x\r\né\n")
    assert path.read_bytes() == "x\r\né\n".encode()
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.html"]


def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.html"
    write_text(path, "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"a\.html: cannot be written: No space left on device"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.html"]


def test_refusals_before_any_work(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("old")
    refuse_overwriting([path], force=True)
    refuse_overwriting([tmp_path / "new.html"], force=False)
    with pytest.raises(UsageError, match="exists already"):
        refuse_overwriting([path], force=False)
    with pytest.raises(UsageError, match="no such directory"):
        refuse_overwriting([tmp_path / "none" / "a.html"], force=False)
    with pytest.raises(UsageError, match="is a directory"):
        refuse_overwriting([tmp_path], force=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
