"""Aligned texts are read back by parsers that are not the project's own, and fit the formats' grammars."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from lxml import etree

from mtpipe.data import Bead
from mtpipe.errors import UsageError
from mtpipe.writer.bitext_html import write_bitext_html
from mtpipe.writer.bitext_index import write_vecalign
from mtpipe.writer.bitext_table import Column, Table, pairs, table_from
from mtpipe.writer.bitext_tsv import write_bitext_tsv, write_parallel
from mtpipe.writer.tmx import write_tmx
from mtpipe.writer.xliff import write_xliff

AR = Column("a.txt", "ar", ("وصل كريم & سمير.", "ثم\tغابا.", "هطل المطر.", "انتهى."))
EN = Column("e.txt", "en", ("Karim <and> Samir came\x01.", "They left.", "The end.", "Added."))
FR = Column("f.txt", "fr", ("Ils sont venus puis repartis.", "Il a plu.", "Fin."))
EN_BEADS = (
    Bead((0,), (0,), 0.9),
    Bead((1,), (1,), 0.5),
    Bead((2,), ()),
    Bead((3,), (2,), 0.95),
    Bead((), (3,), 0.8),
)
FR_BEADS = (Bead((0, 1), (0,), 0.7), Bead((2,), (2,), 0.6, moved=True), Bead((3,), (1,)))
TMX_GRAMMAR = """
<!ELEMENT tmx (header, body)> <!ATTLIST tmx version CDATA #REQUIRED>
<!ELEMENT header (note|prop)*>
<!ATTLIST header creationtool CDATA #REQUIRED creationtoolversion CDATA #REQUIRED
  segtype (block|paragraph|sentence|phrase) #REQUIRED o-tmf CDATA #REQUIRED adminlang CDATA #REQUIRED
  srclang CDATA #REQUIRED datatype CDATA #REQUIRED creationdate CDATA #IMPLIED>
