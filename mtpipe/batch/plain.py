"""Batches into hypotheses on this machine: as many at a time as keep the engines busy."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from mtpipe.batch.planning import Batch, Window, characters
from mtpipe.batch.preparing import internal
from mtpipe.data import Hypothesis
from mtpipe.errors import MtpipeError
from mtpipe.pipeline.healing import Healing
from mtpipe.translator import Job, Translator

# Batches that wait inside the engine beside those it works on.
_SPARE = 2
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a batch: a hypothesis for each job, None where there is none and ``failed`` says why."""

    batch: Batch
    hypotheses: tuple[Hypothesis | None, ...]
    failed: tuple[str, ...]
    seconds: float


class Executor(Protocol):
    """Does batches somewhere."""

    def results(self, windows: Iterator[Window]) -> Generator[Window | Made]:
        """Yield each window when it is taken up, then what its batches became, in any order."""


class PlainExecutor:
    """Does batches with engines that live in this process."""

    def __init__(
        self, engines: Sequence[Translator], source: str, *, beam_size: int | None, threads: int
    ) -> None:
        self._engines = engines
        self._source = source
        self._beam_size = beam_size
        self._workers = threads + _SPARE

    def results(self, windows: Iterator[Window]) -> Generator[Window | Made]:
        """Yield each window when it is taken up, then what its batches became, in any order."""
        todo: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[Made | BaseException] = queue.SimpleQueue()
        threads = [
            # No daemons: an engine that is torn down at work would end the process with a crash.
            threading.Thread(target=self._work, args=(todo, done), name=f"batch-{number}")
            for number in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        flying = 0
        try:
            for window in windows:
                yield window
                for batch in window.batches:
                    while flying >= self._workers:
                        yield _next(done)
                        flying -= 1
                    todo.put(batch)
                    flying += 1
            for _ in range(flying):
                yield _next(done)
        finally:
            with suppress(queue.Empty):
                while True:
                    todo.get_nowait()
            for _ in threads:
                todo.put(None)

    def _work(
        self, todo: queue.SimpleQueue[Batch | None], done: queue.SimpleQueue[Made | BaseException]
    ) -> None:
        while (batch := todo.get()) is not None:
            try:
                done.put(translate_batch(self._engines[batch.engine], batch, self._source, self._beam_size))
            except BaseException as error:
                done.put(error)
                return


def _next(done: queue.SimpleQueue[Made | BaseException]) -> Made:
    # Without a time limit Ctrl-C would wait for the batch.
    while True:
        try:
            made = done.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            continue
        if isinstance(made, BaseException):
            raise made
        return made


def translate_batch(engine: Translator, batch: Batch, source: str, beam_size: int | None) -> Made:
    """Translate a batch; where the engine refuses it, its jobs one by one, so that only the cause is lost."""
    started = time.monotonic()
    jobs = list(batch.jobs)
    a_character = batch.allowed / max(1, characters(jobs))
    try:
        made: list[Hypothesis | None] = list(_planned(engine, jobs, source, beam_size, a_character))
        failed: list[str] = []
    except Exception as error:
        # Whatever it is, and were it a fault of ours: a job is lost, not the run.
        if len(jobs) == 1:
            made, failed = [None], [_said(error)]
        else:
            made, failed = _one_by_one(engine, jobs, source, beam_size, a_character)
    reasons = iter(failed)
    told = tuple("" if hypothesis is not None else next(reasons) for hypothesis in made)
    return Made(batch, tuple(made), told, time.monotonic() - started)


def _planned(
    engine: Translator, jobs: list[Job], source: str, beam_size: int | None, a_character: float
) -> list[Hypothesis]:
    """Translate jobs that are one batch; ``a_character`` of a character of theirs may be decoded again."""
    if isinstance(engine, Healing):
        allowed = a_character * characters(jobs)
        return engine.translate(jobs, source, beam_size=beam_size, planned=True, allowed=allowed)
    return engine.translate(jobs, source, beam_size=beam_size, planned=True)


def _one_by_one(
    engine: Translator, jobs: list[Job], source: str, beam_size: int | None, a_character: float
) -> tuple[list[Hypothesis | None], list[str]]:
    made: list[Hypothesis | None] = []
    failed: list[str] = []
    for job in jobs:
        try:
            made += _planned(engine, [job], source, beam_size, a_character)
        except Exception as error:
            made.append(None)
            failed.append(_said(error))
    return made, failed


def _said(error: Exception) -> str:
    if not isinstance(error, MtpipeError | RuntimeError | ValueError):
        return internal(error)
    return " ".join(str(error).split()) or type(error).__name__
