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
def test_letters_and_digits_stay_and_setting_twice_changes_nothing(raw: str, language: str) -> None:
    made = typeset(raw, language)
    assert [c for c in made if c.isalnum()] == [c for c in raw if c.isalnum()]
    assert typeset(made, language) == made
