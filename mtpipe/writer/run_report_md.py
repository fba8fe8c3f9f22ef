"""Turns a run's report into Markdown."""

from __future__ import annotations

from mtpipe.run_report import RunReport
from mtpipe.writer.run_report_tables import ReportTable, headline, tables


def render_md(report: RunReport) -> str:
    """Return the report: the headline, then a table for each part."""
    parts = [f"# {_cell(report.name)}\n\n{headline(report)}. mtpipe {report.mtpipe}.\n"]
    parts += [f"- {_cell(note)}\n" for note in report.notes]
    parts += [_table(table) for table in tables(report)]
    return "\n".join(parts)


def _table(table: ReportTable) -> str:
    lines = [f"## {table.title}", "", *([table.hint, ""] if table.hint else [])]
    lines += ["| " + " | ".join(table.head) + " |", "|" + "---|" * len(table.head)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in table.rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
