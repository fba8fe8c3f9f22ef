"""Features that both sides hold rarely become a coarse path through the grid, and the sections along it.

Coarse to fine: pairs of sentences that share rare features vote; the heaviest
monotone chain of pairs is kept; between its links features that are
rare *there* vote again, until the gaps are small. Time grows linearly with the
text, because no feature is followed that occurs often.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mtpipe.aligner.band import Section, along, whole
from mtpipe.aligner.features import Ints, Rows, distinct

Bools = npt.NDArray[np.bool_]

_RARE = 4  # occurrences on either side up to which a feature votes
_GAP = 24  # sentences without a link that are small enough for the band
_WHOLE = 40_000  # cells of a rectangle that is searched completely
_CUT = 200  # source sentences after which a section may end at a firm link
_LONGEST_SECTION = 3200  # sentences of both sides beyond which a section is cut even without a firm link
_HALF = 12  # nodes of the band on each side of a path beside its widest gap
_FIRM_HALF = 4  # the same, beside twice the gap, where links stand so close that this is less


@dataclass(frozen=True, slots=True)
class Points:
    """Pairs of sentences with the weight of the rare features they share."""

    source: Ints
    target: Ints
    weight: npt.NDArray[np.float64]


def points(source: Rows, target: Rows, box: tuple[int, int, int, int]) -> Points:
    """Return the pairs inside ``box`` (source from, to, target from, to) that share features rare in it."""
    return _vote(_occurrences(source, box[0], box[1]), _occurrences(target, box[2], box[3]), box, _RARE)


def points_among(source: Rows, target: Rows, free: tuple[Bools, Bools], most: int) -> Points:
    """Return the pairs of free sentences that share features rare among the free ones."""
    ours, yours = _occurrences(source, 0, source.size), _occurrences(target, 0, target.size)
    kept_s, kept_t = free[0][ours[1]], free[1][yours[1]]
    box = (0, source.size, 0, target.size)
    return _vote((ours[0][kept_s], ours[1][kept_s]), (yours[0][kept_t], yours[1][kept_t]), box, most)


def _vote(
    ours: tuple[Ints, Ints], yours: tuple[Ints, Ints], box: tuple[int, int, int, int], most: int
) -> Points:
    (index_s, row_s), (index_t, row_t) = ours, yours
    count_s, count_t = _counts(index_s), _counts(index_t)
    shared, where_s, where_t = np.intersect1d(count_s[0], count_t[0], return_indices=True)
    often_s, often_t = count_s[1][where_s], count_t[1][where_t]
    rare = (often_s <= most) & (often_t <= most)
    shared, often_s, often_t = shared[rare], often_s[rare], often_t[rare]
    first_s, first_t = np.searchsorted(index_s, shared), np.searchsorted(index_t, shared)
    size = often_s * often_t
    inside = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    wide = np.repeat(often_t, size)
    i = row_s[np.repeat(first_s, size) + inside // wide] if len(shared) else np.zeros(0, np.int64)
    j = row_t[np.repeat(first_t, size) + inside % wide] if len(shared) else np.zeros(0, np.int64)
    span = box[3] - box[2] + 1
    pair, back = np.unique((i - box[0]) * span + (j - box[2]), return_inverse=True)
    weight = np.bincount(back, 1.0 / np.repeat(size, size), len(pair)).astype(np.float64)
    return Points(pair // span + box[0], pair % span + box[2], weight)


def _occurrences(rows: Rows, begin: int, end: int) -> tuple[Ints, Ints]:
    """Return the features of some rows and the rows they stand in, each pair once, by feature."""
    first, last = rows.pointer[begin], rows.pointer[end]
    row = np.repeat(np.arange(begin, end), np.diff(rows.pointer[begin : end + 1]))
    span = end - begin + 1
    both = distinct(rows.index[first:last] * span + (row - begin))
    return both // span, both % span + begin


def _counts(ordered: Ints) -> tuple[Ints, Ints]:
    values, counts = np.unique(ordered, return_counts=True)
    return values, counts


def chain(found: Points) -> Ints:
    """Return which points form the heaviest chain that rises strictly on both sides."""
    order = np.lexsort((-found.target, found.source))
    targets, weights = found.target[order].tolist(), found.weight[order].tolist()
    tops: list[int] = []  # ends of undominated chains: target rising, weight rising
    total: list[float] = []
    holder: list[int] = []
    parent = [-1] * len(targets)
    for k, (target, weight) in enumerate(zip(targets, weights, strict=True)):
        at = bisect_left(tops, target)
        parent[k] = holder[at - 1] if at else -1
        value = weight + (total[at - 1] if at else 0.0)
        if at < len(tops) and tops[at] == target and total[at] >= value:
            continue
        stop = at
        while stop < len(tops) and total[stop] <= value:
            stop += 1
        tops[at:stop], total[at:stop], holder[at:stop] = [target], [value], [k]
    links = []
    k = holder[-1] if holder else -1
    while k >= 0:
        links.append(k)
        k = parent[k]
    return order[np.array(links[::-1], np.int64)]


def _firm(found: Points) -> Points:
    """Keep the links of a chain that a neighbour on nearly the same diagonal confirms, or that weigh much."""
    if len(found.source) < 3:
        return Points(found.source[:0], found.target[:0], found.weight[:0])
    steps_s, steps_t = np.diff(found.source), np.diff(found.target)
    near = (np.abs(steps_s - steps_t) <= 2) & (steps_s <= 8)
    confirmed = np.append(near, False) | np.insert(near, 0, False)
    kept = confirmed | (found.weight >= 2)
    return Points(found.source[kept], found.target[kept], found.weight[kept])


def skeleton(source: Rows, target: Rows) -> tuple[Ints, Ints]:
    """Return the firm links of the whole grid, rising on both sides."""
    boxes = [(0, source.size, 0, target.size, 0)]
    found: list[tuple[int, int]] = []
    while boxes:
        i0, i1, j0, j1, depth = boxes.pop()
        seen = points(source, target, (i0, i1, j0, j1))
        kept = chain(seen)
        links = _firm(Points(seen.source[kept], seen.target[kept], seen.weight[kept]))
        pairs = list(zip(links.source.tolist(), links.target.tolist(), strict=True))
        found.extend(pairs)
        if depth >= 4 or not pairs:
            continue
        corners = [(i0 - 1, j0 - 1), *pairs, (i1, j1)]
        for (a, b), (c, d) in pairwise(corners):
            if min(c - a, d - b) > _GAP and max(c - a, d - b) < i1 - i0 + j1 - j0:
                boxes.append((a + 1, c, b + 1, d, depth + 1))
    found.sort()
    return np.array([i for i, _ in found], np.int64), np.array([j for _, j in found], np.int64)


def sections(source: Rows, target: Rows) -> list[Section]:
    """Cut the grid at firm links and lay a band along the path inside each piece."""
    n, m = source.size, target.size
    if n * m <= _WHOLE:
        return [whole((0, 0), (n, m))]
    i, j = skeleton(source, target)
    out: list[Section] = []
    begin = (0, 0)
    cuts = _cuts(i, j, n)
    for end in [*cuts, (n, m)]:
        inside = (i >= begin[0]) & (i < end[0]) & (j >= begin[1]) & (j < end[1])
        out.extend(_pieces(begin, end, i[inside], j[inside]))
        begin = end
    return out


def _pieces(begin: tuple[int, int], end: tuple[int, int], i: Ints, j: Ints) -> list[Section]:
    """Return the section between two corners, or several where it is long and nothing firm cuts it."""
    count = -(-(end[0] - begin[0] + end[1] - begin[1]) // _LONGEST_SECTION)
    s = np.concatenate([[begin[0]], i, [end[0]]])
    t = np.concatenate([[begin[1]], j, [end[1]]])
    marks = np.linspace(begin[0] + begin[1], end[0] + end[1], count + 1)[1:-1]
    row = np.floor(np.interp(marks, s + t, s)).astype(int)
    corners = [begin, *((int(r), int(d) - int(r)) for r, d in zip(row, marks, strict=True)), end]
    out = []
    for low, high in pairwise(corners):
        inside = (i >= low[0]) & (i < high[0]) & (j >= low[1]) & (j < high[1])
        out.append(_section(low, high, i[inside], j[inside]))
    return out


def _cuts(i: Ints, j: Ints, n: int) -> list[tuple[int, int]]:
    """Choose links between firm neighbours, some ``_CUT`` sentences apart."""
    cuts: list[tuple[int, int]] = []
    last = 0
    for k in range(1, len(i) - 1):
        straight = i[k + 1] - i[k] == j[k + 1] - j[k] == 1 and i[k] - i[k - 1] == j[k] - j[k - 1] == 1
        if straight and i[k] - last >= _CUT and n - i[k] >= _CUT // 2:
            cuts.append((int(i[k]), int(j[k])))
            last = int(i[k])
    return cuts


def _section(begin: tuple[int, int], end: tuple[int, int], i: Ints, j: Ints) -> Section:
    """Lay a band through the links of a piece, wide enough for its widest gap."""
    shape = (end[0] - begin[0], end[1] - begin[1])
    if shape[0] * shape[1] <= _WHOLE // 4:
        return whole(begin, shape)
    s = np.concatenate([[0], i - begin[0], [shape[0]]])
    t = np.concatenate([[0], j - begin[1], [shape[1]]])
    gap = int(np.minimum(np.diff(s), np.diff(t)).max())
    path = np.floor(np.interp(np.arange(sum(shape) + 1), s + t, s) + 0.5).astype(np.int64)
    return along(begin, shape, _steps(path), min(_HALF + gap, _FIRM_HALF + 2 * gap, 300))


def _steps(path: Ints) -> Ints:
    """Make a path rise by nought or one on each diagonal."""
    rise = np.clip(np.diff(path), 0, 1)
    return np.concatenate([[path[0]], path[0] + np.cumsum(rise)]).astype(np.int64)
