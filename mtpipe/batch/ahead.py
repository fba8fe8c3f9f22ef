"""Windows planned ahead: documents are read, cleaned and segmented while the engines work."""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mtpipe.batch.planning import Planner, Window
from mtpipe.batch.preparing import Prepared, fingerprint, prepare
from mtpipe.batch.state import DONE, Known, State
from mtpipe.config import Input
from mtpipe.writer import FORMATS

# Windows that wait planned; one more is being planned.
_AHEAD = 1
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents become windows: the inputs' entries, the source language, and what makes a result outdated.

    ``settings`` has for each entry a digest of all that its documents' results depend on besides their bytes.
    """

    entries: tuple[Input, ...]
    source: str
    settings: tuple[str, ...]
    documents: Path
    formats: tuple[str, ...]
    readers: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """A planned window, the names of those of its documents that need no writing, its size in bytes."""

    window: Window
    settled: frozenset[str]
    size: int


def windows_ahead(
    count: int,
    state: Callable[[], State],
    planner: Callable[[], Planner],
    reading: Reading,
    skipped: Callable[[list[Known]], None],
    say: Callable[[str], None],
) -> Generator[Ahead]:
    """Yield the windows that have something to do, in order, planned in a thread that runs ahead.

    ``skipped`` is told of windows whose documents are all done, ``say`` what is
    worth a line in the log. ``state`` and ``planner`` are made in that thread,
    which ends only when this generator is closed.
    """
    ready: queue.Queue[Ahead | BaseException | None] = queue.Queue(_AHEAD)
    stop = threading.Event()

    def put(item: Ahead | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                ready.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            with closing(state()) as known, _Readers(reading, say) as readers, closing(planner()) as plan:
                for number in range(count):
                    documents = known.window(number)
                    settled = frozenset(one.listed.name for one in documents if is_settled(one, reading))
                    if len(settled) == len(documents):
                        skipped(documents)
                        continue
                    window = plan.plan(number, readers.prepare(documents))
                    if not put(Ahead(window, settled, sum(one.listed.size for one in documents))):
                        return
            put(None)
        except BaseException as error:
            put(error)

    thread = threading.Thread(target=work, name="reading-ahead")
    thread.start()
    try:
        while True:
            try:
                item = ready.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if isinstance(item, BaseException):
                raise item
            if item is None:
                return
            yield item
    finally:
        stop.set()


def is_settled(known: Known, reading: Reading) -> bool:
    """Tell whether a document's outputs are there and were made from these bytes with these settings."""
    return (
        known.state == DONE
        and known.settings == reading.settings[known.listed.entry]
        and _sizes(output_paths(reading.documents, known.listed.name, reading.formats))
        == known.figures.get("sizes")
        and known.sha256 != ""
        and fingerprint(known.listed) == known.sha256
    )


def _sizes(paths: Sequence[Path]) -> list[int]:
    """Return how many bytes each file has, -1 for none: outputs that a power failure cut are not those made."""
    return [path.stat().st_size if path.is_file() else -1 for path in paths]


def output_paths(documents: Path, name: str, formats: Sequence[str]) -> list[Path]:
    """Return where the outputs of the document ``name`` go, one a format."""
    return [documents / f"{name}.{form}" for form in formats if form in FORMATS]


class _Readers:
    """Prepares documents in this thread or in processes of their own."""

    def __init__(self, reading: Reading, say: Callable[[str], None]) -> None:
        self._reading = reading
        self._say = say
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Readers:
        if self._reading.readers:
            # Not forked: the engine's threads would not be there in the child, but their locks would.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._reading.readers, mp_context=context, initializer=_follow)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def prepare(self, documents: list[Known]) -> list[Prepared]:
        entries, source = self._reading.entries, self._reading.source
        work = partial(_prepare, source=source)
        pairs = [(one.listed, entries[one.listed.entry]) for one in documents]
        if self._pool is not None:
            try:
                return list(self._pool.map(work, pairs, chunksize=4))
            except BrokenProcessPool:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None
                self._say(
                    "a reader process was ended from outside; documents are read in this one from now on"
                )
        return [work(pair) for pair in pairs]


def _prepare(pair: tuple[object, Input], *, source: str) -> Prepared:
    item, entry = pair
    return prepare(item, entry, source)  # type: ignore[arg-type]


def _follow() -> None:
    """End this process when the one that started it has gone, however it went."""
    import signal  # noqa: PLC0415
    from multiprocessing.connection import wait  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
