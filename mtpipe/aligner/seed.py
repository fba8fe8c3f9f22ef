"""A small dictionary from Arabic to English and French speaks for the words, also where no translation is at hand.

``seed.tsv.gz`` holds stems of Arabic with their counterparts and how often the corpus expects them beside each other
(``python -m corpus.seed``). The Latin side is taken to be in the language whose stems explain it best.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from mtpipe.aligner.features import Floats, Rows, Tokens, expand, normalise, words
from mtpipe.aligner.lexicon import Lexicon, translate
from mtpipe.aligner.stems import arabic_stem, latin_stem

_KNOWN = 0.4  # share of a text's words that a dictionary of its language knows at least
_CONTENT = 4  # letters of a word that is no particle
_MARK = 0.25  # probability from which on a counterpart may be an anchor


@dataclass(frozen=True, slots=True)
class Gloss:
    """Both sides' stems, what these may stand for on the other, and how frequent each stem is in its text.

    ``marks`` are the likely counterparts, in which rare ones are anchors.
    """

    source: Rows
    target: Rows
    said: tuple[Rows, Rows]
    marks: tuple[Rows, Rows]
    background: Floats


@dataclass(frozen=True, slots=True)
class _Table:
    """Arabic stems with their counterparts and counts; each counterpart's count, and all of these."""

    pairs: Mapping[str, Sequence[tuple[str, int]]]
    total: Mapping[str, int]
    mass: int


def gloss(source: Tokens, target: Tokens, *, arabic_first: bool, floor: float) -> Gloss | None:
    """Return both sides glossed, or None where the dictionary does not know the Latin one's language."""
    arabic, latin = (source, target) if arabic_first else (target, source)
    table = _table(latin)
    if table is None:
        return None
    vocabulary: dict[str, int] = {}
    ours = expand(arabic, lambda word: (arabic_stem(word, table.pairs),), vocabulary)
    yours = expand(latin, lambda word: (latin_stem(word),), vocabulary)
    there, back = _lexicons(table, vocabulary)
    said = translate(ours, there), translate(yours, back)
    marks = translate(ours, _likely(there)), yours
    rare = np.maximum(_frequency(ours, len(vocabulary)), _frequency(yours, len(vocabulary)))
    background = np.maximum(rare, floor).astype(np.float32)
    if arabic_first:
        return Gloss(ours, yours, said, marks, background)
    return Gloss(yours, ours, said[::-1], marks[::-1], background)


def rendered(source: str, target: str, language: str) -> float | None:
    """Return the share of an Arabic text's words that have a counterpart in a translation into ``language``.

    Short words, mostly particles, and those that the dictionary does not know are left out; None where it
    knows none, or not the language.
    """
    english, french = _tables()
    table = {"en": english, "fr": french}.get(language)
    if table is None:
        return None
    there = {latin_stem(word) for word in words(normalise(target)) if len(word) >= _CONTENT}
    content = [word for word in words(normalise(source)) if len(word) >= _CONTENT]
    stems = [arabic_stem(word, table.pairs) for word in content]
    found = [any(word in there for word, _ in table.pairs[stem]) for stem in stems if stem in table.pairs]
    return sum(found) / len(found) if found else None


@lru_cache(maxsize=1)
def _tables() -> tuple[_Table, _Table]:
    """Return the dictionaries to English and to French."""
    pairs: tuple[dict[str, list[tuple[str, int]]], ...] = ({}, {})
    total: tuple[dict[str, int], ...] = ({}, {})
    packed = files("mtpipe.aligner").joinpath("seed.tsv.gz").read_bytes()
    for line in gzip.decompress(packed).decode().splitlines():
        stem, *sides = line.split("\t")
        for entries, uses, side in zip(pairs, total, sides, strict=True):
            found = [(word, int(count)) for word, _, count in (e.partition(":") for e in side.split())]
            if found:
                entries[stem] = found
            for word, count in found:
                uses[word] = uses.get(word, 0) + count
    english, french = (
        _Table(entries, uses, sum(uses.values())) for entries, uses in zip(pairs, total, strict=True)
    )
    return english, french


def _table(latin: Tokens) -> _Table | None:
    """Return the dictionary to the language that the words are in."""
    counts = np.bincount(latin.rows.index, minlength=len(latin.types)).tolist()
    words = [(latin_stem(kind), count) for kind, count in zip(latin.types, counts, strict=True)]

    def evidence(table: _Table) -> float:
        return math.fsum(n * math.log((table.total.get(word, 0) + 1) / table.mass) for word, n in words)

    best = max(_tables(), key=evidence)
    known = sum(count for word, count in words if word in best.total)
    return best if known >= _KNOWN * max(sum(counts), 1) else None


def _lexicons(table: _Table, vocabulary: Mapping[str, int]) -> tuple[Lexicon, Lexicon]:
    """Return the dictionary both ways, in the numbers of the words at hand."""
    found = [
        (number, vocabulary[word], count, sum(uses for _, uses in pairs), table.total[word])
        for stem, number in vocabulary.items()
        if (pairs := table.pairs.get(stem))
        for word, count in pairs
        if word in vocabulary
    ]
    arabic, latin, count, spoken, heard = np.array(found, np.int64).reshape(-1, 5).T
    return _sorted(arabic, latin, count / spoken), _sorted(latin, arabic, count / heard)


def _sorted(
    speaks: npt.NDArray[np.int64], heard: npt.NDArray[np.int64], chance: npt.NDArray[np.float64]
) -> Lexicon:
    order = np.argsort(speaks, kind="stable")
    return Lexicon(speaks[order], heard[order], chance[order].astype(np.float32))


def _likely(lexicon: Lexicon) -> Lexicon:
    kept = lexicon.chance >= _MARK
    return Lexicon(lexicon.speaks[kept], lexicon.heard[kept], lexicon.chance[kept])


def _frequency(rows: Rows, size: int) -> npt.NDArray[np.float64]:
    counts = np.bincount(rows.index, minlength=max(size, 1))
    found: npt.NDArray[np.float64] = counts / max(int(counts.sum()), 1)
    return found
