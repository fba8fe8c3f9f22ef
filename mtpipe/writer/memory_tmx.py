"""Units of a translation memory become TMX 1.4b or JSON lines, one after the other, however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from lxml import etree

from mtpipe import __version__
from mtpipe.memory import SourceUnit
from mtpipe.writer.tmx import xml_text

_XML = "{http://www.w3.org/XML/1998/namespace}"


def memory_tmx(units: Iterable[SourceUnit]) -> Iterator[str]:
    """Yield the lines of a TMX file: a unit a source text, with a variant for each translation."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'
    yield '<tmx version="1.4">'
    yield (
        f'<header creationtool="mtpipe" creationtoolversion="{__version__}" segtype="sentence" o-tmf="mtpipe"'
        ' adminlang="en" srclang="*all*" datatype="plaintext"/>'
    )
    yield "<body>"
    for unit in units:
        yield _unit(unit)
    yield "</body>"
    yield "</tmx>"


def memory_jsonl(units: Iterable[SourceUnit]) -> Iterator[str]:
    """Yield a JSON object a source text."""
    for unit in units:
        translations = [
            {"target": target, "text": text, "model": model, "made": _date(made).isoformat()}
            for target, text, model, made in unit.translations
        ]
        row = {"language": unit.language, "text": unit.text, "translations": translations}
        yield json.dumps(row, ensure_ascii=False)


def _unit(unit: SourceUnit) -> str:
    element = etree.Element("tu", srclang=unit.language)
    source = etree.SubElement(element, "tuv", {_XML + "lang": unit.language})
    etree.SubElement(source, "seg").text = xml_text(unit.text)
    for target, text, model, made in unit.translations:
        variant = etree.SubElement(
            element, "tuv", {_XML + "lang": target, "creationdate": _date(made).strftime("%Y%m%dT%H%M%SZ")}
        )
        etree.SubElement(variant, "prop", type="x-model").text = model
        etree.SubElement(variant, "seg").text = xml_text(text)
    data: bytes = etree.tostring(element, encoding="UTF-8")
    return data.decode("utf-8")


def _date(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
