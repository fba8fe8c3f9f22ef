"""Two lists of sentences become links, each sentence in exactly one of them: the whole order of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mtpipe.aligner import features
from mtpipe.aligner.beads import Doubles, Habits, Sides
from mtpipe.aligner.confidence import calibrated, resolved
from mtpipe.aligner.features import Ints
from mtpipe.aligner.meaning import Encoder, embed
from mtpipe.aligner.moves import only_crossing, with_moves
from mtpipe.aligner.search import Link
from mtpipe.aligner.sentences import compare, dictionary, lessons, scaled, search, taught, views
from mtpipe.errors import UsageError

_LITTLE = 12  # sentences on the shorter side below which no lexicon can be learned


def link_sentences(
    source: Sequence[str],
    target: Sequence[str],
    *,
    via: Sequence[str] | None = None,
    source_paragraphs: Sequence[int] | None = None,
    target_paragraphs: Sequence[int] | None = None,
    moves: bool = True,
    encoder: Encoder | None = None,
) -> list[Link]:
    """Align two lists of sentences; ``via`` holds a translation of each source sentence.

    Links hold half-open index ranges, come in source order, and hold every
    sentence of both sides exactly once; those that are not ``moved`` are
    monotone. Without ``via`` the texts are compared by length, numbers,
    names, words that look alike, a dictionary from Arabic to English and French,
    and a lexicon learned from the texts themselves. An ``encoder`` adds how near sentences are in meaning. Time and
    memory grow linearly. UsageError where ``via`` or the paragraphs do not fit
    the source.
    """
    _check(source, target, via, source_paragraphs, target_paragraphs)
    if not source or not target:
        return [Link((i, i + 1), (0, 0), 1.0) for i in range(len(source))] + [
            Link((0, 0), (j, j + 1), 1.0) for j in range(len(target))
        ]
    said = (
        source if via is None else [hypothesis or text for hypothesis, text in zip(via, source, strict=True)]
    )
    sides = Sides(
        _running(features.lengths(said)),
        _running(features.lengths(target)),
        _paragraphs(source_paragraphs),
        _paragraphs(target_paragraphs),
    )
    habits = scaled(Habits())
    if via is None:
        habits = replace(habits, ratio=float(np.log(sides.target_length[-1] / sides.source_length[-1])))
    meaning = None if encoder is None else (embed(encoder, source), embed(encoder, target))
    seen = views(source, None if via is None else said, target, sides, meaning)
    comparison = compare(seen)
    habits, links = lessons(comparison, habits)
    if min(len(source), len(target)) >= _LITTLE:
        comparison = compare(seen, dictionary(seen, links))
    comparison, habits = taught(comparison, habits, links)
    links = search(comparison, habits)
    if moves:
        links = only_crossing(with_moves(links, comparison, habits))
    return resolved(calibrated(links), alike=seen.translated or not seen.across_scripts)


def _check(
    source: Sequence[str],
    target: Sequence[str],
    via: Sequence[str] | None,
    source_paragraphs: Sequence[int] | None,
    target_paragraphs: Sequence[int] | None,
) -> None:
    for name, given, wanted in (
        ("translations", via, source),
        ("source paragraph numbers", source_paragraphs, source),
        ("target paragraph numbers", target_paragraphs, target),
    ):
        if given is not None and len(given) != len(wanted):
            raise UsageError(f"{len(given)} {name} for {len(wanted)} sentences (one for each is needed)")


def _running(values: Doubles) -> Doubles:
    return np.concatenate([[0.0], np.cumsum(values)])


def _paragraphs(numbers: Sequence[int] | None) -> Ints | None:
    return None if numbers is None else np.array(numbers, np.int64)
