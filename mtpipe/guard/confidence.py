"""How much a row can be trusted: high, medium or low, from the model's score and what the checks see."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mtpipe.data import Finding
from mtpipe.guard.length import length_deviation
from mtpipe.guard.pair import Pair


def features(
    pair: Pair, score: float, findings: Sequence[Finding], rendered: float | None = None
) -> tuple[float, float, float, float | None, float | None, float]:
    """Return what confidence looks at.

    The square of the probability a piece (``score`` is its mean logarithm), the
    number of findings (at most three), how far the length is from the usual,
    the share of source words that the alignment links to something, None where
    there is no alignment, the share that a dictionary finds ``rendered``, None
    where it is not known, and the logarithm of the number of words.
    """
    words = len(pair.source.split())
    linked = len({source for source, _ in pair.links}) / max(1, words) if pair.links else None
    far = min(1.5, abs(length_deviation(pair)))
    return math.exp(2 * score), float(min(3, len(findings))), far, linked, rendered, math.log(words + 1)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads(
        files("mtpipe.guard").joinpath("confidence.json").read_text("utf-8")
    )
    return table


def expected(pair: Pair, score: float, findings: Sequence[Finding], rendered: float | None = None) -> float:
    """Return the chrF2 that rows like this one reached on the development sets, by linear regression."""
    row = _table()[pair.target_language if pair.target_language in _table() else "en"]
    total = float(row["bias"])
    found = features(pair, score, findings, rendered)
    for value, mean, weight in zip(found, row["mean"], row["weight"], strict=True):
        total += weight * ((mean if value is None else value) - mean)
    return total


def confidence(
    pair: Pair, score: float | None, findings: Sequence[Finding], rendered: float | None = None
) -> str:
    """Return "high", "medium" or "low"; a row with a grave finding is never high.

    ``rendered`` is the share of the source's words that a dictionary finds in the translation, None if not known.
    """
    if score is None:
        return ""
    row = _table()[pair.target_language if pair.target_language in _table() else "en"]
    value = expected(pair, score, findings, rendered)
    if value < row["low"] or any(finding.check in _GRAVE for finding in findings):
        return "low"
    return "high" if value >= row["high"] and not findings else "medium"


_GRAVE = ("empty", "copy", "script", "language", "repetition")
