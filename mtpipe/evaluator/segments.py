"""Turns per-segment statistics and texts into the rows of a report's segment table."""

from __future__ import annotations

from collections.abc import Sequence

from mtpipe.evaluator.comparison import Comparison
from mtpipe.evaluator.differences import coloured
from mtpipe.evaluator.metrics import values
from mtpipe.evaluator.statistics import Rows
from mtpipe.report import SegmentHypothesis, SegmentRow, lower_is_better


def segment_scores(metric: str, rows: Sequence[Rows]) -> list[Sequence[float]]:
    """Return each system's score for each segment, as sacrebleu's ``--sentence-level`` gives it."""
    return [values(metric, array, segments=True).tolist() for array in rows]


def segment_rows(
    comparison: Comparison,
    systems: Sequence[Sequence[str]],
    sources: Sequence[str],
    scores: dict[str, list[Sequence[float]]],
    *,
    detailed: int,
) -> tuple[SegmentRow, ...]:
    """Build all rows; the ``detailed`` worst, most disputed and every nth get coloured differences."""
    chosen = _worth_detail(scores, len(comparison.rows), detailed)
    return tuple(
        SegmentRow(
            index=number,
            document=comparison.outputs[0].documents[row.segments[0]],
            role=comparison.outputs[0].roles[row.segments[0]],
            source=sources[number],
            references=tuple(text for text in row.references if text is not None),
            hypotheses=tuple(
                _hypothesis(comparison, systems, scores, system, number, detail=number in chosen)
                for system in range(len(systems))
            ),
            bead=row.bead,
            confidence=row.confidence,
        )
        for number, row in enumerate(comparison.rows)
    )


def _hypothesis(
    comparison: Comparison,
    systems: Sequence[Sequence[str]],
    scores: dict[str, list[Sequence[float]]],
    system: int,
    number: int,
    *,
    detail: bool,
) -> SegmentHypothesis:
    row = comparison.rows[number]
    text = systems[system][number]
    references = [reference for reference in row.references if reference is not None]
    flags = dict.fromkeys(flag for index in row.segments for flag in comparison.outputs[system].flags[index])
    near = _nearest(text, references)
    runs, reference_runs = coloured(text, references[near]) if detail else ((), ())
    return SegmentHypothesis(
        text=text,
        scores=tuple(round(scores[metric][system][number], 2) for metric in scores),
        flags=tuple(flags),
        nearest=near,
        runs=runs,
        reference_runs=reference_runs,
    )


def _nearest(text: str, references: Sequence[str]) -> int:
    """Return the number of the reference that shares the largest part of its words with the text."""
    if len(references) < 2:
        return 0
    words = set(text.split())

    def likeness(reference: str) -> float:
        others = set(reference.split())
        return len(words & others) / max(1, len(words | others))

    return max(range(len(references)), key=lambda number: likeness(references[number]))


def _worth_detail(scores: dict[str, list[Sequence[float]]], rows: int, detailed: int) -> set[int]:
    if rows <= detailed:
        return set(range(rows))
    metric = "chrF2" if "chrF2" in scores else next(iter(scores))
    columns = scores[metric]
    sign = -1 if lower_is_better(metric) else 1
    spread = [
        max(column[row] for column in columns) - min(column[row] for column in columns) for row in range(rows)
    ]
    worst = sorted(range(rows), key=lambda row: sign * sum(column[row] for column in columns))
    disputed = sorted(range(rows), key=lambda row: -spread[row])
    share = detailed // 3 if len(columns) > 1 else 0
    chosen = set(disputed[:share]) | set(worst[: (detailed - share) // 2])
    left = detailed - len(chosen)
    others = [row for row in range(rows) if row not in chosen]
    return chosen | {others[place * len(others) // left] for place in range(left)}
