"""Quotation marks: opened and closed in the source, not so in the translation."""

from __future__ import annotations

import re

from mtpipe.data import Finding
from mtpipe.guard.pair import Pair

_OPENING, _CLOSING = "«“„‹", "»”›"
_ANY = re.compile('[«»“”„"‹›]')


def check_quotes(pair: Pair) -> list[Finding]:
    """Find a quotation that the source closes and the translation leaves open, or closes without opening."""
    # A quotation may run over several segments: only one that begins and ends in this one must do so again.
    if not _ANY.search(pair.target) or not _ANY.search(pair.source) or not _balanced(pair.source):
        return []
    if _balanced(pair.target):
        return []
    return [Finding("quotes", "a quotation is opened or closed only")]


def _balanced(text: str) -> bool:
    marks = _ANY.findall(text)
    straight = marks.count('"')
    opened = sum(mark in _OPENING for mark in marks)
    closed = sum(mark in _CLOSING for mark in marks)
    return straight % 2 == 0 and opened == closed
