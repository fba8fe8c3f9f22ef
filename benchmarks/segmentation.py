"""Gold sentence files into a table: mtpipe beside the splitters that are installed.

    python benchmarks/segmentation.py [GOLD.jsonl ...] [--out TABLE.md] [--only NAME,NAME]

Without files it takes ``$MTPIPE_DATA/gold/seg/*.jsonl`` (MTPIPE_DATA defaults
to ``../shared``). A gold file holds one paragraph a line: ``text``, ``lang`` and
``sents``, the [start, end) of its sentences in code points; ``optional`` lists
ends that count neither way. Peers, each optional: PyICU, sentencex, blingfire,
pysbd, spacy, razdel, nupunkt.

A boundary is the number of characters before it that are no space, so that
nobody is punished for spaces; the end of a paragraph is free. F1 is over all
inner boundaries; F1p is the harmonic mean of precision and of recall on the
boundaries after terminal punctuation; exact is the share of paragraphs with
every boundary right; speed is in thousands of characters a second of CPU time.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

Split = Callable[[str], list[str]]

_TERMINAL = re.compile("[.!?؟۔…](?:\\s*[\"'”’»«›)\\]}*])*\\Z")
_PLAIN = re.compile("[.!?؟۔…]++[\"'”’»)\\]}]*+(?=\\s+[^\\sa-zà-ÿ])")


@dataclass(frozen=True, slots=True)
class Gold:
    """One paragraph: its text and its boundaries, counted in characters that are no space."""

    text: str
    ends: frozenset[int]
    after_stop: frozenset[int]
    optional: frozenset[int]
    size: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one splitter scored on one corpus."""

    f1: float
    f1p: float
    exact: float
    speed: float


def squeezed(text: str) -> list[int]:
    """Return for each offset of ``text`` how many characters before it are no space."""
    return [0, *accumulate(not character.isspace() for character in text)]


def read_gold(path: Path) -> tuple[str, list[Gold]]:
    """Return the language of a gold file and its paragraphs."""
    golds = []
    language = path.name[:2]
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text, language = row["text"], row.get("lang", language)
        count = squeezed(text)
        inner = row["sents"][:-1]
        golds.append(
            Gold(
                text,
                frozenset(count[end] for _, end in inner),
                frozenset(count[end] for start, end in inner if _TERMINAL.search(text[start:end])),
                frozenset(count[end] for end in row.get("optional", ())),
                count[-1],
            )
        )
    return language, golds


def score(golds: list[Gold], split: Split) -> Result:
    """Run ``split`` over the paragraphs and score it."""
    split(golds[0].text)  # what is loaded at the first call is not speed
    begun = time.process_time()
    answers = [split(gold.text) for gold in golds]
    spent = time.process_time() - begun
    right = wrong = missed = stops_found = stops = exact = 0
    for gold, sentences in zip(golds, answers, strict=True):
        ends = set(accumulate(len("".join(sentence.split())) for sentence in sentences))
        found = {end for end in ends if 0 < end < gold.size} - gold.optional
        wanted = gold.ends - gold.optional
        right += len(found & wanted)
        wrong += len(found - wanted)
        missed += len(wanted - found)
        stops_found += len(gold.after_stop & ends)
        stops += len(gold.after_stop)
        exact += found == wanted
    precision = right / max(1, right + wrong)
    recall = right / max(1, right + missed)
    size = sum(len(gold.text) for gold in golds)
    return Result(
        100 * _harmonic(precision, recall),
        100 * _harmonic(precision, stops_found / max(1, stops)),
        100 * exact / len(golds),
        size / max(spent, 1e-9) / 1000,
    )


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / max(a + b, 1e-9)


def _mtpipe(language: str) -> Split:
    segment_text = importlib.import_module("mtpipe.segmenter").segment_text
    return lambda text: list(segment_text(text, language))


def _regex(_: str) -> Split:
    def split(text: str) -> list[str]:
        ends = [0, *(match.end() for match in _PLAIN.finditer(text)), len(text)]
        return [text[start:end] for start, end in pairwise(ends)]

    return split


def _icu(language: str) -> Split:
    icu = importlib.import_module("icu")
    iterator = icu.BreakIterator.createSentenceInstance(icu.Locale(language))

    def split(text: str) -> list[str]:
        units = text.encode("utf-16-le")  # ICU counts UTF-16 code units
        iterator.setText(text)
        ends = [0, *iterator]
        return [units[2 * a : 2 * b].decode("utf-16-le") for a, b in pairwise(ends)]

    return split


