"""Evidence about sentences becomes a score for every bead that may end on a node of the band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mtpipe.aligner.band import Lines, Section
from mtpipe.aligner.features import Floats, Ints

Doubles = npt.NDArray[np.float64]

SHAPES: tuple[tuple[int, int], ...] = tuple(
    [(a, b) for a in range(1, 5) for b in range(1, 5)] + [(1, 5), (5, 1), (1, 6), (6, 1)]
)
_MOST = 300.0  # nats that a bead may be worth beyond its sentences, far from what a double can hold
LONGEST_STEP = max(a + b for a, b in SHAPES)


@dataclass(frozen=True, slots=True)
class Habits:
    """What is expected before the texts are looked at; logarithms, nats.

    ``open`` starts and ``extend`` continues a run of unaligned sentences;
    ``merge`` is paid by a 1–2 bead, ``cross`` by a 2–2 one, ``more`` by each further
    sentence. ``ratio`` is the log of target over source length, ``spread`` how far it
    strays, ``length`` how much that counts. ``break_`` is paid for a paragraph
    end inside a bead, ``uneven`` where a paragraph begins on one side only.
    ``doubt``, a probability, is what a bead costs: half of the F1 to be expected.
    """

    open: float = -4.0
    extend: float = -1.1
    merge: float = -1.5
    cross: float = -3.5
    more: float = -1.0
    ratio: float = 0.0
    spread: float = 0.3
    length: float = 1.0
    break_: float = -2.0
    uneven: float = -0.5
    doubt: float = 0.4

    def prior(self, shape: tuple[int, int]) -> float:
        """Return what a bead of this shape pays."""
        a, b = shape
        if a == b == 1:
            return 0.0
        if min(a, b) == 1:
            return self.merge + self.more * (max(a, b) - 2)
        return self.cross + self.more * (a + b - 4)

    def unaligned(self, count: int) -> float:
        """Return the score of a single run of ``count`` unaligned sentences."""
        return self.open + self.extend * (count - 1) if count else 0.0


@dataclass(frozen=True, slots=True)
class Sides:
    """Per side: running sums of length, each sentence's paragraph, and running counts of what was moved away.

    ``target_seams`` counts up to each sentence those that do not follow the one before in the text.
    """

    source_length: Doubles
    target_length: Doubles
    source_paragraph: Ints | None = None
    target_paragraph: Ints | None = None
    source_away: Ints | None = None
    target_away: Ints | None = None
    target_seams: Ints | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """A section's likelihoods ``beads[diagonal, shape, node]``, relative to the ``worth`` of the sentences inside.

    ``worth`` gives for each source and each target sentence the logarithm that its best counterpart is worth.
    """

    beads: Doubles
    worth: tuple[Doubles, Doubles]


@dataclass(frozen=True, slots=True)
class _Starts:
    """The nodes that beads may start on: diagonal, sentences behind, place among the cells and room there."""

    diagonal: Ints
    node: Ints
    i: Ints
    j: Ints
    cell: tuple[Ints, Ints]
    room: tuple[Ints, Ints]


def score_beads(section: Section, evidence: tuple[Floats, Floats], sides: Sides, habits: Habits) -> Scores:
    """Score the bead of each shape that ends on each node."""
    n, m = section.shape
    rows, columns = section.rows, section.columns
    worth = _best(evidence[0][0], rows), _best(evidence[1][0], columns)
    out = np.zeros((n + m + 1, len(SHAPES), section.width))
    sums = _sums(evidence[0], rows, worth[1])
    turned = _sums(evidence[1], columns, worth[0])
    starts = _starts(section, rows, columns)
    for number, (a, b) in enumerate(SHAPES):
        if a > n or b > m:
            continue
        chosen, place = _ends(section, starts, number)
        if not len(place):
            continue
        i, j = starts.i[chosen], starts.j[chosen]
        score = _stretch(sums[a - 1], starts.cell[0][chosen], b)
        score += _stretch(turned[b - 1], starts.cell[1][chosen], a)
        score *= 0.5
        score += habits.prior((a, b)) + _length(section, sides, habits, i, j, a, b)
        score += _paragraphs(section, sides, habits, i, j, a, b) + _away(section, sides, i, j, a, b)
        out.ravel()[place] = np.exp(np.minimum(score, _MOST))
    return Scores(out, worth)


def _starts(section: Section, rows: Lines, columns: Lines) -> _Starts:
    n, m = section.shape
    row = section.first[:, None] + np.arange(section.width)
    column = np.arange(n + m + 1)[:, None] - row
    diagonal, node = np.nonzero((row < n) & (column >= 0) & (column < m))
    i, j = row[diagonal, node], column[diagonal, node]
    inside = (rows.low[i] <= j) & (columns.low[j] <= i)
    diagonal, node, i, j = (part[inside] for part in (diagonal, node, i, j))
    cell = rows.offset[i] + j, columns.offset[j] + i
    return _Starts(diagonal, node, i, j, cell, (rows.high[i] - j, columns.high[j] - i))


def _ends(section: Section, starts: _Starts, number: int) -> tuple[slice | Ints, Ints]:
    """Return which starts have room for a bead of a shape, and where in the table of scores it ends."""
    a, b = SHAPES[number]
    last = len(section.first) - 1
    diagonal = np.arange(last + 1)
    goal = np.minimum(diagonal + a + b, last)
    shift = (section.first + a - section.first[goal])[starts.diagonal]
    node = starts.node + shift
    fits = (starts.room[0] >= b) & (starts.room[1] >= a) & (node >= 0) & (node < section.width)
    place = ((goal * len(SHAPES) + number) * section.width)[starts.diagonal] + node
    if fits.all():
        return slice(None), place
    chosen = np.flatnonzero(fits)
    return chosen, place[chosen]


def _best(evidence: Floats, lines: Lines) -> Doubles:
    """Return half of the best evidence on each line, never below nothing."""
    size = lines.high - lines.low
    out = np.zeros(len(size))
    filled = np.flatnonzero(size)
    if len(filled):
        out[filled] = np.maximum(np.maximum.reduceat(evidence, (lines.offset + lines.low)[filled]), 0.0) / 2
    return out


def _sums(evidence: Floats, lines: Lines, worth: Doubles) -> list[Doubles]:
    """Return running sums of the evidence over all lines, less what the sentences across are worth."""
    size = lines.high - lines.low
    across = np.arange(int(size.sum())) - np.repeat(lines.offset, size)
    less = 2 * worth[across]
    return [np.concatenate([[0.0], np.cumsum(part - less)]) for part in evidence]


def _stretch(sums: Doubles, cell: Ints, count: int) -> Doubles:
    """Return the evidence of ``count`` cells on a line from each ``cell``."""
    total: Doubles = (sums[count:] - sums[:-count])[cell]
    return total


def _length(section: Section, sides: Sides, habits: Habits, i: Ints, j: Ints, a: int, b: int) -> Doubles:
    """Judge a bead's length ratio by Student's t with three degrees of freedom: outliers do occur."""
    n, m = section.shape
    s = sides.source_length[section.at[0] : section.at[0] + n + 1]
    t = sides.target_length[section.at[1] : section.at[1] + m + 1]
    source, target = np.log(s[a:] - s[: n + 1 - a]), np.log(t[b:] - t[: m + 1 - b])
    strayed = ((target[j] - source[i] - habits.ratio) / habits.spread).astype(np.float32)
    return habits.length * (1.0 - 1.5 * np.log1p(strayed * strayed / 3))


def _paragraphs(
    section: Section, sides: Sides, habits: Habits, i: Ints, j: Ints, a: int, b: int
) -> Doubles | float:
    if sides.source_paragraph is None or sides.target_paragraph is None:
        return 0.0
    i, j = i + section.at[0], j + section.at[1]
    s, t = sides.source_paragraph, sides.target_paragraph
    inside = (s[i + a - 1] != s[i]).astype(float) + (t[j + b - 1] != t[j])
    starts = (s[i] != s[np.maximum(i - 1, 0)]) != (t[j] != t[np.maximum(j - 1, 0)])
    paid: Doubles = habits.break_ * inside + habits.uneven * starts
    return paid


def _away(section: Section, sides: Sides, i: Ints, j: Ints, a: int, b: int) -> Doubles | float:
    """Forbid beads that hold a sentence which a moved block has taken, or sentences that do not stand together."""
    if sides.target_seams is not None:
        j = j + section.at[1]
        return np.where(sides.target_seams[j + b - 1] > sides.target_seams[j], -np.inf, 0.0)
    if sides.source_away is None or sides.target_away is None:
        return 0.0
    i, j = i + section.at[0], j + section.at[1]
    taken = (sides.source_away[i + a] > sides.source_away[i]) | (
        sides.target_away[j + b] > sides.target_away[j]
    )
    return np.where(taken, -np.inf, 0.0)
