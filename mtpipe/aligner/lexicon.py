"""Aligned sentences become a small dictionary: which word of one side speaks for which of the other.

IBM model 1 with an empty word, a few rounds of expectation maximisation over
the beads found so far. Words that stand in too many beads or in one only
are left out, and from each expected count one use is taken off: what was seen
once explains nothing but itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mtpipe.aligner.features import Floats, Ints, Rows, distinct
from mtpipe.aligner.search import Link

_ROUNDS = 5
_DISCOUNT = 0.8
_LEAST = 0.02  # probability below which an entry is dropped
_OFTEN = 0.15  # share of the beads beyond which a word says nothing
_PAIRS = 6_000_000  # word pairs looked at; beyond that a part of the beads is enough


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Sparse probabilities: ``speaks[k]`` of one side means ``heard[k]`` of the other with ``chance[k]``."""

    speaks: Ints
    heard: Ints
    chance: Floats


def learn(first: Rows, second: Rows, links: Sequence[Link]) -> tuple[Lexicon, Lexicon]:
    """Return the lexicon from the first to the second side and the reverse, from non-empty links."""
    ours = _bags(first, [link.source for link in links])
    yours = _bags(second, [link.target for link in links])
    pairs = _pairs(ours, yours, len(links))
    return _train(*pairs), _train(pairs[1], pairs[0], pairs[2])


def _bags(rows: Rows, ranges: list[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Return (link, word) pairs, each once, sorted by link, without words too frequent or too rare."""
    begin = rows.pointer[np.array([r[0] for r in ranges], np.int64)]
    sizes = rows.pointer[np.array([r[1] for r in ranges], np.int64)] - begin
    owner = np.repeat(np.arange(len(ranges)), sizes)
    inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    word = rows.index[np.repeat(begin, sizes) + inside]
    span = int(word.max(initial=0)) + 1
    both = distinct(owner * span + word)
    owner, word = both // span, both % span
    count = np.bincount(word, minlength=span)
    kept = (count[word] >= 2) & (count[word] <= max(_OFTEN * len(ranges), 3))
    return owner[kept], word[kept]


def _pairs(ours: tuple[Ints, Ints], yours: tuple[Ints, Ints], links: int) -> tuple[Ints, Ints, Ints]:
    """Return every word pair of every link: first word, second word, link."""
    here, there = np.bincount(ours[0], minlength=links), np.bincount(yours[0], minlength=links)
    size = here * there
    if size.sum() > _PAIRS:
        kept = np.random.default_rng(0).permutation(links)
        kept = kept[np.cumsum(size[kept]) <= _PAIRS]
        size = np.where(np.isin(np.arange(links), kept), size, 0)
    owner = np.repeat(np.arange(links), size)
    inside = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    wide = np.maximum(there[owner], 1)
    first_here, first_there = np.cumsum(here) - here, np.cumsum(there) - there
    return ours[1][first_here[owner] + inside // wide], yours[1][first_there[owner] + inside % wide], owner


def _train(speaks: Ints, heard: Ints, owner: Ints) -> Lexicon:
    """Estimate how probably each word speaks for each other word."""
    if not len(speaks):
        return Lexicon(speaks, heard, np.zeros(0, np.float32))
    wide = int(heard.max()) + 1
    kinds, kind = np.unique(speaks * wide + heard, return_inverse=True)
    left, right = kinds // wide, kinds % wide
    _, place = np.unique(owner * wide + heard, return_inverse=True)
    _, first = np.unique(place, return_index=True)
    seen = np.bincount(heard[first], minlength=wide)
    empty = (seen / seen.sum())[heard[first]]
    chance = np.full(len(kinds), 1.0 / max(wide, 1))
    count = chance
    for _ in range(_ROUNDS):
        given = chance[kind]
        count = np.bincount(kind, given / (np.bincount(place, given) + empty)[place], len(kinds))
        chance = count / np.bincount(left, count)[left]
    spoken = np.bincount(left, count)
    chance = np.maximum(count - _DISCOUNT, 0.0) / np.maximum(spoken[left], 1.0)
    kept = chance >= _LEAST
    return Lexicon(left[kept], right[kept], chance[kept].astype(np.float32))


def translate(rows: Rows, lexicon: Lexicon) -> Rows:
    """Return rows of the other side's words that ``rows`` speak for, weighted by probability."""
    size = max(int(rows.index.max(initial=0)), int(lexicon.speaks.max(initial=0))) + 2
    bounds = np.searchsorted(lexicon.speaks, np.arange(size))
    counts = (bounds[1:] - bounds[:-1])[rows.index]
    ends = np.concatenate([[0], np.cumsum(counts)])
    inside = np.arange(ends[-1]) - np.repeat(ends[:-1], counts)
    at = np.repeat(bounds[rows.index], counts) + inside
    return Rows(ends[rows.pointer], lexicon.heard[at], lexicon.chance[at] * np.repeat(rows.weight, counts))


def joined(first: Rows, second: Rows) -> Rows:
    """Return rows that hold the features of both, in one numbering."""
    sizes = np.stack([np.diff(first.pointer), np.diff(second.pointer)])
    pointer = np.concatenate([[0], np.cumsum(sizes.sum(0))])
    index, weight = np.zeros(pointer[-1], np.int64), np.zeros(pointer[-1], np.float32)
    for rows, start in ((first, pointer[:-1]), (second, pointer[:-1] + sizes[0])):
        counts = np.diff(rows.pointer)
        at = np.repeat(start - rows.pointer[:-1], counts) + np.arange(len(rows.index))
        index[at], weight[at] = rows.index, rows.weight
    return Rows(pointer, index, weight)


def beside(first: tuple[Rows, Rows], second: tuple[Rows, Rows]) -> tuple[Rows, Rows]:
    """Return two sides that hold the features of both pairs, those of the second in numbers of their own."""
    apart = 1 + max(int(rows.index.max(initial=0)) for rows in first)
    ours, yours = (
        joined(old, Rows(new.pointer, apart + new.index, new.weight))
        for old, new in zip(first, second, strict=True)
    )
    return ours, yours