<!ELEMENT body (tu*)>
<!ELEMENT tu ((note|prop)*, tuv+)> <!ATTLIST tu tuid CDATA #IMPLIED>
<!ELEMENT tuv ((note|prop)*, seg)> <!ATTLIST tuv xml:lang CDATA #REQUIRED>
<!ELEMENT seg (#PCDATA)> <!ELEMENT note (#PCDATA)>
<!ELEMENT prop (#PCDATA)> <!ATTLIST prop type CDATA #REQUIRED>
"""
XLIFF_GRAMMAR = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="urn:oasis:names:tc:xliff:document:2.0"
  datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
 <start><element name="xliff"><attribute name="version"><value>2.0</value></attribute>
  <attribute name="srcLang"><data type="language"/></attribute>
  <attribute name="trgLang"><data type="language"/></attribute>
  <oneOrMore><element name="file"><attribute name="id"><data type="NMTOKEN"/></attribute>
   <optional><attribute name="original"/></optional>
   <oneOrMore><element name="unit"><attribute name="id"><data type="NMTOKEN"/></attribute>
    <optional><element name="notes"><oneOrMore><element name="note">
      <optional><attribute name="category"/></optional><text/></element></oneOrMore></element></optional>
    <oneOrMore><element name="segment">
      <optional><attribute name="state"><choice><value>initial</value><value>translated</value>
        <value>reviewed</value><value>final</value></choice></attribute></optional>
      <element name="source"><ref name="text"/></element>
      <optional><element name="target"><ref name="text"/></element></optional>
    </element></oneOrMore></element></oneOrMore></element></oneOrMore></element></start>
 <define name="text"><optional><attribute name="xml:space"/></optional><text/></define>
</grammar>
"""


def table() -> Table:
    return table_from([AR, EN, FR], [EN_BEADS, FR_BEADS])


def two() -> Table:
    return table_from([AR, EN], [EN_BEADS])


def test_an_n_way_table_joins_what_any_pair_joins() -> None:
    rows = [(row.cells, row.confidence, row.moved) for row in table().rows]
    assert rows == [
        (((0, 1), (0, 1), (0,)), 0.5, False),
        (((2,), (), (2,)), 0.6, True),
        (((3,), (2,), (1,)), 0.95, False),
        (((), (3,), ()), 0.8, False),
    ]


def test_every_sentence_of_every_column_is_in_one_row() -> None:
    for number, column in enumerate(table().columns):
        held = sorted(index for row in table().rows for index in row.cells[number])
        assert held == list(range(len(column.sentences)))


def test_tmx_fits_its_grammar_and_comes_back() -> None:
    data = write_tmx(table()).encode()
    assert etree.DTD(io.StringIO(TMX_GRAMMAR)).validate(etree.fromstring(data))
    units = ElementTree.fromstring(data).findall("./body/tu")
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    texts = [{v.get(language): v.findtext("seg") for v in unit.findall("tuv")} for unit in units]
    assert texts[0]["en"] == "Karim <and> Samir came. They left."
    assert texts[1] == {"ar": "هطل المطر.", "fr": "Fin."}
    assert len(units) == 3


def test_tmx_is_read_by_translate_toolkit() -> None:
    tmx = pytest.importorskip("translate.storage.tmx")
    store = tmx.tmxfile(
        inputfile=io.BytesIO(write_tmx(two()).encode()), sourcelanguage="ar", targetlanguage="en"
    )
    assert store.translate("انتهى.") == "The end."


def test_xliff_fits_its_grammar_and_comes_back() -> None:
    data = write_xliff(two()).encode()
    grammar = etree.RelaxNG(etree.fromstring(XLIFF_GRAMMAR))
    assert grammar.validate(etree.fromstring(data)), grammar.error_log
    space = {"x": "urn:oasis:names:tc:xliff:document:2.0"}
    segments = ElementTree.fromstring(data).findall(".//x:segment", space)
    assert [segment.findtext("x:target", "", space) for segment in segments] == [
        "Karim <and> Samir came.",
        "They left.",
        "",
        "The end.",
        "Added.",
    ]


def test_xliff_is_read_by_translate_toolkit() -> None:
    xliff = pytest.importorskip(
        "translate.storage.xliff2", reason="translate-toolkit with XLIFF 2 is not installed"
    )
    store = xliff.Xliff2File.parsestring(write_xliff(two()).encode())
    assert len(store.units) == 5


def test_formats_for_two_refuse_three() -> None:
    for write in (write_xliff, write_vecalign):
        with pytest.raises(UsageError):
            write(table())
    assert [part.columns[1].language for part in pairs(table())] == ["en", "fr"]


def test_tsv_keeps_one_row_a_line() -> None:
    lines = write_bitext_tsv(two()).splitlines()
    assert all(line.count("\t") == lines[0].count("\t") for line in lines)
    assert lines[2].split("\t")[:4] == ["1", "1", "0.5000", "0"]


def test_parallel_texts_have_the_same_number_of_lines() -> None:
    texts = write_parallel(table())
    assert {text.count("\n") for text in texts} == {2}


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.directions: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in ("meta", "br", "link"):
            self.stack.append(tag)
        if tag == "div" and found.get("lang"):
            self.directions.append((found["lang"] or "", found.get("dir") or ""))
        assert not any((found.get(name) or "").startswith("http") for name in ("src", "href"))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def test_the_page_is_well_formed_and_sets_directions() -> None:
    page = write_bitext_html(table())
    checker = _Checker()
    checker.feed(page)
    assert not checker.stack
    assert set(checker.directions) == {("ar", "rtl"), ("en", "ltr"), ("fr", "ltr")}
    assert "&lt;and&gt;" in page
    assert "<and>" not in page


def test_the_page_marks_what_needs_a_look() -> None:
    page = write_bitext_html(table())
    assert re.findall(r'<div class="bead ([a-z ]+)" id', page) == ["doubtful", "doubtful moved", "alone"]
    assert "prefers-color-scheme: dark" in page
    assert re.findall(r'href="#b(\d+)"', page.split("<main>")[0]) == ["1", "2"]
    assert page.count('optimum="1"') == page.count(
        "<meter"
    )  # else browsers colour a sure row like a doubtful one


def test_a_page_without_doubts_has_nothing_to_look_at() -> None:
    page = write_bitext_html(table_from([AR, EN], [tuple(Bead((k,), (k,), 0.9) for k in range(4))]))
    assert "To look at" not in page
    assert "1–1" not in page.split("<main>")[1].split("</main>")[0]


def test_a_long_list_of_rows_to_look_at_is_cut() -> None:
    texts = tuple(f"Line {k}." for k in range(80))
    beads = tuple(Bead((k,), (k,), 0.3) for k in range(80))
    page = write_bitext_html(table_from([Column("a", "en", texts), Column("b", "fr", texts)], [beads]))
    assert page.split("<main>")[0].count('href="#b') == 60
    assert "and 20 more" in page
