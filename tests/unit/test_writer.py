"""What stands in the files: every row once, in order, escaped, in the right direction."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtpipe.data import Attempt, Finding, Flag, Hypothesis, Passport, Role, Translation
from mtpipe.errors import UsageError
from mtpipe.writer import write_translations
from mtpipe.writer.bidi import isolate
from tests.conftest import make_document

PASSPORT = Passport("tiny <1>", "made", "r1", "Apache-2.0", "ab" * 32, ("en", "fr"), "int8")


def made(texts: list[str]) -> tuple[Translation, Translation]:
    rows = [(text, "ar", Role.TITLE if number == 0 else Role.BODY) for number, text in enumerate(texts)]
    document = make_document(rows, name="قصة <b>.txt")
    english = tuple(Hypothesis(f"en {n} <i> & | {text}", -0.5, (Flag.SPLIT,)) for n, text in enumerate(texts))
    french = tuple(
        Hypothesis(f"fr {n} « a »", -0.25, attempts=(Attempt("beam 4", "x", -1.0),))
        for n in range(len(texts))
    )
    return Translation(document, "en", english, PASSPORT), Translation(document, "fr", french, PASSPORT)


class _Page(HTMLParser):
    """Collects ids and the text of the cells, and insists that tags are closed."""

    VOID = frozenset({"meta", "link", "br", "img", "hr", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.cells: list[tuple[dict[str, str | None], str]] = []
        self.inside = -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "p" and "cell" in str(found.get("class")).split():
            self.cells.append((found, ""))
            self.inside = len(self.open)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if len(self.open) < self.inside:
            self.inside = -1

    def handle_data(self, data: str) -> None:
        if self.inside > 0 and "span" not in self.open:
            found, text = self.cells[-1]
            self.cells[-1] = (found, text + data)


_TEXTS = st.lists(
    st.lists(
        st.sampled_from(["قال", "BBC", "<b>", "&amp;", "12/3", '"', "|", "`x`", "1-2"]),
        min_size=1,
        max_size=6,
    ).map(" ".join),
    min_size=1,
    max_size=8,
)


@given(_TEXTS)
def test_html_holds_every_row_once_and_in_order(texts: list[str]) -> None:
    page = _Page()
    page.feed(write_translations(made(texts), "html"))
    page.close()
    assert page.open == []
    assert page.ids == [f"s{n + 1}" for n in range(len(texts))]
    assert [text for _, text in page.cells[0::3]] == texts
    assert [text.strip() for _, text in page.cells[1::3]] == [
        f"en {n} <i> & | {text}" for n, text in enumerate(texts)
    ]
    assert {attributes["dir"] for attributes, _ in page.cells[0::3]} == {"rtl"}
    assert {attributes["dir"] for attributes, _ in page.cells[1::3]} == {"ltr"}
    assert {attributes["lang"] for attributes, _ in page.cells[2::3]} == {"fr"}


def test_words_light_up_by_a_script_inside_the_page_only_where_there_are_links() -> None:
    english, french = made(["قال الولد", "نعم"])
    assert "<script" not in write_translations([english, french], "html")
    linked = replace(
        english, hypotheses=(replace(english.hypotheses[0], links=((0, 1), (1, 0))), Hypothesis("x"))
    )
    page = write_translations([linked, french], "html")
    assert 'data-links="0-1 1-0"' in page
    assert page.count("<script>") == 1
    assert "script-src 'sha256-" in page
    for outside in ("http:", "https:", "src=", "<link", "@import", "url("):
        assert outside not in page


def test_findings_and_retries_are_told_beside_the_text() -> None:
    english, french = made(["فر 250", "نعم"])
    attempts = (Attempt("first", "350 fled", -1.0), Attempt("6 candidates", "250 fled", -1.1))
    first = Hypothesis("250 fled", -1.1, (Flag.HEALED,), attempts, confidence="low")
    second = Hypothesis("no", findings=(Finding("numbers", "3 is <missing>"),))
    english = replace(english, hypotheses=(first, second))
    page = write_translations([english, french], "html")
    assert "mended: 6 candidates" in page
    assert "3 is &lt;missing&gt;" in page
    assert 'class="cell low ltr"' in page
    rows = [json.loads(line) for line in write_translations([english, french], "jsonl").splitlines()[1:]]
    assert rows[0]["translations"][0]["confidence"] == "low"
    assert [attempt["how"] for attempt in rows[0]["translations"][0]["attempts"]] == ["first", "6 candidates"]
    assert rows[1]["translations"][0]["findings"] == [{"check": "numbers", "message": "3 is <missing>"}]
    assert "- row 2, en: 3 is \\<missing>" in write_translations([english, french], "md")


def test_html_needs_nothing_from_outside() -> None:
    page = write_translations(made(["قال"]), "html")
    for outside in ("http:", "https:", "src=", "<link", "@import", "url(", "<script"):
        assert outside not in page
    assert "0" * 64 in page
    assert "tiny &lt;1&gt;, revision r1, int8, Apache-2.0" in page


def test_date_only_when_given() -> None:
    date = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
    for form in ("html", "md", "jsonl"):
        assert "2026-11-28" in write_translations(made(["قال"]), form, date=date)
        assert write_translations(made(["قال"]), form) == write_translations(made(["قال"]), form)
        assert "2026-11-28" not in write_translations(made(["قال"]), form)


def test_jsonl_rows() -> None:
    header, *rows = map(json.loads, write_translations(made(["قال الولد", "نعم"]), "jsonl").splitlines())
    assert header["schema"] == "mtpipe.translation/1"
    assert header["document"]["sha256"] == "0" * 64
    assert header["targets"] == ["en", "fr"]
    assert [model["licence"] for model in header["models"]] == ["Apache-2.0", "Apache-2.0"]
    assert [row["source"] for row in rows] == ["قال الولد", "نعم"]
    assert rows[0]["role"] == "title"
    assert rows[1]["span"] == [10, 13]
    assert rows[1]["translations"][1] == {
        "target": "fr",
        "model": "tiny <1>",
        "text": "fr 1 « a »",
        "score": -0.25,
        "confidence": "",
        "flags": [],
        "findings": [],
        "terms": [],
        "links": "",
        "attempts": [{"how": "beam 4", "text": "x", "score": -1.0}],
    }
    assert rows[0]["translations"][0]["flags"] == ["split"]


@given(_TEXTS)
def test_tables_have_a_line_a_segment(texts: list[str]) -> None:
    tsv = [line.split("\t") for line in write_translations(made(texts), "tsv").splitlines()]
    proof = f"seal of {len(texts)} rows, source {'0' * 64}"
    assert tsv[0] == ["segment", "paragraph", "role", "start", "end", proof, "ar", "en", "fr"]
    assert [line[6] for line in tsv[1:]] == texts
    table = [line for line in write_translations(made(texts), "md").splitlines() if line.startswith("|")]
    assert len(table) == len(texts) + 2
    assert all(line.replace("\\\\", "").replace("\\|", "").count("|") == 5 for line in table)


def test_unknown_format() -> None:
    with pytest.raises(UsageError, match=r"unknown format 'docx' \(known: html, md, tsv, jsonl\)"):
        write_translations(made(["قال"]), "docx")


def test_runs_against_the_direction_are_isolated() -> None:
    assert (
        isolate("قال Le Point, 14/11/2017 أمس", "rtl") == 'قال <bdi dir="ltr">Le Point, 14/11/2017</bdi> أمس'
    )
    assert isolate("2017 / 11 / 15 - 13:19", "rtl") == '<bdi dir="ltr">2017 / 11 / 15 - 13:19</bdi>'
    assert isolate("he said داعش <now>", "ltr") == 'he said <bdi dir="rtl">داعش</bdi> &lt;now&gt;'
    assert isolate("فر 250 جهادياً", "rtl") == "فر 250 جهادياً"
