"""Bead scores become the beads of a section, with the probability of each.

Forward and backward sums over all alignments inside the band give every bead's
posterior probability; the alignment returned is the one with the greatest
expected number of right beads, less half the expected F1 for each bead, which is
what maximises F1. All sections of a batch advance together,
one anti-diagonal at a time, so that numpy works on long vectors. Unaligned
sentences are states, not beads: a run of them is opened once and extended,
source sentences before target sentences, so that no run counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mtpipe.aligner.band import Section
from mtpipe.aligner.beads import SHAPES, Doubles, Habits
from mtpipe.aligner.features import Floats, Ints

_PAD = 8
_NEVER = -1e30
_SOURCE_STEP, _TARGET_STEP = len(SHAPES), len(SHAPES) + 1
_STEPS = (*SHAPES, (1, 0), (0, 1))
_COST = np.array([1.0 if a and b else 0.8 for a, b in _STEPS])[:, None]  # a lone sentence misleads less


class Link(NamedTuple):
    """A bead as half-open ranges of sentences, with its posterior probability."""

    source: tuple[int, int]
    target: tuple[int, int]
    confidence: float
    moved: bool = False

    @property
    def real(self) -> bool:
        """Tell whether both sides hold sentences."""
        return self.source[0] < self.source[1] and self.target[0] < self.target[1]


class Decoded(NamedTuple):
    """A section's links in order, numbered within it, and how much likelier it is than unaligned text."""

    links: list[Link]
    gain: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Sections padded to one size: ``beads[diagonal, section, shape, node]`` and where each diagonal starts."""

    sections: tuple[Section, ...]
    beads: Floats
    first: Ints
    width: int

    @property
    def last(self) -> Ints:
        """Return each section's last diagonal."""
        return np.array([sum(section.shape) for section in self.sections])


def batch(sections: Sequence[Section], scores: Sequence[Floats]) -> Batch:
    """Lay the sections' bead scores side by side."""
    depth = max(score.shape[0] for score in scores)
    width = max(section.width for section in sections)
    beads = np.full((depth, len(sections), len(SHAPES), width), _NEVER, np.float32)
    first = np.zeros((depth, len(sections)), np.int64)
    for number, (section, score) in enumerate(zip(sections, scores, strict=True)):
        beads[: score.shape[0], number, :, : section.width] = np.maximum(score, _NEVER)
        first[: score.shape[0], number] = section.first
        first[score.shape[0] :, number] = section.first[-1]
    return Batch(tuple(sections), beads, first, width)


class _Lattice:
    """Where on the padded diagonals a step from or to a node lands."""

    def __init__(self, group: Batch) -> None:
        self.depth, self.count = group.first.shape
        self.width, self.span = group.width, group.width + 2 * _PAD
        self.first = np.concatenate(
            [np.repeat(group.first[:1], _PAD, 0), group.first, np.repeat(group.first[-1:], _PAD, 0)]
        )
        self.ramp = np.arange(self.width)
        self.steps = np.array(_STEPS)
        self.number = np.arange(self.count)

    def empty(self) -> Doubles:
        """Return a value for each node, none of them reachable yet."""
        return np.full((self.depth + 2 * _PAD, self.count, self.span), _NEVER)

    def before(self, diagonal: int) -> Ints:
        """Return flat indices ``[section, step, node]`` of the nodes from which the steps come."""
        there = _PAD + diagonal - self.steps.sum(1)
        shift = self.first[_PAD + diagonal][:, None] - self.steps[:, 0] - self.first[there].T
        return self._flat(there, shift)

    def after(self, diagonal: int) -> Ints:
        """Return flat indices ``[section, step, node]`` of the nodes to which the steps lead."""
        there = _PAD + diagonal + self.steps.sum(1)
        shift = self.first[_PAD + diagonal][:, None] + self.steps[:, 0] - self.first[there].T
        return self._flat(there, shift)

    def _flat(self, there: Ints, shift: Ints) -> Ints:
        shift = np.clip(shift + _PAD, 0, 2 * _PAD)
        start = (there * self.count + self.number[:, None]) * self.span + shift
        index: Ints = start[:, :, None] + self.ramp
        return index

    def inner(self, values: Doubles, diagonal: int) -> Doubles:
        """Return the view of a diagonal without its margins."""
        return values[_PAD + diagonal, :, _PAD : _PAD + self.width]


def _sum(values: Doubles, axis: int) -> Doubles:
    """Return log-sum-exp along an axis."""
    top = values.max(axis, keepdims=True)
    total: Doubles = np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis))
    return total


@dataclass(frozen=True, slots=True)
class _Sums:
    """Log-sums to or from each node: in all states, and with a source or target run entered or left."""

    any: Doubles
    run_source: Doubles
    run_target: Doubles


def _forward(group: Batch, grid: _Lattice, habits: Habits) -> _Sums:
    real, source, target = grid.empty(), grid.empty(), grid.empty()
    real[_PAD, :, _PAD - group.first[0]] = 0.0
    every, into_source, into_target = grid.empty(), grid.empty(), grid.empty()
    for d in range(grid.depth):
        if d:
            index = grid.before(d)
            grid.inner(real, d)[:] = _sum(every.take(index[:, : len(SHAPES)]) + group.beads[d], 1)
            grid.inner(source, d)[:] = into_source.take(index[:, _SOURCE_STEP])
            grid.inner(target, d)[:] = into_target.take(index[:, _TARGET_STEP])
        a, b, c = (grid.inner(part, d) for part in (real, source, target))
        grid.inner(into_source, d)[:] = np.logaddexp(a + habits.open, b + habits.extend)
        grid.inner(into_target, d)[:] = np.logaddexp(grid.inner(into_source, d), c + habits.extend)
        grid.inner(every, d)[:] = np.logaddexp(np.logaddexp(a, b), c)
    return _Sums(every, into_source, into_target)


