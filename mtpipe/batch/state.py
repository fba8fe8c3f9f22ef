"""What is known of every document of a run, in an SQLite file in the run folder: the plan and how far it got."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from mtpipe.batch.listing import Listed
from mtpipe.errors import OutputError, WorkError
from mtpipe.memory.store import transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    name TEXT PRIMARY KEY, ordinal INTEGER, path TEXT, line INTEGER, start INTEGER, size INTEGER, entry INTEGER,
    unreadable TEXT, window INTEGER, listing INTEGER, state TEXT NOT NULL DEFAULT '', sha256 TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', figures TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS document_window ON document (window);
CREATE INDEX IF NOT EXISTS document_ordinal ON document (ordinal);
CREATE TABLE IF NOT EXISTS session (
    id INTEGER PRIMARY KEY, started TEXT, seconds REAL, figures TEXT
);
CREATE TABLE IF NOT EXISTS doubted (
    name TEXT, target TEXT, row INTEGER, flags TEXT, findings TEXT, source TEXT, text TEXT
);
CREATE INDEX IF NOT EXISTS doubted_name ON doubted (name);
"""
_COLUMNS = "name, path, line, start, size, entry, unreadable"
DONE, FAILED, WAITING = "done", "failed", ""


@dataclass(frozen=True, slots=True)
class Known:
    """A document as the run knows it.

    ``state`` is "done", "failed" or "" (waiting); ``sha256`` and ``settings`` are
    what the outputs were made from; ``figures`` counts segments and flags.
    """

    listed: Listed
    state: str
    sha256: str
    settings: str
    reason: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A segment to look at: its document, target, row (from 1), flags, what the checks found, texts."""

    name: str
    target: str
    row: int
    flags: tuple[str, ...]
    findings: tuple[str, ...]
    source: str
    text: str


class State:
    """The documents of a run folder; one process writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._guarded():
            self._base = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def plan(self, documents: Iterable[Listed], window_bytes: int) -> int:
        """Take the documents in their order into windows of about ``window_bytes``, and return how many windows.

        The first has an eighth: engines wait until it is read.
        What is known of a document of the same name stays; documents that are
        no longer listed leave the plan. Names that come twice are told apart.
        """
        with self._guarded(), transaction(self._base):
            listing = 1 + int(self._one("SELECT coalesce(max(listing), 0) FROM document"))
            self._base.execute("CREATE TEMP TABLE IF NOT EXISTS taken (name TEXT PRIMARY KEY) WITHOUT ROWID")
            self._base.execute("DELETE FROM taken")
            window, filled, ordinal = 0, 0, 0
            for item in documents:
                size = max(item.size, 1)
                room = window_bytes if window else window_bytes // 8
                if filled and filled + size > room:
                    window, filled = window + 1, 0
                filled += size
                self._put(item, self._free_name(item.name), ordinal, window, listing)
                ordinal += 1
            self._base.execute(
                "DELETE FROM doubted WHERE name IN (SELECT name FROM document WHERE listing < ?)", (listing,)
            )
            self._base.execute("DELETE FROM document WHERE listing < ?", (listing,))
        return window + 1 if ordinal else 0

    def _free_name(self, wanted: str) -> str:
        """Return a name that no other document has, also where file systems take "x" and "X" for the same."""
        name, number = wanted, 1
        while not self._base.execute("INSERT OR IGNORE INTO taken VALUES (?)", (name.casefold(),)).rowcount:
            number += 1
            name = f"{wanted}~{number}"
        return name

    def _put(self, item: Listed, name: str, ordinal: int, window: int, listing: int) -> None:
        self._base.execute(
            "INSERT INTO document (name, ordinal, path, line, start, size, entry, unreadable, window, listing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET ordinal = excluded.ordinal,"
            " path = excluded.path, line = excluded.line, start = excluded.start, size = excluded.size,"
            " entry = excluded.entry, unreadable = excluded.unreadable, window = excluded.window,"
            " listing = excluded.listing",
            (
                name,
                ordinal,
                item.path,
                item.line,
                item.start,
                item.size,
                item.entry,
                item.reason,
                window,
                listing,
            ),
        )

    def window(self, number: int) -> list[Known]:
        """Return the documents of a window, in order."""
        return list(self._known("WHERE window = ? ORDER BY ordinal", (number,)))

    def documents(self) -> Iterator[Known]:
        """Yield all documents in order, a thousand read at a time."""
        last = -1
        while True:
            rows = list(self._known("WHERE ordinal > ? ORDER BY ordinal LIMIT 1000", (last,)))
            if not rows:
                return
            yield from rows
            last = int(self._one("SELECT ordinal FROM document WHERE name = ?", (rows[-1].listed.name,)))

    def failures(self) -> Iterator[Known]:
        """Yield the documents that failed, in order."""
        return self._known("WHERE state = 'failed' ORDER BY ordinal", ())

    def counts(self) -> dict[str, int]:
        """Return how many documents are in each state, and "all"."""
        with self._guarded():
            rows = self._base.execute("SELECT state, count(*) FROM document GROUP BY state").fetchall()
        found = {str(state): int(count) for state, count in rows}
        return found | {"all": sum(found.values())}

    def size(self) -> int:
        """Return the bytes of all documents."""
        return int(self._one("SELECT coalesce(sum(size), 0) FROM document"))

    def settle(
        self,
        name: str,
        state: str,
        *,
        sha256: str = "",
        settings: str = "",
        reason: str = "",
        figures: Mapping[str, Any] | None = None,
        doubts: Iterable[Doubt] = (),
    ) -> None:
        """Put down what became of a document."""
        with self._guarded(), transaction(self._base):
            # A reason may cite what no database takes.
            reason = reason.encode("utf-8", "backslashreplace").decode("utf-8")
            self._base.execute(
                "UPDATE document SET state = ?, sha256 = ?, settings = ?, reason = ?, figures = ? WHERE name = ?",
                (state, sha256, settings, reason, json.dumps(figures or {}), name),
            )
            self._base.execute("DELETE FROM doubted WHERE name = ?", (name,))
            self._base.executemany(
                "INSERT INTO doubted VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        d.name,
                        d.target,
                        d.row,
                        json.dumps(d.flags),
                        json.dumps(d.findings, ensure_ascii=False),
                        d.source,
                        d.text,
                    )
                    for d in doubts
                ),
            )

    def doubts(self, most: int) -> list[Doubt]:
        """Return the first ``most`` segments to look at in the order of the documents."""
        with self._guarded():
            rows = self._base.execute(
                "SELECT d.name, d.target, d.row, d.flags, d.findings, d.source, d.text FROM doubted d"
                " JOIN document o ON o.name = d.name ORDER BY o.ordinal, d.row, d.target LIMIT ?",
                (most,),
            )
            return [
                Doubt(name, target, row, tuple(json.loads(flags)), tuple(json.loads(findings)), source, text)
                for name, target, row, flags, findings, source, text in rows
            ]

    def start_session(self, started: str) -> int:
        """Put down that a process has begun to work, and return the session's number."""
        with self._guarded():
            done = self._base.execute(
                "INSERT INTO session (started, seconds, figures) VALUES (?, 0, '{}')", (started,)
            )
            return int(done.lastrowid or 0)

    def note_session(self, number: int, seconds: float, figures: Mapping[str, Any]) -> None:
        """Put down how long a session has worked, and what it did."""
        with self._guarded():
            self._base.execute(
                "UPDATE session SET seconds = ?, figures = ? WHERE id = ?",
                (seconds, json.dumps(figures), number),
            )

    def sessions(self) -> list[tuple[str, float, Mapping[str, Any]]]:
        """Return every session: when it began, its seconds, what it did."""
        with self._guarded():
            rows = self._base.execute("SELECT started, seconds, figures FROM session ORDER BY id").fetchall()
        return [(started, float(seconds), json.loads(figures)) for started, seconds, figures in rows]

    def _known(self, clause: str, values: tuple[object, ...]) -> Iterator[Known]:
        with self._guarded():
            rows = self._base.execute(
                f"SELECT {_COLUMNS}, state, sha256, settings, reason, figures FROM document {clause}",
                values,
            )
            while some := list(islice(rows, 1000)):
                for row in some:
                    state, sha256, settings, reason, figures = row[7:]
                    yield Known(Listed(*row[:7]), state, sha256, settings, reason, json.loads(figures))

    def _one(self, query: str, values: tuple[object, ...] = ()) -> Any:
        with self._guarded():
            return self._base.execute(query, values).fetchone()[0]

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            said = str(error)
            if "full" in said or "disk I/O" in said or "readonly" in said or "unable to open" in said:
                raise OutputError(f"{self.path}: cannot be written: {said}") from None
            raise WorkError(f"{self.path}: the run's state cannot be used: {said}") from None
