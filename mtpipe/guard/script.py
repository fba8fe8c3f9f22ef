"""Script and language: a source that was copied, or a translation in another script or language."""

from __future__ import annotations

import re

from mtpipe.data import Finding
from mtpipe.guard.pair import Pair
from mtpipe.languages import ADDRESS, LANGUAGES, identify

_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_COPIED = 0.5  # share of a translation's words that stand in the source
_FOREIGN = 0.2  # share of letters in a script that the target does not use
_FEWEST = 5  # words from which on the language can be told


def check_copy(pair: Pair) -> list[Finding]:
    """Find a translation most of whose words are the source's own."""
    words = _WORD.findall(ADDRESS.sub(" ", pair.target).lower())
    if not words:
        return []
    there = set(_WORD.findall(pair.source.lower()))
    share = sum(word in there for word in words) / len(words)
    same_script = _script(pair.source_language) == _script(pair.target_language)
    # Names and loans are the same in two Latin languages, and a heading may be nothing else.
    if share > (0.8 if same_script else _COPIED) and (not same_script or len(words) >= _FEWEST):
        if not same_script and _mostly(pair.source, _LATIN):
            return []  # a line of Latin names in an Arabic article
        return [Finding("copy", f"{share:.0%} of the words are the source's")]
    return []


def check_script(pair: Pair) -> list[Finding]:
    """Find letters of a script that the target language does not use."""
    letters = _LETTER.findall(ADDRESS.sub(" ", pair.target))  # a hashtag stays in the source's script
    own = _ARABIC if _script(pair.target_language) == "rtl" else _LATIN
    foreign = [letter for letter in letters if not own.match(letter)]
    if len(foreign) > max(1, _FOREIGN * len(letters)):
        return [Finding("script", f"{len(foreign)} of {len(letters)} letters are of another script")]
    return []


def check_language(pair: Pair) -> list[Finding]:
    """Find a translation that is plainly in another language than it should be."""
    if len(_WORD.findall(pair.target)) < _FEWEST:
        return []
    told = identify(pair.target, pair.target_language)
    if told in (pair.target_language, "und"):
        return []
    name = LANGUAGES[told].name if told in LANGUAGES else "another language"
    return [Finding("language", f"reads like {name}")]


def _script(language: str) -> str:
    return LANGUAGES[language].direction if language in LANGUAGES else "ltr"


def _mostly(text: str, script: re.Pattern[str]) -> bool:
    letters = _LETTER.findall(text)
    return 2 * sum(1 for letter in letters if script.match(letter)) > len(letters)
