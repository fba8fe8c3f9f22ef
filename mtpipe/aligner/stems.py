"""Words become the stems under which the seed lexicon knows them, the same way when it is made and when it is used."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

_LETTERS = 6  # that a stem keeps of either script
_ARTICLE = re.compile("[وف]?(?:[بك]?ال|لل)(?=..)")
_PARTICLES = re.compile("[وف][بكلس]|[وفبكلس]")
_ENDINGS = re.compile("(?:هما|تها|اتها|ها|هم|ات|ون|ين|ان|نا|وا|يه|ية|ته|ه|ة|ي|ى|ا|ت)$")
_LEAST = 3  # letters that are left
_VARIANTS = str.maketrans("ى", "ي")


def latin_stem(token: str) -> str:
    """Return a word's first letters."""
    return token[:_LETTERS]


@lru_cache(maxsize=65536)
def arabic_stems(token: str) -> tuple[str, ...]:
    """Return what an Arabic word may be a form of, the fullest first: particles that it begins with may be its own."""
    bare = _ARTICLE.sub("", token, count=1)
    forms = [bare]
    if bare == token and (found := _PARTICLES.match(token)) and len(token) - found.end() >= _LEAST:
        forms += [token[end:] for end in range(1, found.end() + 1)]
    return tuple(dict.fromkeys(_ended(form) for form in forms))


def arabic_stem(token: str, known: Container[str]) -> str:
    """Return the fullest stem of an Arabic word that is known, else the fullest."""
    stems = arabic_stems(token)
    return next((stem for stem in stems if stem in known), stems[0])


def _ended(form: str) -> str:
    short = _ENDINGS.sub("", form, count=1)
    return (short if len(short) >= _LEAST else form).translate(_VARIANTS)[:_LETTERS]
