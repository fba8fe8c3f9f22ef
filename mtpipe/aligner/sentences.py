"""Two lists of sentences become links: the aligner's core, without documents and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from mtpipe.aligner import features
from mtpipe.aligner.anchors import sections
from mtpipe.aligner.band import Section
from mtpipe.aligner.beads import Habits, Scores, Sides, score_beads
from mtpipe.aligner.features import Floats, Rows, Tokens
from mtpipe.aligner.lexicon import Lexicon, beside, joined, learn, translate
from mtpipe.aligner.meaning import Meaning, compared
from mtpipe.aligner.search import Decoded, Link, batch, decode
from mtpipe.aligner.seed import Gloss, gloss
from mtpipe.aligner.similarity import Channel, both_ways, fit_shares

_FLOOR = 1 / 3000  # a feature is never held rarer than this: small texts know little about rarity
_SCALE = 0.8  # features repeat each other, so their evidence counts a little less than its sum
_NODES = 200_000  # nodes whose bead scores are held in memory together
_SAMPLE = 1  # sections that the document's habits are learned from at first
_LESSONS = 4  # sections that the lexicon is learned from
_LEAST_F1 = (
    0.8  # to expect less would leave what is doubtful unaligned, and no alignment would be learned from
)

Span = tuple[int, int]
Pair = tuple[Rows, Rows, Floats]  # both sides in the same features, and how frequent each feature is


@dataclass(frozen=True, slots=True)
class Views:
    """What is compared: both sides' words, the other kinds of features, lengths, paragraphs and embeddings."""

    words: Pair
    others: tuple[Pair, ...]
    sides: Sides
    across_scripts: bool
    translated: bool
    gloss: Gloss | None = None
    embeddings: tuple[Floats, Floats] | None = None


