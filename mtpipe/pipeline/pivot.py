"""Turns two translators, one after the other, into one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mtpipe.data import Flag, Hypothesis, Passport
from mtpipe.text import for_model
from mtpipe.translator import Job, Progress, Translator

_LETTER = re.compile(r"[^\W\d_]")


class Pivot:
    """Translates into ``language`` with ``first`` and from there with ``second``; a segment stays one segment.

    The score of a hypothesis is the sum of both mean log-probabilities, its
    flags are those of both, and it keeps the text in the language between.
    """

    def __init__(self, first: Translator, language: str, second: Translator) -> None:
        self.first, self.language, self.second = first, language, second

    @property
    def passport(self) -> Passport:
        """Return one passport that tells of both models and holds both."""
        legs = (self.first.passport, self.second.passport)
        known = [leg.commercial for leg in legs]
        return Passport(
            id=" → ".join(leg.id for leg in legs),
            source=" → ".join(leg.source for leg in legs),
            revision=" → ".join(leg.revision for leg in legs),
            licence=" → ".join(leg.licence for leg in legs),
            sha256=legs[0].sha256,
            targets=legs[1].targets,
            quantisation=" → ".join(dict.fromkeys(leg.quantisation for leg in legs)),
            commercial=False if False in known else (None if None in known else True),
            self_test=" → ".join(dict.fromkeys(leg.self_test for leg in legs if leg.self_test)),
            via=legs,
        )

    def translate(
        self,
        jobs: Sequence[Job],
        source: str,
        *,
        beam_size: int | None = None,
        planned: bool = False,
        progress: Progress | None = None,
    ) -> list[Hypothesis]:
        """Translate ``jobs`` in two steps and return one hypothesis each, in order.

        Where the first step gives no letters the second is not asked.
        """
        first = self.first.translate(
            [(text, self.language) for text, _ in jobs],
            source,
            beam_size=beam_size,
            planned=planned,
            progress=_half(progress, 0),
        )
        asked = [n for n, made in enumerate(first) if _LETTER.search(made.text)]
        second = self.second.translate(
            [(for_model(first[n].text), jobs[n][1]) for n in asked],
            self.language,
            beam_size=beam_size,
            planned=planned,
            progress=_half(progress, 1),
        )
        made = {n: _joined(first[n], hypothesis) for n, hypothesis in zip(asked, second, strict=True)}
        return [made.get(n, replace(hypothesis, pivot=hypothesis.text)) for n, hypothesis in enumerate(first)]


def _joined(first: Hypothesis, second: Hypothesis) -> Hypothesis:
    scores = [part.score for part in (first, second) if part.score is not None]
    flags = tuple(dict.fromkeys((*(f for f in first.flags if f != Flag.EMPTY), *second.flags)))
    return replace(
        second,
        score=round(sum(scores), 4) if scores else None,
        flags=flags,
        pivot=first.text,
        links=_composed(first, second),
    )


def _composed(first: Hypothesis, second: Hypothesis) -> tuple[tuple[int, int], ...]:
    """Return links from the first text to the last by way of the words between; none where those were changed."""
    if len(for_model(first.text).split()) != len(first.text.split()):
        return ()
    return tuple(
        sorted({(here, there) for here, way in first.links for again, there in second.links if way == again})
    )


def _half(progress: Progress | None, step: int) -> Progress | None:
    """Count the pieces of one step of two: both are taken as equally long."""
    if progress is None:
        return None
    return lambda done, total: progress(done + step * total, 2 * total)
