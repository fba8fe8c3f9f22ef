"""A table of aligned texts becomes TMX 1.4b: an n-way translation unit a row."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from mtpipe import __version__
from mtpipe.writer.bitext_table import Table

_XML = "{http://www.w3.org/XML/1998/namespace}"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Return ``text`` without the characters that XML 1.0 cannot hold."""
    return _FORBIDDEN.sub("", text)


def write_tmx(table: Table, date: datetime | None = None) -> str:
    """Return the table as TMX; rows with a single filled cell have no counterpart and are left out.

    Each unit carries its confidence, whether it was moved, and the sentence
    numbers of each text (counted from 0) as properties. Without a ``date`` none is written.
    """
    root = etree.Element("tmx", version="1.4")
    header = etree.SubElement(
        root,
        "header",
        {
            "creationtool": "mtpipe",
            "creationtoolversion": __version__,
            "segtype": "sentence",
            "o-tmf": "mtpipe",
            "adminlang": "en",
            "srclang": table.columns[0].language,
            "datatype": "plaintext",
        },
    )
    if date is not None:
        header.set("creationdate", date.strftime("%Y%m%dT%H%M%SZ"))
    body = etree.SubElement(root, "body")
    for number, row in enumerate(table.rows, start=1):
        if sum(map(bool, row.cells)) < 2:
            continue
        unit = etree.SubElement(body, "tu", tuid=str(number))
        _property(unit, "confidence", f"{row.confidence:.4f}")
        if row.moved:
            _property(unit, "moved", "true")
        for column, cell in zip(table.columns, row.cells, strict=True):
            if cell:
                variant = etree.SubElement(unit, "tuv", {_XML + "lang": column.language})
                _property(variant, "sentences", " ".join(map(str, cell)))
                etree.SubElement(variant, "seg").text = xml_text(column.text(cell))
    doctype = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'
    data: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype=doctype
    )
    return data.decode("utf-8")


def _property(parent: etree._Element, name: str, value: str) -> None:
    etree.SubElement(parent, "prop", type=f"x-{name}").text = value
