"""Posterior probabilities become confidences that mean how often such a bead is right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mtpipe.aligner.search import Link

# Logistic fit of "right" on the posterior's log-odds over the development sets (docs/alignment.md).
_SLOPE = 0.75
_INTERCEPT = 0.0
_UNRELATED = 0.4  # mean confidence of aligned beads in texts that hardly belong together
_CLEAR = 0.7  # what a bead needs in these
_RANDOM = 0.15  # confidence below which a bead is nothing but the least unlikely one


def calibrated(links: Sequence[Link]) -> list[Link]:
    """Return the links with calibrated confidences, between 0 and 1."""
    return [link._replace(confidence=_calibrate(link.confidence)) for link in links]


def resolved(links: Sequence[Link], *, alike: bool) -> list[Link]:
    """Return the links with those that are as good as random taken apart into unaligned sentences.

    Where nearly all are doubtful though words are ``alike`` where texts belong together, these hardly do,
    and more is asked of each.
    Moved blocks stay: as a whole they have proved themselves.
    """
    real = [link.confidence for link in links if link.real]
    mean = sum(real) / max(len(real), 1)
    least = _CLEAR if alike and mean < _UNRELATED else _RANDOM
    out: list[Link] = []
    for link in links:
        if not link.real or link.moved or link.confidence >= least:
            out.append(link)
            continue
        (i0, i1), (j0, j1) = link.source, link.target
        out.extend(Link((i, i + 1), (j0, j0), 1 - link.confidence) for i in range(i0, i1))
        out.extend(Link((i1, i1), (j, j + 1), 1 - link.confidence) for j in range(j0, j1))
    return out


def _calibrate(posterior: float) -> float:
    bounded = min(max(posterior, 1e-4), 1 - 1e-4)
    odds = _SLOPE * math.log(bounded / (1 - bounded)) + _INTERCEPT
    return round(1 / (1 + math.exp(-odds)), 4)
