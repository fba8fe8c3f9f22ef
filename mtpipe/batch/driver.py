"""A configuration becomes a run folder: plans, has batches done, remembers them, writes documents in order."""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from mtpipe.batch import engines as loading
from mtpipe.batch.ahead import Ahead, Reading, windows_ahead
from mtpipe.batch.collecting import collected_rarely
from mtpipe.batch.engines import Engines
from mtpipe.batch.finishing import Finished, Finisher
from mtpipe.batch.folder import RunFolder
from mtpipe.batch.listing import check_inputs, listed
from mtpipe.batch.plain import Executor, Made, PlainExecutor
from mtpipe.batch.planning import InFlight, Planner, Route, Window
from mtpipe.batch.reporting import report_of, write_manifest, write_report, write_scores
from mtpipe.batch.scoring import score_run
from mtpipe.batch.state import Known, State
from mtpipe.batch.tally import Tally
from mtpipe.config import Input, RunConfig
from mtpipe.data import Hypothesis
from mtpipe.files import remove_leftovers
from mtpipe.memory import Memory, Unit
from mtpipe.pipeline.triangle import Bridge
from mtpipe.report import Evaluation
from mtpipe.run_report import RunScores
from mtpipe.segmenter import VERSION as SEGMENTER
from mtpipe.translator import Job

# Bytes of text in a window for each piece of a batch. The more batches, the more alike in length what is in one: with
# small batches 512 made the built-in model a tenth quicker than 128. But documents are written when their window is
# done, so large batches, which large models have, get fewer.
_WINDOW_BYTES_A_PIECE, _FEWER = 512, 128
_WINDOW_BYTES = 1 << 19
_MOST_UNWRITTEN = 1


class Observer(Protocol):
    """Watches a run."""

    def progress(self, tally: Tally) -> None:
        """Something was done."""

    def failed(self, label: str, reason: str) -> None:
        """A document could not be done."""

    def say(self, text: str) -> None:
        """Something worth a line has happened."""


