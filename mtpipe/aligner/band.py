"""A path through the grid becomes a band of cells, seen along diagonals, rows and columns.

Node ``(i, j)`` means: ``i`` source and ``j`` target sentences lie behind. A
section's band holds ``width`` nodes of each anti-diagonal ``d = i + j``,
starting at source position ``first[d]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mtpipe.aligner.features import Ints

LONGEST = 6  # sentences on one side of a bead


@dataclass(frozen=True, slots=True)
class Lines:
    """Stretches ``[low[r], high[r])`` of a grid's rows, laid end to end: cell (r, c) is ``offset[r] + c``."""

    low: Ints
    high: Ints
    offset: Ints

    @property
    def cells(self) -> int:
        """Return how many cells all stretches hold."""
        return int((self.high - self.low).sum())


@dataclass(frozen=True, slots=True)
class Section:
    """A rectangle of the grid, ``source`` by ``target`` sentences from ``at``, and the band inside it."""

    at: tuple[int, int]
    shape: tuple[int, int]
    first: Ints
    width: int

    @property
    def rows(self) -> Lines:
        """Return the band by source sentence: which target sentences it is compared with."""
        return _lines(self.first, self.width, *self.shape)

    @property
    def columns(self) -> Lines:
        """Return the band by target sentence."""
        n, m = self.shape
        diagonal = np.arange(n + m + 1)
        return _lines(diagonal - self.first - self.width + 1, self.width, m, n)


def _lines(first: Ints, width: int, n: int, m: int) -> Lines:
    """Invert the band: for each row the cells that beads starting on its nodes may touch."""
    row = np.arange(n)
    begin = np.searchsorted(first + width, row, side="right") - row
    end = np.searchsorted(first, row, side="right") - row
    low = np.clip(begin, 0, m)
    high = np.clip(end + LONGEST - 1, low, m)
    start = np.concatenate([[0], np.cumsum(high - low)])[:-1]
    return Lines(low, high, start - low)


def whole(at: tuple[int, int], shape: tuple[int, int]) -> Section:
    """Return a section whose band is its whole rectangle."""
    n, m = shape
    diagonal = np.arange(n + m + 1)
    return Section(at, shape, np.maximum(0, diagonal - m), min(n, m) + 1)


def along(at: tuple[int, int], shape: tuple[int, int], path: Ints, half: int) -> Section:
    """Return a section whose band keeps ``half`` nodes on both sides of ``path``.

    ``path`` gives the source position on each of the ``n + m + 1`` diagonals.
    """
    n, m = shape
    if min(n, m) + 1 <= 2 * half + 1:
        return whole(at, shape)
    diagonal = np.arange(n + m + 1)
    width = 2 * half + 1
    upper = np.maximum(np.minimum(n, diagonal) - width + 1, 0)
    first = np.maximum(np.minimum(path - half, upper), np.maximum(0, diagonal - m))
    return Section(at, shape, first, width)
