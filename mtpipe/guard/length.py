"""Length: a translation that is empty, or too short or too long for its source."""

from __future__ import annotations

import math
import re

from mtpipe.data import Finding
from mtpipe.guard.dates import NAMES
from mtpipe.guard.pair import Pair

_FIRST = re.compile(r"[^\W\d_]+")
_SPACE = re.compile(r"\s+")
_WRITTEN = re.compile(r"[^\W_]")
# Mean logarithm of target over source length in characters, without spaces: flores-dev and ntrex-dev.
_USUAL = {("ar", "en"): 0.12, ("ar", "fr"): 0.28, ("en", "fr"): 0.16}
_SHORT, _LONG = 0.55, 0.50  # how far from the usual, for a long segment
_CUT = 0.25  # how much shorter a translation may be that begins or ends in mid-sentence
_BROKEN_OFF = 0.05  # the same for one that ends in a comma where the source ends a sentence
_END = re.compile(r"[.!?…؟:;،][\s\"'»”’)\]]*$")
_SENTENCE_END = re.compile(r"[.!?…؟][\s\"'»”’)\]]*$")
_COMMA_END = re.compile(r"[,;:،؛]\s*$")
_BEGINNING = " \u00a0\u202f\"'«“(["
_SLACK = 7.0  # characters that any segment may have less or more


def check_empty(pair: Pair) -> list[Finding]:
    """Find a source with letters or digits whose translation has none."""
    if _WRITTEN.search(pair.source) and not _WRITTEN.search(pair.target):
        return [Finding("empty", "no translation")]
    return []


def check_length(pair: Pair) -> list[Finding]:
    """Find a translation that is much shorter or longer than usual for its languages.

    One that begins or ends in mid-sentence though its source does not need be shorter by a little only.
    """
    source, target = _size(pair.source), _size(pair.target)
    if not source or not target:
        return []
    deviation = length_deviation(pair)
    allowed = _SLACK / source
    if deviation < -_SHORT - allowed or (deviation < -_BROKEN_OFF and deviation < -_least_missing(pair)):
        return [Finding("length", f"too short: {math.exp(deviation):.0%} of the usual length")]
    if deviation > _LONG + 2 * allowed:
        return [Finding("length", f"too long: {math.exp(deviation):.0%} of the usual length")]
    return []


def length_deviation(pair: Pair) -> float:
    """Return the logarithm of the translation's length over the usual one."""
    usual = _USUAL.get((pair.source_language, pair.target_language))
    if usual is None:
        usual = -_USUAL.get((pair.target_language, pair.source_language), 0.0)
    return math.log((_size(pair.target) + 6) / (_size(pair.source) + 4)) - usual


def _least_missing(pair: Pair) -> float:
    """Return how much shorter than usual a translation must be, by how it begins and ends, to be doubted."""
    if _COMMA_END.search(pair.target) and _SENTENCE_END.search(pair.source):
        return _BROKEN_OFF
    first = _FIRST.search(pair.target)
    # French writes months and weekdays small, also at the beginning of a row.
    begins_inside = (
        first is not None
        and pair.target.lstrip(_BEGINNING)[:1].islower()
        and first.group() not in NAMES.get(pair.target_language, {})
    )
    if begins_inside or (_END.search(pair.source) and not _END.search(pair.target)):
        return _CUT
    return math.inf


def _size(text: str) -> int:
    return len(_SPACE.sub("", text))
