"""Bead scores become the beads of a section, with the probability of each.

Forward and backward sums over all alignments inside the band give every bead's
posterior probability; the alignment returned is the one with the greatest
expected number of right beads, less half the expected F1 for each bead, which is
what maximises F1. All sections of a batch advance together,
one anti-diagonal at a time, so that numpy works on long vectors. Unaligned
sentences are states, not beads: a run of them is opened once and extended,
source sentences before target sentences, so that no run counts twice.

The sums are of likelihoods, not of their logarithms, which is several times
faster. They stay within the range of a double because each sentence is worth what
its best counterpart is worth (``Scores.worth``): a path pays that for a sentence that it
leaves out, and a good path stays near one; what strays is brought back (``_Scale``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mtpipe.aligner.band import Section
from mtpipe.aligner.beads import LONGEST_STEP, SHAPES, Doubles, Habits, Scores
from mtpipe.aligner.features import Floats, Ints

_PAD = LONGEST_STEP
_SMALL, _LARGE = 1e-90, 1e90  # sums outside are rescaled
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
    """Sections padded to one size.

    ``beads[diagonal, section, shape, node]`` holds likelihoods, ``lone`` what leaving out the sentence before
    each node costs on either side, ``first`` where each diagonal starts, ``worth`` each section's logarithm that
    all these are relative to.
    """

    sections: tuple[Section, ...]
    beads: Doubles
    lone: tuple[Doubles, Doubles]
    first: Ints
    width: int
    worth: Doubles

    @property
    def last(self) -> Ints:
        """Return each section's last diagonal."""
        return np.array([sum(section.shape) for section in self.sections])


def batch(sections: Sequence[Section], scores: Sequence[Scores]) -> Batch:
    """Lay the sections' bead scores side by side."""
    depth = max(score.beads.shape[0] for score in scores)
    width = max(section.width for section in sections)
    beads = np.zeros((depth, len(sections), len(SHAPES), width))
    lone = np.zeros((depth, len(sections), width)), np.zeros((depth, len(sections), width))
    first = np.zeros((depth, len(sections)), np.int64)
    for number, (section, score) in enumerate(zip(sections, scores, strict=True)):
        size = score.beads.shape[0]
        beads[:size, number, :, : section.width] = score.beads
        first[:size, number] = section.first
        first[size:, number] = section.first[-1]
        row = section.first[:, None] + np.arange(section.width)
        for side, at in enumerate((row, np.arange(size)[:, None] - row)):
            paid = np.exp(-score.worth[side])
            inside = (at >= 1) & (at <= len(paid))
            lone[side][:size, number, : section.width] = np.where(
                inside, paid[np.clip(at - 1, 0, len(paid) - 1)], 0.0
            )
    worth = np.array([score.worth[0].sum() + score.worth[1].sum() for score in scores])
    return Batch(tuple(sections), beads, lone, first, width, worth)


class _Lattice:
    """Where on the padded diagonals a step from or to a node lands, as flat indices ``[section, step, node]``."""

    def __init__(self, group: Batch) -> None:
        self.depth, self.count = group.first.shape
        self.width, self.span = group.width, group.width + 2 * _PAD
        self.first = np.concatenate(
            [np.repeat(group.first[:1], _PAD, 0), group.first, np.repeat(group.first[-1:], _PAD, 0)]
        )
        self.ramp = np.arange(self.width)
        self.long = np.array(_STEPS).sum(1)
        self.number = np.arange(self.count)
        diagonal = _PAD + np.arange(self.depth)
        self._before, _ = self._starts(diagonal, diagonal[:, None] - self.long, -1)
        self.there = diagonal[:, None] + self.long
        self._after, self.shift = self._starts(diagonal, self.there, 1)

    def empty(self) -> Doubles:
        """Return a value for each node, none of them reachable yet."""
        return np.zeros((self.depth + 2 * _PAD, self.count, self.span))

    def _starts(self, diagonal: Ints, there: Ints, way: int) -> tuple[Ints, Ints]:
        """Return ``[diagonal, section, step]``: where its nodes' steps begin to land, and the same on its diagonal."""
        rows = way * np.array(_STEPS)[:, 0]
        landing = self.first[there].transpose(0, 2, 1)
        shift = np.clip(self.first[diagonal][:, :, None] + rows - landing + _PAD, 0, 2 * _PAD)
        return (there[:, None] * self.count + self.number[:, None]) * self.span + shift, shift

    def before(self, diagonal: int) -> Ints:
        """Return the nodes from which the steps come."""
        index: Ints = self._before[diagonal][:, :, None] + self.ramp
        return index

    def after(self, diagonal: int, step: int) -> Ints:
        """Return the nodes ``[section, node]`` to which one step leads."""
        index: Ints = self._after[diagonal][:, step, None] + self.ramp
        return index

    def inner(self, values: Doubles, diagonal: int) -> Doubles:
        """Return the view of a diagonal without its margins."""
        return values[_PAD + diagonal, :, _PAD : _PAD + self.width]

    def all(self, values: Doubles) -> Doubles:
        """Return the view of all diagonals without margins."""
        return values[_PAD : _PAD + self.depth, :, _PAD : _PAD + self.width]


