"""Counts of a running run: what is done, how fast, how much is left."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """What this session has done so far.

    Documents: ``documents`` in all, ``done`` with outputs (``skipped`` of them
    before this session), ``failed``. Segments count once a target: ``segments``
    written, ``translated`` by an engine now, ``remembered`` from the memory or
    from elsewhere in the run, ``flagged`` to look at, ``healed`` free of doubt
    after a retry. ``pieces`` are source pieces through the engines. Bytes are of
    the documents: all, planned, of documents skipped. ``started``, ``first_batch`` (when it was begun) and
    ``last_batch`` (when it was here) are times of the monotonic clock.
    """

    documents: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    segments: int = 0
    translated: int = 0
    remembered: int = 0
    pieces: int = 0
    flagged: int = 0
    healed: int = 0
    bytes_all: int = 0
    bytes_planned: int = 0
    bytes_skipped: int = 0
    pieces_planned: int = 0
    started: float = field(default_factory=time.monotonic)
    first_batch: float | None = None
    last_batch: float | None = None

    @property
    def seconds(self) -> float:
        """Return how long the session has worked."""
        return time.monotonic() - self.started

    @property
    def speed(self) -> float:
        """Return source pieces a second since the engines began; 0 before."""
        if self.first_batch is None:
            return 0.0
        return self.pieces / max(1e-9, time.monotonic() - self.first_batch)

    def left(self) -> float | None:
        """Return the seconds that are left, as far as can be told; None before anything can."""
        if not self.pieces or not self.bytes_planned or not self.speed:
            return None
        per_byte = self.pieces_planned / self.bytes_planned
        to_plan = max(0, self.bytes_all - self.bytes_skipped - self.bytes_planned)
        return (to_plan * per_byte + self.pieces_planned - self.pieces) / self.speed

    def figures(self) -> dict[str, int]:
        """Return what a session did, for the run's state."""
        return {
            "documents": self.done - self.skipped,
            "failed": self.failed,
            "segments": self.segments,
            "translated": self.translated,
            "remembered": self.remembered,
            "pieces": self.pieces,
        }
