"""Measures which batch size and how many threads suit a model on this machine, and remembers it."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from mtpipe import models
from mtpipe.batch.plain import Made, PlainExecutor
from mtpipe.batch.planning import Batch, Window, packed
from mtpipe.errors import ModelError, UsageError
from mtpipe.files import write_text
from mtpipe.text import for_model
from mtpipe.translator import Engine, Job, cores

SCHEMA = "mtpipe.tuning/1"
_PIECES_CPU = (512, 1024, 2048, 4096, 8192)
_PIECES_GPU = (8192, 16384, 32768, 65536)
# Where nothing was measured: a small model's weights stay in the processor's cache and its batches should as well; a
# large model's weights are read anew for each step, which pays for many sentences at once.
_SMALL_MODEL = 64 * 2**20
_SMALL_PIECES, _LARGE_PIECES, _GPU_PIECES = 1024, 4096, 32768
_ROUNDS = 3
# A smaller batch that is as fast, within the noise, is the better one: less memory, less to do again.
_AS_GOOD = 0.98


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was found best for a model on a machine: source pieces a batch, batches at a time, pieces a second."""

    machine: str
    device: str
    compute_type: str
    model: str
    batch_pieces: int
    threads: int
    pieces_per_second: float


def machine() -> str:
    """Return what tells this machine from others: its processor and how many cores this process may use."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{name}, {cores()} cores"


def tuning_file() -> Path:
    """Return where tunings are kept: ``MTPIPE_TUNING``, else the user's configuration folder.

    UsageError where the user has none.
    """
    if named := os.environ.get("MTPIPE_TUNING"):
        return Path(named)
    try:
        base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    except RuntimeError:
        raise UsageError(
            "MTPIPE_TUNING: not set, and there is no home folder to keep a tuning in; set it to the name of a file"
        ) from None
    return Path(base) / "mtpipe" / "tuning.json"


def usual_pieces(engine: Engine) -> int:
    """Return how many source pieces a batch should have where nothing was measured."""
    if engine.device != "cpu":
        return _GPU_PIECES
    weights = (engine.model.folder / "model.bin").stat().st_size
    return _SMALL_PIECES if weights < _SMALL_MODEL else _LARGE_PIECES


def tuned(model: str, device: str, compute_type: str) -> Tuning | None:
    """Return what was measured for the model with these weights on this machine; None if nothing was."""
    here = machine()
    for entry in _stored():
        if (entry.machine, entry.device, entry.compute_type, entry.model) == (
            here,
            device,
            compute_type,
            model,
        ):
            return entry
    return None


def tune(
    name: str, *, device: str = "auto", compute_type: str = "auto", say: Callable[[str], None]
) -> Tuning:
    """Measure the model ``name`` over own sentences, keep what is best and return it.

    Every combination is tried in turn, three rounds; medians decide. ModelError
    where the model does not translate from Arabic, UsageError where there is
    no place to keep a tuning.
    """
    tuning_file()  # said before minutes are spent on measuring
    model = models.find(name)
    target = next(
        (target for target in (model.passport.targets or ("en", "fr")) if model.supports("ar", target)), None
    )
    if target is None:
        raise ModelError(
            f"{name}: does not translate from Arabic, which the sentences to measure with are in"
        )
    texts = [for_model(line) for line in _sentences()]
    engines: dict[int, Engine] = {}
    first = Engine(model, device=device, compute_type=compute_type)
    threads = sorted({first.threads, max(1, first.threads // 2)}, reverse=True)
    engines[first.threads] = first
    for number in threads[1:]:
        engines[number] = Engine(model, device=device, compute_type=compute_type, threads=number)
    pieces = _PIECES_CPU if first.device == "cpu" else _PIECES_GPU
    speeds = _measured(engines, texts, target, pieces, say)
    best = max(speeds.values())
    batch_pieces, number = min(key for key, speed in speeds.items() if speed >= _AS_GOOD * best)
    found = Tuning(
        machine(), first.device, first.compute_type, model.passport.sha256, batch_pieces, number,
        round(speeds[batch_pieces, number], 1),
    )  # fmt: skip
    _store(found)
    return found


def _measured(
    engines: dict[int, Engine],
    texts: list[str],
    target: str,
    pieces: Sequence[int],
    say: Callable[[str], None],
) -> dict[tuple[int, int], float]:
    """Return source pieces a second for each (batch size, threads)."""
    some = next(iter(engines.values()))
    length = dict(zip(texts, some.sizes(texts), strict=True))
    jobs: list[Job] = sorted(((text, target) for text in length), key=lambda job: (-length[job[0]], job))
    total = sum(length.values())
    taken: dict[tuple[int, int], list[float]] = {}
    for engine in engines.values():
        engine.translate(jobs[-8:], "ar", planned=True)  # warm
    for _ in range(_ROUNDS):
        for most in pieces:
            batches = tuple(
                Batch(0, number, 0, tuple(part), 0, b"")
                for number, part in enumerate(packed(jobs, length, most))
            )
            for threads, engine in engines.items():
                executor = PlainExecutor([engine], "ar", beam_size=None, threads=threads)
                started = time.perf_counter()
                done = sum(
                    len(made.batch.jobs)
                    for made in executor.results(iter([Window(0, (), (), batches, (), 0)]))
                    if isinstance(made, Made)
                )
                taken.setdefault((most, threads), []).append(time.perf_counter() - started)
                assert done == len(jobs)  # noqa: S101
    speeds = {key: total / statistics.median(seconds) for key, seconds in taken.items()}
    for (most, threads), speed in speeds.items():
        say(f"  batches of {most} pieces, {threads} at a time: {speed:.0f} tokens/s")
    return speeds


def _sentences() -> list[str]:
    return files("mtpipe.batch").joinpath("sentences.txt").read_text("utf-8").splitlines()


def _stored() -> list[Tuning]:
    try:
        held: Any = json.loads(tuning_file().read_text("utf-8"))
        if held["schema"] != SCHEMA:
            return []
        return [Tuning(**entry) for entry in held["tunings"]]
    except (OSError, ValueError, KeyError, TypeError, UsageError):
        # A tuning is only a hint: without one the defaults hold.
        return []


def _store(found: Tuning) -> None:
    same = ("machine", "device", "compute_type", "model")
    others = [entry for entry in _stored() if any(getattr(entry, key) != getattr(found, key) for key in same)]
    path = tuning_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    held = {"schema": SCHEMA, "tunings": [asdict(entry) for entry in [*others, found]]}
    write_text(path, json.dumps(held, ensure_ascii=False, indent=1) + "\n")
