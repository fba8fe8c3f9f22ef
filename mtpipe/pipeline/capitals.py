"""Sees to it that a row that begins a sentence or is a heading begins with a capital letter."""

from __future__ import annotations

import re
from dataclasses import replace

from mtpipe.data import Flag, Hypothesis, Role, Segment, Translation
from mtpipe.rows import lead_shown
from mtpipe.text import signs_around

_FRAME = {Role.TITLE, Role.HEADING}
_TEXT = _FRAME | {Role.BODY, Role.LIST}
_PASSED = {Flag.NO_LETTERS, Flag.OTHER_LANGUAGE}
# A small letter that begins a text, after a number and opening marks at most; no iPhone, no address, nothing with a
# stop inside.
_SMALL = re.compile(
    r"^(?!'s\b)(?:\d{1,2}[.)-]\s)?[\s\"'“«(\[]*(?P<word>(?P<letter>[^\W\d_A-ZÀ-Þ])[^\W\d_A-Z]*)(?![\w@/]|\.\w)"
)
_LATIN = re.compile(r"^\W*[A-Za-zÀ-ÿ]")
_SENTENCE_END = re.compile(r"[.!?…؟][\s\"'»”’)\]]*$")
_GOES_ON = re.compile(r"[,;:،؛]\s*$")


def capitalised(translation: Translation) -> Translation:
    """Return the translation with a capital where a row begins a sentence, or is a title or heading.

    A row that continues the one before it is left as it is, as are rows that no model made, and those whose source
    begins in Latin letters, or with the word itself.
    """
    before: Segment | None = None
    hypotheses = []
    for segment, made in zip(translation.source.segments, translation.hypotheses, strict=True):
        begins = segment.role in _TEXT and not _continues(segment, before) and not _LATIN.match(segment.text)
        hypotheses.append(_begun(made, segment.text) if begins else made)
        before = segment if segment.text else before
    return replace(translation, hypotheses=tuple(hypotheses))


def _continues(segment: Segment, before: Segment | None) -> bool:
    """Tell whether a segment goes on with what the one before it said."""
    if before is None or segment.role in _FRAME or before.role in _FRAME:
        return False
    if before.paragraph == segment.paragraph:
        return not _SENTENCE_END.search(before.text)
    return bool(_GOES_ON.search(before.text))


def _begun(made: Hypothesis, source: str) -> Hypothesis:
    signs = lead_shown(source)
    lead = len(signs if signs and made.text.startswith(signs) else signs_around(made.text)[0])
    small = _SMALL.match(made.text[lead:])
    if small is None or not _PASSED.isdisjoint(made.flags) or small["word"] in source:
        return made
    at = lead + small.start("letter")
    text = made.text[:at] + small["letter"].upper() + made.text[at + 1 :]
    attempts = tuple(replace(a, text=text) if a.text == made.text else a for a in made.attempts)
    return replace(made, text=text, attempts=attempts)
