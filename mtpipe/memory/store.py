"""Finished segments in an SQLite file: what was asked, what came out; found again by text and circumstances."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from mtpipe.data import Hypothesis
from mtpipe.errors import InputError, OutputError, WorkError
from mtpipe.memory.codec import from_plain, to_plain

# "mtpm": tells the file from any other SQLite database.
_APPLICATION = 0x6D74706D
_VERSION = 1
_AT_ONCE = 500
_SCHEMA = """
CREATE TABLE circumstances (
    id INTEGER PRIMARY KEY, source TEXT, target TEXT, model TEXT, decoding TEXT, glossary TEXT, cleaner TEXT,
    UNIQUE (source, target, model, decoding, glossary, cleaner)
);
CREATE TABLE unit (
    id INTEGER PRIMARY KEY, key INTEGER NOT NULL UNIQUE, circumstances INTEGER NOT NULL REFERENCES circumstances,
    text TEXT NOT NULL, hypothesis TEXT NOT NULL, score REAL, more TEXT NOT NULL,
    batch BLOB NOT NULL, made INTEGER NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that a translation depends on besides its text.

    ``model`` is the SHA-256 of the weights, ``decoding`` the options as canonical
    JSON, ``glossary`` names the terms in force ("" for none), ``cleaner`` the
    version of the clean-up and of the typesetting.
    """

    source: str
    target: str
    model: str
    decoding: str
    glossary: str = ""
    cleaner: str = ""


class Found(NamedTuple):
    """A unit of the memory: the hypothesis and the mark of the batch that it was made in."""

    hypothesis: Hypothesis
    batch: bytes


class Unit(NamedTuple):
    """A unit to remember: the number of its circumstances, the text as the model saw it, what came out."""

    circumstances: int
    text: str
    hypothesis: Hypothesis


class Memory:
    """A translation memory in one SQLite file (WAL); one process writes it, several may read.

    InputError where ``path`` is something else, OutputError where the disk is
    full, WorkError where the file is damaged or held by another process. Use one
    object a thread.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._numbers: dict[Circumstances, int] = {}
        if not path.exists():
            if not create:
                raise InputError(f"{path}: no such translation memory")
            if not path.parent.is_dir():
                raise OutputError(f"{path.parent}: no such directory for a translation memory")
        with self._guarded():
            if not path.exists():
                # People's texts: for their owner's eyes only.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._base = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
            self._prepare()

    def _prepare(self) -> None:
        held = int(self._base.execute("PRAGMA application_id").fetchone()[0])
        tables = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if held != _APPLICATION and tables:
            raise InputError(f"{self.path}: an SQLite file, but no translation memory of mtpipe")
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = NORMAL")
        if not tables:
            self._base.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_APPLICATION};"
                f" PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        version = int(self._base.execute("PRAGMA user_version").fetchone()[0])
        if version != _VERSION:
            raise InputError(
                f"{self.path}: a translation memory of version {version} (this mtpipe: {_VERSION})"
            )

    def close(self) -> None:
        """Close the file; what was added stays."""
        self._base.close()

    def circumstances(self, wanted: Circumstances) -> int:
        """Return the number of ``wanted``, which is given one where it has none."""
        if wanted not in self._numbers:
            with self._guarded():
                self._base.execute(
                    "INSERT OR IGNORE INTO circumstances (source, target, model, decoding, glossary, cleaner)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    astuple(wanted),
                )
                row = self._base.execute(
                    "SELECT id FROM circumstances WHERE (source, target, model, decoding, glossary, cleaner)"
                    " = (?, ?, ?, ?, ?, ?)",
                    astuple(wanted),
                ).fetchone()
            self._numbers[wanted] = int(row[0])
        return self._numbers[wanted]

    def find(self, wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Found]:
        """Return what the memory holds of ``wanted``: pairs of circumstances and text."""
        found: dict[tuple[int, str], Found] = {}
        keys = {_key(number, text): (number, text) for number, text in wanted}
        listed = list(keys)
        with self._guarded():
            for start in range(0, len(listed), _AT_ONCE):
                part = listed[start : start + _AT_ONCE]
                rows = self._base.execute(
                    "SELECT key, circumstances, text, hypothesis, score, more, batch FROM unit"
                    f" WHERE key IN ({','.join('?' * len(part))})",
                    part,
                )
                for key, number, text, hypothesis, score, more, batch in rows:
                    # Two texts may share a key of 64 bits; the text decides.
                    if keys[key] == (number, text):
                        found[number, text] = Found(_hypothesis(hypothesis, score, more), batch)
        return found

    def add(self, units: Iterable[Unit], batch: bytes = b"") -> None:
        """Remember ``units``, all or none of them, as made in ``batch``."""
        now = int(time.time())
        rows = [
            (
                _key(unit.circumstances, unit.text),
                unit.circumstances,
                unit.text,
                *_columns(unit.hypothesis),
                batch,
                now,
            )
            for unit in units
        ]
        with self._guarded(), transaction(self._base):
            self._base.executemany(
                "INSERT OR REPLACE INTO unit (key, circumstances, text, hypothesis, score, more, batch, made)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def __len__(self) -> int:
        """Return how many units there are."""
        with self._guarded():
            return int(self._base.execute("SELECT count(*) FROM unit").fetchone()[0])

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        with self._guarded():
            yield from self._base.execute(query, values)

    def teach(self, name: str, size: int, function: Callable[..., bool]) -> None:
        """Let clauses call ``function`` as ``name``, with ``size`` values."""
        with self._guarded():
            self._base.create_function(name, size, function, deterministic=True)

    def delete(self, clause: str, values: Sequence[object] = ()) -> int:
        """Delete the units that ``clause`` holds for, overwrite where they stood, and return how many there were."""
        with self._guarded():
            self._base.execute("PRAGMA secure_delete = ON")
            with transaction(self._base):
                gone = self._base.execute(f"DELETE FROM unit WHERE {clause}", values).rowcount
            self._base.execute("VACUUM")
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def size(self) -> int:
        """Return the bytes that the units take on disk."""
        with self._guarded():
            return int(
                self._base.execute(
                    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
                ).fetchone()[0]
            )

    def check(self) -> None:
        """Raise WorkError unless SQLite finds the file whole."""
        with self._guarded():
            said = self._base.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise WorkError(f"{self.path}: the translation memory is damaged: {said}")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn SQLite's errors into ours."""
        try:
            yield
        except sqlite3.Error as error:
            said = str(error)
            if "not a database" in said:
                raise InputError(f"{self.path}: not a translation memory: {said}") from None
            if "full" in said or "disk I/O" in said or "readonly" in said or "unable to open" in said:
                raise OutputError(f"{self.path}: cannot be written: {said}") from None
            raise WorkError(f"{self.path}: the translation memory cannot be used: {said}") from None
        except OSError as error:
            raise OutputError(f"{self.path}: cannot be written: {error.strerror or error}") from None


def _key(number: int, text: str) -> int:
    digest = hashlib.blake2b(f"{number}\x00{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _columns(hypothesis: Hypothesis) -> tuple[str, float | None, str]:
    more = to_plain(hypothesis)
    text, score = more.pop("text"), more.pop("score", None)
    return text, score, json.dumps(more, ensure_ascii=False) if more else ""


def _hypothesis(text: str, score: float | None, more: str) -> Hypothesis:
    held = json.loads(more) if more else {}
    made: Hypothesis = from_plain(Hypothesis, held | {"text": text, "score": score})
    return made


@contextmanager
def transaction(base: sqlite3.Connection) -> Iterator[None]:
    """Do what is inside wholly or not at all."""
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
        base.execute("COMMIT")
    except BaseException:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise
