"""Turns an evaluation report into text for a terminal, or into tab-separated tables."""

from __future__ import annotations

from mtpipe.report import Evaluation, EvaluationReport
from mtpipe.writer.report_tables import (
    gap_rows,
    group_rows,
    padded,
    pair_rows,
    score_rows,
    tabbed,
    typography_rows,
)


def render_txt(report: EvaluationReport) -> str:
    """Return findings, scores, tests and signatures, in columns."""
    return "\n".join(_evaluation(evaluation) for evaluation in report.evaluations)


def _evaluation(evaluation: Evaluation) -> str:
    parts = [f"{evaluation.title} ({evaluation.target_name}, {evaluation.pairing})\n"]
    parts.append("".join(f"  {sentence}\n" for sentence in (*evaluation.findings, *evaluation.notes)))
    parts.append(padded(score_rows(evaluation)))
    pairs = pair_rows(evaluation, evaluation.metrics[0] if len(evaluation.systems) > 2 else None)
    if pairs:
        parts.append(padded(pairs))
    parts.append("".join(f"{score.metric}|{score.signature}\n" for score in evaluation.systems[0].scores))
    parts.append(f"{evaluation.tokenizer_reason}.\n")
    return "\n".join(parts)


def render_tsv(report: EvaluationReport) -> str:
    """Return the tables, each with its heading line, one empty line between them."""
    tables = [
        table
        for evaluation in report.evaluations
        for table in (
            score_rows(evaluation),
            pair_rows(evaluation),
            typography_rows(evaluation),
            gap_rows(evaluation),
            *(group_rows(evaluation, by) for by in ("role", "length", "document")),
        )
        if table
    ]
    return "\n".join(map(tabbed, tables))
