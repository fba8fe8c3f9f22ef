"""Times mtpipe against a bare CTranslate2 loop, a cold start, and measures memory.

``python -m benchmarks.translation [LINES_FILE]``: LINES_FILE defaults to flores-dev.ar
under MTPIPE_DATA, else to the example article. Five interleaved runs each, medians;
run it with nothing else on the machine. Prints a Markdown table.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ctranslate2
import sentencepiece

from mtpipe import models, pipeline, translator

_HOME = Path(__file__).parents[1]
_DATA = Path(os.environ.get("MTPIPE_DATA", _HOME.parent / "shared"))
_EXAMPLE = _HOME / "examples" / "article.ar.txt"
_RUNS = 5


def median_seconds(rounds: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Run every round in turn, five times; return the median seconds of each."""
    taken: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(_RUNS):
        for name, work in rounds.items():
            started = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def bare_loop(model: models.Model, lines: list[str], batch: int) -> Callable[[], object]:
    """Return CTranslate2 alone over ready-made pieces of ``lines``, both targets, the same decoding."""
    cores = translator.cores()
    engine = ctranslate2.Translator(
        str(model.folder), inter_threads=cores, intra_threads=1, compute_type="int8"
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model.folder / "source.spm"))
    framed = [model.conventions.frame(row, "ar", "en") for row in pieces.encode(lines, out_type=str)] * 2
    prefixes = [model.conventions.forced("ar", target) for target in ("en", "fr") for _ in lines]
    options = {"beam_size": 1, **model.decoding}
    return lambda: engine.translate_batch(
        framed,
        target_prefix=prefixes,
        max_batch_size=batch,
        batch_type="tokens",
        max_decoding_length=model.conventions.max_target,
        **options,
    )


def command(*arguments: str) -> Callable[[], object]:
    """Return a cold run of the command line."""
    return lambda: subprocess.run(
        [sys.executable, "-m", "mtpipe", *arguments],
        check=True,
        capture_output=True,
        cwd=tempfile.gettempdir(),
    )


def peak_megabytes(*arguments: str) -> float:
    """Return the largest resident size of a cold run, in MB."""
    probe = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'mtpipe', *sys.argv[1:]], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments], check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1]) / 1024


def main() -> None:
    """Measure and print."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else _DATA / "eval" / "flores-dev.ar"
    file = file if file.exists() else _EXAMPLE
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    model = models.find()
    bare = {
        f"bare, batches of {batch} pieces": bare_loop(model, lines, batch) for batch in (1024, 2048, 4096)
    }
    engines = pipeline.systems_for(
        pipeline.routes("ar", ["en", "fr"], {"en": ["builtin"], "fr": ["builtin"]})
    )

    def whole() -> None:
        pipeline.translate_with(pipeline.load_document(str(file), lines=True), engines)

    times = median_seconds({**bare, "mtpipe": whole})
    best = min(times[name] for name in bare)
    with tempfile.TemporaryDirectory() as folder:
        out = ["translate", str(_EXAMPLE), "--output", f"{folder}/x.html", "--force", "--quiet"]
        cold = median_seconds({"mtpipe --help": command("--help"), "example article, cold": command(*out)})
        memory = peak_megabytes(*out)
    print(
        f"{platform.processor() or platform.machine()}, {translator.cores()} cores, {file.name}: ",
        end="",
    )
    print(
        f"{len(lines)} lines, two targets, model {model.passport.id}; medians of {_RUNS} interleaved runs\n"
    )
    print("| what | seconds | against the best bare loop |\n|---|---|---|")
    for name, seconds in times.items():
        print(f"| {name} | {seconds:.2f} | {seconds / best:.3f} |")
    for name, seconds in cold.items():
        print(f"| {name} | {seconds:.2f} | |")
    print(f"\npeak memory of the example article in a cold process: {memory:.0f} MB")


if __name__ == "__main__":
    main()
