"""Each typographic habit is found, alone, and worth what it is worth."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mtpipe.evaluator import typography
from mtpipe.evaluator.statistics import statistics
from tests.score_corpus import corpus

_REFERENCE = [
    "He said: \"The council's plan - all 1250 pounds of it - isn't ready.\"",
    'Nobody answered? "We don\'t know," said Dr. Haddad, 45 years old.',
    'The bridge, built in 1999, was "a small miracle" - so they say.',
] * 4
_HABITS: dict[str, Callable[[str], str]] = {
    "entities": lambda text: text.replace("'", "&#39;"),
    "quotes": lambda text: text.replace('"', "“"),
    "apostrophes": lambda text: text.replace("'", "’"),
    "digits": lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "invisible": lambda text: text.replace("council", "coun\u200bcil").replace("bridge", "\u200fbridge"),
    "dashes": lambda text: text.replace(" - ", " — "),
    "script-marks": lambda text: text.replace(",", "،").replace("?", "؟"),
    "case": str.lower,
    "final": lambda text: text.rstrip(".") + "!" if text.endswith(".") else text,
}


def _effects(system: list[str], reference: list[str], tokenizer: str = "13a") -> dict[str, float]:
    rows = [(text,) for text in reference]
    counted = statistics([system], rows, metrics=("BLEU",), tokenizer=tokenizer)
    rescored = typography.rescore([system], rows, counted, tokenizer=tokenizer)
    return {effect.feature: effect.gain for effect in typography.effects(rescored, ["mt"])}


@pytest.mark.parametrize("habit", sorted(_HABITS))
def test_a_habit_alone_explains_all_that_is_missing(habit: str) -> None:
    system = [_HABITS[habit](text) for text in _REFERENCE]
    rows = [(text,) for text in _REFERENCE]
    counted = statistics([system], rows, metrics=("BLEU",), tokenizer="13a")
    rescored = typography.rescore([system], rows, counted, tokenizer="13a")
    item = next(item for item in rescored if item.feature.key == habit)
    assert item.before[0] < 99
    assert item.after[0] == pytest.approx(100)
    others = [other for other in rescored if other.feature.key not in (habit, "together")]
    # HTML entities stand in for apostrophes, so both see them; no other habit explains another.
    assert all(abs(other.after[0] - other.before[0]) < 1.0 for other in others)


def test_french_spaces_cost_what_they_cost() -> None:
    reference = ["Est-ce « vrai » ?", "Il a dit : « Non ! » et il est parti ; voilà."] * 5
    system = [
        text.replace("« ", "«").replace(" »", "»").replace(" ?", "?").replace(" :", ":") for text in reference
    ]
    assert _effects(system, reference, tokenizer="none")["spaces"] > 12


def test_vowel_signs_and_tatweel_in_arabic() -> None:
    reference = ["ذَهَبَ الوَلَدُ إلى المدرسة في الصباح الباكر.", "الكتـــاب على الطاولة في الغرفة الكبيرة."] * 5
    system = ["ذهب الولد إلى المدرسة في الصباح الباكر.", "الكتاب على الطاولة في الغرفة الكبيرة."] * 5
    gains = _effects(system, reference, tokenizer="intl")
    assert gains["vowel-signs"] > 20
    assert gains["together"] == pytest.approx(gains["vowel-signs"])


def test_the_share_of_a_gap_is_named() -> None:
    system = [text.replace("'", "&#39;") for text in _REFERENCE]
    rows = [(text,) for text in _REFERENCE]
    counted = statistics([system, _REFERENCE], rows, metrics=("BLEU",), tokenizer="13a")
    rescored = typography.rescore([system, _REFERENCE], rows, counted, tokenizer="13a")
    shares = {gap.feature: gap for gap in typography.gaps(rescored, ["a", "b"], [(0, 1)])}
    assert shares["entities"].share == pytest.approx(shares["entities"].gap)
    assert shares["entities"].without == pytest.approx(0)


def test_text_without_habits_has_no_effects() -> None:
    made = corpus("en", 20, seed=1)
    lower = [text.lower().replace('"', "").rstrip("!?.") + "." for text in made.references[0]]
    garbled = [text.replace("bridge", "bride") for text in lower]
    assert _effects(garbled, lower) == {}
