"""Times `mtpipe run` against a bare CTranslate2 loop, Argos Translate, Hugging Face transformers, and Ray.

``python -m benchmarks.throughput all --work DIR`` prints the table: medians of five rounds, each of which times
everything once; ``--minutes`` gives it more or less, ``--parts`` some of it.
Documents are composed of the project's own corpus by a seeded draw, twenty segments each, as many as fit the time (at
most 10,000 segments) or as ``--segments`` says; slow peers run over fewer, as the table says. Run it with nothing else
on the machine; ratios hold better than seconds, and those of processor time where the machine is shared.

Peers live in environments of their own, since they pull in what mtpipe does not need:
``--argos PYTHON`` (argostranslate) and ``--transformers PYTHON`` (torch, transformers); Ray is wanted in mtpipe's own.
What is missing is left out, and said. ``python -m benchmarks.throughput scale`` measures cost and memory by size.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.throughput_tools import (
    HOME,
    LIKE_THE_LOOP,
    PEERS,
    SEGMENTS_A_DOCUMENT,
    TARGET,
    Echo,
    Peer,
    Quiet,
    Taken,
    bare_loop,
    compose,
    config_for,
    medians_of,
    run_taken,
    seconds_of,
)
from mtpipe import batch, models, translator
from mtpipe.text import for_model

_MOST_SEGMENTS = 10_000
_BATCHES = (1024, 2048, 4096, 8192)
_TRIAL = 300
PARTS = ("loop", "argos", "transformers", "ray")
# Of the time there is: what a round's run and its bare loop may take, the rest being for the others and the start.
_SHARE_OF_THE_LOOP = 0.4


@dataclass(slots=True)
class Line:
    """A line of the table: mtpipe and what it is held against, over how many segments, round by round."""

    what: str
    segments: int
    ours: Callable[[int], Taken]
    theirs: Callable[[int], Taken]
    taken: list[tuple[Taken, Taken]] = field(default_factory=list)

    def round(self, number: int) -> None:
        """Time both sides once."""
        self.taken.append((self.ours(number), self.theirs(number)))
        ours, theirs = self.taken[-1]
        say(
            f"  {self.what}: {self.segments / ours.wall:.1f} and {self.segments / theirs.wall:.1f} segments/s"
        )

    def row(self) -> str:
        """Return the line in Markdown, medians over all rounds."""
        ours, theirs = (medians_of([pair[side] for pair in self.taken]) for side in (0, 1))
        ratio = medians_of([Taken(t.wall / o.wall, t.cpu / o.cpu) for o, t in self.taken])
        cells = [self.what, f"{self.segments:,}"]
        for our, their, times in ((ours.wall, theirs.wall, ratio.wall), (ours.cpu, theirs.cpu, ratio.cpu)):
            told = [f"{self.segments / our:.1f}", f"{self.segments / their:.1f}", f"{times:.2f} ×"]
            cells += ["", "", ""] if math.isnan(our) else told
        return f"| {' | '.join(cells)} |"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the parts share: where they work, the segments, how fast the bare loop is with its best batches."""

    work: Path
    lines: list[str]
    batch: int
    options: argparse.Namespace
    known: dict[int, Taken] = field(default_factory=dict)

    def whole(self, number: int) -> Taken:
        """Return what a round's run over all segments takes; it is run once a round."""
        if number not in self.known:
            self.known[number] = self.run("whole", len(self.lines), **LIKE_THE_LOOP)(number)
        return self.known[number]

    def share(self, count: int) -> Callable[[int], Taken]:
        """Return what gives the part of that run that ``count`` segments take."""

        def taken(number: int) -> Taken:
            part = count / len(self.lines)
            return Taken(self.whole(number).wall * part, self.whole(number).cpu * part)

        return taken

    def inputs(self, count: int) -> Path:
        """Return a folder of documents with the first ``count`` segments."""
        folder = self.work / f"documents-{count}"
        if not folder.is_dir():
            compose(folder, count)
        return folder

    def file(self, count: int) -> Path:
        """Return a file with the first ``count`` segments as the model sees them, one a line."""
        path = self.work / f"sentences-{count}.txt"
        path.write_text("\n".join(map(for_model, self.lines[:count])) + "\n", encoding="utf-8")
        return path

    def run(self, name: str, count: int, **settings: str) -> Callable[[int], Taken]:
        """Return what times a run over the first ``count`` segments, its start included."""
        inputs = self.inputs(count)
        return lambda number: run_taken(config_for(self.work, inputs, f"{name}{number}", settings))


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def everything(options: argparse.Namespace) -> None:
    """Time all parts, round by round, and print the table."""
    began = time.monotonic()
    work = Path(options.work)
    setting = _setting(work, options)
    with ExitStack() as stack:
        lines = [line for part in options.parts for line in _PARTS[part](setting, stack)]
        for number in range(options.runs):
            say(f"round {number + 1} of {options.runs}, {time.monotonic() - began:.0f} s")
            for line in lines:
                line.round(number)
    print(
        f"\nInto {TARGET}, {translator.cores()} cores, medians of {options.runs} rounds; batches of {setting.batch}"
        f" pieces in the bare loop. {(time.monotonic() - began) / 60:.1f} minutes.\n"
    )
    print(
        "| mtpipe run against | segments | run, segments/s | it | ratio | run, segments/cpu-s | it | ratio |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    for line in lines:
        print(line.row())
    if options.parts == PARTS:
        print()
        scale(options)


def _setting(work: Path, options: argparse.Namespace) -> Setting:
    """Try the bare loop with several batch sizes on some segments, and take as many segments as the time allows."""
    trial = compose(work / "trial", min(_TRIAL, options.segments or _TRIAL))
    taken = {size: seconds_of(bare_loop(trial, size)) for size in _BATCHES}
    best = min(taken, key=lambda size: taken[size].cpu)
    speed = len(trial) / taken[best].wall
    affordable = speed * 60 * options.minutes * _SHARE_OF_THE_LOOP / (2 * options.runs)
    count = options.segments or min(_MOST_SEGMENTS, max(200, round(affordable, -2)))
    count = int(count)
    say(f"bare loop: {speed:.0f} segments/s with batches of {best} pieces; {count} segments")
    for folder in work.glob("documents-*"):
        shutil.rmtree(folder)
    return Setting(work, compose(work / f"documents-{count}", count), best, options)


def loop(setting: Setting, stack: ExitStack) -> list[Line]:
    """Return the lines against CTranslate2 alone: with the same decoding, and as a run is by default."""
    count, some = len(setting.lines), _some(setting, 5, 200)
    whole, part = (bare_loop(setting.lines[:size], setting.batch) for size in (count, some))
    return [
        Line("bare CTranslate2 loop, the same decoding", count, setting.whole, lambda _: seconds_of(whole)),
        Line(
            "the same; the run links words and heals, as by default",
            some,
            setting.run("default", some),
            lambda _: seconds_of(part),
        ),
    ]


def argos(setting: Setting, stack: ExitStack) -> list[Line]:
    """Return the lines against Argos Translate with the same weights and its own settings."""
    python = setting.options.argos
    if not python:
        say("no --argos: left out")
        return []
    count = _some(setting, 40, 40)
    folder = setting.work / "argos"
    peer = Peer(
        python, "argos_call.py", str(setting.file(count)), str(models.find().folder), TARGET, str(folder)
    )
    stack.callback(peer.close)
    # Argos is too slow for all segments: the run's time is the part of them that it had.
    ours = setting.share(count)
    return [
        Line("Argos Translate, document by document", count, ours, lambda _: peer.taken("documents")),
        Line("Argos Translate's engine call, all at once", count, ours, lambda _: peer.taken("call")),
    ]


def transformers(setting: Setting, stack: ExitStack) -> list[Line]:
    """Return the line against transformers with the same weights: a Marian base of random ones, greedy, 32 tokens."""
    python = setting.options.transformers
    if not python:
        say("no --transformers: left out")
        return []
    count = _some(setting, 40, 64)
    folder = setting.work / "marian"
    if not (folder / "ct2" / "passport.json").exists():
        script = str(PEERS / "transformers_generate.py")
        subprocess.run([python, script, "make", str(folder), str(models.find().folder)], check=True)
    peer = Peer(
        python,
        "transformers_generate.py",
        "time",
        str(folder),
        str(setting.file(count)),
        str(translator.cores()),
    )
    stack.callback(peer.close)
    ours = setting.run("marian", count, models=str(folder / "ct2"), **LIKE_THE_LOOP)
    return [
        Line(
            "transformers, Marian base, greedy, 32 a batch",
            count,
            ours,
            lambda _: peer.taken("greedy"),
        )
    ]


def on_ray(setting: Setting, stack: ExitStack) -> list[Line]:
    """Return the line of a run on Ray with an actor a core against the plain executor, both without start and end."""
    if find_spec("ray") is None:
        say("no Ray here: left out")
        return []
    cores = str(translator.cores())
    count = _some(setting, 2, 2000)
    # Small batches, so that both have some to deal out to the end.
    common = {**LIKE_THE_LOOP, "decoding.batch_pieces": "1024"}
    plain = _worked(setting, "plain", count, {**common, "executor.threads": cores})
    kind = {"executor.kind": "ray", "executor.actors": cores, "executor.address": "local"}
    ray = _worked(setting, "ray", count, {**common, **kind})
    return [Line(f"plain executor; the run on Ray, {cores} actors; start and end aside", count, ray, plain)]


def _worked(setting: Setting, name: str, count: int, settings: dict[str, str]) -> Callable[[int], Taken]:
    """Return what times a run from its first batch to its last, in a process of its own: Ray starts once in one.

    Actors' processor time is not ours to see.
    """
    inputs = setting.inputs(count)
    given = [f"{key}={value}" for key, value in settings.items()]

    def taken(number: int) -> Taken:
        found = _in_a_process("work", "--work", str(setting.work), "--inputs", str(inputs),
                              "--name", f"{name}{number}", "--settings", *given)  # fmt: skip
        return Taken(found["wall"], math.nan)

    return taken


def work(options: argparse.Namespace) -> None:
    """Do one run and print the seconds from the beginning of its first batch to the end of its last."""
    settings = dict(one.split("=", 1) for one in options.settings)
    tally = batch.execute(
        config_for(Path(options.work), Path(options.inputs), options.name, settings), Quiet()
    ).tally
    print(json.dumps({"wall": (tally.last_batch or 0.0) - (tally.first_batch or 0.0)}))


def _in_a_process(*arguments: str) -> dict[str, float]:
    """Run this benchmark with ``arguments`` and return what its last line says."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput", *arguments],
        check=False, capture_output=True, text=True, cwd=HOME,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: ended with {done.returncode}\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _some(setting: Setting, part: int, least: int) -> int:
    """Return a share of the segments in whole documents, ``least`` or what there is at the least."""
    wanted = max(len(setting.lines) // part, min(least, len(setting.lines)))
    return max(SEGMENTS_A_DOCUMENT, wanted // SEGMENTS_A_DOCUMENT * SEGMENTS_A_DOCUMENT)


_PARTS: dict[str, Callable[[Setting, ExitStack], list[Line]]] = {
    "loop": loop, "argos": argos, "transformers": transformers, "ray": on_ray,
}  # fmt: skip


def scale(options: argparse.Namespace) -> None:
    """Measure cost per segment and memory as runs grow: with the engine, and with one that only echoes."""
    print("| engine | segments | cpu ms a segment | resident MB at its height |\n|---|---|---|---|")
    plan = [("built-in, beam 1", size) for size in options.sizes]
    plan += [("echo", size) for size in options.echo_sizes]
    for engine, size in plan:
        found = _in_a_process("one", "--work", options.work, "--segments", str(size), "--engine", engine)
        print(f"| {engine} | {size:,} | {found['cpu'] / size * 1000:.3f} | {found['peak']:.0f} |", flush=True)


def one(options: argparse.Namespace) -> None:
    """Do one run and print its processor seconds and its height in resident memory."""
    work = Path(options.work)
    inputs = work / f"scale-{options.segments}"
    if not inputs.is_dir():
        compose(inputs, options.segments)
    settings = {**LIKE_THE_LOOP, "decoding.beam_size": "1"}
    config = config_for(work, inputs, f"scale-{options.segments}", settings)
    heights: list[float] = []
    with _watched(heights):
        executor = (lambda _run: Echo()) if options.engine == "echo" else None
        taken = seconds_of(lambda: batch.execute(config, Quiet(), executor=executor))
    shutil.rmtree(config.output.directory, ignore_errors=True)
    print(json.dumps({"cpu": taken.cpu, "peak": max(heights, default=0.0)}))


@contextmanager
def _watched(heights: list[float]) -> Iterator[None]:
    """Note the resident megabytes of this process while something is done."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            heights.append(pages * resource.getpagesize() / 2**20)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["all", "scale", "one", "work"])
    parser.add_argument("--work", required=True, help="a folder for documents, runs and the random model")
    parser.add_argument("--minutes", type=float, default=11.0, help="that the rounds may take, about")
    parser.add_argument("--segments", type=int, default=0, help="instead of as many as fit the time")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--echo-sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--engine", default="echo")
    parser.add_argument("--inputs", help="of the one run that `work` times")
    parser.add_argument("--name", default="one")
    parser.add_argument("--settings", nargs="*", default=[])
    parser.add_argument("--argos", help="a Python that has argostranslate")
    parser.add_argument("--transformers", help="a Python that has torch and transformers")
    options = parser.parse_args()
    Path(options.work).mkdir(parents=True, exist_ok=True)
    {"all": everything, "scale": scale, "one": one, "work": work}[options.what](options)


if __name__ == "__main__":
    main()
