"""Feature rows become, for every span of one side, the evidence that it says a sentence of the other.

The model is the one of Moore (2002) and of query likelihood: a sentence's
features are drawn from the span it translates with probability ``share``,
from the background otherwise. A score is the logarithm of that likelihood over
the background's; a span's features are averaged, so that merging does not
pay by itself. How literal a sentence is translated is unknown, so
likelihoods are averaged over ``SHARES``, weighted as the texts at hand teach.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mtpipe.aligner.band import LONGEST, Lines, Section
from mtpipe.aligner.features import Floats, Ints, Rows
from mtpipe.aligner.meaning import Meaning

SHARES = (0.01, 0.1, 0.3, 0.5, 0.7)
EVENLY = (0.2,) * len(SHARES)
_NEGLIGIBLE = 0.04  # weight below which a share is not worth its logarithms
_TILE = 12
_REACH = 256


@dataclass(frozen=True, slots=True)
class Channel:
    """Two sides in the same features: what ``spoken`` spans offer, what ``heard`` sentences hold, how many each."""

    spoken: Rows
    heard: Rows
    background: Floats
    weight: float
    masses: tuple[Floats, Floats]
    shares: tuple[float, ...] = EVENLY


def explain(channel: Channel | Meaning, lines: Lines, spoken_at: int, heard_at: int) -> Floats:
    """Return scores ``[span length - 1, cell]`` of ``lines``: the span from a row explains a column.

    ``spoken_at`` and ``heard_at`` are the first sentences of the section on each side.
    """
    out = np.zeros((LONGEST, lines.cells), np.float32)
    count = len(lines.low)
    for top in range(0, count, _TILE):
        bottom = min(count, top + _TILE)
        left, right = int(lines.low[top:bottom].min()), int(lines.high[top:bottom].max())
        reach = min(bottom + LONGEST - 1, count)
        for begin in range(left, right, _REACH):
            end = min(right, begin + _REACH)
            spoken, heard = (spoken_at + top, spoken_at + reach), (heard_at + begin, heard_at + end)
            if isinstance(channel, Meaning):
                tile = channel.tile(bottom - top, spoken, heard, LONGEST)
            else:
                tile = _tile(channel, channel.masses, bottom - top, spoken, heard)
            _lay(out, tile, lines, (top, bottom), (begin, end))
    return out


def _lay(out: Floats, tile: Floats, lines: Lines, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    for row in range(*rows):
        low, high = max(int(lines.low[row]), columns[0]), min(int(lines.high[row]), columns[1])
        if low < high:
            start = int(lines.offset[row])
            piece = tile[:, row - rows[0], low - columns[0] : high - columns[0]]
            out[:, start + low : start + high] = piece


class _Columns(threading.local):
    """A table from features to the columns of a tile, one for each thread: quicker than to search and to sort."""

    def __init__(self) -> None:
        self.of: Ints = np.full(1, -1, np.int64)

    def fit(self, size: int) -> Ints:
        """Return the table, long enough for ``size`` features, all of them without column."""
        if len(self.of) < size:
            self.of = np.full(size, -1, np.int64)
        return self.of


_COLUMNS = _Columns()


def _shared(first: Ints, second: Ints, column: Ints) -> Ints:
    """Return the features that both hold, once each, and number them in ``column``."""
    column[second] = 0
    found: Ints = first[column[first] == 0]
    column[second] = -1
    order = np.arange(len(found))
    column[found] = order
    found = found[column[found] == order]
    column[found] = np.arange(len(found))
    return found


def _dense(rows: Rows, begin: int, end: int, column: Ints, size: int) -> Floats:
    """Return a dense matrix ``[end - begin, size]`` of the features that have a column."""
    pointer = rows.pointer[begin : end + 1]
    at = column[rows.index[pointer[0] : pointer[-1]]]
    line = np.repeat(np.arange(0, (end - begin) * size, max(size, 1)), np.diff(pointer)) if size else at
    kept = at >= 0
    flat = np.bincount(
        line[kept] + at[kept], rows.weight[pointer[0] : pointer[-1]][kept], minlength=(end - begin) * size
    )
    return flat.reshape(end - begin, size).astype(np.float32)


def _tile(
    channel: Channel,
    masses: tuple[Floats, Floats],
    size: int,
    spoken: tuple[int, int],
    heard: tuple[int, int],
) -> Floats:
    """Score the spans from the first ``size`` sentences of ``spoken`` against the sentences of ``heard``."""
    ours, theirs = channel.spoken, channel.heard
    column = _COLUMNS.fit(len(channel.background))
    shared = _shared(
        ours.index[ours.pointer[spoken[0]] : ours.pointer[spoken[1]]],
        theirs.index[theirs.pointer[heard[0]] : theirs.pointer[heard[1]]],
        column,
    )
    offered = _dense(ours, *spoken, column, len(shared))
    held = _dense(theirs, *heard, column, len(shared)).T
    column[shared] = -1
    sums = np.concatenate([np.zeros((1, len(shared)), np.float32), np.cumsum(offered, axis=0)])
    mass = np.concatenate([[0.0], np.cumsum(masses[0][spoken[0] : spoken[1]])]).astype(np.float32)
    begin = np.arange(size)
    end = np.minimum(begin + np.arange(1, LONGEST + 1)[:, None], spoken[1] - spoken[0])
    total = np.maximum(mass[end] - mass[begin], 1.0)
    ratio = (sums[end] - sums[begin]) / (total[:, :, None] * channel.background[shared])
    return _evidence(ratio, held, masses[1][heard[0] : heard[1]], channel.shares) * np.float32(channel.weight)


def _evidence(ratio: Floats, held: Floats, sizes: Floats, weights: tuple[float, ...]) -> Floats:
    """Average likelihood ratios over the shares of translated features.

    ``ratio`` is [span length, row, feature], ``held`` [feature, column]; the products
    stay so small that the matrix library does not start threads for them.
    """
    used = [(share, weight) for share, weight in zip(SHARES, weights, strict=True) if weight >= _NEGLIGIBLE]
    scores = np.empty((len(used), *ratio.shape[:2], held.shape[1]), np.float32)
    for number, (share, weight) in enumerate(used):
        np.matmul(np.log(ratio * np.float32(share / (1 - share)) + np.float32(1)), held, out=scores[number])
        scores[number] += sizes * np.float32(np.log(1 - share)) + np.float32(np.log(weight))
    top: Floats = scores.max(0)
    mixed: Floats = top + np.log(np.exp(scores - top).sum(0))
    return mixed


def fit_shares(channel: Channel, spans: list[tuple[tuple[int, int], tuple[int, int]]]) -> tuple[float, ...]:
    """Learn how often translations are how literal, from spoken and heard spans that belong together."""
    likelihood = _likelihoods(channel, spans)
    weights = np.array(channel.shares)
    for _ in range(10):
        joint = likelihood + np.log(weights)
        joint = np.exp(joint - joint.max(1, keepdims=True))
        weights = (joint / joint.sum(1, keepdims=True)).sum(0) + 1.0
        weights /= weights.sum()
    return tuple(weights.tolist())


def _likelihoods(
    channel: Channel, spans: list[tuple[tuple[int, int], tuple[int, int]]]
) -> npt.NDArray[np.float64]:
    """Return log likelihood ratios ``[span, share]``."""
    size = len(channel.background)
    said, said_count = _bags(channel.spoken, [s for s, _ in spans], size)
    held, held_count = _bags(channel.heard, [t for _, t in spans], size)
    mass = _mass(channel.masses[0], [s for s, _ in spans])
    total = _mass(channel.masses[1], [t for _, t in spans])
    both, here, there = np.intersect1d(said, held, assume_unique=True, return_indices=True)
    owner = both // size
    ratio = said_count[here] / np.maximum(mass[owner], 1.0) / channel.background[both % size]
    columns = [
        np.bincount(owner, held_count[there] * np.log1p(ratio * share / (1 - share)), len(spans))
        + total * np.log(1 - share)
        for share in SHARES
    ]
    return np.stack(columns, 1)


def _mass(masses: Floats, ranges: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(masses, dtype=np.float64)])
    bounds = np.array(ranges, np.int64)
    found: npt.NDArray[np.float64] = total[bounds[:, 1]] - total[bounds[:, 0]]
    return found


def _bags(rows: Rows, ranges: list[tuple[int, int]], size: int) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Return the features of each range as ``range * size + feature``, and their weights."""
    begin = rows.pointer[np.array([r[0] for r in ranges], np.int64)]
    counts = rows.pointer[np.array([r[1] for r in ranges], np.int64)] - begin
    owner = np.repeat(np.arange(len(ranges)), counts)
    at = np.repeat(begin, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    keys, place = np.unique(owner * size + rows.index[at], return_inverse=True)
    return keys, np.bincount(place, rows.weight[at], len(keys)).astype(np.float64)


def both_ways(
    section: Section, forward: Sequence[Channel | Meaning], backward: Sequence[Channel | Meaning]
) -> tuple[Floats, Floats]:
    """Sum the channels: source spans explain target sentences (by rows), and the reverse (by columns)."""
    rows, columns = section.rows, section.columns
    there = np.zeros((LONGEST, rows.cells), np.float32)
    back = np.zeros((LONGEST, columns.cells), np.float32)
    for channel in forward:
        there += explain(channel, rows, section.at[0], section.at[1])
    for channel in backward:
        back += explain(channel, columns, section.at[1], section.at[0])
    return there, back
