"""Every line of the rule tables does what the sentence beside it says."""

from __future__ import annotations

import pytest

from mtpipe.segmenter import rule_texts, segment_text
from mtpipe.segmenter.boundaries import boundaries
from mtpipe.segmenter.structure import structure
from mtpipe.segmenter.tables import Entry, read_table

_WORDS = [(language, entry) for language in ("ar", "en", "fr") for entry in read_table(language)]
_ROLES = ("line-end", "role-title", "role-author", "role-date")


def _language(text: str) -> str:
    if any("\u0620" <= character <= "\u064a" for character in text):
        return "ar"
    return "fr" if any(word in text.split() for word in ("Il", "Le", "Qui", "Selon")) else "en"


@pytest.mark.parametrize("entry", [entry for entry in read_table("boundaries") if entry.word not in _ROLES])
def test_each_rule_decides_its_own_sentence(entry: Entry) -> None:
    before, _, after = entry.example.partition("|")
    found = {b.position: b.rule for b in boundaries(before + after, _language(before + after))}
    assert found.get(len(before)) == entry.word


def test_every_rule_in_the_code_is_explained() -> None:
    named = {boundary.rule for language, entry in _WORDS for boundary in boundaries(entry.example, language)}
    assert named <= set(rule_texts())


# How many sentences the example of each kind of word holds.
_SENTENCES = {
    "title": 1,
    "number": 1,
    "never": 1,
    "either": 2,
    "opener": 2,
    "bare": 2,
    "saying": 1,
    "small": 2,
}


@pytest.mark.parametrize("kind", _SENTENCES)
def test_each_word_does_what_its_sentence_says(kind: str) -> None:
    wrong = [
        (entry.word, sentences)
        for language, entry in _WORDS
        if entry.kind == kind and len(sentences := segment_text(entry.example, language)) != _SENTENCES[kind]
    ]
    assert wrong == []


def test_each_town_opens_a_report() -> None:
    headline = "أخبار السفن الجديدة"
    towns = [entry.example for _, entry in _WORDS if entry.kind == "dateline"]
    assert len(towns) > 100
    for report in towns:
        assert segment_text(f"{headline} {report}") == [headline, report]


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_no_abbreviation_is_of_two_kinds(language: str) -> None:
    words = [e.word for e in read_table(language) if e.kind in ("title", "number", "never", "either")]
    assert sorted(words) == sorted(set(words))


def test_each_kind_of_word_is_known() -> None:
    assert {entry.kind for _, entry in _WORDS} <= {*_SENTENCES, "dateline"}


def test_each_calendar_word_makes_a_date() -> None:
    for entry in read_table("structure"):
        if entry.kind in ("weekday", "month"):
            roles = [line.role for line in structure(f"عنوان قصير\n{entry.example} 2015\nنص طويل بما يكفي.")]
            assert (entry.word, roles[1]) == (entry.word, "date")