def views(
    source: Sequence[str],
    said: Sequence[str] | None,
    target: Sequence[str],
    sides: Sides,
    embeddings: tuple[Floats, Floats] | None = None,
) -> Views:
    """Return the views of two texts; ``said`` is a translation of the source.

    Beside the words stand their beginnings, and across scripts the skeletons of names and what a
    dictionary says.
    """
    original, yours = features.tokens(source), features.tokens(target)
    ours = original if said is None else features.tokens(said)
    arabic_first = features.is_arabic(original)
    across = arabic_first != features.is_arabic(yours)
    others = []
    if said is not None or not across:
        others.append(_sides(ours, yours, features.stem_features))
    if across:
        others.append(_sides(original, yours, features.name_features))
    words = _sides(ours, yours, features.word_features)
    known = gloss(original, yours, arabic_first=arabic_first, floor=_FLOOR) if across else None
    return Views(words, tuple(others), sides, across, said is not None, known, embeddings)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The channels both ways, where on the grid to look, and the rows in which rare features are anchors."""

    forward: list[Channel | Meaning]
    backward: list[Channel | Meaning]
    sections: list[Section]
    anchors: tuple[Rows, Rows] = field(repr=False)
    sides: Sides = field(repr=False)


class Learned(NamedTuple):
    """Lexicons both ways that the texts themselves have taught: of words, and of stems beside the dictionary."""

    words: tuple[Lexicon, Lexicon]
    stems: tuple[Lexicon, Lexicon] | None


def compare(views: Views, learned: Learned | None = None) -> Comparison:
    """Build the channels, words first, and the sections along the coarse path.

    What was learned adds to the words what they stand for.
    """
    words = views.words
    pairs = [words, *views.others]
    says = [(ours, yours) for ours, yours, _ in pairs]
    if learned is not None:
        says[0] = _taught(words[0], words[0], learned.words[0]), _taught(words[1], words[1], learned.words[1])
    forward: list[Channel | Meaning] = [
        _channel(ours, yours, rare) for (ours, _), (_, yours, rare) in zip(says, pairs, strict=True)
    ]
    backward: list[Channel | Meaning] = [
        _channel(yours, ours, rare) for (_, yours), (ours, _, rare) in zip(says, pairs, strict=True)
    ]
    names_only = len(pairs) == 2 and views.across_scripts and learned is None
    anchors = pairs[1][:2] if names_only else (says[0][0], words[1])
    if views.gloss is not None:
        there, back = _glossed(
            views.gloss, learned and learned.stems, _SCALE / 2 if views.translated else _SCALE
        )
        forward, backward = [*forward, there], [*backward, back]
        anchors = beside(anchors, views.gloss.marks)
    if views.embeddings is not None:
        meaning, marks = compared(*views.embeddings, _SCALE)
        forward, backward = [*forward, meaning], [*backward, meaning.turned()]
        anchors = beside(anchors, marks)
    return Comparison(forward, backward, sections(*anchors), anchors, views.sides)


def _taught(said: Rows, rows: Rows, lexicon: Lexicon) -> Rows:
    return joined(said, translate(rows, lexicon))


def _glossed(gloss: Gloss, learned: tuple[Lexicon, Lexicon] | None, weight: float) -> tuple[Channel, Channel]:
    """Return the channels of a dictionary: words that it does not know may stand for anything, so all count."""
    says = gloss.said
    if learned is not None:
        says = _taught(says[0], gloss.source, learned[0]), _taught(says[1], gloss.target, learned[1])
    masses = gloss.source.mass, gloss.target.mass
    there = _channel(says[0], gloss.target, gloss.background)
    back = _channel(says[1], gloss.source, gloss.background)
    return (
        replace(there, masses=masses, weight=weight),
        replace(back, masses=masses[::-1], weight=weight),
    )


def _channel(spoken: Rows, heard: Rows, background: Floats) -> Channel:
    """Keep the features that both sides hold; the others only make spans longer."""
    size = len(background)
    both = (np.bincount(spoken.index, minlength=size) > 0) & (np.bincount(heard.index, minlength=size) > 0)
    masses = (spoken.mass, heard.mass)
    return Channel(features.kept(spoken, both), features.kept(heard, both), background, _SCALE / 2, masses)


def _sides(ours: Tokens, yours: Tokens, kind: Callable[[str], tuple[str, ...]]) -> Pair:
    vocabulary: dict[str, int] = {}
    first, second = features.expand(ours, kind, vocabulary), features.expand(yours, kind, vocabulary)
    return first, second, features.background(first, second, max(len(vocabulary), 1), _FLOOR)


def _groups(found: Sequence[Section]) -> Iterator[list[Section]]:
    """Group sections so that a group's padded scores fit into memory, alike sizes together."""
    group: list[Section] = []
    depth = width = 0
    for section in sorted(found, key=lambda s: (s.width, sum(s.shape))):
        d, w = max(depth, sum(section.shape) + 1), max(width, section.width)
        if group and d * w * (len(group) + 1) > _NODES:
            yield group
            group, d, w = [], sum(section.shape) + 1, section.width
        group.append(section)
        depth, width = d, w
    if group:
        yield group


def search(comparison: Comparison, habits: Habits, found: Sequence[Section] | None = None) -> list[Link]:
    """Score and decode sections; return all links in order, numbered in the whole texts."""
    decoded = decode_all(comparison, habits, comparison.sections if found is None else found)
    return sorted(
        (link for _, part in decoded for link in part.links), key=lambda link: (link.source, link.target)
    )


def decode_all(
    comparison: Comparison, habits: Habits, found: Sequence[Section]
) -> Iterator[tuple[Section, Decoded]]:
    """Decode sections in groups that fit into memory; links are numbered in the whole texts."""
    waiting: tuple[list[Section], list[Future[Scores]]] | None = None
    for group in [*_groups(found), None]:
        # The next group is scored by the threads while this one is decoded.
        ahead = group and (group, [_pool().submit(_scores, comparison, habits, section) for section in group])
        if waiting is not None:
            yield from _decoded(waiting[0], [future.result() for future in waiting[1]], habits)
        waiting = ahead or None


