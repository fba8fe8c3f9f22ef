"""How translations are set: spaces, quotes, no-break spaces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtpipe.typesetting import typeset

N, T = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("language", "raw", "wanted"),
    [
        ("en", "Yes.. I write .... and then stop..", "Yes... I write... and then stop."),
        ("fr", 'Pas encore!. "Notre pays est libre.."', f"Pas encore{N}! «{N}Notre pays est libre.{N}»"),
        ("en", "See a..b or home/..?.", "See a..b or home/..?"),
        ("en", 'He said : " we are 4,000 " . Then he left .', 'He said: "we are 4,000". Then he left.'),
        ("en", "«Yes», he said ; it’s “the boys’ own” .", '"Yes", he said; it\'s "the boys\' own".'),
        ("en", 'of the army".', 'of the army".'),
        ("en", "( see below )", "(see below)"),
        ("fr", 'Qui a dit : "C\'est fini" ?', f"Qui a dit{N}: «{N}C’est fini{N}»{N}?"),
        ("fr", "l'armée d'\"Daech\" ; oui !", f"l’armée d’«{N}Daech{N}»{N}; oui{N}!"),
        (
            "fr",
            "à 13:19, 4 000 personnes et 12 500 000 F, 30 %",
            f"à 13:19, 4{T}000 personnes et 12{T}500{T}000 F, 30{N}%",
        ),
        ("fr", "voir http://exemple.org/a?b=1 : fin", f"voir http://exemple.org/a?b=1{N}: fin"),
        ("fr", 'a été détruite".', f"a été détruite{N}»."),
        ("fr", "", ""),
        ("fr", '«il a dit "non" hier»', f"«{N}il a dit “non” hier{N}»"),
        ("fr", "« l'« Etat »", f"«{N}l’“Etat”"),
        ("en", "“He said “no” yesterday”", "\"He said 'no' yesterday\""),
        ("en", "‘hello’", "'hello'"),
        ("en", "It uses .NET and costs .5 .", "It uses .NET and costs .5."),
        ("en", "www.Example.com foo@Bar.Com", "www.Example.com foo@Bar.Com"),
        ("en", "This ends.Then it begins!Yes", "This ends. Then it begins! Yes"),
        ("fr", "le 06 123 456", "le 06 123 456"),
    ],
)
def test_examples(language: str, raw: str, wanted: str) -> None:
    assert typeset(raw, language) == wanted


_WORDS = st.sampled_from(
    [
        "mot",
        "l'eau",
        '"',
        '"',
        "«",
        "»",
        ":",
        ";",
        "?",
        "4 000",
        "12",
        "%",
        "(a",
        "b)",
        ",",
        ".",
        "’",
        "été",
        "A",
    ]
)


@given(st.lists(_WORDS, max_size=25).map(" ".join), st.sampled_from(["en", "fr", "ar"]))
def test_letters_and_digits_stay(raw: str, language: str) -> None:
    made = typeset(raw, language)
    assert [c for c in made if c.isalnum()] == [c for c in raw if c.isalnum()]


@given(st.lists(_WORDS, max_size=25).map(" ".join))
def test_setting_french_twice_changes_nothing(raw: str) -> None:
    assert typeset(typeset(raw, "fr"), "fr") == typeset(raw, "fr")


_QUOTED = st.lists(
    st.sampled_from(["word", "it's", "(a b)", "4,000"])
    | st.sampled_from(['"said so"', '"no", he said', '"yes."']),
    min_size=1,
    max_size=12,
).map(" ".join)


@given(_QUOTED)
def test_english_that_is_set_stays_as_it_is(text: str) -> None:
    assert typeset(text, "en") == text
