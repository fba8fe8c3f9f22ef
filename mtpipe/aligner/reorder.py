"""Moves that are known put the target into the source's order, and one more search sets their edges.

In that order the whole text is monotone, so that the sentences at the edges of a moved
block are weighed against their neighbours on both sides, and what is left unaligned against the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mtpipe.aligner.anchors import Points, chain, sections
from mtpipe.aligner.beads import Habits, Sides
from mtpipe.aligner.features import Ints, Rows
from mtpipe.aligner.meaning import Meaning
from mtpipe.aligner.search import Link
from mtpipe.aligner.sentences import Comparison, adapt, search
from mtpipe.aligner.similarity import Channel


def searched_in_order(links: Sequence[Link], comparison: Comparison, habits: Habits) -> list[Link]:
    """Return links found where the target stands in the order that ``links`` give it, moves declared."""
    order = source_order(links, len(comparison.sides.target_length) - 1)
    there = _permuted(comparison, order)
    found = search(there, adapt(habits, links, comparison.sides))
    back = [
        link._replace(target=(int(order[link.target[0]]), int(order[link.target[1] - 1]) + 1))
        if link.target[0] < link.target[1]
        else link
        for link in found
    ]
    return woven(back)


def source_order(links: Sequence[Link], size: int) -> Ints:
    """Return the target sentences in the order of the source sentences that they are linked with.

    Of unaligned ones between two that go apart each half goes with its neighbour.
    """
    real = sorted((link for link in links if link.real), key=lambda link: link.source)
    rank = np.full(size + 2, np.nan)
    rank[0], rank[-1] = -1.0, len(real)
    for number, link in enumerate(real):
        rank[link.target[0] + 1 : link.target[1] + 1] = number
    known = np.flatnonzero(~np.isnan(rank))
    for before, after in zip(known[:-1].tolist(), known[1:].tolist(), strict=True):
        middle = (before + after + 1) // 2
        rank[before + 1 : middle] = rank[before] + 0.25
        rank[middle:after] = rank[after] - 0.25
    return np.argsort(rank[1:-1], kind="stable").astype(np.int64)


def _permuted(comparison: Comparison, order: Ints) -> Comparison:
    """Return the comparison with the target sentences in another order; beads across a seam are forbidden."""
    ours, yours = comparison.anchors
    anchors = ours, _picked(yours, order)
    return Comparison(
        [_channel(c, heard=order) for c in comparison.forward],
        [_channel(c, spoken=order) for c in comparison.backward],
        sections(*anchors),
        anchors,
        _sides(comparison.sides, order),
    )


def _channel(
    channel: Channel | Meaning, *, spoken: Ints | None = None, heard: Ints | None = None
) -> Channel | Meaning:
    if isinstance(channel, Meaning):
        said = channel.spoken if spoken is None else channel.spoken[spoken]
        return replace(channel, spoken=said, heard=channel.heard if heard is None else channel.heard[heard])
    mass_said, mass_told = channel.masses
    if spoken is not None:
        return replace(channel, spoken=_picked(channel.spoken, spoken), masses=(mass_said[spoken], mass_told))
    if heard is not None:
        return replace(channel, heard=_picked(channel.heard, heard), masses=(mass_said, mass_told[heard]))
    return channel


def _picked(rows: Rows, order: Ints) -> Rows:
    sizes = np.diff(rows.pointer)[order]
    pointer = np.concatenate([[0], np.cumsum(sizes)])
    at = np.repeat(rows.pointer[order] - pointer[:-1], sizes) + np.arange(pointer[-1])
    return Rows(pointer, rows.index[at], rows.weight[at])


def _sides(sides: Sides, order: Ints) -> Sides:
    lengths = np.diff(sides.target_length)[order]
    seams = np.insert(np.diff(order) != 1, 0, False) if len(order) else np.zeros(0, bool)
    return replace(
        sides,
        target_length=np.concatenate([[0.0], np.cumsum(lengths)]),
        target_paragraph=None if sides.target_paragraph is None else sides.target_paragraph[order],
        source_away=None,
        target_away=None,
        target_seams=np.cumsum(seams),
    )


def woven(links: Sequence[Link]) -> list[Link]:
    """Return links in source order; those off the heaviest rising run are moved, the rest stays monotone."""
    real = sorted((link for link in links if link.real), key=lambda link: link.source)
    found = Points(
        np.array([link.source[0] for link in real], np.int64),
        np.array([link.target[0] for link in real], np.int64),
        np.array([link.source[1] - link.source[0] + link.target[1] - link.target[0] for link in real], float),
    )
    steady = set(chain(found).tolist())
    ours = [link._replace(moved=number not in steady) for number, link in enumerate(real)]
    ours += [link for link in links if link.source[0] < link.source[1] and not link.real]
    yours = sorted((link for link in links if link.source[0] == link.source[1]), key=lambda link: link.target)
    out: list[Link] = []
    i = j = 0
    for link in sorted(ours, key=lambda link: link.source):
        if link.real and not link.moved:
            while yours and yours[0].target[0] < link.target[0]:
                out.append(yours.pop(0)._replace(source=(i, i)))
            j = link.target[1]
        out.append(link if link.real else link._replace(target=(j, j)))
        i = link.source[1]
    return out + [link._replace(source=(i, i)) for link in yours]
