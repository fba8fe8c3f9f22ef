"""Turns an evaluation report into one self-contained HTML page that needs no network."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from importlib.resources import files

from mtpipe.report import Evaluation, EvaluationReport, Pairing, Unpaired
from mtpipe.writer.report_charts import colour, distribution, groups
from mtpipe.writer.report_html_segments import segment_data, segment_metric, segment_section
from mtpipe.writer.report_html_tables import (
    ngram_table,
    pair_matrix,
    pair_table,
    score_table,
    typography_gaps,
    typography_table,
)
from mtpipe.writer.report_tables import ranked

_READ_MATRIX = " A row is compared with a column: green, the row is better."


def render_html(report: EvaluationReport) -> str:
    """Return the page: findings first, then charts and tables, then every segment with its differences."""
    folder = files("mtpipe.writer")
    css = folder.joinpath("report.css").read_text("utf-8")
    script = folder.joinpath("report.js").read_text("utf-8")
    data = [segment_data(evaluation) for evaluation in report.evaluations]
    body = "".join(_evaluation(evaluation, number) for number, evaluation in enumerate(report.evaluations))
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="mtpipe {_text(report.mtpipe)}">
<title>{_text(report.title)} · mtpipe</title>
<style>
{css}</style>
</head>
<body>
<header class="report wrap">
<h1>{_text(report.title)}</h1>
<p class="facts">{_dated(report)}mtpipe {_text(report.mtpipe)}{_command(report)}</p>
{_tabs(report)}
</header>
{body}
<footer class="report wrap">Made by mtpipe {_text(report.mtpipe)}.
The page is complete in itself: it loads nothing and sends nothing.</footer>
<script type="application/json" id="data">{_embedded(data)}</script>
<script>
{script}</script>
</body>
</html>
"""


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _dated(report: EvaluationReport) -> str:
    return f"{_text(report.created)} · " if report.created else ""


def _command(report: EvaluationReport) -> str:
    return f" · <code>{_text(report.command)}</code>" if report.command else ""


def _embedded(data: object) -> str:
    """Dump JSON so that no text in it can end the script element or a line of it."""
    dumped = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in ("<", ">", "&", "\u2028", "\u2029"):
        dumped = dumped.replace(char, f"\\u{ord(char):04x}")
    return dumped


def _tabs(report: EvaluationReport) -> str:
    if len(report.evaluations) < 2:
        return ""
    buttons = "".join(
        f'<button role="tab" aria-selected="false">{_text(evaluation.target_name)} · {evaluation.pairing} · '
        f"{_text(_names(evaluation.references))}</button>"
        for evaluation in report.evaluations
    )
    return f'<div class="tabs" role="tablist">{buttons}</div>'


def _names(paths: Sequence[str]) -> str:
    return ", ".join(path.replace("\\", "/").rsplit("/", 1)[-1] for path in paths)


def _evaluation(evaluation: Evaluation, number: int) -> str:
    parts = [
        ("scores", "Scores", _scores(evaluation)),
        ("pairs", "Who is better", _pairs(evaluation)),
        ("typography", "Typography", _typography(evaluation)),
        ("groups", "Strong and weak spots", _groups(evaluation)),
        ("flags", "Flags", _flags(evaluation)),
        ("coverage", "Coverage", _coverage(evaluation)),
        ("ngrams", "Words gained and lost", ngram_table(evaluation)),
        ("segments", "Segments", segment_section(evaluation)),
        ("method", "Method", _method(evaluation, number)),
    ]
    shown = [(key, title, content) for key, title, content in parts if content]
    links = "".join(f'<a href="#{key}{number}">{title}</a>' for key, title, _ in shown)
    sections = "".join(
        f'<section id="{key}{number}"><h2>{title}</h2>{content}</section>' for key, title, content in shown
    )
    return (
        f'<article class="evaluation"><nav class="parts"><div class="wrap">{links}</div></nav>'
        f'<main class="wrap">{_overview(evaluation)}{sections}</main></article>'
    )


def _overview(evaluation: Evaluation) -> str:
    bead = " bead" if evaluation.pairing is Pairing.BEAD else ""
    found = "".join(f"<li>{_text(sentence)}</li>" for sentence in evaluation.findings)
    notes = "".join(f"<li>{_text(note)}</li>" for note in evaluation.notes)
    facts = (
        f'<p class="facts" style="margin-top:1.2rem"><span class="badge{bead}">{evaluation.pairing}</span> '
        f"&ensp;{evaluation.n} rows · into {_text(evaluation.target_name)} · against "
        f"{_text(_names(evaluation.references))}</p>"
    )
    return f'{facts}<ul class="findings">{found}</ul>' + (f'<ul class="notes">{notes}</ul>' if notes else "")


def _scores(evaluation: Evaluation) -> str:
    metric = segment_metric(evaluation)
    strips = distribution(evaluation, metric)
    hint = (
        "Intervals are 95 %, by bootstrap over segments. Bold: the best, and all not told apart from it."
        if len(evaluation.systems) > 1
        else "Intervals are 95 %, by bootstrap over segments."
    )
    return (
        f'<p class="hint">{hint} TER counts edits: lower is better.</p>{score_table(evaluation)}'
        f'<h3>How the segments spread</h3><p class="hint">Segment {metric}: the darker, the more segments; '
        f'the line is the median.</p><figure class="scroll">{strips}</figure>'
    )


