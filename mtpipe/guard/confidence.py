"""How much a row can be trusted: high, medium or low, from the model's score and what the checks see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mtpipe.data import Finding
from mtpipe.guard.length import length_deviation
from mtpipe.guard.pair import Pair


def features(
    pair: Pair, score: float, findings: Sequence[Finding]
) -> tuple[float, float, float, float | None]:
    """Return what confidence looks at.

    The mean log-probability, the number of findings (at most three), how far
    the length is from the usual, and the share of source words that the
    alignment links to something, None where there is no alignment.
    """
    words = len(pair.source.split())
    linked = len({source for source, _ in pair.links}) / max(1, words) if pair.links else None
    return score, float(min(3, len(findings))), min(1.5, abs(length_deviation(pair))), linked


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads(
        files("mtpipe.guard").joinpath("confidence.json").read_text("utf-8")
    )
    return table


def expected(pair: Pair, score: float, findings: Sequence[Finding]) -> float:
    """Return the chrF2 that rows like this one reached on the development sets, by linear regression."""
    row = _table()[pair.target_language if pair.target_language in _table() else "en"]
    total = float(row["bias"])
    for value, mean, weight in zip(features(pair, score, findings), row["mean"], row["weight"], strict=True):
        total += weight * ((mean if value is None else value) - mean)
    return total


def confidence(pair: Pair, score: float | None, findings: Sequence[Finding]) -> str:
    """Return "high", "medium" or "low"; a row with a grave finding is never high."""
    if score is None:
        return ""
    row = _table()[pair.target_language if pair.target_language in _table() else "en"]
    value = expected(pair, score, findings)
    if value < row["low"] or any(finding.check in _GRAVE for finding in findings):
        return "low"
    return "high" if value >= row["high"] and not findings else "medium"


_GRAVE = ("empty", "copy", "script", "language", "repetition")
