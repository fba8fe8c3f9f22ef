"""What the throughput benchmarks share: documents to translate, runs over them, the bare loop, peers, stop watches."""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
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

HOME = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
TARGET = "en"
SEGMENTS_A_DOCUMENT = 20
# The same decoding as the bare loop's: no word links, no retries; the checks are made all the same.
LIKE_THE_LOOP = {"healing": "false", "decoding.links": "false"}
_CORPUS = HOME / "corpus"
_NO_SENTENCES = ("lexicon", "vocabulary", "vocabulary2", "names", "grammar")


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


class Peer:
    """Another program in an environment of its own: loaded once, then asked for its time as often as wanted."""

    def __init__(self, python: str, script: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [python, str(PEERS / script), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"OMP_NUM_THREADS": str(translator.cores()), "HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
        self._answer()

    def taken(self, what: str) -> Taken:
        """Return what ``what`` takes, its loading left out."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        found = self._answer()
        return Taken(found["seconds"], found["cpu"])

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            # Libraries may talk in between.
            if line.startswith("{"):
                found: dict[str, float] = json.loads(line)
                return found
        raise SystemExit(f"{self._process.args}: ended with {self._process.wait()}")

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def sentences(count: int, *, seed: int = 8) -> list[str]:
    """Return ``count`` distinct sentences of our own corpus, by a seeded draw; fewer are the first of more."""
    lines: list[str] = []
    for path in sorted(_CORPUS.glob("*.tsv")):
        if path.stem not in _NO_SENTENCES:
            lines += [row.split("\t")[0].strip() for row in path.read_text("utf-8").splitlines()]
    distinct = [line for line in dict.fromkeys(lines) if 20 < len(line) < 600]
    chance = random.Random(seed)
    chance.shuffle(distinct)
    chosen: list[str] = []
    for line in distinct:
        if len(chosen) == count:
            return chosen
        # A line that is one sentence, so that the count is exact.
        if len(segmenter.segment_text(line)) == 1:
            chosen.append(line)
    # More than the corpus has: sentences joined with others' ends make new ones.
    whole = len(chosen)
    for number in range(count - whole):
        first, second = chance.randrange(whole), chance.randrange(whole)
        words = [*chosen[first].split()[:6], *chosen[second].split()[-6:]]
        chosen.append(" ".join(words) + f" {number}.")
    return chosen


def compose(folder: Path, count: int) -> list[str]:
    """Write documents of twenty segments each into ``folder`` and return their distinct segments in order."""
    chosen = sentences(count)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number in range(0, len(chosen), SEGMENTS_A_DOCUMENT):
        text = "\n".join(chosen[number : number + SEGMENTS_A_DOCUMENT]) + "\n"
        (folder / f"{number // SEGMENTS_A_DOCUMENT:05d}.txt").write_text(text, encoding="utf-8")
    return chosen


def config_for(work: Path, inputs: Path, name: str, settings: dict[str, str]) -> RunConfig:
    """Return the configuration of a run over ``inputs`` into a folder that is not there yet."""
    out = work / "runs" / name
    shutil.rmtree(out, ignore_errors=True)
    path = work / f"{name}.yaml"
    path.write_text(
        f"name: {name}\ninputs: [{inputs}]\ntargets: [{TARGET}]\nmodels: builtin\n"
        f"output: {{directory: {out}, formats: [jsonl]}}\n",
        encoding="utf-8",
    )
    return load(str(path), [f"{key}={value}" for key, value in settings.items()])


def run_taken(config: RunConfig) -> Taken:
    """Return what a whole run takes: models loaded, files read, outputs, memory, manifest and report written."""
    return seconds_of(lambda: batch.execute(config, Quiet()))


def bare_loop(lines: Sequence[str], size: int) -> Callable[[], None]:
    """Return CTranslate2 alone over ready-made pieces, the same decoding, ``size`` pieces a batch."""
    model = models.find()
    cores = translator.cores()
    engine = ctranslate2.Translator(
        str(model.folder), inter_threads=cores, intra_threads=1, compute_type="int8"
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model.folder / "source.spm"))
    texts = [for_model(line) for line in lines]
    framed = [model.conventions.frame(row, "ar", TARGET) for row in pieces.encode(texts, out_type=str)]
    prefix = model.conventions.forced("ar", TARGET)
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


def medians_of(held: Sequence[Taken]) -> Taken:
    """Return the medians of both times."""
    return Taken(statistics.median(one.wall for one in held), statistics.median(one.cpu for one in held))
