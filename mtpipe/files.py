"""Turns text into a file that is either complete or not there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mtpipe.errors import OutputError, UsageError


def refuse_overwriting(paths: list[Path], *, force: bool) -> None:
    """Raise UsageError if one of ``paths`` exists and ``force`` is not set, before any work is done."""
    for path in paths:
        if path.is_dir():
            raise UsageError(f"{path}: is a directory, not a file to write to")
        if path.exists() and not force:
            raise UsageError(f"{path}: exists already (--force overwrites it)")
        if not path.parent.is_dir():
            raise UsageError(f"{path.parent}: no such directory to write to")
        if not os.access(path.parent, os.W_OK):
            raise UsageError(f"{path.parent}: the directory cannot be written to")


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 under a temporary name, then rename it to ``path``.

    OutputError when the disk is full or the folder refuses; nothing half-written
    is left behind then.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
