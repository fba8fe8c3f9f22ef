"""Posterior probabilities become confidences that mean how often such a bead is right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mtpipe.aligner.search import Link

# Logistic fit of "right" on the posterior's log-odds over the development sets (docs/alignment.md).
_SLOPE = 0.75
_INTERCEPT = 0.0


def calibrated(links: Sequence[Link]) -> list[Link]:
    """Return the links with calibrated confidences, between 0 and 1."""
    return [link._replace(confidence=_calibrate(link.confidence)) for link in links]


def _calibrate(posterior: float) -> float:
    bounded = min(max(posterior, 1e-4), 1 - 1e-4)
    odds = _SLOPE * math.log(bounded / (1 - bounded)) + _INTERCEPT
    return round(1 / (1 + math.exp(-odds)), 4)
