"""Quality and time of ``mtpipe align`` beside Gale-Church, hunalign and Bleualign, on the development sets.

Usage: python -m benchmarks.alignment [quality] [moves] [scale] [curve] [models]
Needs MTPIPE_DATA (default ../shared) for everything but "scale", which goes up to MTPIPE_LARGEST
sentences (default 20,000). HUNALIGN may name the program where it is not on the path, BLEUALIGN a
Python that has Bleualign (pip install pypi-bleualign, in an environment of its own: it is GPL); else
they are reported as missing.
"""

from __future__ import annotations

import json
import math
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from sacrebleu.metrics.chrf import CHRF

from benchmarks.generated_bitext import generate, move_blocks
from mtpipe import models as model_folders
from mtpipe.aligner import Link, link_sentences, parse_links, read_links, score_links
from mtpipe.text import for_model
from mtpipe.translator import Engine

Pair = tuple[tuple[int, ...], tuple[int, ...]]
Aligner = Callable[["Text"], list[Pair]]
BUILT_IN = "built-in"  # translated on the spot
NTREX = ("ntrex-ar-en-adapted", "ntrex-ar-fr-adapted")
SETS = (
    ("textberg-dev", "europarlfull"), ("textberg-dev", "sacunidir"), ("textberg-dev", "europarllight"),
    ("flores-ar-en-adapted", "argos"), ("flores-ar-en-adapted", "opusmt"), ("flores-ar-en-adapted", "nllb"),
    ("flores-ar-en-textberg", "argos"), ("flores-ar-en-textberg", "opusmt"), ("flores-ar-en-textberg", "nllb"),
    ("mac-dev-zh-en", "bertalign-trans"), ("transread-en-fr", None), ("textberg-dev", None),
    ("flores-ar-en-adapted", None), ("flores-ar-fr-adapted", None),
    ("ntrex-ar-en-adapted", None), ("ntrex-ar-fr-adapted", None),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One document of a development set."""

    source: list[str]
    target: list[str]
    via: list[str] | None
    paragraphs: tuple[list[int] | None, list[int] | None]
    gold: list[Pair]


def load(name: str, system: str | None) -> list[Text]:
    folder = Path(os.environ.get("MTPIPE_DATA", "../shared")) / "gold" / "align" / name
    if not folder.is_dir():
        sys.exit(f"{folder}: no such development set (MTPIPE_DATA names where they lie)")
    return [_text(path, system) for path in sorted(folder.glob("*.links.tsv"))]


def _text(links: Path, system: str | None) -> Text:
    stem = str(links).removesuffix(".links.tsv")

    def lines(end: str) -> list[str] | None:
        path = Path(stem + end)
        return path.read_text("utf-8").split("\n")[:-1] if path.exists() else None

    numbers = [lines(".src.par.txt"), lines(".tgt.par.txt")]
    source, target = ([int(n.split()[0]) for n in found] if found else None for found in numbers)
    via = lines(f".mt-{system}.txt") if system else None
    if system == BUILT_IN:
        via = _translated(lines(".src.txt") or [], links.parent.name.split("-")[2])
    return Text(
        lines(".src.txt") or [], lines(".tgt.txt") or [], via, (source, target), read_links(str(links))
    )


def _translated(lines: list[str], target: str) -> list[str]:
    found = _engine().translate([(for_model(line), target) for line in lines], "ar")
    return [hypothesis.text for hypothesis in found]


@cache
def _engine() -> Engine:
    return Engine(model_folders.find())


@lru_cache(maxsize=256)
def linked(text: Text, moves: bool) -> list[Link]:
    return link_sentences(
        text.source,
        text.target,
        via=text.via,
        source_paragraphs=text.paragraphs[0],
        target_paragraphs=text.paragraphs[1],
        moves=moves,
    )


def mtpipe(text: Text, *, moves: bool = True) -> list[Pair]:
    return _pairs(linked(text, moves))


def _pairs(found: Sequence[Link]) -> list[Pair]:
    return [(tuple(range(*link.source)), tuple(range(*link.target))) for link in found]


def gale_church(text: Text) -> list[Pair]:
    """Align by length in characters (Gale and Church 1993), with their shapes and probabilities."""
    source, target = [len(s) for s in text.source], [len(t) for t in text.target]
    ratio = sum(target) / max(sum(source), 1)
    shapes = {(1, 1): 0.89, (1, 0): 0.0049, (0, 1): 0.0049, (2, 1): 0.0445, (1, 2): 0.0445, (2, 2): 0.011}
    cost = {(0, 0): (0.0, (0, 0))}
    for i in range(len(source) + 1):
        for j in range(len(target) + 1):
            found = [
                (
                    cost[i - a, j - b][0]
                    - math.log(chance)
                    + _strayed(sum(source[i - a : i]), sum(target[j - b : j]), ratio),
                    (a, b),
                )
                for (a, b), chance in shapes.items()
                if (i - a, j - b) in cost
            ]
            if found:
                cost[i, j] = min(found)
    out: list[Pair] = []
    i, j = len(source), len(target)
    while i or j:
        a, b = cost[i, j][1]
        out.append((tuple(range(i - a, i)), tuple(range(j - b, j))))
        i, j = i - a, j - b
    return out[::-1]


def _strayed(source: int, target: int, ratio: float) -> float:
    mean = (source + target / ratio) / 2
    delta = abs(target - source * ratio) / math.sqrt(max(mean, 1) * 6.8)
    return -math.log(max(math.erfc(delta / math.sqrt(2)), 1e-300))


def hunalign(program: str, text: Text) -> list[Pair]:
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ("empty.dic", "source", "target")]
        for path, lines in zip(names, ([], text.via or text.source, text.target), strict=True):
            path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        command = [program, "-realign", *map(str, names)]
        ladder = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return parse_links(ladder, name="hunalign")


_BLEUALIGN = """
import json, sys
from bleualign.align import Aligner
text = json.load(sys.stdin)
options = {"srcfile": ["."], "targetfile": ["."], "srctotarget": [["."]], "verbosity": 0}
aligner = Aligner(options)
found = aligner.process(text["source"], text["target"], [text["via"]], [])
json.dump([[list(pair[0]), list(pair[1])] for pair, _ in found], sys.stdout)
"""


def bleualign(program: str, text: Text) -> list[Pair]:
    """Run Bleualign (PyPI: pypi-bleualign, GPL) in the Python that has it; it names aligned sentences only."""
    if text.via is None:
        return []
    given = json.dumps({"source": text.source, "target": text.target, "via": text.via})
    done = subprocess.run(
        [program, "-c", _BLEUALIGN], check=True, capture_output=True, text=True, input=given
    )
    return [(tuple(source), tuple(target)) for source, target in json.loads(done.stdout)]


@cache
def aligners() -> dict[str, Aligner]:
    found: dict[str, Aligner] = {"mtpipe": mtpipe, "Gale-Church": gale_church}
    for name, run in (("hunalign", hunalign), ("bleualign", bleualign)):
        program = os.environ.get(name.upper()) or (shutil.which(name) if name == "hunalign" else None)
        if program is None:
            print(f"{name}: not installed, left out ({name.upper()} may name the program)", file=sys.stderr)
        else:
            found[name] = lambda text, run=run, program=program: run(program, text)  # type: ignore[misc]
    return found


def quality() -> None:
    print(f"{'set':<24}{'translations':<16}{'aligner':<12}strict   lax  null  seconds  sure beads, right")
    for name, system in SETS:
        texts = load(name, system)
        for label, run in aligners().items():
            if label == "Gale-Church" and max(len(text.source) for text in texts) > 600:
                continue
            begin = sum(os.times()[:4])
            found = [run(text) for text in texts]
            spent = sum(os.times()[:4]) - begin
            score = score_links([text.gold for text in texts], found)
            print(
                f"{name:<24}{system or '-':<16}{label:<12}{score.strict.f1:6.3f}{score.lax.f1:6.3f}"
                f"{score.null.f1:6.3f}{spent:9.1f}{sure(texts) if label == 'mtpipe' else ''}",
                flush=True,
            )


def sure(texts: Sequence[Text]) -> str:
    """Return which share of the beads has a confidence of .9 or more, and how many of these are right."""
    beads = [
        (link.confidence >= 0.9, pair in text.gold)
        for text in texts
        for link, pair in zip(linked(text, True), mtpipe(text), strict=True)
        if link.real
    ]
    right = [good for certain, good in beads if certain]
    return f"{len(right) / max(len(beads), 1):12.3f}{sum(right) / max(len(right), 1):7.3f}"


def moves() -> None:
    print(f"{'set, 20 % moved':<24}{'translations':<16}monotone  with moves")
    for name, system in (("flores-ar-en-adapted", "argos"), ("flores-ar-en-textberg", "argos"), SETS[1]):
        texts = []
        for seed, text in enumerate(load(name, system)):
            target, gold = move_blocks(text.target, text.gold, seed=seed)
            texts.append(Text(text.source, target, text.via, (None, None), gold))
        gold_links = [text.gold for text in texts]
        scores = [
            score_links(gold_links, [mtpipe(t, moves=way) for t in texts]).strict.f1 for way in (False, True)
        ]
        print(f"{name:<24}{system or '-':<16}{scores[0]:8.3f}  {scores[1]:.3f}", flush=True)


def curve() -> None:
    """F1 against the share of a translation's words that survive; the others are words of other sentences."""
    print(f"{'set':<24}{'kept':<8}strict   lax  null")
    for name, system in (("flores-ar-en-adapted", "nllb"), ("textberg-dev", "sacunidir")):
        texts = load(name, system)
        for kept in (1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.0):
            found = [
                mtpipe(Text(t.source, t.target, worn(t.via or [], kept), t.paragraphs, t.gold)) for t in texts
            ]
            score = score_links([text.gold for text in texts], found)
            print(
                f"{name:<24}{kept:<8}{score.strict.f1:6.3f}{score.lax.f1:6.3f}{score.null.f1:6.3f}",
                flush=True,
            )


def models() -> None:
    """F1 beside how good the translations are: chrF2 against what the gold beads' target sentences say."""
    print(f"{'set':<24}{'translations':<16} chrF2  strict   lax  null")
    for name, systems in (
        ("flores-ar-en-adapted", ("nllb", "opusmt", "argos", BUILT_IN, None)),
        *((name, (BUILT_IN, None)) for name in ("flores-ar-fr-adapted", *NTREX)),
    ):
        for system in systems:
            texts = load(name, system)
            score = score_links([text.gold for text in texts], [mtpipe(text) for text in texts])
            print(
                f"{name:<24}{system or '-':<16}{_chrf(texts):>6}{score.strict.f1:8.3f}{score.lax.f1:6.3f}"
                f"{score.null.f1:6.3f}",
                flush=True,
            )


def _chrf(texts: Sequence[Text]) -> str:
    beads = [
        (" ".join(text.via[i] for i in ours), " ".join(text.target[j] for j in yours))
        for text in texts
        if text.via is not None
        for ours, yours in text.gold
        if ours and yours
    ]
    if not beads:
        return "-"
    return f"{CHRF().corpus_score([ours for ours, _ in beads], [[yours for _, yours in beads]]).score:.1f}"


def worn(lines: Sequence[str], kept: float) -> list[str]:
    """Replace words by others of the same text, as a weak model would."""
    draw = random.Random(0)
    words = [word for line in lines for word in line.split()]
    return [
        " ".join(w if draw.random() < kept else draw.choice(words) for w in line.split()) for line in lines
    ]


def scale() -> None:
    warm = generate(200)
    link_sentences(warm.hypotheses, warm.targets)  # tables are read at the first call
    print("sentences  cpu-seconds  seconds  ms/sentence  peak MB  strict F1")
    for size in (1_000, 5_000, 20_000, 100_000):
        if size > int(os.environ.get("MTPIPE_LARGEST", "20000")):
            continue
        text = generate(size)
        begin, cpu = time.perf_counter(), time.process_time()
        found = link_sentences(text.hypotheses, text.targets)
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        pairs = _pairs(found)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        f1 = score_links([text.links], [pairs]).strict.f1
        print(
            f"{size:9}  {cpu:11.1f}  {wall:7.1f}  {1000 * cpu / size:11.2f}  {peak:7.0f}  {f1:.3f}",
            flush=True,
        )


PARTS: dict[str, Callable[[], None]] = {
    "quality": quality, "moves": moves, "curve": curve, "models": models, "scale": scale,
}  # fmt: skip

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
