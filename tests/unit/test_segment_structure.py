"""Roles, paragraphs and languages of the lines of an article."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mtpipe.data import Document, Origin, Role
from mtpipe.segmenter import explain, segment, segment_lines
from mtpipe.segmenter.structure import is_date, structure

_BODY = "عادت القوارب إلى الميناء القديم بعد عشر سنوات من الغياب الطويل، ولم يعد معها أحد من الصيادين."


def _document(*lines: str, language: str = "ar") -> Document:
    return Document("made", language, "\n".join(lines), Origin("made.txt", "0" * 64, "utf-8", 0))


def _roles(*lines: str) -> list[str]:
    return [line.role.value for line in structure("\n".join(lines))]


@pytest.mark.parametrize(
    "line",
    [
        "2017 / 11 / 15 - 13:19",
        "15/11/2017",
        "الأربعاء 15 نوفمبر/تشرين الثاني 2017",
        "3 غشت 2019",
        "آخر تحديث: 14 ذو القعدة 1440 هـ",
        "Tuesday, 3 May 2016",
        "le 3 août 2016",
        "Published on March 3, 2016 at 10:20 GMT",
    ],
)
def test_dates_are_dates(line: str) -> None:
    assert is_date(line)
    assert _roles("عنوان قصير", line, _BODY)[1] == "date"


@pytest.mark.parametrize(
    "line", ["2011", "14 مايو", "في عام 2011 خرج الناس", "ثورة 25 يناير 2011", "3.5", ""]
)
def test_other_lines_are_no_dates(line: str) -> None:
    assert not is_date(line)


def test_the_frame_of_an_article() -> None:
    roles = _roles(
        "عودة السفن",
        "(الجزء الأول)",
        "ليلى قباني",
        "2019-07-05",
        "نقلا عن مجلة البحر:",
        _BODY,
        "المصدر: وكالات",
    )
    assert roles == ["title", "heading", "author", "date", "credit", "body", "credit"]


def test_a_pages_place_on_its_site_is_no_title_and_a_doctor_with_an_office_is_an_author() -> None:
    frame = ("حين تصبح المدينة رهينة", "د. نوال عبد الرحيم - كاتبة وباحثة", "2019-07-05")
    for trail in ("الرئيسية » مقالات الرأي", "الصفحة الرئيسية > آراء > كتاب", "الرئيسية"):
        assert _roles(trail, *frame, _BODY) == ["credit", "title", "author", "date", "body"]
    assert _roles("القضية الرئيسية اليوم", *frame[1:], _BODY) == ["title", "author", "date", "body"]
    assert _roles("عنوان قصير", "د. المشاركة في الانتخابات", _BODY)[1] != "author"


@pytest.mark.parametrize(
    "line",
    [
        "Le Point, 14/11/2017",
        "La Gazette, 3 juillet 2019",
        "(رويترز)",
        "أ ف ب",
        "Source: AFP",
        "دمشق ـ سانا",
        "مدريد (د ب أ)",
        "صوت البحر - وكالات",
    ],
)
def test_sources_are_credits(line: str) -> None:
    assert _roles("عنوان قصير", _BODY, line, _BODY)[2] == "credit"
    assert _roles("عنوان قصير", line, _BODY, _BODY)[1] == "credit"


@pytest.mark.parametrize("line", ['"سنعود"، قالها ومضى. (انتهى)', "قفا نبك من ذكرى حبيب * ومنزل بعيد"])
def test_two_sentences_and_verses_are_no_headings(line: str) -> None:
    assert _roles("عنوان قصير", _BODY, line, _BODY)[2] == "body"


def test_a_first_line_of_running_text_is_no_title() -> None:
    assert _roles(_BODY, _BODY) == ["body", "body"]
    assert _roles("سطر واحد فقط") == ["body"]


def test_headings_lists_and_verse() -> None:
    assert _roles("عنوان", _BODY, "الأسباب", _BODY, "1. أولا", "2. ثانيا", "لماذا الآن؟", _BODY)[2:] == [
        "heading", "body", "list", "list", "heading", "body",
    ]  # fmt: skip
    verse = ["يا ظل أين مضيت عني", "وتركتني شمسا بلا ميعاد", "أمشي فلا يمشي معي"]
    assert _roles("عنوان", _BODY, *verse, _BODY)[2:] == ["body", "body", "body", "body"]


def test_each_segment_says_its_language() -> None:
    document = segment(
        _document(
            "عودة السفن",
            _BODY,
            "Nous avons attendu dix ans.",
            "Port Royal",
            "They have come.",
            "***",
            "Они пришли.",
        )
    )
    assert [s.language for s in document.segments] == ["ar", "ar", "fr", "fr", "en", "und", "other"]


def test_paragraphs_are_the_lines_that_hold_text() -> None:
    document = segment(_document("عودة السفن", "", "وصلت السفن. ثم عادت.", "   ", "نعم."))
    assert [s.paragraph for s in document.segments] == [0, 1, 1, 2]
    assert [s.role for s in document.segments] == [Role.TITLE, Role.BODY, Role.BODY, Role.BODY]


def test_spans_stand_in_the_untouched_source() -> None:
    document = segment(_document("قال : « نعم » . ثم\u200f مضى ؟.", _BODY))
    spans = [document.source[s.span.start : s.span.end] for s in document.segments]
    assert spans == ["قال : « نعم » .", "ثم\u200f مضى ؟.", _BODY]
    assert [s.text for s in document.segments][:2] == ["قال: «نعم».", "ثم مضى؟"]


def test_lines_mode_keeps_every_line() -> None:
    document = segment_lines(_document("وصلت السفن . ثم عادت.", "", "  نعم "))
    assert [s.text for s in document.segments] == ["وصلت السفن . ثم عادت.", "", "نعم"]
    assert {s.role for s in document.segments} == {Role.BODY}


def test_lines_mode_cuts_at_line_ends_only() -> None:
    source = "واحد\x85اثنان\x0bثلاثة\x0cأربعة\u2028خمسة\r\n\r\n  \rستة\n\nسبعة\n"
    document = segment_lines(replace(_document(""), source=source))
    assert [s.text for s in document.segments] == [
        "واحد\x85اثنان\x0bثلاثة\x0cأربعة\u2028خمسة", "", "", "ستة", "", "سبعة",
    ]  # fmt: skip
    assert [s.paragraph for s in document.segments] == [0, 1, 2, 3, 4, 5]
    assert [s.language for s in document.segments] == ["ar", "und", "und", "ar", "und", "ar"]
    assert [source[s.span.start : s.span.end] for s in document.segments] == [
        s.text for s in document.segments
    ]


def test_each_boundary_is_explained() -> None:
    reasons = list(explain(_document("عودة د. ليلى", "وصل د. حسن. ثم مضى.")))
    assert [(r.breaks, r.rule) for r in reasons] == [
        (False, "role-title"),
        (True, "line-end"),
        (False, "abbreviation-title"),
        (True, "stop"),
        (True, "line-end"),
    ]
    assert json.dumps(reasons[3].before, ensure_ascii=False).endswith('حسن."')


def test_an_empty_document_has_no_segments() -> None:
    empty = replace(_document(""), source=" \n\u200f\n")
    assert segment(empty).segments == segment_lines(replace(empty, source="")).segments == ()
