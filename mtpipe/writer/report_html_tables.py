"""Turns an evaluation's figures into the HTML tables of the report page."""

from __future__ import annotations

import html

from mtpipe.report import Evaluation, NgramDifference, PairTest, TypographyEffect, lower_is_better, told_apart
from mtpipe.writer.report_charts import colour, scale_of, whisker
from mtpipe.writer.report_tables import best_group, interval_text, p_text, ranked, score_of, signed

_MOST_GAPS = 15


def score_table(evaluation: Evaluation) -> str:
    """Draw systems by metrics, each score with its interval as text and on a scale."""
    places = {system.name: number for number, system in enumerate(evaluation.systems)}
    scales = {metric: scale_of(evaluation, metric) for metric in evaluation.metrics}
    best = {metric: best_group(evaluation, metric) for metric in evaluation.metrics}
    head = "".join(
        f"<th><button>{metric}{' (lower is better)' if lower_is_better(metric) else ''}</button></th>"
        '<th class="whisker"></th>'
        for metric in evaluation.metrics
    )
    body = ""
    for system in ranked(evaluation):
        cells = ""
        for metric in evaluation.metrics:
            score = score_of(system, metric)
            if score is None:
                cells += '<td>–</td><td class="whisker"></td>'
                continue
            strong = " best" if system.name in best[metric] else ""
            chart = whisker(score.value, score.low, score.high, scales[metric], places[system.name])
            cells += (
                f'<td data-v="{score.value:.6f}" title="{_text(score.signature)}">'
                f'<span class="value{strong}">'
                f'{score.value:.1f}</span><span class="ci">{interval_text(score)}</span></td>'
                f'<td class="whisker">{chart}</td>'
            )
        body += f'<tr><th scope="row">{_key(places[system.name])}{_text(system.name)}</th>{cells}</tr>'
    return (
        '<div class="scroll"><table class="sortable"><thead><tr><th><button>System</button></th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def pair_matrix(evaluation: Evaluation, metric: str) -> str:
    """Draw each system against each other: how much better the row is, and how surely."""
    tests = {(test.first, test.second): test for test in evaluation.pairs if test.metric == metric}
    names = [system.name for system in ranked(evaluation)]
    places = {system.name: number for number, system in enumerate(evaluation.systems)}
    largest = max(abs(test.difference) for test in tests.values()) or 1.0
    head = "".join(f"<th>{_text(name)}</th>" for name in names)
    body = ""
    for row in names:
        cells = ""
        for column in names:
            test = tests.get((row, column)) or tests.get((column, row))
            cells += "<td>·</td>" if test is None else _matrix_cell(test, row, metric, largest)
        body += f'<tr><th scope="row">{_key(places[row])}{_text(row)}</th>{cells}</tr>'
    return (
        f'<div class="scroll"><table class="matrix"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _matrix_cell(test: PairTest, row: str, metric: str, largest: float) -> str:
    difference = test.difference if row == test.second else -test.difference
    better = difference < 0 if lower_is_better(metric) else difference > 0
    details = (
        f"{test.second} − {test.first}: {signed(test.difference, 2)} "
        f"[{signed(test.low, 2)}, {signed(test.high, 2)}]; "
        f"bootstrap p = {p_text(test.p_bootstrap)}, randomisation p = {p_text(test.p_randomisation)}; "
        f"{test.second} is better in {test.wins} rows, {test.first} in {test.losses}"
    )
    content = f'{signed(difference)}<span class="p">p {p_text(test.p_holm)}</span>'
    if not told_apart(test):
        return f'<td class="same" title="{_text(details)}">{content}</td>'
    strength = 0.08 + 0.34 * abs(difference) / largest
    tint = f"rgba(var(--{'good' if better else 'bad'}), {strength:.2f})"
    return f'<td style="--tint: {tint}" title="{_text(details)}">{content}</td>'


def pair_table(evaluation: Evaluation) -> str:
    """List every test with difference, interval, p-values, wins and losses."""
    head = "".join(
        f"<th>{title}</th>"
        for title in ("Metric", "A", "B", "B − A", "95 %", "p bootstrap", "p randomisation", "p Holm")
    )
    body = ""
    for test in evaluation.pairs:
        total = test.wins + test.ties + test.losses
        bar = "".join(
            f'<span class="{name}" style="width:{100 * count / total:.2f}%"></span>'
            for name, count in (("wins", test.wins), ("ties", test.ties), ("losses", test.losses))
        )
        mark = ' class="best"' if told_apart(test) else ""
        body += (
            f'<tr><td>{test.metric}</td><td class="left">{_text(test.first)}</td>'
            f'<td class="left">{_text(test.second)}</td><td{mark}>{signed(test.difference)}</td>'
            f"<td>[{signed(test.low)}, {signed(test.high)}]</td><td>{p_text(test.p_bootstrap)}</td>"
            f"<td>{p_text(test.p_randomisation)}</td><td{mark}>{p_text(test.p_holm)}</td>"
            f'<td title="B wins {test.wins}, ties {test.ties}, A wins {test.losses}">'
            f'<div class="wtl">{bar}</div></td>'
            f"<td>{test.wins} / {test.ties} / {test.losses}</td></tr>"
        )
    return (
        f'<div class="scroll"><table><thead><tr>{head}'
        '<th colspan="2">B wins / ties / A wins</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def typography_table(evaluation: Evaluation) -> str:
    """Draw features by systems: what each costs, in the first metric audited."""
    metric = evaluation.typography[0].metric
    names = [system.name for system in evaluation.systems]
    items = [item for item in evaluation.typography if item.metric == metric]
    largest = max(1.0, *(abs(item.gain) for item in items if item.feature != "case"))
    head = "".join(f"<th>{_key(number)}{_text(name)}</th>" for number, name in enumerate(names))
    body = ""
    for feature in dict.fromkeys(item.feature for item in items):
        row = {item.system: item for item in items if item.feature == feature}
        first = row[names[0]]
        cells = "".join(_typography_cell(row[name], largest) for name in names)
        title = f"<strong>{first.title}</strong>" if feature == "together" else first.title
        count = "" if feature == "together" else str(first.in_reference)
        body += f"<tr><td>{title}</td>{cells}<td>{count}</td></tr>"
    return (
        f'<div class="scroll"><table class="heat"><thead><tr><th>Made equal ({metric} gained)</th>{head}'
        f"<th>in the reference</th></tr></thead><tbody>{body}</tbody></table></div>"
    )


def _typography_cell(item: TypographyEffect, largest: float) -> str:
    count = "" if item.feature == "together" else f'<span class="ci">{item.in_hypothesis}×</span>'
    if abs(item.gain) < 0.05:
        return f'<td class="cell"><span class="zero">{signed(item.gain)}</span>{count}</td>'
    strength = min(0.5, 0.05 + 0.4 * abs(item.gain) / largest)
    tint = f"rgba(var(--{'bad' if item.gain > 0 else 'good'}), {strength:.2f})"
    return f'<td class="cell" style="--tint: {tint}">{signed(item.gain)}{count}</td>'


def typography_gaps(evaluation: Evaluation) -> str:
    """List how much of the gaps to the first system each feature accounts for, largest first."""
    metric = evaluation.typography[0].metric
    first = evaluation.systems[0].name
    gaps = [
        item
        for item in evaluation.gaps
        if item.metric == metric and first in (item.first, item.second) and abs(item.share) >= 0.1
    ]
    if not gaps:
        return ""
    gaps = sorted(gaps, key=lambda item: -abs(item.share))[:_MOST_GAPS]
    body = "".join(
        f"<tr><td>{_text(item.first)} → {_text(item.second)}</td><td>{signed(item.gap)}</td>"
        f'<td class="left">{item.title}</td>'
        f"<td>{signed(item.share)}</td><td>{signed(item.without)}</td></tr>"
        for item in gaps
    )
    return (
        f"<h3>Of the gaps to {_text(first)}</h3>"
        f'<div class="scroll"><table><thead><tr><th>Pair</th><th>{metric} gap</th><th class="left">of it</th>'
        f"<th>{metric}</th><th>gap without it</th></tr></thead><tbody>{body}</tbody></table></div>"
    )


def ngram_table(evaluation: Evaluation) -> str:
    """List for the first system and each other one what either renders like the reference, the other not."""
    parts: list[str] = []
    for second in dict.fromkeys(item.second for item in evaluation.ngrams):
        items = [item for item in evaluation.ngrams if item.second == second]
        first = items[0].first
        columns = "".join(
            _ngram_column(
                title,
                [item for item in items if (item.matched_second > item.matched_first) is gained],
                evaluation,
            )
            for title, gained in (
                (f"{second} has, {first} has not", True),
                (f"{first} has, {second} has not", False),
            )
        )
        inner = f'<div class="cols">{columns}</div>'
        single = len(evaluation.systems) == 2
        parts.append(
            inner
            if single
            else f"<details><summary>{_text(first)} and {_text(second)}</summary>{inner}</details>"
        )
    if not parts:
        return ""
    hint = '<p class="hint">N-grams of the reference that one system renders more often than the other.</p>'
    return hint + "".join(parts)


def _ngram_column(title: str, items: list[NgramDifference], evaluation: Evaluation) -> str:
    body = "".join(
        f'<tr><td><bdi dir="{evaluation.target_direction}">{_text(item.ngram)}</bdi></td>'
        f"<td>{item.matched_first}</td><td>{item.matched_second}</td></tr>"
        for item in items
    )
    if not body:
        return f'<div><h3>{_text(title)}</h3><p class="empty">nothing that tells</p></div>'
    head = f"<th>n-gram</th><th>{_text(items[0].first)}</th><th>{_text(items[0].second)}</th>"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div><h3>{_text(title)}</h3>{table}</div>"


def _key(number: int) -> str:
    return f'<span class="key" style="--c: {colour(number)}"></span>'


def _text(text: str) -> str:
    return html.escape(text, quote=True)
