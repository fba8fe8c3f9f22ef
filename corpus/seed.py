"""Writes ``mtpipe/aligner/seed.tsv.gz``: what Arabic stems stand beside in English and French, learned from the corpus.

``python -m corpus.seed``. IBM model 1 both ways over the stems of the triples; kept are pairs that both
ways expect. The lines held back from training, and the file whose words came from development sets, are left out.
"""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mtpipe.aligner.features import normalise, words
from mtpipe.aligner.stems import arabic_stems, latin_stem

_HERE = Path(__file__).parent
_OUT = _HERE.parent / "mtpipe" / "aligner" / "seed.tsv.gz"
_HELD_BACK = 50
_LEFT_OUT = {"vocabulary2"}
_ROUNDS = 6
_OFTEN = 0.1  # share of the lines beyond which a stem says nothing
_LEAST = 0.06  # probability below which a pair is dropped
_COUNT = 0.9  # expected uses below which a pair is dropped
_MOST = 4  # pairs kept of a stem

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Bags = list[list[str]]


def main() -> None:
    """Read the corpus and write the table."""
    arabic, english, french = zip(*_rows(), strict=True)
    ours = _arabic(arabic)
    tables = [_pairs(ours, [sorted(set(map(latin_stem, words(t)))) for t in side]) for side in (english, french)]
    lines = [
        "\t".join((stem, *(" ".join(f"{word}:{count}" for word, count in table.get(stem, [])) for table in tables)))
        for stem in sorted(tables[0].keys() | tables[1].keys())
        if not stem.isdigit()
    ]
    _OUT.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
    print(f"{_OUT.name}: {len(lines)} stems, {_OUT.stat().st_size // 1000} kB")


def _rows() -> Iterator[tuple[str, str, str]]:
    for path in sorted(_HERE.glob("*.tsv")):
        if path.stem in _LEFT_OUT:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if number % _HELD_BACK:
                arabic, english, french = map(normalise, line.split("\t"))
                yield arabic, english, french


def _arabic(lines: Sequence[str]) -> Bags:
    """Return each line's stems; of the forms that a word may have the one that stands there most by itself."""
    seen = Counter(arabic_stems(word)[0] for line in lines for word in words(line))

    def stem(word: str) -> str:
        return max(arabic_stems(word), key=lambda form: seen[form])

    return [sorted({stem(word) for word in words(line)}) for line in lines]


def _pairs(ours: Bags, yours: Bags) -> dict[str, list[tuple[str, int]]]:
    """Return each stem's counterparts with how often they are expected beside it."""
    first, second = _numbers(ours), _numbers(yours)
    owner = np.arange(len(ours))
    left, right, line = [], [], []
    for here, there, number in zip(first[1], second[1], owner.tolist(), strict=True):
        left.append(np.repeat(here, len(there)))
        right.append(np.tile(there, len(here)))
        line.append(np.full(len(here) * len(there), number))
    a, b, at = map(np.concatenate, (left, right, line))
    kinds, kind = np.unique(a * len(second[0]) + b, return_inverse=True)
    speaks, heard = kinds // len(second[0]), kinds % len(second[0])
    there = _train(speaks, kind, at * len(second[0]) + b)
    back = _train(heard, kind, at * len(first[0]) + a)
    count = np.sqrt(there * back)
    chance = count / np.maximum(np.bincount(speaks, count), 1.0)[speaks]
    kept = np.flatnonzero((count >= _COUNT) & (chance >= _LEAST))
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for k in kept[np.argsort(-count[kept], kind="stable")].tolist():
        entry = found[first[0][speaks[k]]]
        if len(entry) < _MOST:
            entry.append((second[0][heard[k]], round(float(count[k]))))
    return found


def _numbers(bags: Bags) -> tuple[list[str], list[Ints]]:
    """Return the stems and, line by line, their numbers, without those that stand everywhere."""
    lines = Counter(stem for bag in bags for stem in bag)
    kinds = [stem for stem, count in lines.items() if count <= _OFTEN * len(bags)]
    number = {stem: k for k, stem in enumerate(kinds)}
    return kinds, [np.array([number[s] for s in bag if s in number], np.int64) for bag in bags]


def _train(speaks: Ints, kind: Ints, place: Ints) -> Doubles:
    """Return how often each kind of pair is expected, where each ``place`` is spoken for by one of its pairs."""
    _, slot = np.unique(place, return_inverse=True)
    chance = np.full(len(speaks), 1e-3)
    count: Doubles = chance
    for _ in range(_ROUNDS):
        given = chance[kind]
        count = np.bincount(kind, given / (np.bincount(slot, given) + 1e-4)[slot], len(speaks))
        chance = count / np.bincount(speaks, count)[speaks]
    return count


if __name__ == "__main__":
    main()
