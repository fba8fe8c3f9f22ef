"""Tells which segments no model is asked about, and how what a model made of the others stands in their rows."""

from __future__ import annotations

import re
from dataclasses import replace

from mtpipe.data import Document, Flag, Hypothesis
from mtpipe.languages import ADDRESS
from mtpipe.text import signs_around, words_shown
from mtpipe.word_links import Links

_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩ـأابجده", "0123456789-aabcde")
_LENGTHENED = re.compile(r"(?<=[جه])\u0640(?=\s*[-)])")  # «جـ -»
_LETTER = re.compile(r"[^\W\d_\u0640]")  # a line of tatweel is a rule, no word


def untranslated(document: Document) -> dict[int, Hypothesis]:
    """Return what stands for the segments that never reach a model, by their number.

    They have no letters, none but those of addresses and hashtags, or are in another language.
    """
    passed: dict[int, Hypothesis] = {}
    for number, segment in enumerate(document.segments):
        if not _LETTER.search(ADDRESS.sub("", segment.text)):
            passed[number] = Hypothesis(segment.text, flags=(Flag.NO_LETTERS,))
        elif segment.language not in (document.language, "und"):
            passed[number] = Hypothesis(segment.text, flags=(Flag.OTHER_LANGUAGE,))
    return passed


def lead_shown(text: str) -> str:
    """Return what stands before the translation of a segment because it stands before the segment's own text."""
    return _LENGTHENED.sub("", signs_around(text)[0]).translate(_ASCII)


def as_shown(hypothesis: Hypothesis, seen: str, shown: str) -> Hypothesis:
    """Return what the model made of ``seen`` as it belongs to ``shown``, the segment itself.

    Bullets, pictures and a list item's number around it stand around the translation too; links go to the words
    that are shown, also where the model saw others («و أضاف» as one word).
    """
    lead, trail = signs_around(shown)
    if not (lead or trail) and (not hypothesis.links or seen == shown):
        return hypothesis
    words = words_shown(seen, shown[len(lead) : len(shown) - len(trail)]) if hypothesis.links else None
    # A bullet without a space behind it belongs to the first word.
    before = len(lead.split()) - (bool(lead) and not lead[-1].isspace())
    links: Links = ()
    if words is not None and all(here < len(words) for here, _ in hypothesis.links):
        links = tuple(
            sorted(
                {
                    (before + place, before + there)
                    for here, there in hypothesis.links
                    for place in words[here]
                }
            )
        )
    if not hypothesis.text:
        return replace(hypothesis, links=())
    lead = lead_shown(shown)
    attempts = tuple(replace(one, text=f"{lead}{one.text}{trail}") for one in hypothesis.attempts)
    return replace(hypothesis, text=f"{lead}{hypothesis.text}{trail}", attempts=attempts, links=links)