def _decoded(group: list[Section], scores: list[Scores], habits: Habits) -> Iterator[tuple[Section, Decoded]]:
    for section, local in zip(group, decode(batch(group, scores), habits), strict=True):
        a, b = section.at
        links = [
            Link((i0 + a, i1 + a), (j0 + b, j1 + b), chance) for (i0, i1), (j0, j1), chance, _ in local.links
        ]
        yield section, Decoded(links, local.gain)


@cache
def _pool() -> ThreadPoolExecutor:
    """Return threads for the work that numpy does outside the interpreter's lock."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="align")


def _scores(comparison: Comparison, habits: Habits, section: Section) -> Scores:
    evidence = both_ways(section, comparison.forward, comparison.backward)
    return score_beads(section, evidence, comparison.sides, habits)


def adapt(habits: Habits, links: Sequence[Link], sides: Sides) -> Habits:
    """Learn from links how often this pair of texts leaves sentences unaligned, and its length ratio."""
    real = [link for link in links if link.real]
    opened = sum(not link.real and (k == 0 or links[k - 1].real) for k, link in enumerate(links))
    rate = (opened + 1.0) / (len(real) + opened + 10.0)
    s, t = sides.source_length, sides.target_length
    strays = [
        np.log((t[j1] - t[j0]) / (s[i1] - s[i0])) for (i0, i1), (j0, j1), chance, _ in real if chance > 0.5
    ]
    ratio = float(np.median([habits.ratio] * 5 + strays))
    doubt = 0.5 * max(float(np.mean([link.confidence for link in links])), _LEAST_F1)
    return replace(habits, doubt=doubt, open=_SCALE * 1.5 * float(np.log(rate)), ratio=ratio)


def sample(found: Sequence[Section], size: int) -> list[Section]:
    """Return at most ``size`` sections, evenly spread: enough to learn a document's habits from."""
    if len(found) <= size:
        return list(found)
    return [found[(2 * k + 1) * len(found) // (2 * size)] for k in range(size)]


def lessons(comparison: Comparison, habits: Habits) -> tuple[Habits, list[Link]]:
    """Align a part of the texts to learn from: habits and literalness from a small one, then a larger one."""
    for size in (_SAMPLE, _LESSONS):
        links = search(comparison, habits, sample(comparison.sections, size))
        comparison, habits = taught(comparison, habits, links)
    return habits, links


def taught(comparison: Comparison, habits: Habits, links: Sequence[Link]) -> tuple[Comparison, Habits]:
    """Learn from links that the comparison or an earlier one has led to."""
    return literalness(comparison, links), adapt(habits, links, comparison.sides)


def dictionary(views: Views, links: Sequence[Link]) -> Learned:
    """Learn lexicons between the two sides from an alignment."""
    kept = [link for link in links if link.real and link.confidence > 0.3]
    stems = None if views.gloss is None else learn(views.gloss.source, views.gloss.target, kept)
    return Learned(learn(*views.words[:2], kept), stems)


def literalness(comparison: Comparison, links: Sequence[Link]) -> Comparison:
    """Learn from links how literal the translation is, channel by channel and way by way."""
    real = [link for link in links if link.real and link.confidence > 0.3]
    if not real:
        return comparison
    there = [(link.source, link.target) for link in real]
    back = [(link.target, link.source) for link in real]
    return replace(
        comparison,
        forward=[_fitted(c, there) for c in comparison.forward],
        backward=[_fitted(c, back) for c in comparison.backward],
    )


def _fitted(channel: Channel | Meaning, spans: list[tuple[Span, Span]]) -> Channel | Meaning:
    return channel if isinstance(channel, Meaning) else replace(channel, shares=fit_shares(channel, spans))


def scaled(habits: Habits) -> Habits:
    """Return habits that count as little less as the features do."""
    names = ("open", "extend", "merge", "cross", "more", "length", "break_", "uneven")
    return replace(habits, **{name: getattr(habits, name) * _SCALE for name in names})