@dataclass(slots=True)
class _Open:
    """A window on its way: what of it was made, what failed, how many batches are missing."""

    ahead: Ahead
    missing: int
    made: dict[Job, Hypothesis] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """One session of a run: everything that its parts share."""

    config: RunConfig
    folder: RunFolder
    engines: Engines
    bridge: Bridge | None
    batch_pieces: int
    memory: Memory
    state: State
    routes: list[Route]
    settings: str
    windows: int
    observer: Observer
    tally: Tally

    def work(self, executor: Executor) -> None:
        """Translate and write all that is not done yet."""
        in_flight = InFlight()

        def planner() -> Planner:
            return Planner(
                Memory(self.folder.memory),
                self.routes,
                self.engines.sizes,
                batch_pieces=self.batch_pieces,
                settings=self.settings,
                in_flight=in_flight,
            )

        reading = Reading(
            self.config.inputs,
            self.config.source,
            self._settled_by(),
            self.folder.documents,
            self.config.output.formats,
            self.config.executor.readers,
        )
        waiting: deque[_Open] = deque()
        by_number: dict[int, _Open] = {}

        def windows() -> Generator[Window]:
            for ahead in opening:
                opened = _Open(ahead, len(ahead.window.batches))
                waiting.append(opened)
                by_number[ahead.window.number] = opened
                self._planned(ahead)
                yield ahead.window

        with ExitStack() as stack:
            # Closed, not only dropped: a traceback would keep it, and with it the thread that reads ahead.
            opening = stack.enter_context(
                closing(
                    windows_ahead(
                        self.windows,
                        lambda: State(self.folder.state),
                        planner,
                        reading,
                        self._skipped,
                        self.folder.log,
                    )
                )
            )
            finisher = self._finisher(stack)
            pool = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="writing"))
            writing: deque[Future[list[Finished]]] = deque()
            for event in stack.enter_context(closing(executor.results(windows()))):
                if isinstance(event, Made):
                    self._remember(event, by_number[event.batch.window], in_flight)
                while waiting and not waiting[0].missing:
                    opened = waiting.popleft()
                    del by_number[opened.ahead.window.number]
                    window, settled = opened.ahead.window, opened.ahead.settled
                    writing.append(
                        pool.submit(finisher.finish, window, settled, opened.made, in_flight.failed)
                    )
                while writing and (len(writing) > _MOST_UNWRITTEN or writing[0].done()):
                    self._finished(writing.popleft().result())
                self.observer.progress(self.tally)
            while writing:
                self._finished(writing.popleft().result())
        self.observer.progress(self.tally)

    def _settled_by(self) -> tuple[str, ...]:
        return _settings_by_entry(self.settings, self.config.inputs)

    def _finisher(self, stack: ExitStack) -> Finisher:
        memory, state = Memory(self.folder.memory), State(self.folder.state)
        stack.callback(memory.close)
        stack.callback(state.close)
        return Finisher(
            self.folder.documents,
            memory,
            state,
            routes=self.routes,
            passports=self.engines.passports,
            formats=self.config.output.formats,
            settings=self._settled_by(),
            heal=self.config.healing,
            bridge=self.bridge,
            beam_size=self.config.decoding.beam_size,
        )

    def _planned(self, ahead: Ahead) -> None:
        window = ahead.window
        self.tally.bytes_planned += ahead.size
        self.tally.pieces_planned += sum(batch.pieces for batch in window.batches)
        self.tally.remembered += window.known
        self.tally.skipped += len(ahead.settled)
        self.tally.done += len(ahead.settled)

    def _skipped(self, documents: list[Known]) -> None:
        self.tally.skipped += len(documents)
        self.tally.done += len(documents)
        self.tally.bytes_skipped += sum(one.listed.size for one in documents)

    def _remember(self, made: Made, opened: _Open, in_flight: InFlight) -> None:
        """Put a batch into the memory, all of it in one transaction."""
        number = {route.target: route.circumstances for route in self.routes}
        units: list[Unit] = []
        failed: dict[Job, str] = {}
        for job, hypothesis, reason in zip(made.batch.jobs, made.hypotheses, made.failed, strict=True):
            if hypothesis is None:
                failed[job] = reason
            else:
                units.append(Unit(number[job[1]], job[0], hypothesis))
                opened.made[job] = hypothesis
        self.memory.add(units, made.batch.mark)
        in_flight.landed(made.batch.jobs, failed)
        opened.missing -= 1
        self.tally.translated += len(units)
        self.tally.pieces += made.batch.pieces
        if self.tally.first_batch is None:
            self.tally.first_batch = self.tally.started + self.tally.seconds - made.seconds
        self.tally.last_batch = self.tally.started + self.tally.seconds

    def _finished(self, finished: list[Finished]) -> None:
        for one in finished:
            if one.reason:
                self.tally.failed += 1
                self.folder.log(f"failed: {one.label}: {one.reason}")
                self.observer.failed(one.label, one.reason)
            else:
                self.tally.done += 1
                self.tally.segments += one.segments
                self.tally.flagged += one.flagged
                self.tally.healed += one.healed


def open_run(config: RunConfig, observer: Observer, stack: ExitStack) -> Run:
    """Open the run folder, load the models, list the inputs; ``stack`` closes it all."""
    # Before anything is made: what is refused leaves nothing behind.
    check_inputs(config)
    folder = RunFolder(Path(config.output.directory), config.where("output.directory"))
    stack.callback(folder.close)
    remove_leftovers(folder.documents)
    pieces, linked = folder.pinned()
    # Words stay linked when a format that does not show it is asked for: nothing is translated anew for that.
    links = config.links or (linked and config.decoding.links is None)
    config = replace(config, decoding=replace(config.decoding, links=links))
    engines = loading.load_engines(config, threads=config.executor.threads)
    bridge = loading.load_bridge(config, engines)
    batch_pieces = config.decoding.batch_pieces or pieces or engines.batch_pieces
    memory = Memory(folder.memory)
    stack.callback(memory.close)
    state = State(folder.state)
    stack.callback(state.close)
    wanted = loading.circumstances(config, engines)
    held = {target: str(found) for target, found in wanted.items()}
    if bridge is not None:
        held["triangle"] = bridge.engine.passport.sha256
    settings = _settings(config, batch_pieces, held)
    windows = state.plan(listed(config), _window(batch_pieces))
    # Not before the inputs are listed: a configuration that is refused must not take the place of one that ran.
    resolved = replace(config, decoding=replace(config.decoding, batch_pieces=batch_pieces))
    folder.put_config(
        resolved,
        {f"model for {target}": f"{p.id}, sha256 {p.sha256}" for target, p in engines.passports.items()},
    )
    tally = Tally(documents=state.counts()["all"], bytes_all=state.size())
    return Run(
        config, folder, engines, bridge, batch_pieces, memory, state,
        loading.numbered(memory, engines, wanted), settings, windows, observer, tally,
    )  # fmt: skip