class _Scale:
    """Logarithms by which the values of each diagonal and section have been scaled."""

    def __init__(self, grid: _Lattice) -> None:
        self.log = np.zeros((grid.depth + 2 * _PAD, grid.count))

    def keep(self, diagonal: int, window: slice, values: Doubles, parts: Sequence[Doubles]) -> None:
        """Bring a diagonal that strays towards zero or infinity back, and with it those that a step may reach."""
        top = values[_PAD + diagonal].max(1)
        if top.min() >= _SMALL and top.max() <= _LARGE:
            return
        strays = np.flatnonzero(((top < _SMALL) & (top > 0)) | (top > _LARGE))
        for number in strays.tolist():
            for part in parts:
                part[window, number] /= top[number]
            self.log[window, number] += np.log(top[number])


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums to or from each node: in all states after a bead, in a source run and in a target run."""

    any: Doubles
    run_source: Doubles
    run_target: Doubles
    scale: _Scale


def _forward(group: Batch, grid: _Lattice, habits: Habits) -> _Sums:
    every, source, target = grid.empty(), grid.empty(), grid.empty()
    into_source, into_target = grid.empty(), grid.empty()
    scale = _Scale(grid)
    opened, extended = np.exp(habits.open), np.exp(habits.extend)
    real = np.zeros((grid.count, grid.width))
    real[grid.number, -group.first[0]] = 1.0
    for d in range(grid.depth):
        scale.log[_PAD + d] = scale.log[_PAD + d - 1]
        b, c = grid.inner(source, d), grid.inner(target, d)
        if d:
            index = grid.before(d)
            real = np.einsum("csw,csw->cw", every.take(index[:, : len(SHAPES)]), group.beads[d])
            np.multiply(into_source.take(index[:, _SOURCE_STEP]), group.lone[0][d], out=b)
            np.multiply(into_target.take(index[:, _TARGET_STEP]), group.lone[1][d], out=c)
        leaving = real * opened + b * extended
        grid.inner(into_source, d)[:] = leaving
        grid.inner(into_target, d)[:] = leaving + c * extended
        grid.inner(every, d)[:] = real + b + c
        window = slice(d, d + _PAD + 1)
        scale.keep(d, window, every, (every, source, target, into_source, into_target))
    return _Sums(every, source, target, scale)


def _backward(group: Batch, grid: _Lattice, habits: Habits) -> _Sums:
    real, source, target = grid.empty(), grid.empty(), grid.empty()
    to_source, to_target = grid.empty(), grid.empty()
    scale = _Scale(grid)
    opened, extended = np.exp(habits.open), np.exp(habits.extend)
    # Beads by where they end, times what follows: only as far back as a step reaches, in a ring.
    ring = np.zeros((_PAD + 1, grid.count, len(SHAPES), grid.span))
    place = (grid.number[:, None] * len(SHAPES) + np.arange(len(SHAPES))) * grid.span
    last = group.last
    for d in range(grid.depth - 1, -1, -1):
        scale.log[_PAD + d] = scale.log[_PAD + d + 1]
        turn = grid.there[d, : len(SHAPES)] % (_PAD + 1)
        start = turn * ring[0].size + place + grid.shift[d, :, : len(SHAPES)]
        leave = ring.take(start[:, :, None] + grid.ramp).sum(1)
        by_source = to_source.take(grid.after(d, _SOURCE_STEP))
        by_target = to_target.take(grid.after(d, _TARGET_STEP))
        both = by_source + by_target
        grid.inner(real, d)[:] = leave + opened * both
        grid.inner(source, d)[:] = leave + extended * both
        grid.inner(target, d)[:] = leave + extended * by_target
        for number in np.flatnonzero(last == d).tolist():
            at = _PAD + group.sections[number].shape[0] - group.first[d, number]
            for part in (real, source, target):
                part[_PAD + d, number] = 0.0
                part[_PAD + d, number, at] = 1.0
        grid.inner(to_source, d)[:] = grid.inner(source, d) * group.lone[0][d]
        grid.inner(to_target, d)[:] = grid.inner(target, d) * group.lone[1][d]
        at = (_PAD + d) % (_PAD + 1)
        np.multiply(
            group.beads[d], grid.inner(real, d)[:, None], out=ring[at, :, :, _PAD : _PAD + grid.width]
        )
        window = slice(_PAD + d, d + 2 * _PAD + 1)
        before = scale.log[_PAD + d].copy()
        scale.keep(d, window, real, (real, source, target, to_source, to_target))
        for number in np.flatnonzero(scale.log[_PAD + d] != before).tolist():
            ring[:, number] /= np.exp(scale.log[_PAD + d, number] - before[number])
    return _Sums(real, source, target, scale)


def decode(group: Batch, habits: Habits) -> list[Decoded]:
    """Return each section's best alignment."""
    grid = _Lattice(group)
    with np.errstate(over="ignore", invalid="ignore"):  # what leaves the range shows in the total
        ahead, behind = _forward(group, grid, habits), _backward(group, grid, habits)
    total = behind.any[_PAD, grid.number, _PAD - group.first[0]]
    if not (np.isfinite(total) & (total > 0)).all():
        return decode(_milder(group), habits)
    log_total = np.log(total) + behind.scale.log[_PAD]
    # What a diagonal's products must be multiplied with to become probabilities (in the margins there are none).
    weight = np.exp(np.minimum(-log_total + ahead.scale.log + behind.scale.log, 700.0))
    lone = _lone(group, grid, ahead, behind, weight)
    gain = grid.empty() - 1e30
    gain[_PAD, grid.number, _PAD - group.first[0]] = 0.0
    choice = np.zeros((grid.depth, grid.count, grid.width), np.int8)
    sure = np.zeros((grid.depth, grid.count, grid.width), np.float32)
    value, worth = (np.zeros((grid.count, len(_STEPS), grid.width)) for _ in range(2))
    shape = worth[:, : len(SHAPES)]
    even = bool((ahead.scale.log == 0).all())
    for d in range(1, grid.depth):
        index = grid.before(d)
        chance = grid.inner(behind.any, d) * weight[_PAD + d][:, None]
        np.multiply(ahead.any.take(index[:, : len(SHAPES)]), group.beads[d], out=shape)
        shape *= chance[:, None]
        if not even:
            back = ahead.scale.log[_PAD + d - grid.long[: len(SHAPES)]].T - ahead.scale.log[_PAD + d][:, None]
            shape *= np.exp(back)[:, :, None]
        np.minimum(shape, 1.0, out=shape)
        worth[:, _SOURCE_STEP] = lone[0][d]
        worth[:, _TARGET_STEP] = lone[1][d]
        np.add(gain.take(index), worth, out=value)
        value -= habits.doubt * _COST
        best = value.argmax(1)
        choice[d] = best
        place = (best + len(_STEPS) * grid.number[:, None]) * grid.width + grid.ramp
        grid.inner(gain, d)[:] = value.take(place)
        sure[d] = worth.take(place)
    gained = log_total + group.worth
    return [
        Decoded(
            _trace(section, choice[:, k], sure[:, k]),
            float(gained[k]) - habits.unaligned(sum(section.shape)),
        )
        for k, section in enumerate(group.sections)
    ]


