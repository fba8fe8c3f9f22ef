"""A configuration becomes a forecast: documents, segments, time; nothing is written."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mtpipe.batch.engines import Engines, load_engines
from mtpipe.batch.listing import Listed, listed
from mtpipe.batch.plain import Made, PlainExecutor
from mtpipe.batch.planning import Batch, Window, packed
from mtpipe.batch.preparing import prepare
from mtpipe.batch.state import DONE, State
from mtpipe.config import RunConfig
from mtpipe.data import Document
from mtpipe.rows import untranslated
from mtpipe.text import for_model
from mtpipe.translator import Job

# So many documents are read to learn how many segments a document has; a run with no more is counted exactly.
_READ = 200
# So many segments are translated to learn how fast this machine is.
_TRIED = 96


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would do.

    ``segments`` are of all readable documents, estimated from some unless
    ``exact``; ``unreadable`` lists those among the documents read that would
    fail; ``done`` are documents that the run folder holds already.
    ``seconds`` is for what is left, on this machine alone.
    """

    documents: int
    size: int
    segments: int
    exact: bool
    unreadable: tuple[tuple[str, str], ...]
    done: int
    seconds: float
    speed: float
    targets: tuple[str, ...]
    models: tuple[str, ...]
    folder: str

    def lines(self) -> list[str]:
        """Return the forecast as lines for a reader."""
        about = "" if self.exact else "about "
        out = [
            f"documents: {self.documents} ({self.size:,} bytes)",
            f"done already: {self.done}",
            f"segments: {about}{self.segments} into each of {', '.join(self.targets)}",
            *(f"model for {target}: {name}" for target, name in zip(self.targets, self.models, strict=True)),
            f"run folder: {self.folder}",
            f"estimated time for what is left: {_spoken(self.seconds)}"
            f" ({self.speed:.1f} segments a second and target, measured here)",
        ]
        return out + [f"would fail: {label}: {reason}" for label, reason in self.unreadable]


def forecast(config: RunConfig) -> Forecast:
    """Say what a run of ``config`` would do; the models are loaded and tried on some of its segments."""
    documents, size, sample = _survey(config)
    prepared = [prepare(item, config.inputs[item.entry], config.source) for item in sample]
    read = [one.document for one in prepared if one.document is not None]
    read_bytes = sum(item.size for item in sample)
    share = 1.0 if len(sample) == documents else size / max(1, read_bytes)
    segments = round(sum(len(document.segments) for document in read) * share)
    engines = load_engines(config, threads=config.executor.threads)
    speed = _speed(config, engines, read)
    done = _done(config)
    left = segments * len(config.targets) * (1 - done / max(1, documents))
    return Forecast(
        documents=documents,
        size=size,
        segments=segments,
        exact=len(sample) == documents,
        unreadable=tuple((one.listed.label, one.reason) for one in prepared if one.document is None),
        done=done,
        seconds=left / speed if speed else 0.0,
        speed=speed,
        targets=config.targets,
        models=tuple(engines.passports[target].id for target in config.targets),
        folder=config.output.directory,
    )


def _survey(config: RunConfig) -> tuple[int, int, list[Listed]]:
    """Count the documents and their bytes, and pick some of them evenly."""
    documents, size, step = 0, 0, 1
    sample: list[Listed] = []
    for item in listed(config):
        if documents % step == 0:
            sample.append(item)
            if len(sample) > _READ:
                sample, step = sample[::2], step * 2
        documents += 1
        size += item.size
    return documents, size, sample


def _speed(config: RunConfig, engines: Engines, documents: list[Document]) -> float:
    """Return segments a second, each target counted, measured on the first segments there are."""
    texts = (
        for_model(segment.text)
        for document in documents
        for number, segment in enumerate(document.segments)
        if number not in untranslated(document)
    )
    jobs: list[Job] = [
        (text, target)
        for text in islice(dict.fromkeys(islice(texts, 4 * _TRIED)), _TRIED)
        for target in config.targets
    ]
    if not jobs:
        return 0.0
    batches: list[Batch] = []
    for engine, sizes in enumerate(engines.sizes):
        mine = [job for job in jobs if engines.number[job[1]] == engine]
        length = dict(zip([text for text, _ in mine], sizes([text for text, _ in mine]), strict=True))
        mine.sort(key=lambda job: (-length[job[0]], job))
        most = min(
            config.decoding.batch_pieces or engines.batch_pieces,
            -(-sum(length[t] for t, _ in mine) // engines.threads),
        )
        for part in packed(mine, length, most):
            batches.append(Batch(0, len(batches), engine, tuple(part), sum(length[t] for t, _ in part), b""))
    executor = PlainExecutor(
        engines.loaded, config.source, beam_size=config.decoding.beam_size, threads=engines.threads
    )
    started = time.monotonic()
    window = Window(0, (), (), tuple(batches), (), 0)
    done = sum(len(made.batch.jobs) for made in executor.results(iter([window])) if isinstance(made, Made))
    return done / max(1e-9, time.monotonic() - started)


def _done(config: RunConfig) -> int:
    path = Path(config.output.directory) / "state.sqlite"
    if not path.exists():
        return 0
    state = State(path)
    try:
        return state.counts().get(DONE, 0)
    finally:
        state.close()


def _spoken(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
