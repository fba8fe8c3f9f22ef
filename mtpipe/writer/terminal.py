"""Turns translations of one document into a table on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtpipe.data import Role, Translation
from mtpipe.languages import LANGUAGES
from mtpipe.writer.translation_tables import column_names


def print_table(translations: Sequence[Translation], out: TextIO) -> None:
    """Print a row a segment; a rule stands between paragraphs."""
    document = translations[0].source
    table = Table(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False, expand=True)
    table.add_column("", justify="right", style="dim", no_wrap=True)
    for name, code in [(document.language, document.language)] + [
        (name, t.target) for name, t in zip(column_names(translations), translations, strict=True)
    ]:
        rtl = code in LANGUAGES and LANGUAGES[code].direction == "rtl"
        table.add_column(name, justify="right" if rtl else "left", ratio=1, overflow="fold")
    for number, segment in enumerate(document.segments):
        style = "bold" if segment.role in (Role.TITLE, Role.HEADING) else ""
        texts = [segment.text, *(t.hypotheses[number].text for t in translations)]
        following = document.segments[number + 1 : number + 2]
        ends = bool(following) and following[0].paragraph != segment.paragraph
        table.add_row(str(number + 1), *(Text(text, style=style) for text in texts), end_section=ends)
    Console(file=out, highlight=False).print(table)
