"""Turns an evaluation into plain rows of cells: the tables that every report format prints."""

from __future__ import annotations

from collections.abc import Sequence

from mtpipe.data import Score
from mtpipe.report import Evaluation, SystemResult, lower_is_better, told_apart

Table = list[list[str]]


def score_of(system: SystemResult, metric: str) -> Score | None:
    """Return the system's score in ``metric``, if it has one."""
    return next((score for score in system.scores if score.metric == metric), None)


def ranked(evaluation: Evaluation) -> list[SystemResult]:
    """Return the systems from best to worst in the first metric."""
    metric = evaluation.metrics[0]
    sign = 1 if lower_is_better(metric) else -1

    def key(system: SystemResult) -> float:
        score = score_of(system, metric)
        return sign * score.value if score else 0.0

    return sorted(evaluation.systems, key=key)


def best_group(evaluation: Evaluation, metric: str) -> set[str]:
    """Return the best system in ``metric`` and all not told apart from it; nothing for one system."""
    values = {
        system.name: score.value for system in evaluation.systems if (score := score_of(system, metric))
    }
    if len(values) < 2:
        return set()
    best = (min if lower_is_better(metric) else max)(values, key=lambda name: values[name])
    same = {
        test.second if test.first == best else test.first
        for test in evaluation.pairs
        if test.metric == metric and best in (test.first, test.second) and not told_apart(test)
    }
    return {best, *same}


def interval_text(score: Score) -> str:
    """Return the interval as ``[low, high]``, or nothing where none was estimated."""
    if score.low is None or score.high is None:
        return ""
    return f"[{score.low:.1f}, {score.high:.1f}]"


def score_rows(evaluation: Evaluation) -> Table:
    """Return a heading and one row per system: value and interval per metric, best first."""
    table = [
        ["system", *(f"{metric}{' ↓' if lower_is_better(metric) else ''}" for metric in evaluation.metrics)]
    ]
    for system in ranked(evaluation):
        cells = [system.name]
        for metric in evaluation.metrics:
            score = score_of(system, metric)
            cells.append(f"{score.value:.1f} {interval_text(score)}".rstrip() if score else "–")
        table.append(cells)
    return table


def pair_rows(evaluation: Evaluation, metric: str | None = None) -> Table:
    """Return a heading and one row per pair and metric, or for one ``metric`` only."""
    if not evaluation.pairs:
        return []
    head = ["metric", "A", "B", "B − A", "95 %", "p bootstrap", "p randomisation", "p Holm"]
    table = [[*head, "B wins", "ties", "A wins"]]
    for test in evaluation.pairs:
        if metric is not None and test.metric != metric:
            continue
        table.append(
            [
                test.metric,
                test.first,
                test.second,
                signed(test.difference),
                f"[{signed(test.low)}, {signed(test.high)}]",
                p_text(test.p_bootstrap),
                p_text(test.p_randomisation),
                p_text(test.p_holm) + ("*" if told_apart(test) else ""),
                str(test.wins),
                str(test.ties),
                str(test.losses),
            ]
        )
    return table


def signed(value: float, digits: int = 1) -> str:
    """Return a number with its sign, a true minus; what rounds to nothing has none."""
    text = f"{value:+.{digits}f}"
    return text.replace("-", "−") if float(text) else text[1:]


def p_text(value: float) -> str:
    """Return a p-value with as many digits as it deserves."""
    return f"{value:.4f}" if value < 0.01 else f"{value:.3f}"


def typography_rows(evaluation: Evaluation) -> Table:
    """Return a heading and one row per feature and metric: what it costs each system."""
    if not evaluation.typography:
        return []
    names = [system.name for system in evaluation.systems]
    table = [["made equal", "metric", *names, "in reference"]]
    for feature, metric in dict.fromkeys((item.feature, item.metric) for item in evaluation.typography):
        items = {
            item.system: item
            for item in evaluation.typography
            if item.feature == feature and item.metric == metric
        }
        first = next(iter(items.values()))
        gains = [signed(items[name].gain, 2) for name in names]
        table.append([first.title, metric, *gains, "" if feature == "together" else str(first.in_reference)])
    return table


def gap_rows(evaluation: Evaluation) -> Table:
    """Return a heading and, per pair and feature, its part of the gap in the first metric."""
    metric = evaluation.metrics[0]
    gaps = [item for item in evaluation.gaps if item.metric == metric and abs(item.share) >= 0.05]
    if not gaps:
        return []
    table = [["A", "B", f"{metric} B − A", "made equal", "of it", "left"]]
    for item in gaps:
        cells = [item.first, item.second, signed(item.gap), item.title]
        table.append([*cells, signed(item.share, 2), signed(item.without)])
    return table


def group_rows(evaluation: Evaluation, by: str) -> Table:
    """Return a heading and one row per group and system; nothing where there are no such groups."""
    metrics = [metric for metric in evaluation.metrics if metric != "COMET"]
    table = [[by, "system", "n", *metrics]]
    for system in evaluation.systems:
        for group in system.groups:
            if group.by == by:
                values = [f"{score.value:.1f}" for score in group.scores]
                table.append([group.name, system.name, str(group.n), *values])
    return table if len(table) > 1 else []


def markdown(table: Table) -> str:
    """Return a table as Markdown; the first column left, the others right."""
    if not table:
        return ""
    lines = [_line(table[0]), "|" + "|".join([" :-- ", *[" --: "] * (len(table[0]) - 1)]) + "|"]
    return "\n".join([*lines, *map(_line, table[1:])]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def tabbed(table: Table) -> str:
    """Return a table as tab-separated values."""
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in table)


def padded(table: Table) -> str:
    """Return a table as columns of text, for a terminal."""
    if not table:
        return ""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = []
    for row in table:
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"
