"""Turns text into a file that is either complete or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from mtpipe.errors import OutputError, UsageError

_PREFIX = ".mtpipe-"


def refuse_overwriting(paths: Sequence[Path], *, force: bool, inputs: Sequence[str] = ()) -> None:
    """Raise UsageError if one of ``paths`` cannot be written to, before any work is done.

    A file that exists is overwritten with ``force`` only, one of ``inputs`` never.
    """
    for path in paths:
        try:
            _refuse(path, force=force, inputs=inputs)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def _refuse(path: Path, *, force: bool, inputs: Sequence[str]) -> None:
    if path.is_dir():
        raise UsageError(f"{path}: is a directory, not a file to write to")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such directory to write to")
    if path.exists():
        if any(Path(name).is_file() and path.samefile(name) for name in inputs if name):
            raise UsageError(f"{path}: is what is being read; give another --output")
        if not force and path.is_file():
            raise UsageError(f"{path}: exists already (--force overwrites it)")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path.parent}: the directory cannot be written to")


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write ``lines``, each ended by LF, as ``write_text`` does; they need not all be in memory at once."""
    _write(path, (f"{line}\n" for line in lines))


def write_text(path: Path, text: str, *, durable: bool = True) -> None:
    """Write ``text`` as UTF-8 under a temporary name, then rename it to ``path``.

    What exists and is no regular file (a pipe, a device) is written into as it
    is; a link keeps pointing where it did. OutputError when the disk is full or
    the folder refuses; nothing half-written is left behind then. What is not
    ``durable`` survives the end of the process, but perhaps no power failure.
    """
    _write(path, (text,), durable=durable)


def remove(path: Path) -> None:
    """Remove the file ``path`` where there is one; OutputError where the folder refuses."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed: {error.strerror or error}") from None


def remove_leftovers(folder: Path) -> None:
    """Remove what a process that was killed has left half-written in ``folder`` and below, where nobody is writing."""
    for home, _, names in os.walk(folder):
        for name in names:
            if name.startswith(_PREFIX):
                with suppress(OSError):
                    (Path(home) / name).unlink()


def _write(path: Path, parts: Iterable[str], *, durable: bool = True) -> None:
    temporary: str | None = None
    try:
        if path.exists() and not path.is_file():
            path.write_text("".join(parts), encoding="utf-8", newline="")
            return
        final = path.resolve()
        handle, temporary = tempfile.mkstemp(prefix=_PREFIX, dir=final.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.writelines(parts)
            if durable:
                out.flush()
                os.fsync(out.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(final)
    except BaseException as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
