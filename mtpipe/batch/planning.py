"""Turns windows of documents into batches whose make-up depends on the inputs and the settings alone."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mtpipe.batch.preparing import Prepared, internal
from mtpipe.data import Document, Hypothesis
from mtpipe.memory import Memory
from mtpipe.pipeline.healing import allowance
from mtpipe.rows import untranslated
from mtpipe.text import for_model
from mtpipe.translator import Job

Sizes = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Route:
    """What makes one target: the number of its engine, and of its circumstances in the memory."""

    target: str
    engine: int
    circumstances: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Jobs that one engine decodes together, whatever else it does: ``number`` within its window, in order.

    ``mark`` is the window's, under which the memory keeps the results; ``allowed`` is how many characters may be
    decoded again to heal it.
    """

    window: int
    number: int
    engine: int
    jobs: tuple[Job, ...]
    pieces: int
    mark: bytes
    allowed: float = 0.0


@dataclass(frozen=True, slots=True)
class Rows:
    """A document's rows: those no model is asked about, and the text that the model sees of each other."""

    prepared: Prepared
    document: Document
    passed: Mapping[int, Hypothesis]
    views: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive documents, and the batches of theirs that are still to be translated.

    ``jobs`` is what they need in all, ``known`` how many of those were found in
    the memory or are on their way for an earlier window.
    """

    number: int
    prepared: tuple[Prepared, ...]
    rows: tuple[Rows, ...]
    batches: tuple[Batch, ...]
    jobs: tuple[Job, ...]
    known: int


class InFlight:
    """The jobs that were planned and are not in the memory yet, and those that could not be done; for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: set[Job] = set()
        self.failed: dict[Job, str] = {}

    def among(self, jobs: Iterable[Job]) -> set[Job]:
        """Return those of ``jobs`` that are in flight or have failed."""
        with self._lock:
            return {job for job in jobs if job in self._flying or job in self.failed}

    def add(self, jobs: Iterable[Job]) -> None:
        """Put down that ``jobs`` are planned."""
        with self._lock:
            self._flying.update(jobs)

    def landed(self, jobs: Iterable[Job], failed: Mapping[Job, str]) -> None:
        """Put down that ``jobs`` are in the memory by now, but for those that ``failed``."""
        with self._lock:
            self.failed.update(failed)
            self._flying.difference_update(jobs)


class Planner:
    """Plans one window after the other.

    A job belongs to the first window of the run that needs it. Within a window
    the jobs of an engine are sorted by length and cut into batches of at most
    ``batch_pieces`` source pieces, padding included. What the memory holds under
    the mark of the same window was made in these batches: an interrupted run
    plans them again as they were and does those that are missing.
    """

    def __init__(
        self,
        memory: Memory,
        routes: Sequence[Route],
        sizes: Sequence[Sizes],
        *,
        batch_pieces: int,
        settings: str,
        in_flight: InFlight,
    ) -> None:
        self._memory = memory
        self._routes = {route.target: route for route in routes}
        self._sizes = sizes
        self._batch_pieces = batch_pieces
        self._settings = settings
        self._in_flight = in_flight

    def close(self) -> None:
        """Close the memory."""
        self._memory.close()

    def plan(self, number: int, prepared: Sequence[Prepared]) -> Window:
        """Return the window of ``prepared`` documents with the batches that are still to be done."""
        rows, prepared = _rows(prepared)
        texts = list(dict.fromkeys(view for row in rows for view in row.views.values()))
        jobs = [(text, target) for text in texts for target in self._routes]
        mark = self._mark(jobs)
        # First what is in flight, then the memory: a job may land in between, but never be in neither.
        elsewhere = self._in_flight.among(jobs)
        held = self._memory.find(
            [
                (self._routes[target].circumstances, text)
                for text, target in jobs
                if (text, target) not in elsewhere
            ]
        )
        own: list[Job] = []
        done: set[Job] = set()
        for job in jobs:
            if job in elsewhere:
                continue
            found = held.get((self._routes[job[1]].circumstances, job[0]))
            if found is None or found.batch == mark:
                own.append(job)
            if found is not None:
                done.add(job)
        # A batch is in the memory as a whole or not at all, unless single jobs failed or were purged since.
        left = (_without(batch, done) for batch in self._batches(number, own, mark))
        batches = tuple(batch for batch in left if batch.jobs)
        planned = [job for batch in batches for job in batch.jobs]
        self._in_flight.add(planned)
        return Window(number, prepared, rows, batches, tuple(jobs), len(jobs) - len(planned))

    def _mark(self, jobs: Sequence[Job]) -> bytes:
        digest = hashlib.blake2b(self._settings.encode(), digest_size=8)
        for text, target in jobs:
            digest.update(f"{target}\x00{text}\x00".encode("utf-8", "surrogatepass"))
        return digest.digest()

    def _batches(self, window: int, jobs: Sequence[Job], mark: bytes) -> list[Batch]:
        made: list[Batch] = []
        for engine, sizes in enumerate(self._sizes):
            mine = [job for job in jobs if self._routes[job[1]].engine == engine]
            texts = list(dict.fromkeys(text for text, _ in mine))
            length = dict(zip(texts, _lengths(sizes, texts), strict=True))
            # The longest first: what is left to wait for at the end of a run is short.
            mine.sort(key=lambda job: (-length[job[0]], job))
            allowed, whole = allowance(characters(mine)), _doubtful(mine)
            for part in packed(mine, length, self._batch_pieces):
                pieces = sum(length[text] for text, _ in part)
                # Its share of what the window may take: the same whatever was done before an interruption.
                share = allowed * _doubtful(part) / whole
                made.append(Batch(window, len(made), engine, tuple(part), pieces, mark, share))
        return made


