"""A table of aligned texts becomes a self-contained page for review, a row a bead."""

from __future__ import annotations

import html
from importlib.resources import files

from mtpipe import __version__
from mtpipe.languages import LANGUAGES
from mtpipe.writer.bidi import isolate
from mtpipe.writer.bitext_table import Column, Table, TableRow

_DOUBTFUL = 0.7  # confidence below which a bead is marked for a look
_LINKED = 60  # rows that are linked at the top
_RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "ps", "yi", "dv", "sd", "ug", "ckb")


def write_bitext_html(table: Table) -> str:
    """Return the page: doubtful beads, unaligned sentences and moved blocks marked, each row with an anchor."""
    css = files("mtpipe.writer").joinpath("bitext.css").read_text("utf-8")
    title = " · ".join(column.name for column in table.columns)
    rows = "".join(_row(number, row, table) for number, row in enumerate(table.rows, start=1))
    names = "".join(
        f'<div class="cell" dir="{_direction(column)}">{html.escape(_name(column))}</div>'
        for column in table.columns
    )
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="mtpipe {__version__}">
<title>{html.escape(title)}</title>
<style>
{css}</style>
</head>
<body style="--columns: {len(table.columns)}">
<header>
<h1>{html.escape(title)}</h1>
<p>{_summary(table)}</p>
{_to_look_at(table)}</header>
<main>
<div class="bead names"><div class="mark">row, confidence</div>{names}</div>
{rows}</main>
<footer>Aligned by machine. The bar shows how sure each row is; amber rows are doubtful, grey ones have no
counterpart. “2–1” means two sentences beside one.</footer>
</body>
</html>
"""


def _name(column: Column) -> str:
    known = LANGUAGES.get(column.language)
    return f"{known.own_name if known else column.language} ({column.name})"


def _direction(column: Column) -> str:
    return "rtl" if column.language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def _summary(table: Table) -> str:
    aligned = sum(row.aligned for row in table.rows)
    doubtful = sum(row.aligned and row.confidence < _DOUBTFUL for row in table.rows)
    moved = sum(row.moved for row in table.rows)
    sizes = ", ".join(f"{len(column.sentences)} {html.escape(column.language)}" for column in table.columns)
    return (
        f"{sizes} sentences; {aligned} rows aligned, {len(table.rows) - aligned} without counterpart,"
        f" {doubtful} doubtful, {moved} moved."
    )


def _kinds(row: TableRow) -> list[str]:
    kinds = []
    if not row.aligned:
        kinds.append("alone")
    elif row.confidence < _DOUBTFUL:
        kinds.append("doubtful")
    if row.moved:
        kinds.append("moved")
    return kinds


def _to_look_at(table: Table) -> str:
    """Link the doubtful and the moved rows, as many as a reader may want to go through one by one."""
    rows = [k for k, row in enumerate(table.rows, start=1) if {"doubtful", "moved"}.intersection(_kinds(row))]
    if not rows:
        return ""
    links = " ".join(f'<a href="#b{number}">{number}</a>' for number in rows[:_LINKED])
    more = f" and {len(rows) - _LINKED} more" if len(rows) > _LINKED else ""
    return f'<p class="look">To look at: {links}{more}</p>\n'


def _row(number: int, row: TableRow, table: Table) -> str:
    mark = f'<a href="#b{number}">{number}</a>'
    if any(len(cell) != 1 for cell in row.cells):
        mark += f" <span>{'–'.join(str(len(cell)) for cell in row.cells)}</span>"
    mark += (
        f" <b>{row.confidence:.2f}</b> "
        f'<meter min="0" max="1" low="{_DOUBTFUL}" optimum="1" value="{row.confidence:.3f}">'
        f"{row.confidence:.2f}</meter>"
    )
    if row.moved:
        mark += " <i>moved</i>"
    cells = "".join(_cell(column, cell) for column, cell in zip(table.columns, row.cells, strict=True))
    kinds = " ".join(["bead", *_kinds(row)])
    return f'<div class="{kinds}" id="b{number}"><div class="mark">{mark}</div>{cells}</div>\n'


def _cell(column: Column, cell: tuple[int, ...]) -> str:
    direction = _direction(column)
    if not cell:
        return '<div class="cell none">—</div>'
    texts = "".join(
        f'<p title="{index + 1}">{isolate(column.sentences[index].strip(), direction)}</p>' for index in cell
    )
    return f'<div class="cell" lang="{html.escape(column.language)}" dir="{direction}">{texts}</div>'
