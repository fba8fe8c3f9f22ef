"""Turns an evaluation report into Markdown: findings, tables that paste into a paper, telling segments."""

from __future__ import annotations

from collections.abc import Sequence

from mtpipe.report import Evaluation, EvaluationReport, Run, SegmentRow, Unpaired, lower_is_better
from mtpipe.writer.report_tables import (
    gap_rows,
    group_rows,
    markdown,
    pair_rows,
    score_rows,
    typography_rows,
)

_MOST_ROWS = 10
_MOST_SENTENCES = 50


def render_md(report: EvaluationReport) -> str:
    """Return the report; differences are **bold** in the translation where the reference has them not."""
    dated = f"{report.created} · " if report.created else ""
    parts = [f"# {report.title}\n", f"{dated}mtpipe {report.mtpipe}\n"]
    if report.command:
        parts.append(f"`{report.command}`\n")
    for evaluation in report.evaluations:
        parts += _evaluation(evaluation)
    return "\n".join(parts)


def _evaluation(evaluation: Evaluation) -> list[str]:
    names = ", ".join(f"`{name}`" for name in evaluation.references)
    parts = [f"## {evaluation.target_name}, {evaluation.pairing}, against {names}\n"]
    parts.append("".join(f"- {sentence}\n" for sentence in (*evaluation.findings, *evaluation.notes)))
    sections = [
        ("Scores", score_rows(evaluation)),
        ("Pairs", pair_rows(evaluation)),
        ("Typography: what each habit costs", typography_rows(evaluation)),
        ("Typography: part of the gaps", gap_rows(evaluation)),
        *((f"By {by}", group_rows(evaluation, by)) for by in ("role", "length", "document")),
    ]
    for title, table in sections:
        if table:
            parts += [f"### {title}\n", markdown(table)]
    parts += _coverage(evaluation)
    parts += _segments(evaluation)
    parts.append("### Signatures\n")
    parts.append(f"{evaluation.tokenizer_reason}.\n")
    parts.append("".join(f"- `{score.metric}|{score.signature}`\n" for score in evaluation.systems[0].scores))
    return parts


def _coverage(evaluation: Evaluation) -> list[str]:
    covered = evaluation.coverage
    return [
        *_sentences("Not in the reference", covered.omitted),
        *_sentences("Only in the reference", covered.added),
    ]


def _sentences(title: str, items: Sequence[Unpaired]) -> list[str]:
    if not items:
        return []
    listed = "".join(f"{item.index + 1}. {_safe(item.text)}\n" for item in items[:_MOST_SENTENCES])
    more = len(items) - _MOST_SENTENCES
    return [
        f"### {title} ({len(items)})\n",
        listed + (f"\nand {more} more, all in the JSON report.\n" if more > 0 else ""),
    ]


def _segments(evaluation: Evaluation) -> list[str]:
    """Show the rows where systems differ most, or where one is worst."""
    metric = "chrF2" if "chrF2" in evaluation.metrics else evaluation.metrics[0]
    column = evaluation.metrics.index(metric)
    sign = -1 if lower_is_better(metric) else 1

    def weight(row: SegmentRow) -> float:
        scores = [hypothesis.scores[column] for hypothesis in row.hypotheses]
        return max(scores) - min(scores) if len(scores) > 1 else -sign * scores[0]

    rows = sorted((row for row in evaluation.rows if _coloured(row)), key=weight, reverse=True)[:_MOST_ROWS]
    if not rows:
        return []
    several = len(evaluation.systems) > 1
    parts = ["### Segments that differ most\n" if several else "### Worst segments\n"]
    parts.append(
        "**Bold**: not in the other text; *slanted*: elsewhere, or different only in case or typography.\n"
    )
    for row in rows:
        lines = [f"**Row {row.index + 1}**" + (f" ({row.role})" if row.role else "")]
        if row.source:
            lines.append(f"- source: {_safe(row.source)}")
        for system, hypothesis in zip(evaluation.systems, row.hypotheses, strict=True):
            name = system.name if several else "translation"
            text = _runs(hypothesis.runs) or "(empty)"
            lines.append(f"- {name} ({metric} {hypothesis.scores[column]:.1f}): {text}")
        for number, reference in enumerate(row.references):
            first = row.hypotheses[0]
            alone = not several and first.nearest == number
            lines.append(f"- reference: {_runs(first.reference_runs) if alone else _safe(reference)}")
        parts.append("\n".join(lines) + "\n")
    return parts


def _coloured(row: SegmentRow) -> bool:
    return any(hypothesis.reference_runs for hypothesis in row.hypotheses)


def _runs(runs: Sequence[Run]) -> str:
    parts: list[str] = []
    for run in runs:
        mark = {"x": "**", "m": "*", "~": "*"}.get(run.word, "")
        text = run.text.rstrip()
        parts.append(f"{mark}{_safe(text)}{mark}{run.text[len(text) :]}" if text else run.text)
    return "".join(parts)


def _safe(text: str) -> str:
    for char in ("\\", "*", "_", "`", "<", "|", "["):
        text = text.replace(char, "\\" + char)
    return " ".join(text.split("\n"))
