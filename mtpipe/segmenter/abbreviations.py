"""A word before a full stop into the answer whether that stop ends the sentence."""

from __future__ import annotations

import re
from typing import Protocol

from mtpipe.segmenter.tables import Lexicon


class _Stop(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def stop_at(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def opening(self) -> str: ...
    @property
    def word(self) -> str: ...


_EDGE = re.compile("^[^\\w]+")
_VOWELS = re.compile("[\u064b-\u0652\u0670]")
_INITIAL = re.compile("[^\\W\\d_](?:\\.?-[^\\W\\d_])*\\Z")
_ACRONYM = re.compile("(?:[^\\W\\d_]{1,2}\\.)+[^\\W\\d_]{1,2}\\Z")
_ARABIC = re.compile("[\u0621-\u064a\u066e-\u06d3]")
_ROMAN = re.compile("[IVXLC]+\\Z")


def abbreviation(stop: _Stop, words: Lexicon) -> tuple[bool, str] | None:
    """Decide about the full stop after an abbreviation or initial; None where there is none."""
    pieces = stop.text[max(stop.start, stop.stop_at - 40) : stop.stop_at].split()
    if not pieces:
        return None
    token = _EDGE.sub("", pieces[-1])
    token = token.replace("’", "'").rsplit("'", 1)[-1]
    if not token:
        return None
    if _ARABIC.match(token):
        return _arabic(stop, _VOWELS.sub("", token), pieces, words)
    kind = words.abbreviations.get(token) or words.abbreviations.get(_folded(token))
    if kind and stop.word[:1].islower():
        return False, "small-letter"
    if kind == "number" and (stop.word[:1].isdigit() or _ROMAN.match(stop.word)):
        return False, "abbreviation-number"
    if kind == "title":
        return False, "abbreviation-title"
    if kind == "never":
        return False, "abbreviation-never"
    opens = stop.word in words.opener or _opener_part(stop.word) in words.opener
    if kind == "either" or _ACRONYM.match(token):
        quoted = any(mark in stop.opening for mark in '"“«')
        return (True, "abbreviation-opener") if opens or quoted else (False, "abbreviation-either")
    if _INITIAL.match(token) and token[0].isupper() and stop.word[:1].isupper():
        return (True, "initial-opener") if opens else (False, "initial")
    return None


def _opener_part(word: str) -> str:
    """Return what stands before the apostrophe: C’est opens as C does."""
    return word.replace("’", "'").split("'", 1)[0]


def _folded(token: str) -> str:
    """Return the spelling under which the table may know a word in capitals."""
    if len(token) == 1:
        return token
    return token.capitalize() if token.isupper() else token.lower()


def _arabic(stop: _Stop, token: str, pieces: list[str], words: Lexicon) -> tuple[bool, str] | None:
    bare = token.replace("\u0640", "")
    kind = words.abbreviations.get(bare)
    if kind is None and bare[:1] == "و":  # not ب ل ف: بد، لم and فم are words
        kind = words.abbreviations.get(bare[1:])
        kind = kind if kind in ("title", "never", "number") else None
    dated = len(pieces) > 1 and pieces[-2][-1].isdigit()
    joined = stop.word[:1] == "و" and len(_ARABIC.findall(stop.word)) > 2
    if dated and (len(bare) == 1 or kind == "either"):
        # the stop of ق.م. belongs to it, the stop after هـ or م does not
        return (True, "abbreviation-era") if "." not in bare or joined else (False, "abbreviation-either")
    if kind == "number" and stop.word[:1].isdigit():
        return False, "abbreviation-number"
    if kind in ("title", "never"):
        return False, f"abbreviation-{kind}"
    letters = len(_ARABIC.findall(bare))
    if kind == "either" and "." not in bare and letters > 1:
        return None
    if letters == 1 or _ACRONYM.match(bare):
        rule = "abbreviation-either" if kind == "either" else "initial"
        return (True, "initial-opener") if joined and len(stop.word) > 3 else (False, rule)
    return None
