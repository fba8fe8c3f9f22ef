"""Turns a report's figures into small SVG charts."""

from __future__ import annotations

import html
from collections.abc import Sequence

from mtpipe.report import Evaluation, GroupScore, SystemResult

_WIDTH = 140.0
_BINS = 25


def colour(number: int) -> str:
    """Return the CSS colour of system ``number``."""
    return f"var(--s{number % 8})"


def scale_of(evaluation: Evaluation, metric: str) -> tuple[float, float]:
    """Return the range that the intervals of all systems span in ``metric``, a little wider than that."""
    scores = [score for system in evaluation.systems for score in system.scores if score.metric == metric]
    low = min(score.value if score.low is None else score.low for score in scores)
    high = max(score.value if score.high is None else score.high for score in scores)
    margin = max(0.5, 0.06 * (high - low))
    return low - margin, high + margin


def whisker(
    value: float, low: float | None, high: float | None, scale: tuple[float, float], number: int
) -> str:
    """Draw a score and its interval on the scale shared by the column."""

    def at(score: float) -> float:
        return round(4 + (score - scale[0]) / (scale[1] - scale[0]) * (_WIDTH - 8), 1)

    bar = ""
    if low is not None and high is not None:
        bar = (
            f'<line x1="{at(low)}" x2="{at(high)}" y1="11" y2="11" stroke="{colour(number)}" '
            'stroke-width="3" stroke-linecap="round" opacity=".45"/>'
        )
    return (
        f'<svg width="{_WIDTH:.0f}" height="22" viewBox="0 0 {_WIDTH:.0f} 22" aria-hidden="true">'
        f'<line class="grid" x1="0" x2="{_WIDTH:.0f}" y1="11" y2="11"/>{bar}'
        f'<circle cx="{at(value)}" cy="11" r="4.5" fill="{colour(number)}"/></svg>'
    )


def distribution(evaluation: Evaluation, metric: str) -> str:
    """Draw how each system's segment scores are spread: a strip each, darker where more segments are."""
    column = evaluation.metrics.index(metric)
    names = [system.name for system in evaluation.systems]
    label = 8 + 7 * max(len(_short(name)) for name in names)
    step, height = 18.0, 26
    width = label + step * _BINS + 10
    parts: list[str] = []
    for number, name in enumerate(names):
        values = [row.hypotheses[number].scores[column] for row in evaluation.rows]
        counts = _histogram(values)
        top = number * height
        parts.append(f'<text class="ink" x="0" y="{top + 16}">{html.escape(_short(name))}</text>')
        peak = max(counts) or 1
        for index, count in enumerate(counts):
            if count:
                low, high = index * 100 // _BINS, (index + 1) * 100 // _BINS
                parts.append(
                    f'<rect x="{label + index * step:.0f}" y="{top + 2}" '
                    f'width="{step - 1:.0f}" height="{height - 6}" fill="{colour(number)}" '
                    f'opacity="{0.08 + 0.92 * count / peak:.2f}">'
                    f"<title>{count} segments between {low} and {high}</title></rect>"
                )
        middle = sorted(values)[len(values) // 2]
        x = label + min(100.0, max(0.0, middle)) / 100 * step * _BINS
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + height - 2}" '
            f'stroke="var(--ink)" stroke-width="2"><title>median {middle:.1f}</title></line>'
        )
    bottom = len(names) * height + 16
    for tick in range(0, 101, 20):
        x = label + tick / 100 * step * _BINS
        parts.append(f'<text x="{x:.0f}" y="{bottom}" text-anchor="middle">{tick}</text>')
    return _svg(width, bottom + 4, parts, f"Distribution of segment {metric}")


def _histogram(values: Sequence[float]) -> list[int]:
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, max(0, int(value / 100 * _BINS)))] += 1
    return counts


def groups(systems: Sequence[SystemResult], by: str, metric: str) -> str:
    """Draw each group's score as a dot per system, the groups below each other; "" where there are none."""
    first = [group for group in systems[0].groups if group.by == by]
    if not first:
        return ""
    values = [[_value(system, by, group.name, metric) for system in systems] for group in first]
    low, high = min(map(min, values)), max(map(max, values))
    low, high = max(0.0, min(90.0, 10 * (low // 10))), min(100.0, 10 * (high // 10 + 1))
    label = 12 + 7 * max(len(_short(group.name)) for group in first)
    width, chart = label + 470.0, 360.0
    parts: list[str] = []

    def at(value: float) -> float:
        return round(label + (value - low) / (high - low) * chart, 1)

    bottom = len(first) * 28
    for tick in range(int(low), int(high) + 1, 10 if high - low <= 60 else 20):
        parts.append(f'<line class="grid" x1="{at(tick)}" x2="{at(tick)}" y1="0" y2="{bottom}"/>')
        parts.append(f'<text x="{at(tick)}" y="{bottom + 15}" text-anchor="middle">{tick}</text>')
    for place, (group, scores) in enumerate(zip(first, values, strict=True)):
        parts += _group_row(group, scores, place * 28 + 14, at, label + chart + 16)
    return _svg(width, bottom + 22, parts, f"{metric} by {by}")


def _group_row(group: GroupScore, scores: Sequence[float], y: int, at: object, end: float) -> list[str]:
    assert callable(at)  # noqa: S101 - narrows the closure's type
    few = ' opacity=".45"' if group.n < 10 else ""
    parts = [f'<text class="ink" x="0" y="{y + 4}">{html.escape(_short(group.name))}</text>']
    parts.append(
        f'<line x1="{at(min(scores))}" x2="{at(max(scores))}" y1="{y}" y2="{y}" stroke="var(--line)" '
        'stroke-width="5"/>'
    )
    for number, score in enumerate(scores):
        parts.append(
            f'<circle cx="{at(score)}" cy="{y}" r="5" fill="{colour(number)}" stroke="var(--paper)"{few}>'
            f"<title>{score:.1f}</title></circle>"
        )
    value = f"{scores[0]:.1f} · " if len(scores) == 1 else ""
    parts.append(f'<text x="{end:.0f}" y="{y + 4}">{value}n = {group.n}</text>')
    return parts


def _value(system: SystemResult, by: str, name: str, metric: str) -> float:
    for group in system.groups:
        if group.by == by and group.name == name:
            return next(score.value for score in group.scores if score.metric == metric)
    return 0.0


def _svg(width: float, height: float, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{html.escape(label)}">{"".join(parts)}</svg>'
    )


def _short(text: str) -> str:
    return text if len(text) <= 28 else text[:27] + "…"
