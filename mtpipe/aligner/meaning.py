"""Sentence embeddings become evidence beside words: how near a span of one side is to a sentence of the other.

The cosine of a pair that belongs together is compared with that of pairs picked at random: the
evidence is the linear log likelihood ratio of two normal distributions, learned
from the texts at hand. Nothing speaks for a pair that is no nearer than some among so
many random ones are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mtpipe.aligner.features import Floats, Ints, Rows
from mtpipe.errors import UsageError

Encoder = Callable[[Sequence[str]], Floats]

_MOST, _LEAST = 10.0, -5.0  # nats that one sentence's nearness may be worth
_BLOCK = 512  # rows compared at a time
_WINDOW = 4096  # sentences on either side of the diagonal among which the nearest is looked for


@dataclass(frozen=True, slots=True)
class Meaning:
    """Embeddings of both sides, ``[sentence, dimension]`` of length one, and how cosines become evidence."""

    spoken: Floats
    heard: Floats
    centre: float
    slope: float
    weight: float

    def turned(self) -> Meaning:
        """Return the same the other way round."""
        return Meaning(self.heard, self.spoken, self.centre, self.slope, self.weight)

    def tile(self, size: int, spoken: tuple[int, int], heard: tuple[int, int], longest: int) -> Floats:
        """Return evidence ``[span length, row, column]``: spans from ``size`` rows for the sentences ``heard``."""
        said = self.spoken[spoken[0] : spoken[1]]
        sums = np.concatenate([np.zeros((1, said.shape[1]), np.float32), np.cumsum(said, axis=0)])
        begin = np.arange(size)
        end = np.minimum(begin + np.arange(1, longest + 1)[:, None], len(said))
        spans = sums[end] - sums[begin]
        spans /= np.maximum(np.linalg.norm(spans, axis=2, keepdims=True), 1e-6)
        near: Floats = spans @ self.heard[heard[0] : heard[1]].T
        evidence: Floats = np.clip((near - self.centre) * self.slope, _LEAST, _MOST) * np.float32(self.weight)
        return evidence


def embed(encode: Encoder, sentences: Sequence[str]) -> Floats:
    """Return embeddings of length one; UsageError where the encoder gives other than one row a sentence."""
    found = np.asarray(encode(sentences), np.float32)
    if found.ndim != 2 or len(found) != len(sentences) or not np.isfinite(found).all():
        raise UsageError(f"the encoder gave {found.shape} numbers for {len(sentences)} sentences")
    even: Floats = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return even


def compared(source: Floats, target: Floats, weight: float) -> tuple[Meaning, tuple[Rows, Rows]]:
    """Learn how cosines become evidence; return that with anchors: a feature for each pair of mutual nearest."""
    pairs = _mutual(source, target)
    random = np.random.default_rng(0)
    chosen = random.integers(0, len(source), 2000), random.integers(0, len(target), 2000)
    chance = np.einsum("ij,ij->i", source[chosen[0]], target[chosen[1]])
    near = np.einsum("ij,ij->i", source[pairs[:, 0]], target[pairs[:, 1]])
    low, spread = float(chance.mean()), max(float(chance.std()), 0.02)
    high, stray = float(np.median(near)), float(near.std())
    centre = max((low + high) / 2, low + spread * float(np.sqrt(1.2 * np.log(max(len(target), 2)))))
    slope = max(high - low, spread) / (spread**2 + stray**2)
    firm = pairs[near > centre]
    return Meaning(source, target, centre, slope, weight), (
        _marks(firm[:, 0], len(source)),
        _marks(firm[:, 1], len(target)),
    )


def _mutual(source: Floats, target: Floats) -> Ints:
    """Return pairs of sentences that are each other's nearest, looked for around the diagonal."""
    best = np.zeros(len(source), np.int64)
    top = np.full(len(target), -2.0, np.float32)
    back = np.full(len(target), -1, np.int64)
    for begin in range(0, len(source), _BLOCK):
        end = min(begin + _BLOCK, len(source))
        middle = (begin + end) * len(target) // (2 * len(source))
        left, right = max(0, middle - _WINDOW), min(len(target), middle + _WINDOW)
        near = source[begin:end] @ target[left:right].T
        best[begin:end] = left + near.argmax(1)
        row = near.argmax(0)
        value = near[row, np.arange(right - left)]
        better = value > top[left:right]
        top[left:right][better] = value[better]
        back[left:right][better] = begin + row[better]
    rows = np.arange(len(source))
    mutual = back[best] == rows
    return np.stack([rows[mutual], best[mutual]], 1)


def _marks(rows: Ints, size: int) -> Rows:
    """Return rows in which the k-th of ``rows`` holds feature k."""
    order = np.argsort(rows, kind="stable")
    pointer = np.searchsorted(rows[order], np.arange(size + 1))
    return Rows(pointer, order, np.ones(len(order), np.float32))