def _sentencex(language: str) -> Split:
    module = importlib.import_module("sentencex")
    return lambda text: list(module.segment(language, text))


def _blingfire(_: str) -> Split:
    module = importlib.import_module("blingfire")
    return lambda text: str(module.text_to_sentences(text)).split("\n")


def _pysbd(language: str) -> Split:
    segmenter = importlib.import_module("pysbd").Segmenter(language=language, clean=False)
    return lambda text: [str(sentence) for sentence in segmenter.segment(text)]


def _spacy(language: str) -> Split:
    pipeline = importlib.import_module("spacy").blank(language)
    pipeline.add_pipe("sentencizer", config={"punct_chars": list(".!?؟۔…")} if language == "ar" else {})
    return lambda text: [sentence.text for sentence in pipeline(text).sents]


def _razdel(_: str) -> Split:
    module = importlib.import_module("razdel")
    return lambda text: [sentence.text for sentence in module.sentenize(text)]


def _nupunkt(_: str) -> Split:
    module = importlib.import_module("nupunkt")
    return lambda text: list(module.sent_tokenize(text))


SPLITTERS: dict[str, Callable[[str], Split]] = {
    "mtpipe": _mtpipe,
    "plain regex": _regex,
    "ICU": _icu,
    "sentencex": _sentencex,
    "blingfire": _blingfire,
    "pySBD": _pysbd,
    "spaCy sentencizer": _spacy,
    "razdel": _razdel,
    "nupunkt": _nupunkt,
}


def measure(paths: list[Path], only: set[str]) -> dict[str, dict[str, Result]]:
    """Return the results by splitter and corpus; say on stderr which splitters are missing."""
    table: dict[str, dict[str, Result]] = defaultdict(dict)
    missing: set[str] = set()
    for path in paths:
        language, golds = read_gold(path)
        for name, build in SPLITTERS.items():
            if name in missing or (only and name not in only):
                continue
            try:
                split = build(language)
            except ImportError:
                missing.add(name)
                continue
            table[name][path.stem] = score(golds, split)
        print(f"{path.stem}: done", file=sys.stderr)
    if missing:
        print(f"not installed, left out: {', '.join(sorted(missing))}", file=sys.stderr)
    return table


def markdown(table: dict[str, dict[str, Result]], corpora: list[str]) -> Iterator[str]:
    """Yield the lines of one table a language: F1 / F1p / exact per corpus, the macro mean, the speed."""
    groups: dict[str, list[str]] = defaultdict(list)
    for corpus in corpora:
        groups[corpus[:2]].append(corpus)
    for language, members in groups.items():
        yield f"| {language} | " + " | ".join([*members, "mean F1 / F1p", "1000 characters/s"]) + " |"
        yield "|---" * (len(members) + 3) + "|"
        for name, results in table.items():
            rows = [results[corpus] for corpus in members]
            cells = [f"{row.f1:.1f} / {row.f1p:.1f} / {row.exact:.0f}" for row in rows]
            mean = f"{sum(r.f1 for r in rows) / len(rows):.1f} / {sum(r.f1p for r in rows) / len(rows):.1f}"
            speed = len(rows) / sum(1 / row.speed for row in rows)
            yield f"| {name} | " + " | ".join([*cells, mean, f"{speed:,.0f}"]) + " |"
        yield ""


def main(arguments: list[str] | None = None) -> Any:
    """Read the command line, measure, and print or write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, help="write the table here instead of to stdout")
    parser.add_argument("--only", default="", help="names of splitters, between commas")
    options = parser.parse_args(arguments)
    paths = options.gold or sorted(
        Path(os.environ.get("MTPIPE_DATA", "../shared")).joinpath("gold", "seg").glob("*.jsonl")
    )
    if not paths:
        parser.error("no gold files: name some, or set MTPIPE_DATA to a folder with gold/seg/*.jsonl")
    only = {name.strip() for name in options.only.split(",") if name.strip()}
    if unknown := only - set(SPLITTERS):
        parser.error(f"--only {', '.join(sorted(unknown))}: allowed are {', '.join(SPLITTERS)}")
    text = "\n".join(markdown(measure(paths, only), [path.stem for path in paths]))
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
