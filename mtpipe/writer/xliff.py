"""A table of two aligned texts becomes XLIFF 2.0: a unit a row."""

from __future__ import annotations

from lxml import etree

from mtpipe.errors import UsageError
from mtpipe.writer.bitext_table import Table, TableRow
from mtpipe.writer.tmx import xml_text

_SPACE = "urn:oasis:names:tc:xliff:document:2.0"
_XML = "{http://www.w3.org/XML/1998/namespace}"


def write_xliff(table: Table) -> str:
    """Return an XLIFF 2.0 document; what has no counterpart is a unit with an empty target, or a note.

    Notes hold the confidence, the sentence numbers and whether a unit was
    moved. UsageError for more than one target: XLIFF holds one.
    """
    if len(table.columns) != 2:
        raise UsageError(
            f"--format xliff: holds one target, not {len(table.columns) - 1} (one file a target)"
        )
    source, target = table.columns
    root = etree.Element(
        f"{{{_SPACE}}}xliff",
        {"version": "2.0", "srcLang": source.language, "trgLang": target.language},
        nsmap={None: _SPACE},  # type: ignore[dict-item]
    )
    file = etree.SubElement(root, f"{{{_SPACE}}}file", id="f1", original=xml_text(source.name))
    for number, row in enumerate(table.rows, start=1):
        _unit(file, number, row, table)
    if not table.rows:
        raise UsageError("--format xliff: there is nothing to write, both texts are empty")
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data.decode("utf-8")


def _unit(file: etree._Element, number: int, row: TableRow, table: Table) -> None:
    unit = etree.SubElement(file, f"{{{_SPACE}}}unit", id=f"u{number}")
    notes = etree.SubElement(unit, f"{{{_SPACE}}}notes")
    for category, value in (
        ("confidence", f"{row.confidence:.4f}"),
        ("sentences", " : ".join(" ".join(map(str, cell)) or "-" for cell in row.cells)),
        *((("moved", "true"),) if row.moved else ()),
    ):
        etree.SubElement(notes, f"{{{_SPACE}}}note", category=category).text = value
    state = {"state": "translated"} if row.aligned else {}
    segment = etree.SubElement(unit, f"{{{_SPACE}}}segment", state)
    for name, column, cell in zip(("source", "target"), table.columns, row.cells, strict=True):
        text = etree.SubElement(segment, f"{{{_SPACE}}}{name}")
        text.set(_XML + "space", "preserve")
        text.text = xml_text(column.text(cell))
