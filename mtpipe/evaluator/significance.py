"""Turns per-segment statistics into intervals and paired tests, all systems and metrics in one pass.

Resamples are drawn as sacrebleu draws them (same generator, same seed), but
row by row into counts, so memory stays linear in the number of segments: a
resample's sums are ``counts @ statistics``, and a shuffle's are the totals
plus ``choice @ (first - second)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mtpipe.evaluator.metrics import values
from mtpipe.evaluator.statistics import Rows

SEED = 12345
RESAMPLES = 1000
TRIALS = 10000
_CELLS = 4_000_000
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % bounds of resampled scores, with sacrebleu's "mean ± half width" of the same."""

    low: float
    high: float
    mean: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Paired:
    """What the paired tests say about ``second - first`` in one metric."""

    difference: float
    low: float
    high: float
    p_bootstrap: float
    p_randomisation: float


def interval(scores: Values) -> Interval:
    """Return the 2.5 % and 97.5 % bounds of resampled scores, cut as sacrebleu cuts them."""
    ordered = np.sort(scores)
    cut = len(ordered) // 40
    low, high = float(ordered[cut]), float(ordered[len(ordered) - cut - 1])
    return Interval(low=low, high=high, mean=float(np.mean(ordered)), half_width=0.5 * (high - low))


def corpus_values(statistics: dict[str, list[Rows]]) -> dict[str, list[float]]:
    """Return each metric's corpus value for each system."""
    return {
        metric: [float(values(metric, rows.sum(axis=0, keepdims=True))[0]) for rows in systems]
        for metric, systems in statistics.items()
    }


def resample(
    statistics: dict[str, list[Rows]], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, list[Values]]:
    """Return the scores of ``resamples`` bootstrap samples, the same for each metric and system."""
    layout, joined = _joined(statistics)
    scores = {metric: [np.zeros(resamples) for _ in systems] for metric, systems in statistics.items()}
    for start, counts in _bootstrap_counts(len(joined), resamples, seed):
        sums = (counts @ joined).astype(np.float32)
        for metric, number, columns in layout:
            scores[metric][number][start : start + len(sums)] = values(metric, sums[:, columns])
    return scores


def paired_tests(
    statistics: dict[str, list[Rows]],
    resampled: dict[str, list[Values]],
    pairs: Sequence[tuple[int, int]],
    *,
    trials: int = TRIALS,
    seed: int = SEED,
) -> dict[str, list[Paired]]:
    """Test each pair of systems by paired bootstrap and by approximate randomisation, per metric.

    Source: sacrebleu's ``--paired-bs`` and ``--paired-ar`` (Koehn 2004; Riezler
    and Maxwell 2005), the p-values of which these are.
    """
    actual = corpus_values(statistics)
    extremes = _randomise(statistics, pairs, actual, trials=trials, seed=seed)
    result: dict[str, list[Paired]] = {}
    for metric, scores in resampled.items():
        result[metric] = []
        for number, (first, second) in enumerate(pairs):
            difference = actual[metric][second] - actual[metric][first]
            sampled = scores[second] - scores[first]
            bounds = interval(sampled)
            spread = np.abs(sampled)
            beyond = int(np.sum(spread - spread.mean() > abs(difference)))
            result[metric].append(
                Paired(
                    difference=difference,
                    low=bounds.low,
                    high=bounds.high,
                    p_bootstrap=(beyond + 1) / (len(sampled) + 1),
                    p_randomisation=(extremes[metric][number] + 1) / (trials + 1),
                )
            )
    return result


def _randomise(
    statistics: dict[str, list[Rows]],
    pairs: Sequence[tuple[int, int]],
    actual: dict[str, list[float]],
    *,
    trials: int,
    seed: int,
) -> dict[str, list[int]]:
    """Count the shuffles whose difference exceeds the real one, per metric and pair."""
    extremes = {metric: [0] * len(pairs) for metric in statistics}
    segments = len(next(iter(statistics.values()))[0])
    for choice in _shuffles(segments, trials, seed):
        for metric, systems in statistics.items():
            for number, (first, second) in enumerate(pairs):
                shift = choice @ (systems[first] - systems[second]).astype(choice.dtype)
                one = values(metric, systems[second].sum(axis=0) + shift.astype(np.float64))
                other = values(metric, systems[first].sum(axis=0) - shift.astype(np.float64))
                real = abs(actual[metric][first] - actual[metric][second])
                extremes[metric][number] += int(np.sum(np.abs(one - other) > real))
    return extremes


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values after Holm's step-down correction for their number."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = running
    return adjusted


def _joined(statistics: dict[str, list[Rows]]) -> tuple[list[tuple[str, int, slice]], Rows]:
    """Put all statistics side by side, and say which columns belong to which metric and system."""
    layout: list[tuple[str, int, slice]] = []
    parts: list[Rows] = []
    column = 0
    for metric, systems in statistics.items():
        for number, rows in enumerate(systems):
            layout.append((metric, number, slice(column, column + rows.shape[1])))
            parts.append(rows)
            column += rows.shape[1]
    return layout, np.concatenate(parts, axis=1)


def _bootstrap_counts(segments: int, resamples: int, seed: int) -> Iterator[tuple[int, Rows]]:
    """Yield how often each segment is drawn, a block of resamples at a time."""
    generator = np.random.default_rng(seed)
    block = max(1, min(resamples, _CELLS // segments))
    for start in range(0, resamples, block):
        drawn = generator.integers(0, segments, size=(min(block, resamples - start), segments))
        yield start, np.stack([np.bincount(row, minlength=segments) for row in drawn]).astype(np.float64)


def _shuffles(segments: int, trials: int, seed: int) -> Iterator[npt.NDArray[np.float32]]:
    """Yield 0/1 choices of the first system, a block of trials at a time.

    The generator draws booleans 32 to a word and drops the rest of a word at
    the end of a call: blocks of 32 rows give the stream of one call. Sums of
    differences are whole numbers far below 2**24, so float32 is exact.
    """
    generator = np.random.default_rng(seed)
    block = max(32, min(trials, _CELLS // segments) // 32 * 32)
    for start in range(0, trials, block):
        size = (min(block, trials - start), segments)
        yield generator.integers(2, size=size, dtype=bool).astype(np.float32)
