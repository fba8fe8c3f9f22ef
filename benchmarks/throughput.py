"""Times `mtpipe run` against a bare CTranslate2 loop, Argos Translate, Hugging Face transformers, and Ray.

``python -m benchmarks.throughput all --work DIR`` (or a part: ``compose``, ``peers``, ``marian``, ``scale``, ``ray``).
500 documents of 10,000 segments are composed of the project's own corpus by a seeded draw; five interleaved runs each,
medians. ``--segments`` takes fewer for a quick look. Slow peers run over a share of the segments (``--share``), which
is said in the table. Run it with nothing else on the machine; ratios hold better than seconds.

Peers live in environments of their own, since they pull in what mtpipe does not need:
``--argos PYTHON`` (argostranslate) and ``--transformers PYTHON`` (torch, transformers); without them they are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import ctranslate2
import sentencepiece

from mtpipe import batch, models, segmenter, translator
from mtpipe.batch.plain import Made
from mtpipe.batch.planning import Window
from mtpipe.config import RunConfig, load
from mtpipe.data import Hypothesis
from mtpipe.text import for_model

_HOME = Path(__file__).parents[1]
_CORPUS = _HOME / "corpus"
_DOCUMENTS = 500
_SEGMENTS = 10_000
_RUNS = 5
_TARGET = "en"
_BATCHES = (1024, 2048, 4096, 8192)


class Taken(NamedTuple):
    """Seconds by the clock, and of the processors: the latter hold where the machine is shared."""

    wall: float
    cpu: float


class Quiet:
    """Watches a run without a word."""

    def progress(self, tally: batch.Tally) -> None:
        """Say nothing."""

    def failed(self, label: str, reason: str) -> None:
        """Stop: a benchmark over broken documents measures nothing."""
        raise SystemExit(f"{label}: {reason}")

    def say(self, text: str) -> None:
        """Say nothing."""


def compose(folder: Path, segments: int, *, seed: int = 8) -> list[str]:
    """Write documents of twenty segments each into ``folder`` and return their distinct segments in order."""
    lines: list[str] = []
    for path in sorted(_CORPUS.glob("*.tsv")):
        if path.stem not in ("lexicon", "vocabulary", "vocabulary2", "names", "grammar"):
            lines += [row.split("\t")[0].strip() for row in path.read_text("utf-8").splitlines()]
    # A line that is one sentence, so that the count is exact.
    whole = [
        line
        for line in dict.fromkeys(lines)
        if 20 < len(line) < 600 and len(segmenter.segment_text(line)) == 1
    ]
    chance = random.Random(seed)
    chance.shuffle(whole)
    if segments > len(whole):
        # More than the corpus has: sentences joined with others' ends make new ones.
        for number in range(segments - len(whole)):
            first, second = chance.choice(whole[:20000]), chance.choice(whole[:20000])
            whole.append(" ".join([*first.split()[:6], *second.split()[-6:]]) + f" {number}.")
    chosen = whole[:segments]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    each = max(1, _SEGMENTS // _DOCUMENTS)
    for number in range(0, len(chosen), each):
        text = "\n".join(chosen[number : number + each]) + "\n"
        (folder / f"{number // each:05d}.txt").write_text(text, encoding="utf-8")
    return chosen


def config_for(work: Path, inputs: Path, name: str, **settings: str) -> RunConfig:
    """Return the configuration of a run over ``inputs`` into a folder that is not there yet."""
    out = work / "runs" / name
    shutil.rmtree(out, ignore_errors=True)
    path = work / f"{name}.yaml"
    path.write_text(
        f"name: {name}\ninputs: [{inputs}]\ntargets: [{_TARGET}]\nmodels: builtin\n"
        f"output: {{directory: {out}, formats: [jsonl]}}\n",
        encoding="utf-8",
    )
    return load(str(path), [f"{key}={value}" for key, value in settings.items()])


def run_seconds(config: RunConfig) -> Taken:
    """Return what a whole run takes: models loaded, files read, outputs, memory, manifest and report written."""
    return seconds_of(lambda: batch.execute(config, Quiet()))


def bare_loop(lines: list[str], size: int) -> Callable[[], None]:
    """Return CTranslate2 alone over ready-made pieces, the same decoding, ``size`` pieces a batch."""
    model = models.find()
    cores = translator.cores()
    engine = ctranslate2.Translator(
        str(model.folder), inter_threads=cores, intra_threads=1, compute_type="int8"
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model.folder / "source.spm"))
    texts = [for_model(line) for line in lines]
    framed = [model.conventions.frame(row, "ar", _TARGET) for row in pieces.encode(texts, out_type=str)]
    prefix = model.conventions.forced("ar", _TARGET)
    options = {"beam_size": 1, **model.decoding}

    def work() -> None:
        engine.translate_batch(
            framed, target_prefix=[prefix] * len(framed), max_batch_size=size, batch_type="tokens",
            max_decoding_length=model.conventions.max_target, **options,
        )  # fmt: skip

    return work


def seconds_of(work: Callable[[], object]) -> Taken:
    """Return how long ``work`` takes, by the clock and of the processors."""
    started, before = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - started, time.process_time() - before)


def peer(python: str, script: str, *arguments: str) -> Taken:
    """Run a peer's script in its own environment and return the seconds it reports, its loading left out."""
    done = subprocess.run(
        [python, str(Path(__file__).parent / "peers" / script), *arguments],
        check=True, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": str(translator.cores())},
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    return Taken(found["seconds"], found["cpu"])


def peers(options: argparse.Namespace) -> None:
    """Time a run, the bare loop and the peers, interleaved."""
    work = Path(options.work)
    inputs = work / "documents"
    lines = compose(inputs, options.segments)
    some = lines[:: max(1, round(1 / options.share))]
    (work / "some.txt").write_text("\n".join(for_model(line) for line in some) + "\n", encoding="utf-8")
    trial = lines[:: max(1, len(lines) // 1000)]
    by_size = {size: seconds_of(bare_loop(trial, size)).cpu for size in options.batches}
    best = min(by_size, key=lambda size: by_size[size])
    loop = bare_loop(lines, best)
    speeds: dict[str, list[Taken]] = {}

    def note(name: str, count: int, taken: Taken) -> None:
        speeds.setdefault(name, []).append(Taken(count / taken.wall, count / taken.cpu))

    for number in range(options.runs):
        note("mtpipe run", len(lines), run_seconds(config_for(work, inputs, f"plain{number}")))
        note(f"bare CTranslate2 loop, batches of {best} pieces", len(lines), seconds_of(loop))
        if options.argos:
            arguments = (str(work / "some.txt"), str(models.find().folder), _TARGET)
            note("Argos Translate's engine call", len(some), peer(options.argos, "argos_call.py", *arguments))
        last = {name: tuple(round(part, 1) for part in held[-1]) for name, held in speeds.items()}
        print(
            f"round {number + 1}, segments a second by the clock and of a processor: {last}", file=sys.stderr
        )
    medians = {name: medians_of(held) for name, held in speeds.items()}
    mine = medians["mtpipe run"]
    print(
        f"\n{len(lines)} segments of {len(list(inputs.iterdir()))} documents into {_TARGET},"
        f" {translator.cores()} cores;"
    )
    print(f"medians of {options.runs} interleaved runs; peers over {len(some)} of the segments\n")
    print(
        "| what | segments/s | mtpipe run against it | segments/cpu-s | mtpipe run against it |\n|---|---|---|---|---|"
    )
    for name, speed in medians.items():
        ratios = f"{mine.wall / speed.wall:.2f} × | {speed.cpu:.1f} | {mine.cpu / speed.cpu:.2f} ×"
        print(f"| {name} | {speed.wall:.1f} | {ratios} |")


def medians_of(held: list[Taken]) -> Taken:
    """Return the medians of both times."""
    return Taken(statistics.median(one.wall for one in held), statistics.median(one.cpu for one in held))


def marian(options: argparse.Namespace) -> None:
    """Time a run against transformers with the same weights: a Marian base of random ones, greedy, 32 tokens each."""
    work = Path(options.work)
    inputs = work / "documents"
    count = max(64, round(options.segments * options.share))
    lines = compose(inputs, count)
    (work / "some.txt").write_text("\n".join(for_model(line) for line in lines) + "\n", encoding="utf-8")
    folder = work / "marian"
    peers_home = Path(__file__).parent / "peers" / "transformers_generate.py"
    if not (folder / "ct2" / "passport.json").exists():
        subprocess.run(
            [options.transformers, str(peers_home), "make", str(folder), str(models.find().folder)],
            check=True,
        )
    threads = str(translator.cores())
    speeds: dict[str, list[Taken]] = {"run": [], "transformers": []}
    for number in range(options.runs):
        config = config_for(work, inputs, f"marian{number}", models=str(folder / "ct2"))
        some = str(work / "some.txt")
        taken = {
            "run": run_seconds(config),
            "transformers": peer(
                options.transformers, "transformers_generate.py", "time", str(folder), some, threads
            ),
        }
        for name, one in taken.items():
            speeds[name].append(Taken(count / one.wall, count / one.cpu))
        print({name: held[-1] for name, held in speeds.items()}, file=sys.stderr)
    run, theirs = (medians_of(held) for held in speeds.values())
    print(
        f"{count} segments, Marian base, greedy, 32 tokens each: mtpipe run {run.wall:.1f} segments/s, transformers"
        f" with batches of 32 {theirs.wall:.1f}: {run.wall / theirs.wall:.1f} × (of a processor: {run.cpu:.1f},"
        f" {theirs.cpu:.1f}: {run.cpu / theirs.cpu:.1f} ×)"
    )


class Echo:
    """An executor that returns each text as its translation, to see what everything but the engine costs."""

    def results(self, windows: Iterator[Window]) -> Iterator[Window | Made]:
        """Yield each window, then its batches as if they had been translated."""
        for window in windows:
            yield window
            for one in window.batches:
                yield Made(
                    one, tuple(Hypothesis(text, -0.5) for text, _ in one.jobs), ("",) * len(one.jobs), 0.0
                )


def scale(options: argparse.Namespace) -> None:
    """Measure cost per segment and memory as runs grow: with the engine, and with one that only echoes."""
    work = Path(options.work)
    print("| engine | segments | cpu ms a segment | resident MB at its height |\n|---|---|---|---|")
    plan = [("built-in, beam 1", size) for size in options.sizes] + [
        ("echo", size) for size in options.echo_sizes
    ]
    for engine, size in plan:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.throughput", "one", "--work", str(work),
             "--segments", str(size), "--engine", engine],
            check=True, capture_output=True, text=True, cwd=_HOME,
        )  # fmt: skip
        found = json.loads(done.stdout.splitlines()[-1])
        print(f"| {engine} | {size:,} | {found['cpu'] / size * 1000:.3f} | {found['peak']:.0f} |", flush=True)


def one(options: argparse.Namespace) -> None:
    """Do one run and print its processor seconds and its height in resident memory."""
    work = Path(options.work)
    inputs = work / f"documents-{options.segments}"
    if not inputs.is_dir():
        compose(inputs, options.segments)
    config = config_for(work, inputs, f"scale-{options.segments}", **{"decoding.beam_size": "1"})
    stop = threading.Event()
    heights: list[float] = []

    def watch() -> None:
        while not stop.wait(0.2):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            heights.append(pages * resource.getpagesize() / 2**20)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    before = time.process_time()
    if options.engine == "echo":
        batch.execute(config, Quiet(), executor=lambda _run: Echo())
    else:
        batch.execute(config, Quiet())
    cpu = time.process_time() - before
    stop.set()
    shutil.rmtree(config.output.directory, ignore_errors=True)
    print(json.dumps({"cpu": cpu, "peak": max(heights, default=0.0)}))


def on_ray(options: argparse.Namespace) -> None:
    """Time two Ray actors against two threads of the plain executor, from the first batch to the last."""
    work = Path(options.work)
    inputs = work / "documents"
    lines = compose(inputs, options.segments)
    speeds: dict[str, list[float]] = {"plain": [], "ray": []}
    for number in range(options.runs):
        for kind, more in (
            ("plain", {"executor.threads": "2"}),
            ("ray", {"executor.kind": "ray", "executor.actors": "2", "executor.address": "local"}),
        ):
            outcome = batch.execute(config_for(work, inputs, f"{kind}{number}", **more), Quiet())
            tally = outcome.tally
            worked = tally.seconds - ((tally.first_batch or tally.started) - tally.started)
            speeds[kind].append(tally.translated / worked)
            print(
                f"{kind}: {speeds[kind][-1]:.1f} segments/s, {tally.seconds - worked:.1f} s to start",
                file=sys.stderr,
            )
    plain, ray = (statistics.median(speeds[kind]) for kind in ("plain", "ray"))
    print(
        f"{len(lines)} segments: plain, two threads {plain:.1f} segments/s;"
        f" Ray, two actors {ray:.1f}: {ray / plain:.2f} ×"
    )


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["all", "compose", "peers", "marian", "scale", "ray", "one"])
    parser.add_argument("--work", required=True, help="a folder for documents and runs")
    parser.add_argument("--segments", type=int, default=_SEGMENTS)
    parser.add_argument("--runs", type=int, default=_RUNS)
    parser.add_argument(
        "--batches", type=int, nargs="*", default=_BATCHES, help="sizes tried for the bare loop"
    )
    parser.add_argument("--share", type=float, default=0.1, help="of the segments, for the slow peers")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--echo-sizes", type=int, nargs="*", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--engine", default="echo")
    parser.add_argument("--argos", help="a Python that has argostranslate")
    parser.add_argument("--transformers", help="a Python that has torch and transformers")
    options = parser.parse_args()
    Path(options.work).mkdir(parents=True, exist_ok=True)
    parts = {"peers": peers, "marian": marian, "scale": scale, "ray": on_ray, "one": one}
    if options.what == "compose":
        compose(Path(options.work) / "documents", options.segments)
    for name, part in parts.items():
        if name == "marian" and options.what == "all" and not options.transformers:
            continue
        if options.what == name or (options.what == "all" and name != "one"):
            part(options)


if __name__ == "__main__":
    main()
