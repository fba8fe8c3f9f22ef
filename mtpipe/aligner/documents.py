"""Two segmented documents become a Bitext."""

from __future__ import annotations

from collections.abc import Sequence

from mtpipe.aligner.linking import link_sentences
from mtpipe.aligner.meaning import Encoder
from mtpipe.data import Bead, Bitext, Document


def align(
    source: Document,
    target: Document,
    *,
    via: Sequence[str] | None = None,
    moves: bool = True,
    encoder: Encoder | None = None,
) -> Bitext:
    """Align two segmented documents; ``via`` holds a translation of each source segment, in order.

    Paragraphs and the frame of an article (title, date, headings) are soft
    marks. An ``encoder`` adds how near sentences are in meaning. Without
    ``via`` the texts themselves are compared. UsageError where ``via`` is not
    as long as the source.
    """
    links = link_sentences(
        [segment.text for segment in source.segments],
        [segment.text for segment in target.segments],
        via=via,
        source_paragraphs=[segment.paragraph for segment in source.segments],
        target_paragraphs=[segment.paragraph for segment in target.segments],
        moves=moves,
        encoder=encoder,
    )
    return Bitext(
        source, target, tuple(bead(link.source, link.target, link.confidence, link.moved) for link in links)
    )


def bead(source: tuple[int, int], target: tuple[int, int], confidence: float, moved: bool) -> Bead:
    """Return the bead of two half-open ranges."""
    return Bead(tuple(range(*source)), tuple(range(*target)), confidence, moved)