def _pairs(evaluation: Evaluation) -> str:
    if not evaluation.pairs:
        return ""
    test = evaluation.pairs[0]
    hint = (
        f'<p class="hint">Paired bootstrap ({test.resamples} resamples) and approximate randomisation '
        f"({test.trials} shuffles); p is the latter's, after Holm's correction for several pairs. "
        f"Hatched: not told apart (p ≥ 0.05 in either test).{_READ_MATRIX}</p>"
    )
    if len(evaluation.systems) == 2:
        return hint.replace(_READ_MATRIX, "") + pair_table(evaluation)
    metrics = [
        metric for metric in evaluation.metrics if any(test.metric == metric for test in evaluation.pairs)
    ]
    first, *others = [f"<h3>{metric}</h3>{pair_matrix(evaluation, metric)}" for metric in metrics]
    rest = "".join(others)
    return (
        f"{hint}{first}<details><summary>The other metrics</summary>{rest}</details>"
        f"<details><summary>All pairs as a table</summary>{pair_table(evaluation)}</details>"
    )


def _typography(evaluation: Evaluation) -> str:
    if not evaluation.typography:
        return ""
    hint = (
        '<p class="hint">Each line scores again with that one thing made equal in translation and reference: '
        "what it costs now. Counts are how often it stands in the text and in the reference.</p>"
    )
    return hint + typography_table(evaluation) + typography_gaps(evaluation)


def _groups(evaluation: Evaluation) -> str:
    metric = segment_metric(evaluation)
    charts = [
        f'<div><h3>By {by}</h3><figure class="scroll">{chart}</figure></div>'
        for by in ("length", "role", "document")
        if (chart := groups(evaluation.systems, by, metric))
    ]
    if not charts:
        return ""
    legend = "".join(
        f'<span><span class="key" style="--c: {colour(number)}"></span>{_text(system.name)}</span>'
        for number, system in enumerate(evaluation.systems)
    )
    return (
        f'<p class="hint">{metric} within each group; pale where it holds fewer than ten rows.</p>'
        f'<div class="legend">{legend}</div><div class="cols">{"".join(charts)}</div>'
    )


def _flags(evaluation: Evaluation) -> str:
    names = list(dict.fromkeys(flag.name for system in evaluation.systems for flag in system.flags))
    if not names:
        return ""
    head = "".join(f"<th>{_text(name)}</th>" for name in names)
    body = ""
    for number, system in enumerate(evaluation.systems):
        counts = {flag.name: flag.n for flag in system.flags}
        cells = "".join(f"<td>{counts.get(name, 0) or '–'}</td>" for name in names)
        body += (
            f'<tr><th scope="row"><span class="key" style="--c: {colour(number)}"></span>'
            f"{_text(system.name)}</th>"
            f"<td>{system.flagged_segments}</td>{cells}</tr>"
        )
    return (
        '<p class="hint">What the guard doubts about single segments; choose a flag below to read them.</p>'
        f'<div class="scroll"><table><thead><tr><th>system</th><th>segments</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _coverage(evaluation: Evaluation) -> str:
    covered = evaluation.coverage
    if not covered.omitted and not covered.added and evaluation.pairing is Pairing.LINE:
        return ""
    meters = "".join(
        f'<div class="card"><strong>{title}</strong>: {scored} of {size} took part, {share:.0%} of the text'
        f'<div class="meter"><span style="width:{100 * share:.1f}%"></span></div></div>'
        for title, scored, size, share in (
            ("Source", covered.source_scored, covered.source_segments, covered.source_share),
            ("Reference", covered.reference_scored, covered.reference_segments, covered.reference_share),
        )
    )
    moved = f'<p class="hint">{covered.moved} beads were found out of order.</p>' if covered.moved else ""
    return (
        f'<div class="cols">{meters}</div>{moved}'
        + _sentences("not in the reference", covered.omitted, evaluation, evaluation.source_direction)
        + _sentences("only in the reference", covered.added, evaluation, evaluation.target_direction)
    )


def _sentences(title: str, items: Sequence[Unpaired], evaluation: Evaluation, direction: str) -> str:
    if not items:
        return ""
    lines = "".join(
        f'<li value="{item.index + 1}"><div dir="{direction}"{_rtl(direction)}>{_text(item.text)}</div>'
        + (
            f'<div class="small" dir="{evaluation.target_direction}">{_text(item.hypothesis)}</div>'
            if item.hypothesis and item.hypothesis != item.text
            else ""
        )
        + "</li>"
        for item in items
    )
    noun = "sentence" if len(items) == 1 else "sentences"
    opened = " open" if len(items) <= 12 else ""
    return (
        f"<details{opened}><summary>{len(items)} {noun} {title}</summary>"
        f'<ol class="sentences">{lines}</ol></details>'
    )


def _rtl(direction: str) -> str:
    return ' class="rtl"' if direction == "rtl" else ""


def _method(evaluation: Evaluation, number: int) -> str:
    best = ranked(evaluation)[0]
    signatures = "\n".join(f"{score.metric}|{score.signature}" for score in best.scores)
    systems = "".join(
        f"<li><strong>{_text(system.name)}</strong>: <code>{_text(system.origin)}</code>"
        + (f", model <code>{_text(system.model)}</code>" if system.model else "")
        + "</li>"
        for system in evaluation.systems
    )
    references = "".join(f"<li><code>{_text(path)}</code></li>" for path in evaluation.references)
    return (
        f"<p>{_text(evaluation.tokenizer_reason)}. A score means something only with its signature "
        f'(<button data-copy="signatures{number}">copy</button>):</p>'
        f'<pre class="card" id="signatures{number}" style="white-space:pre-wrap"><code>'
        f"{_text(signatures)}</code></pre>"
        f'<div class="cols"><div><h3>Systems</h3><ul>{systems}</ul></div>'
        f"<div><h3>References</h3><ul>{references}</ul></div></div>"
    )
