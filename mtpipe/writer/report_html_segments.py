"""Turns an evaluation's rows into the segment table of the report page: controls, and the data it shows."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Any

from mtpipe.report import Evaluation, Pairing, SegmentRow
from mtpipe.writer.report_tables import ranked

_LEGENDS = (
    (
        "words",
        (
            ("x", "not in the other text"),
            ("m", "stands elsewhere"),
            ("a", "differs in case or typography only"),
        ),
    ),
    (
        "ngrams",
        (("g0", "no match"), ("g1", "word"), ("g2", "2-gram"), ("g3", "3-gram"), ("g4", "4-gram and longer")),
    ),
)


def segment_metric(evaluation: Evaluation) -> str:
    """Return the metric that speaks of single segments: chrF2 where it was computed."""
    return "chrF2" if "chrF2" in evaluation.metrics else evaluation.metrics[0]


def segment_section(evaluation: Evaluation) -> str:
    """Return controls, legends and the empty table that the page's script fills."""
    sourced = any(row.source for row in evaluation.rows)
    shown = sum(1 for _ in _detailed(evaluation))
    some = (
        f" Shown are {shown} of {evaluation.n} rows: the worst, the most disputed, and a sample of all; "
        "the JSON report holds the rest."
        if shown < evaluation.n
        else ""
    )
    legends = "".join(
        f'<div class="legend by-{name}{"" if name == "words" else " hidden"}" data-for="{name}">'
        + "".join(f'<mark class="{key}">{label}</mark>' for key, label in entries)
        + "</div>"
        for name, entries in _LEGENDS
    )
    columns = ["Source"] if sourced else []
    head = "".join(f"<th>{name}</th>" for name in ("Row", *columns, "Translation", "Reference"))
    pager = (
        '<div class="pager"><button data-control="back">← back</button><span data-control="count"></span>'
        '<button data-control="on">on →</button></div>'
    )
    return (
        f'<p class="hint">Every row with what differs from the reference.{some}</p>'
        f'<div class="controls">{"".join(_controls(evaluation))}</div>{legends}{pager}'
        f'<table class="segments by-words"><colgroup><col class="n">{"<col>" * (2 + len(columns))}</colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody></tbody></table>{pager}"
        "<noscript>The segment table needs JavaScript; everything above does not.</noscript>"
    )


def _controls(evaluation: Evaluation) -> Iterator[str]:
    yield '<label>Search<input type="search" data-control="search" placeholder="words in any column"></label>'
    names = [system.name for system in evaluation.systems]
    if len(names) > 1:
        best = next(system.name for system in ranked(evaluation) if system.name != names[0])
        pairs = [(0, number) for number in range(1, len(names))] if len(names) > 2 else []
        options = [("all", "all systems")]
        options += [(str(number), name) for number, name in enumerate(names)]
        options += [(f"{one},{two}", f"{names[one]} / {names[two]}") for one, two in pairs]
        # More than three texts a row are hard to read: begin with the first and the best.
        first_and_best = f"0,{names.index(best)}"
        if len(names) > 3:
            options.sort(key=lambda option: option[0] != first_and_best)
        yield _select("Systems", "system", options)
    sorts = [
        ("order", "in order"),
        ("worst", "worst first"),
        ("best", "best first"),
        ("long", "longest first"),
    ]
    if len(names) > 1:
        sorts += [("gap", "systems differ most")]
        sorts += (
            [("second", f"{names[1]} gains most"), ("first", f"{names[0]} gains most")]
            if len(names) == 2
            else []
        )
    yield _select("Sort", "sort", sorts)
    preferred = evaluation.metrics.index(segment_metric(evaluation))
    metrics = [(str(number), metric) for number, metric in enumerate(evaluation.metrics)]
    yield _select(
        "by", "metric", [metrics[preferred], *(item for item in metrics if item != metrics[preferred])]
    )
    roles = sorted({row.role for row in evaluation.rows if row.role})
    if len(roles) > 1:
        yield _select("Role", "role", [("", "every role"), *((role, role) for role in roles)])
    flags = sorted({flag.name for system in evaluation.systems for flag in system.flags})
    if flags:
        options = [("", "with and without"), ("*", "any flag"), *((flag, flag) for flag in flags)]
        yield _select("Flag", "flag", options)
    yield _select("Colour", "colour", [("words", "words"), ("ngrams", "shared n-grams"), ("none", "none")])


def _select(label: str, name: str, options: Sequence[tuple[str, str]]) -> str:
    items = "".join(f'<option value="{_text(value)}">{_text(title)}</option>' for value, title in options)
    return f'<label>{label}<select data-control="{name}">{items}</select></label>'


def _detailed(evaluation: Evaluation) -> Iterator[SegmentRow]:
    """Yield the rows whose differences were coloured: those are the ones to show."""
    for row in evaluation.rows:
        if any(hypothesis.runs or hypothesis.reference_runs for hypothesis in row.hypotheses):
            yield row


def segment_data(evaluation: Evaluation) -> dict[str, Any]:
    """Return what the page's script needs of an evaluation: its names, and its rows as runs of colour."""
    return {
        "metrics": evaluation.metrics,
        "lower": [metric == "TER" for metric in evaluation.metrics],
        "systems": [system.name for system in evaluation.systems],
        "target": evaluation.target,
        "direction": evaluation.target_direction,
        "source": evaluation.source,
        "sourceDirection": evaluation.source_direction,
        "sourced": any(row.source for row in evaluation.rows),
        "bead": evaluation.pairing is Pairing.BEAD,
        "documented": len({row.document for row in evaluation.rows}) > 1,
        "rows": [_row(row) for row in _detailed(evaluation)],
    }


def _row(row: SegmentRow) -> dict[str, Any]:
    return {
        "index": row.index,
        "document": row.document,
        "role": row.role,
        "source": row.source,
        "references": row.references,
        "bead": row.bead,
        "confidence": row.confidence,
        "hypotheses": [
            {
                "scores": hypothesis.scores,
                "flags": hypothesis.flags,
                "nearest": hypothesis.nearest,
                "reference": [(run.text, run.word, run.ngram) for run in hypothesis.reference_runs],
            }
            | (
                {"runs": [(run.text, run.word, run.ngram) for run in hypothesis.runs]}
                if hypothesis.runs
                else {"text": hypothesis.text}
            )
            for hypothesis in row.hypotheses
        ],
    }


def _text(text: str) -> str:
    return html.escape(text, quote=True)
