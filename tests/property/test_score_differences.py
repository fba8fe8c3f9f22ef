"""Coloured runs lose no text, and colour both sides alike."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mtpipe.evaluator.differences import coloured, ngram_differences
from tests.score_corpus import garbled, sentence


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    chance = random.Random(draw(st.integers(0, 10**6)))
    language = draw(st.sampled_from(["en", "fr", "ar"]))
    reference = " ".join(sentence(language, chance) for _ in range(draw(st.integers(0, 3))))
    return garbled(reference, chance, draw(st.sampled_from([0.0, 0.2, 0.9]))), reference


@given(pairs())
def test_runs_join_to_the_texts(pair: tuple[str, str]) -> None:
    runs, reference_runs = coloured(*pair)
    assert "".join(run.text for run in runs) == pair[0]
    assert "".join(run.text for run in reference_runs) == pair[1]


@given(pairs())
def test_what_matches_matches_on_both_sides(pair: tuple[str, str]) -> None:
    runs, reference_runs = coloured(*pair)
    for code in ("=", "m"):
        ours, theirs = (
            "".join(run.text for run in side if run.word == code).replace(" ", "")
            for side in (runs, reference_runs)
        )
        assert Counter(ours) == Counter(theirs)
    assert all(
        0 <= run.ngram <= 4 and (run.ngram > 0 or run.word in "x~") for run in (*runs, *reference_runs)
    )


@given(pairs())
def test_a_text_does_not_differ_from_itself(pair: tuple[str, str]) -> None:
    runs, reference_runs = coloured(pair[1], pair[1])
    assert runs == reference_runs
    assert all(run.word == "=" for run in runs)


@given(st.integers(0, 10**6))
def test_ngrams_gained_by_one_are_lost_by_the_other(seed: int) -> None:
    chance = random.Random(seed)
    references = [sentence("en", chance) for _ in range(5)]
    one, other = ([garbled(text, chance, 0.4) for text in references] for _ in range(2))
    rows = [(text,) for text in references]
    there = ngram_differences(("a", one), ("b", other), rows, most=1000)
    back = ngram_differences(("b", other), ("a", one), rows, most=1000)
    assert {(d.ngram, d.matched_first, d.matched_second) for d in there} == {
        (d.ngram, d.matched_second, d.matched_first) for d in back
    }


def test_colours_say_what_happened() -> None:
    runs, reference_runs = coloured(
        "He paid in gold ten Pounds then", "Then he paid ten pounds now in silver"
    )
    assert [(run.text.strip(), run.word) for run in runs] == [
        ("He", "~"),
        ("paid in", "="),
        ("gold", "x"),
        ("ten", "m"),
        ("Pounds then", "~"),
    ]
    assert [run.text.strip() for run in reference_runs if run.word == "x"] == ["now", "silver"]


def test_a_loop_of_thousands_of_words_is_coloured_at_once() -> None:
    loop = "never " * 5000
    runs, _ = coloured(loop, "He said never again.")
    assert sum(len(run.text) for run in runs) == len(loop)