def _milder(group: Batch) -> Batch:
    """Return the batch with evidence that counts half: no path was left within the range of numbers."""
    sides = np.sqrt(group.lone[0]), np.sqrt(group.lone[1])
    return replace(group, beads=np.sqrt(group.beads), lone=sides, worth=group.worth / 2)


def _lone(
    group: Batch, grid: _Lattice, ahead: _Sums, behind: _Sums, weight: Doubles
) -> tuple[Doubles, Doubles]:
    """Return at each node the probability that the source, and that the target sentence before it is unaligned."""
    row = group.first[:, :, None] + grid.ramp
    diagonal = np.arange(grid.depth)[:, None, None]
    scale = weight[_PAD : _PAD + grid.depth, :, None]
    out = []
    for at, before, after in (
        (row, ahead.run_source, behind.run_source),
        (diagonal - row, ahead.run_target, behind.run_target),
    ):
        chance = grid.all(before) * grid.all(after) * scale
        span = grid.depth + 1
        place = np.clip(at, 0, grid.depth) + grid.number[:, None] * span
        total = np.bincount(place.ravel(), chance.ravel(), grid.count * span)
        out.append(np.minimum(total, 1.0)[place])
    return out[0], out[1]


def _trace(section: Section, choice: npt.NDArray[np.int8], sure: Floats) -> list[Link]:
    i, j = section.shape
    links: list[Link] = []
    while i or j:
        node = i - int(section.first[i + j])
        a, b = _STEPS[int(choice[i + j, node])]
        links.append(Link((i - a, i), (j - b, j), float(min(max(sure[i + j, node], 0.0), 1.0))))
        i, j = i - a, j - b
    return links[::-1]