def _backward(group: Batch, grid: _Lattice, habits: Habits) -> _Sums:
    real, source, target = grid.empty(), grid.empty(), grid.empty()
    ended = np.full((grid.depth + 2 * _PAD, grid.count, len(SHAPES), grid.span), _NEVER, np.float32)
    last = group.last
    stride = np.arange(len(SHAPES))[:, None] * grid.span
    for d in range(grid.depth - 1, -1, -1):
        index = grid.after(d)
        start, node = np.divmod(index[:, : len(SHAPES)], grid.span)
        leave = _sum(ended.take(start * (grid.span * len(SHAPES)) + stride + node).astype(np.float64), 1)
        to_source, to_target = source.take(index[:, _SOURCE_STEP]), target.take(index[:, _TARGET_STEP])
        both = np.logaddexp(to_source, to_target)
        grid.inner(real, d)[:] = np.logaddexp(leave, habits.open + both)
        grid.inner(source, d)[:] = np.logaddexp(leave, habits.extend + both)
        grid.inner(target, d)[:] = np.logaddexp(leave, habits.extend + to_target)
        for number in np.flatnonzero(last == d):
            section = group.sections[number]
            at = _PAD + section.shape[0] - group.first[d, number]
            for part in (real, source, target):
                part[_PAD + d, number] = _NEVER
                part[_PAD + d, number, at] = 0.0
        ended[_PAD + d, :, :, _PAD : _PAD + grid.width] = group.beads[d] + grid.inner(real, d)[:, None]
    return _Sums(real, source, target)


def decode(group: Batch, habits: Habits) -> list[Decoded]:
    """Return each section's best alignment."""
    grid = _Lattice(group)
    ahead, behind = _forward(group, grid, habits), _backward(group, grid, habits)
    total = behind.any[_PAD, np.arange(grid.count), _PAD - group.first[0]]
    lone = _lone(group, grid, ahead, behind, total)
    gain = grid.empty()
    gain[_PAD, :, _PAD - group.first[0]] = 0.0
    choice = np.zeros((grid.depth, grid.count, grid.width), np.int8)
    sure = np.zeros((grid.depth, grid.count, grid.width), np.float32)
    for d in range(1, grid.depth):
        index = grid.before(d)
        worth = np.full((grid.count, len(_STEPS), grid.width), 0.0)
        shape = worth[:, : len(SHAPES)]
        np.add(ahead.any.take(index[:, : len(SHAPES)]), group.beads[d], out=shape)
        shape += (grid.inner(behind.any, d) - total[:, None])[:, None]
        np.exp(np.minimum(shape, 0.0), out=shape)
        row = np.clip(group.first[d][:, None] + grid.ramp, 0, lone[0].shape[1] - 1)
        worth[:, _SOURCE_STEP] = lone[0][grid.number[:, None], row]
        column = np.clip(d - group.first[d][:, None] - grid.ramp, 0, lone[1].shape[1] - 1)
        worth[:, _TARGET_STEP] = lone[1][grid.number[:, None], column]
        value = gain.take(index) + worth - habits.doubt * _COST
        best = value.argmax(1)
        choice[d] = best
        grid.inner(gain, d)[:] = np.take_along_axis(value, best[:, None], 1)[:, 0]
        sure[d] = np.take_along_axis(worth, best[:, None], 1)[:, 0]
    return [
        Decoded(
            _trace(section, choice[:, k], sure[:, k]), float(total[k]) - habits.unaligned(sum(section.shape))
        )
        for k, section in enumerate(group.sections)
    ]


def _lone(
    group: Batch, grid: _Lattice, ahead: _Sums, behind: _Sums, total: Doubles
) -> tuple[Doubles, Doubles]:
    """Return the probability that each source and each target sentence is unaligned, at its end node's number."""
    source = np.zeros((grid.count, max(s.shape[0] for s in group.sections) + 1))
    target = np.zeros((grid.count, max(s.shape[1] for s in group.sections) + 1))
    number = np.broadcast_to(grid.number[:, None], (grid.count, grid.width))
    for d in range(1, grid.depth):
        index = grid.before(d)
        row = group.first[d][:, None] + grid.ramp
        for out, at, step, before, after in (
            (source, row, _SOURCE_STEP, ahead.run_source, behind.run_source),
            (target, d - row, _TARGET_STEP, ahead.run_target, behind.run_target),
        ):
            chance = np.exp(
                np.minimum(before.take(index[:, step]) + grid.inner(after, d) - total[:, None], 0.0)
            )
            fits = (at >= 1) & (at < out.shape[1]) & (chance > 0)
            np.add.at(out, (number[fits], at[fits]), chance[fits])
    return np.minimum(source, 1.0), np.minimum(target, 1.0)


def _trace(section: Section, choice: npt.NDArray[np.int8], sure: Floats) -> list[Link]:
    i, j = section.shape
    links: list[Link] = []
    while i or j:
        node = i - int(section.first[i + j])
        a, b = _STEPS[int(choice[i + j, node])]
        links.append(Link((i - a, i), (j - b, j), float(min(max(sure[i + j, node], 0.0), 1.0))))
        i, j = i - a, j - b
    return links[::-1]
