"""Whatever the text, the ledger leads to the cleaned text and back, and no text is lost."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtpipe.data import Document, Edit, Origin, Role, Span
from mtpipe.segmenter import explain, segment, segment_lines, segment_text
from mtpipe.text import apply, clean, for_model, signs_around, undo

_few = settings(max_examples=60, deadline=None)
_ORIGIN = Origin(name="made.txt", sha256="0" * 64, encoding="utf-8", size=0)
_WORDS = (
    "قال", "الوزير", "د", "أ", "إن", "المدينـة", "كتاب", "1444", "الـ12", "مُحَمَّدٌ", "ﻓﻬﻞ", "رأي", "U.S", "Mr",
    "Le", "Point", "the", "port", "élève", "3.5", "2017", "&quot;", "&amp;", "&nbsp;", "ه", "هـ", "Ø§Ù„", "Ã©", "é",
)  # fmt: skip
_MARKS = (
    ".", "؟", "!", "،", "؛", ":", "...", "؟.", ' "', '"', " «", "» ", "”", "(", ")", " .", " ؟", "[1]", ";", ",",
    " ـ ", " ــ ", "\u200f", "\u202b", "\u200d", "\ufeff", "\u00ad",
)  # fmt: skip
_ENDS = (
    "\n", "\x0b", "\x0c", "\x85", "\n\n", "\r\n", "\r", "\u2028", "\n   ", " \n", ". ه\n", ".\nه\n", "\n- ", "\n1. ",
)  # fmt: skip

_sentence = st.lists(
    st.one_of(st.sampled_from(_WORDS), st.sampled_from(_MARKS)), min_size=1, max_size=14
).map(lambda parts: "".join(part if part in _MARKS else f" {part}" for part in parts))
_article = st.lists(st.tuples(_sentence, st.sampled_from((" ", ". ", *_ENDS))), max_size=16).map(
    lambda pairs: "".join(sentence + end for sentence, end in pairs)
)
_text = st.one_of(_article, st.text(max_size=120), st.text(alphabet=".!?؟ه \n\"«»ـ[]()'&;#x1", max_size=60))
_VOWELS = re.compile("[\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
_SPACE = re.compile(r"\s+")


def _document(source: str) -> Document:
    return Document(id="made", language="ar", source=source, origin=_ORIGIN)


def _letters(text: str) -> str:
    """Return letters, digits and the marks that make another letter (hamza, madda, accents), decomposed."""
    plain = unicodedata.normalize("NFD", text.replace("\u200d", ""))
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LNM" and not _VOWELS.match(c))


def _squeeze(text: str) -> str:
    return _SPACE.sub("", text)


@_few
@given(_text)
def test_the_ledger_leads_there_and_back(source: str) -> None:
    cleaned = clean(source)
    assert cleaned.source == source
    assert apply(source, cleaned.edits) == cleaned.text
    assert undo(cleaned.text, cleaned.edits) == source


@_few
@given(_text)
def test_the_edits_stand_in_order_and_change_something(source: str) -> None:
    end = 0
    for edit in clean(source).edits:
        assert edit.span.start >= end
        assert edit.before != edit.after
        assert source[edit.span.start : edit.span.end] == edit.before
        end = edit.span.end


@_few
@given(_text)
def test_offsets_map_back_to_what_the_text_was_made_of(source: str) -> None:
    cleaned = clean(source)
    end = 0
    for position, character in enumerate(cleaned.text):
        span = cleaned.to_source(position, position + 1)
        assert end <= span.start < span.end <= len(source) or span.end == end
        end = span.end
        if not any(edit.span.start < span.end and span.start < edit.span.end for edit in cleaned.edits):
            assert source[span.start : span.end] == character


@_few
@given(_article)
def test_letters_and_digits_are_never_changed(source: str) -> None:
    keep = re.compile("[\u0621-\u064a\u0660-\u0669A-Za-z0-9]")
    for edit in clean(source).edits:
        if not {"entity", "mojibake", "presentation-form", "stray-mark"} & set(edit.rule.split("+")):
            kept = "".join(keep.findall(edit.before)).replace("\u0640", "")
            assert "".join(keep.findall(edit.after)).replace("\u0640", "") == kept


@_few
@given(_text)
def test_every_visible_character_is_in_one_segment(source: str) -> None:
    cleaned = clean(source)
    document = segment(_document(source))
    assert _squeeze("".join(s.text for s in document.segments)) == _squeeze(cleaned.text)
    covered = 0
    deleted = {i for edit in cleaned.edits if not edit.after.strip() for i in range(*edit.span)}
    for found in document.segments:
        outside = range(covered, found.span.start)
        assert all(source[i].isspace() or i in deleted for i in outside)
        covered = found.span.end
    assert all(source[i].isspace() or i in deleted for i in range(covered, len(source)))


@_few
@given(_text)
def test_a_segment_is_its_span_cleaned(source: str) -> None:
    cleaned = clean(source)
    for found in segment(_document(source)).segments:
        inside = [
            Edit(
                e.rule,
                Span(e.span.start - found.span.start, e.span.end - found.span.start),
                e.before,
                e.after,
            )
            for e in cleaned.edits
            if found.span.start <= e.span.start and e.span.end <= found.span.end
        ]
        piece = source[found.span.start : found.span.end]
        assert apply(piece, inside).strip() == found.text


@_few
@given(_text)
def test_lines_mode_takes_each_line_as_it_stands(source: str) -> None:
    lines = re.split("\r\n|\r|\n", source)
    if not lines[-1]:
        lines.pop()  # the end of the last line, or no text at all
    segments = segment_lines(_document(source)).segments
    assert [found.text for found in segments] == [line.strip() for line in lines]
    for found in segments:
        assert source[found.span.start : found.span.end] == found.text
        assert found.role is Role.BODY
        assert found.text or found.language == "und"


@_few
@given(_text, st.sampled_from(["ar", "en", "fr", "de", "zh"]))
def test_sentences_of_a_text_lose_nothing(source: str, language: str) -> None:
    sentences = segment_text(source, language)
    assert _squeeze("".join(sentences)) == _squeeze(source)
    assert all(sentence.strip() == sentence != "" for sentence in sentences)


@_few
@given(_text)
def test_explanations_agree_with_the_segments(source: str) -> None:
    ends = [reason.position for reason in explain(_document(source)) if reason.breaks]
    spans = [found.span.end for found in segment(_document(source)).segments]
    assert ends == spans


@_few
@given(_text)
def test_the_models_view_changes_no_letter_and_is_stable(source: str) -> None:
    for line in clean(source).text.splitlines():
        view = for_model(line)
        assert for_model(view) == view
        lead = signs_around(line)[0]  # perhaps with the number of a list item
        assert _letters(view) == _letters(line[len(lead) :])


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(st.text())
def test_arbitrary_unicode_at_length(source: str) -> None:
    test_the_ledger_leads_there_and_back.hypothesis.inner_test(source)  # type: ignore[attr-defined]
    test_every_visible_character_is_in_one_segment.hypothesis.inner_test(source)  # type: ignore[attr-defined]
