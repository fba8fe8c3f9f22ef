"""A seed becomes a pair of generated texts with their gold alignment: merged, split, omitted, added and moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

Pair = tuple[tuple[int, ...], tuple[int, ...]]
_LETTERS = np.array(list("abcdefghijklmnoprstuvw"))


@dataclass(slots=True)
class GeneratedBitext:
    """``hypotheses`` are what a translation of the source might say, ``targets`` what the other text says."""

    hypotheses: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    links: list[Pair] = field(default_factory=list)

    def add(self, hypotheses: list[str], targets: list[str]) -> None:
        """Append a bead."""
        i, j = len(self.hypotheses), len(self.targets)
        self.hypotheses += hypotheses
        self.targets += targets
        self.links.append((tuple(range(i, len(self.hypotheses))), tuple(range(j, len(self.targets)))))


@cache
def _language(size: int) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.float64]]:
    """Return ``size`` invented words and how often each is used, by Zipf's law."""
    random = np.random.default_rng(0)
    words = np.array(["".join(random.choice(_LETTERS, int(k))) for k in random.integers(3, 10, size)])
    chance = 1 / np.arange(3, len(words) + 3)
    return words, chance / chance.sum()


def generate(
    size: int, *, seed: int = 0, kept: float = 0.55, lone: float = 0.05, merged: float = 0.07
) -> GeneratedBitext:
    """Return about ``size`` sentences a side; of a hypothesis's words the share ``kept`` is in the target.

    ``lone`` is the share of beads with one empty side, on each side, ``merged`` that of 1–2 and of 2–1 beads.
    """
    random = np.random.default_rng(seed)
    # A longer text has more words, by Heaps' law: among a fixed number none would be rare any more.
    vocabulary, chance = _language(round(20_000 * max(1.0, size / 20_000) ** 0.6))
    out = GeneratedBitext()

    def sentences(count: int) -> tuple[list[str], list[str]]:
        said, told = [], []
        for _ in range(count):
            drawn = random.choice(len(vocabulary), (2, int(random.integers(6, 34))), p=chance)
            same = random.random(drawn.shape[1]) < kept
            told.append(" ".join(vocabulary[drawn[0]]) + ".")
            said.append(" ".join(vocabulary[np.where(same, drawn[0], drawn[1])]) + ".")
        return said, told

    while len(out.hypotheses) < size:
        kind = random.random()
        said, told = sentences(2 if 2 * lone < kind < 2 * lone + 2 * merged else 1)
        if kind < lone:
            out.add(said, [])
        elif kind < 2 * lone:
            out.add([], told)
        elif kind < 2 * lone + merged:
            out.add(said, [" ".join(told)])
        elif kind < 2 * lone + 2 * merged:
            out.add([" ".join(said)], told)
        else:
            out.add(said, told)
    return out


def move_blocks(
    targets: list[str], links: list[Pair], *, share: float = 0.2, seed: int = 0
) -> tuple[list[str], list[Pair]]:
    """Move blocks of three to eight beads elsewhere in the target until ``share`` of the beads has moved."""
    random = np.random.default_rng(seed)
    order = sorted((link for link in links if link[1]), key=lambda link: link[1])
    places = list(range(len(order)))
    moved = 0
    while moved < share * len(places):
        size = min(int(random.integers(3, 9)), len(places) // 3)
        start, goal = int(random.integers(0, len(places) - size)), int(random.integers(0, len(places) - size))
        if abs(start - goal) < size:
            continue
        block, rest = places[start : start + size], places[:start] + places[start + size :]
        places = rest[:goal] + block + rest[goal:]
        moved += size
    new: dict[int, int] = {}
    for place in places:
        for index in order[place][1]:
            new[index] = len(new)
    text = sorted(new, key=lambda index: new[index])
    return [targets[index] for index in text], [(s, tuple(sorted(new[j] for j in t))) for s, t in links]