def _window(batch_pieces: int) -> int:
    """Return how many bytes of text a window takes."""
    return min(batch_pieces * _WINDOW_BYTES_A_PIECE, max(batch_pieces * _FEWER, _WINDOW_BYTES))


def _settings(config: RunConfig, batch_pieces: int, wanted: Mapping[str, str]) -> str:
    """Return a digest of all that the outputs depend on besides the inputs and how those are read."""
    held = {
        "circumstances": wanted,
        "formats": config.output.formats,
        "batch_pieces": batch_pieces,
        "segmenter": SEGMENTER,
    }
    return _digest(held)


def _settings_by_entry(settings: str, entries: Sequence[Input]) -> tuple[str, ...]:
    """Return for each entry a digest of ``settings`` and of how its documents are read: other entries do not matter."""
    return tuple(_digest([settings, entry.text, entry.encoding, entry.lines]) for entry in entries)


def _digest(held: object) -> str:
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session ended: its counts, and one line about them."""

    tally: Tally
    folder: Path

    @property
    def summary(self) -> str:
        """Return one line: documents, segments, where the results are."""
        tally = self.tally
        failed = f", {tally.failed} failed" if tally.failed else ""
        before = f" ({tally.skipped} before)" if tally.skipped else ""
        healed = f", {tally.healed} healed" if tally.healed else ""
        doubts = f", {tally.flagged} to look at" if tally.flagged else ""
        return (
            f"{tally.done} of {tally.documents} documents done{before}{failed}; {tally.translated} segments translated"
            f" in {tally.seconds:.1f} s{healed}{doubts}; results in {os.path.normpath(self.folder)}"
        )


def execute(
    config: RunConfig, observer: Observer, *, executor: Callable[[Run], Executor] | None = None
) -> Outcome:
    """Run ``config`` and return what was done; a run in the same folder goes on where it was.

    UsageError or ModelError where the configuration is wrong, OutputError where
    the disk takes no more. What was done until then is kept.
    """
    with ExitStack() as stack:
        run = open_run(config, observer, stack)
        session = run.state.start_session(datetime.now(UTC).isoformat(timespec="seconds"))
        run.folder.log(f"session {session}: {run.tally.documents} documents in {run.windows} windows")
        try:
            with collected_rarely():
                run.work((executor or executor_for)(run))
        except BaseException as error:
            run.folder.log(f"session {session} ended early: {type(error).__name__}: {error}")
            raise
        finally:
            run.state.note_session(session, run.tally.seconds, run.tally.figures())
        figures = json.dumps(run.tally.figures())
        run.folder.log(f"session {session}: {figures} in {run.tally.seconds:.1f} s")
        _report(run)
        return Outcome(run.tally, run.folder.path)


def _report(run: Run) -> None:
    """Score what has references, and write the report and the manifest."""
    scores: tuple[RunScores, ...] = ()
    notes: tuple[str, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    if run.config.references:
        run.observer.say("scoring")
        scores, evaluations, notes = score_run(run.config, run.engines, run.memory, run.state, run.routes)
    write_scores(run.folder, run.config.name, evaluations)
    write_manifest(run.folder, run.config, run.engines, run.state)
    write_report(run.folder, report_of(run.config, run.engines, run.state, scores, notes))


def executor_for(run: Run) -> Executor:
    """Return the executor that the configuration names."""
    if run.config.executor.kind == "ray":
        # Ray is an extra, and takes seconds to import.
        from mtpipe.batch.on_ray import RayExecutor  # noqa: PLC0415

        return RayExecutor(run.config, run.engines, run.windows)
    return plain_executor(run)


def plain_executor(run: Run) -> Executor:
    """Return the executor of this process."""
    return PlainExecutor(
        run.engines.loaded,
        run.config.source,
        beam_size=run.config.decoding.beam_size,
        threads=run.engines.threads,
    )
