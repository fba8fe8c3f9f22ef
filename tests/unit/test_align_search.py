"""The search's sums of likelihoods stay right where they would leave the range of a double."""

from __future__ import annotations

import numpy as np
import pytest

from mtpipe.aligner import search
from mtpipe.aligner.band import whole
from mtpipe.aligner.beads import SHAPES, Doubles, Habits, Scores
from mtpipe.aligner.search import Decoded, batch, decode

HABITS = Habits()
pytestmark = pytest.mark.filterwarnings("error")  # numpy's would reach the terminal of who aligns


def decoded(beads: Doubles, worth: tuple[Doubles, Doubles]) -> Decoded:
    """Search a section whose band is its whole rectangle."""
    section = whole((0, 0), (len(worth[0]), len(worth[1])))
    return decode(batch([section], [Scores(beads, worth)]), HABITS)[0]


def empty(n: int, m: int) -> Doubles:
    return np.zeros((n + m + 1, len(SHAPES), whole((0, 0), (n, m)).width))


def put(beads: Doubles, end: tuple[int, int], shape: tuple[int, int], likelihood: float) -> None:
    """Set how likely the bead of this shape is that ends on this node."""
    n_and_m = beads.shape[0] - 1
    m = n_and_m - (beads.shape[2] - 1)  # the source is the shorter side here
    diagonal = sum(end)
    beads[diagonal, SHAPES.index(shape), end[0] - max(0, diagonal - m)] = likelihood


def puzzle(n: int, m: int, seed: int) -> Doubles:
    """Return random likelihoods for every bead that fits, 1–1 beads the likeliest."""
    draw = np.random.default_rng(seed)
    beads = empty(n, m)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            for a, b in SHAPES:
                if a <= i and b <= j:
                    put(beads, (i, j), (a, b), float(np.exp(draw.normal(3 if a == b == 1 else -2, 2.5))))
    return beads


@pytest.mark.parametrize("nats", [-45.0, -30.0, 30.0, 45.0])
def test_what_every_sentence_is_worth_changes_nothing_however_far_the_sums_go(nats: float) -> None:
    n, m = 14, 17
    beads, level = puzzle(n, m, seed=1), (np.zeros(n), np.zeros(m))
    plain = decoded(beads, level)
    assert sum(link.real for link in plain.links) > n / 2
    factor = np.array([np.exp(nats * (a + b)) for a, b in SHAPES])[:, None]
    far = decoded(beads * factor, (level[0] - nats, level[1] - nats))
    assert abs(nats) * (n + m) > 709  # the whole text's likelihood is no double
    assert [link[:2] for link in far.links] == [link[:2] for link in plain.links]
    assert [link.confidence for link in far.links] == pytest.approx([x.confidence for x in plain.links])
    assert far.gain == pytest.approx(plain.gain)


def test_where_no_path_stays_in_range_the_evidence_counts_half(monkeypatch: pytest.MonkeyPatch) -> None:
    beads = empty(2, 2)
    put(beads, (1, 1), (1, 1), 1e-200)
    put(beads, (2, 2), (1, 1), 1e-200)
    milder = search._milder
    halved: list[search.Batch] = []

    def counted(group: search.Batch) -> search.Batch:
        halved.append(group)
        return milder(group)

    monkeypatch.setattr(search, "_milder", counted)
    # Leaving the sources out is free, and keeps the sums from being brought back; a target costs 1e-304.
    found = decoded(beads, (np.zeros(2), np.full(2, 700.0)))
    assert len(halved) == 1
    assert [link[:2] for link in found.links] == [((0, 1), (0, 1)), ((1, 2), (1, 2))]
    assert all(0 <= link.confidence <= 1 for link in found.links)
    assert np.isfinite(found.gain)


def test_sections_that_stray_do_not_touch_those_beside_them() -> None:
    n, m = 14, 17
    beads, level = puzzle(n, m, seed=2), (np.zeros(n), np.zeros(m))
    factor = np.array([np.exp(45.0 * (a + b)) for a, b in SHAPES])[:, None]
    far = Scores(beads * factor, (level[0] - 45.0, level[1] - 45.0))
    near = Scores(puzzle(n, m, seed=3), level)
    section = whole((0, 0), (n, m))
    alone = decode(batch([section], [near]), HABITS)[0]
    beside = decode(batch([section, section], [near, far]), HABITS)[0]
    assert [link[:2] for link in beside.links] == [link[:2] for link in alone.links]
    assert beside.gain == pytest.approx(alone.gain)
