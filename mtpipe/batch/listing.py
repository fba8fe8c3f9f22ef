"""Turns the inputs of a configuration into a stream of documents to translate, each with a name of its own."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mtpipe.batch.globs import is_glob, matched
from mtpipe.config import Input, RunConfig
from mtpipe.errors import UsageError

_UNSAFE = re.compile(r"[^\w.-]+")
# In characters and in bytes: file systems take 255 bytes, with "~2" and the ending of the format.
_LONGEST_NAME, _MOST_BYTES = 100, 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A document that the run shall translate.

    ``name`` is where its outputs go, below the run folder's ``documents/``.
    ``line`` is its line (from 1) where it is a record of JSON lines, else 0;
    ``start`` and ``size`` are its bytes in the file. ``reason`` says why it
    cannot be read, where that is known already.
    """

    name: str
    path: str
    line: int
    start: int
    size: int
    entry: int
    reason: str = ""

    @property
    def label(self) -> str:
        """Return what messages call the document."""
        return f"{self.path}:{self.line}" if self.line else self.path


def listed(config: RunConfig) -> Iterator[Listed]:
    """Yield the documents of ``config.inputs`` in their order, files of a folder or glob sorted by path.

    UsageError where an entry matches nothing; names may come twice.
    """
    for number, entry in enumerate(config.inputs):
        found = False
        for path, name in _files(config, entry):
            found = True
            yield from _documents(path, name, entry, number)
        if not found:
            raise _nothing(config, number)


def check_inputs(config: RunConfig) -> None:
    """Raise UsageError where an entry of ``config.inputs`` matches nothing; no file is opened."""
    for number, entry in enumerate(config.inputs):
        if next(_files(config, entry), None) is None:
            raise _nothing(config, number)


def _nothing(config: RunConfig, number: int) -> UsageError:
    where = config.where(f"inputs[{number}]")
    path = config.inputs[number].path
    return UsageError(f"{f'{where}: ' if where else ''}inputs[{number}]: {path!r} matches no file")


def _files(config: RunConfig, entry: Input) -> Iterator[tuple[Path, str]]:
    """Yield the files of an entry, and for each its name: the path below the entry's folder.

    What folders and globs have below the run folder is the run's own, and left out.
    """
    path, outputs = Path(entry.path), Path(config.output.directory).resolve()
    if path.is_dir():
        yield from _others(_below(path), outputs)
    elif is_glob(entry.path) and not path.exists():
        root, paths = matched(path)
        yield from _others(((one, str(one.relative_to(root))) for one in paths), outputs)
    elif path.exists() or path.is_symlink():
        yield path, path.name


def _others(files: Iterator[tuple[Path, str]], outputs: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files that do not lie below ``outputs``."""
    home: Path | None = None
    own = False
    for path, name in files:
        if path.parent != home:
            home = path.parent
            own = home.resolve().is_relative_to(outputs)
        if not own:
            yield path, name


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files in a folder and below, hidden ones left out, one folder after the other."""
    unreadable: list[OSError] = []
    for home, folders, names in os.walk(folder, onerror=unreadable.append):
        while unreadable:
            yield Path(str(unreadable.pop().filename)), ""
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                path = Path(home) / name
                yield path, str(path.relative_to(folder))
    while unreadable:
        yield Path(str(unreadable.pop().filename)), ""


def _documents(path: Path, name: str, entry: Input, number: int) -> Iterator[Listed]:
    safe = "/".join(_safe(part) for part in Path(name or path.name).parts)
    size, reason = _looked_at(path)
    if not name:
        reason = "the folder cannot be read"
    elif not reason and path.suffix in (".jsonl", ".ndjson") and not entry.text:
        reason = "JSON lines: the input does not say which field holds the text ('text:')"
    if reason:
        yield Listed(safe, _spelt(path), 0, 0, 0, number, reason=reason)
    elif entry.text:
        yield from _records(path, safe.removesuffix(".jsonl"), entry, number)
    else:
        yield Listed(str(Path(safe).with_suffix("")), str(path), 0, 0, size, number)


def _looked_at(path: Path) -> tuple[int, str]:
    """Return the size of a file, and the reason why it cannot be read, where its name or kind tells."""
    if _spelt(path) != str(path):
        return 0, "the path is not valid UTF-8; rename it"
    try:
        found = path.stat()
    except OSError:
        # Whoever reads it says what is wrong.
        return 0, ""
    # A pipe or a device would keep the run waiting, perhaps for ever.
    return found.st_size, "" if stat.S_ISREG(found.st_mode) else "not a regular file"


def _spelt(path: Path) -> str:
    """Return a path with the bytes that are not UTF-8 as \\x.., which can be shown and stored."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _records(path: Path, shard: str, entry: Input, number: int) -> Iterator[Listed]:
    """Yield a document a line; only their places are remembered, and ids where the entry asks for them."""
    start = 0
    try:
        with path.open("rb") as lines:
            for line, data in enumerate(lines, start=1):
                if data.strip():
                    own = _identity(data, entry.id) if entry.id else ""
                    # At most a thousand documents a folder: file systems are slow with more.
                    group = f"{shard}/{(line - 1) // 1000:04d}"
                    name = f"{group}/{own or f'{line:07d}'}"
                    yield Listed(name, str(path), line, start, len(data), number)
                start += len(data)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        yield Listed(shard, str(path), 0, 0, 0, number, reason=reason)


def _identity(data: bytes, field: str) -> str:
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    value = held.get(field) if isinstance(held, dict) else None
    return _safe(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _safe(part: str) -> str:
    """Return a name that every file system takes, and that leads nowhere else."""
    cleaned = _UNSAFE.sub("-", part.encode("utf-8", "replace").decode("utf-8")).strip(".")
    return cleaned[:_LONGEST_NAME].encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore") or "document"
