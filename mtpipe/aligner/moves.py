"""Runs of unaligned sentences on both sides become moved blocks where one says what the other says.

What was moved is unaligned on both sides after the monotone search. Pairs of
such runs that share rare features are searched like small texts of their
own; a pair counts as moved where that is clearly likelier than chance
among all the pairs that could be tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mtpipe.aligner.anchors import Points, points_among
from mtpipe.aligner.band import Section, whole
from mtpipe.aligner.beads import Habits, Sides
from mtpipe.aligner.features import Ints
from mtpipe.aligner.reorder import searched_in_order
from mtpipe.aligner.search import Link
from mtpipe.aligner.sentences import Comparison, decode_all, search

_ROUNDS = 4
_OFTEN = 12  # occurrences up to which a feature may hint at a move
_CLEAR = 6.0  # nats by which a move must beat its chance among all pairs of runs
_FEW = 6  # sentences of two runs that can be aligned in a few ways only
_SURE = 0.5
_WEAK = 0.4  # an aligned bead below this may turn out to be half of a move
_CELLS = 250_000  # largest pair of runs that is searched


def with_moves(links: Sequence[Link], comparison: Comparison, habits: Habits) -> list[Link]:
    """Return links in which blocks that belong together are linked and declared moved, the rest searched again."""
    rest, moved, all_of_it = list(links), list[Link](), comparison
    for _ in range(_ROUNDS):
        found = _find(rest, moved, comparison, habits)
        if not found:
            break
        moved.extend(found)
        comparison = replace(comparison, sides=_without(comparison.sides, moved))
        rest = _again(rest, found, comparison, habits)
    found = _woven(rest, moved)
    return only_crossing(searched_in_order(found, all_of_it, habits)) if moved else found


def _find(rest: list[Link], moved: list[Link], comparison: Comparison, habits: Habits) -> list[Link]:
    """Return the moved links between what is unaligned or hardly aligned on both sides."""
    free = [link for link in rest if not link.real or link.confidence < _WEAK]
    free_s = _runs(
        [link.source for link in free],
        [link.source for link in moved],
        len(comparison.sides.source_length) - 1,
    )
    free_t = _runs(
        [link.target for link in free],
        [link.target for link in moved],
        len(comparison.sides.target_length) - 1,
    )
    tried = len(np.unique(free_s)) * len(np.unique(free_t))
    seen = points_among(*comparison.anchors, (free_s >= 0, free_t >= 0), _OFTEN)
    pairs = _candidates(free_s, free_t, seen)
    return [link for part in _accepted(pairs, comparison, habits, tried) for link in part if link.real]


def _without(sides: Sides, moved: list[Link]) -> Sides:
    """Mark the sentences of moved links as taken."""
    counts = []
    for size, ranges in (
        (len(sides.source_length), [link.source for link in moved]),
        (len(sides.target_length), [link.target for link in moved]),
    ):
        taken = np.zeros(size, np.int64)
        for begin, end in ranges:
            taken[begin + 1 : end + 1] = 1
        counts.append(np.cumsum(taken))
    return replace(sides, source_away=counts[0], target_away=counts[1])


def _again(rest: list[Link], found: list[Link], comparison: Comparison, habits: Habits) -> list[Link]:
    """Search the sections that lost sentences once more."""

    def touched(section: Section) -> bool:
        (i, j), (n, m) = section.at, section.shape
        return any(i <= s[0] < i + n or j <= t[0] < j + m for s, t, *_ in found)

    redone = [section for section in comparison.sections if touched(section)]

    def gone(link: Link) -> bool:
        at, size = (link.source[0], 0) if link.source[0] < link.source[1] else (link.target[0], 1)
        return any(section.at[size] <= at < section.at[size] + section.shape[size] for section in redone)

    kept = [link for link in rest if not gone(link)]
    return sorted(kept + search(comparison, habits, redone), key=lambda link: (link.source, link.target))


def _runs(ranges: list[tuple[int, int]], taken: list[tuple[int, int]], size: int) -> Ints:
    """Return for each sentence the start of its run of free ones, or -1."""
    free = np.zeros(size + 1, bool)
    for begin, end in ranges:
        free[begin:end] = True
    for begin, end in taken:
        free[begin:end] = False
    starts = free & ~np.insert(free[:-1], 0, False)
    latest = np.maximum.accumulate(np.where(starts, np.arange(size + 1), -1))
    return np.where(free, latest, -1)[:size]


def _candidates(free_s: Ints, free_t: Ints, seen: Points) -> list[Section]:
    """Return pairs of runs, those that share most first, none of them in two pairs."""
    begin_s, begin_t = free_s[seen.source], free_t[seen.target]
    kept = (begin_s >= 0) & (begin_t >= 0)
    span = len(free_t) + 1
    pair, back = np.unique(begin_s[kept] * span + begin_t[kept], return_inverse=True)
    total = np.bincount(back, seen.weight[kept], len(pair))
    size_s, size_t = _sizes(free_s), _sizes(free_t)
    used_s: set[int] = set()
    used_t: set[int] = set()
    out = []
    for k in np.argsort(-total, kind="stable").tolist():
        i, j = divmod(int(pair[k]), span)
        if i in used_s or j in used_t or size_s[i] * size_t[j] > _CELLS:
            continue
        used_s.add(i)
        used_t.add(j)
        out.append(whole((i, j), (int(size_s[i]), int(size_t[j]))))
    return out


def _sizes(runs: Ints) -> Ints:
    return np.bincount(runs[runs >= 0], minlength=len(runs))


def _accepted(pairs: list[Section], comparison: Comparison, habits: Habits, tried: int) -> list[list[Link]]:
    found = []
    for section, part in decode_all(comparison, habits, pairs):
        real = [link for link in part.links if link.real]
        sure = any(link.confidence >= _SURE for link in real)
        # Fitting lengths speak for no move: what they add at most is taken off. And the sum over all
        # alignments grows with their number: where there are many, the beads chosen must be clear as well.
        gain = part.gain - habits.length * len(real)
        if sum(section.shape) > _FEW:
            gain = min(gain, 2 * sum(_odds(link.confidence) for link in real))
        if sure and gain > _CLEAR + np.log(max(tried, 1)):
            found.append(part.links)
    return found


def _odds(chance: float) -> float:
    """Return the log-odds of a bead that is likelier than not, else nothing."""
    bounded = min(chance, 1 - 1e-7)
    return float(np.log(bounded / (1 - bounded))) if bounded > 0.5 else 0.0


def _woven(rest: list[Link], moved: list[Link]) -> list[Link]:
    """Put the moved links at their source sentences, in place of the unaligned ones."""
    at = {link.source[0]: link._replace(moved=True) for link in moved}
    taken_s = {i for link in moved for i in range(*link.source)}
    taken_t = {j for link in moved for j in range(*link.target)}
    out = []
    for link in rest:
        if link.source[0] < link.source[1] and link.source[0] in at and not link.real:
            out.append(at[link.source[0]])
        elif link.real or not (
            taken_s.intersection(range(*link.source)) or taken_t.intersection(range(*link.target))
        ):
            out.append(link)
    return out


def only_crossing(links: Sequence[Link]) -> list[Link]:
    """Return links in which ``moved`` is set only where a link crosses the order of the others."""
    later = [0] * (len(links) + 1)
    later[-1] = 1 << 60
    for k in range(len(links) - 1, -1, -1):
        link = links[k]
        counts = not link.moved and link.target[0] < link.target[1]
        later[k] = min(later[k + 1], link.target[0]) if counts else later[k + 1]
    out = []
    last = 0
    for k, link in enumerate(links):
        crosses = link.moved and not (last <= link.target[0] and link.target[1] <= later[k + 1])
        if not crosses and link.target[0] < link.target[1]:
            last = link.target[1]
        out.append(link._replace(moved=crosses))
    return out
