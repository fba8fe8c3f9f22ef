"""Turns a run's report into one self-contained HTML page that needs no network and no script."""

from __future__ import annotations

import html
from importlib.resources import files

from mtpipe.run_report import RunReport
from mtpipe.writer.run_report_tables import ReportTable, headline, tables


def render_html(report: RunReport) -> str:
    """Return the page: the headline, then a table for each part; running text isolates its direction."""
    css = files("mtpipe.writer").joinpath("report.css").read_text("utf-8")
    body = "".join(_section(table) for table in tables(report))
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in report.notes)
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="generator" content="mtpipe {html.escape(report.mtpipe)}">
<title>{html.escape(report.name)} · mtpipe run</title>
<style>
{css}</style>
</head>
<body>
<header class="report wrap">
<h1>{html.escape(report.name)}</h1>
<p class="facts">{html.escape(headline(report))} · mtpipe {html.escape(report.mtpipe)}</p>
{f'<ul class="notes">{notes}</ul>' if notes else ""}
</header>
<main class="wrap">
{body}</main>
<footer class="report wrap">Made by mtpipe {html.escape(report.mtpipe)}.
The page is complete in itself: it loads nothing and sends nothing.</footer>
</body>
</html>
"""


def _section(table: ReportTable) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in table.head)
    rows = "".join(f"<tr>{''.join(_cells(table, row))}</tr>\n" for row in table.rows)
    hint = f'<p class="hint">{html.escape(table.hint)}</p>' if table.hint else ""
    return (
        f"<section><h2>{html.escape(table.title)}</h2>{hint}"
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div></section>\n'
    )


def _cells(table: ReportTable, row: tuple[str, ...]) -> list[str]:
    return [
        f"<td{' dir=auto' if number in table.texts else ''}><bdi>{html.escape(text)}</bdi></td>"
        for number, text in enumerate(row)
    ]