def _rows(prepared: Sequence[Prepared]) -> tuple[tuple[Rows, ...], tuple[Prepared, ...]]:
    """Return the rows of each document, and the documents; one that cannot be planned is lost alone."""
    rows: list[Rows] = []
    kept: list[Prepared] = []
    for one in prepared:
        told = one
        if one.document is not None:
            try:
                rows.append(rows_of(one, one.document))
            except Exception as error:
                told = replace(one, document=None, reason=internal(error))
        kept.append(told)
    return tuple(rows), tuple(kept)


def _lengths(sizes: Sizes, texts: Sequence[str]) -> list[int]:
    """Return how many pieces each text has; one that the engine cannot read has a piece a character.

    The engine is asked for it all the same, and its reason is the document's.
    """
    try:
        return sizes(texts)
    except Exception:
        if len(texts) == 1:
            return [len(texts[0])]
    return [length for text in texts for length in _lengths(sizes, [text])]


def _without(batch: Batch, done: set[Job]) -> Batch:
    if done.isdisjoint(batch.jobs):
        return batch
    return replace(batch, jobs=tuple(job for job in batch.jobs if job not in done))


def characters(jobs: Sequence[Job]) -> int:
    """Return how long the texts of ``jobs`` are together."""
    return sum(len(text) for text, _ in jobs)


def _doubtful(jobs: Sequence[Job]) -> int:
    """Return what retries are likely to take, in no unit: the longer a text the more often it is doubted."""
    return sum(len(text) ** 2 for text, _ in jobs)


def rows_of(prepared: Prepared, document: Document) -> Rows:
    """Tell the rows of a document that no model is asked about from the texts of the others."""
    passed = untranslated(document)
    views = {
        number: for_model(segment.text)
        for number, segment in enumerate(document.segments)
        if number not in passed
    }
    return Rows(prepared, document, passed, views)


def packed(jobs: Sequence[Job], length: Mapping[str, int], most: int) -> list[list[Job]]:
    """Cut ``jobs``, longest first, into stretches that fill ``most`` pieces when each is padded to its longest."""
    parts: list[list[Job]] = []
    longest = 0
    for job in jobs:
        if parts and (len(parts[-1]) + 1) * longest <= most:
            parts[-1].append(job)
        else:
            # "</s>" and a language token take their place too.
            longest = length[job[0]] + 2
            parts.append([job])
    return parts
