"""Turns hypotheses that the checks doubt into better ones, by trying other ways and keeping the best."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mtpipe.aligner import rendered
from mtpipe.data import Attempt, Finding, Flag, Hypothesis, Passport
from mtpipe.guard import Pair, check, confidence
from mtpipe.guard.terms import Terms
from mtpipe.pipeline.figures import grouped, put_right, timed
from mtpipe.pipeline.known_names import spelled_as_known
from mtpipe.pipeline.latin import kept_as_written
from mtpipe.pipeline.quotations import bracketed, left_open
from mtpipe.pipeline.rungs import Rung, another_model, ladder_for
from mtpipe.pipeline.spelling import respelled
from mtpipe.pipeline.terms import ladder_with_terms
from mtpipe.translator import Engine, Job, Progress, Translator

# How much worse one finding makes a hypothesis. What a retry seldom mends weighs little.
_WEIGHTS = {
    "empty": 12.0, "copy": 10.0, "script": 10.0, "language": 8.0, "repetition": 6.0, "length": 4.0, "numbers": 3.0,
    "terms": 6.0, "names": 3.0, "dates": 3.0, "negation": 3.0, "links": 2.0, "quotes": 1.0,
}  # fmt: skip
_LONGEST = 2000  # characters: a segment beyond that is no sentence, and would be tried for very long
# What retries may cost, counted in characters decoded again: a tenth of the text, or a few paragraphs where that is
# more. A term that the glossary wants is always tried.
_SHARE, _FLOOR = 0.10, 2_000
_LOT = 1000  # jobs that are translated and healed before the next ones, so that progress can be told
_FIRST_SHARE = 0.7  # of the time of a lot, as far as progress is concerned
# A retry may be that much less likely to the model itself (mean log-probability) for each unit of weight it mends.
_PRICE = 0.04


class Spare(Protocol):
    """Gives another translator for a target, None where there is none; loaded when it is first asked for."""

    def __call__(self, target: str) -> Translator | None:
        """Return the translator."""

    def weights(self, target: str) -> str:
        """Return the SHA-256 of the weights it would take, "" for none; nothing is loaded."""


@dataclass(frozen=True, slots=True)
class Healed:
    """What healing made of some hypotheses.

    ``doubted`` counts the hypotheses with a finding, ``healed`` those that have
    none any more, ``better`` all that were replaced; ``extra`` is what the
    retries took as a share of the first decoding, counted in characters.
    """

    hypotheses: list[Hypothesis]
    doubted: int
    healed: int
    better: int
    extra: float


def heal(
    jobs: Sequence[Job],
    hypotheses: Sequence[Hypothesis],
    source: str,
    ladder: Sequence[Rung],
    terms: Terms | None = None,
    *,
    allowed: float | None = None,
) -> Healed:
    """Check every hypothesis, and try those with findings again, rung by rung, until one has none.

    The attempt with the least weight of findings wins, among equals the one
    whose score is best; the first hypothesis stays where no attempt has less.
    What the retries cost is bounded by ``allowed`` characters: those that mend most for their length come first.
    Every attempt is kept beside what won. A term of ``terms`` that is not rendered
    as the glossary wants is a finding too.
    """
    made = [
        _checked(job, hypothesis, source, terms) for job, hypothesis in zip(jobs, hypotheses, strict=True)
    ]
    tried: dict[int, list[tuple[str, Hypothesis]]] = {
        number: [("first", hypothesis)] for number, hypothesis in enumerate(made) if weight(hypothesis) > 0
    }
    within = {number for number in tried if len(jobs[number][0]) <= _LONGEST}
    size = sum(len(text) for text, _ in jobs)
    allowed = allowance(size) if allowed is None else allowed
    spent = 0.0
    for rung in ladder:
        open_rows = [number for number in within if _may_mend(rung, _best(tried[number]))]
        unique = _affordable(
            {jobs[number]: _best(tried[number]) for number in open_rows},
            (allowed - spent) / rung.cost if rung.cost else math.inf,
        )
        if not unique:
            continue
        found = dict(zip(unique, rung.retry(list(unique), list(unique.values())), strict=True))
        spent += rung.cost * sum(len(text) for (text, target) in unique if found[text, target])
        for number in open_rows:
            for variant in found.get(jobs[number], ()):
                if variant.text != made[number].text:
                    tried[number].append((rung.how, _checked(jobs[number], variant, source, terms)))
    for number, attempts in tried.items():
        made[number] = _winner(attempts)
    replaced = [number for number in tried if Flag.HEALED in made[number].flags]
    return Healed(
        made,
        doubted=len(tried),
        healed=sum(1 for number in replaced if not made[number].findings),
        better=len(replaced),
        extra=spent / size if size else 0.0,
    )


def allowance(characters: int) -> float:
    """Return how many characters may be decoded again for a text of so many."""
    return max(_SHARE * characters, _FLOOR)


def _affordable(doubted: dict[Job, Hypothesis], characters: float) -> dict[Job, Hypothesis]:
    """Return the jobs that may be tried again for ``characters``, those with most to mend for their length."""
    chosen: dict[Job, Hypothesis] = {}
    for job, hypothesis in sorted(doubted.items(), key=lambda item: -weight(item[1]) / len(item[0][0])):
        size = len(job[0])
        if size <= characters or any(found.check == "terms" for found in hypothesis.findings):
            chosen[job] = hypothesis
            characters -= size
    return chosen


def _may_mend(rung: Rung, hypothesis: Hypothesis) -> bool:
    """Tell whether there is something to mend, and of a kind that the rung is for."""
    if not rung.only:
        return weight(hypothesis) > 0
    return any(found.check in rung.only for found in hypothesis.findings)


def weight(hypothesis: Hypothesis) -> float:
    """Return how much is wrong with a checked hypothesis, 0 for nothing."""
    return sum(_WEIGHTS[finding.check] for finding in hypothesis.findings)


def _checked(job: Job, hypothesis: Hypothesis, source: str, terms: Terms | None) -> Hypothesis:
    text, target = job
    pair = Pair(text, hypothesis.text, source, target, hypothesis.links)
    found = check(pair)
    if Flag.TRUNCATED in hypothesis.flags:
        # Nearly always a model that has lost its way in a long sentence and does not find out.
        found = (Finding("length", "breaks off at the longest output"), *found)
    if terms is None:
        return replace(hypothesis, findings=found)
    return replace(hypothesis, findings=(*found, *terms.findings(pair)), terms=terms.judge(pair))


def _best(attempts: list[tuple[str, Hypothesis]]) -> Hypothesis:
    first = attempts[0][1]
    better = [made for _, made in attempts if weight(made) < weight(first)]
    return min((first, *better), key=lambda made: _cost(made, first))


def _cost(made: Hypothesis, first: Hypothesis) -> float:
    """Return the weight of what is wrong, raised by what the retry is less likely to the model."""
    if made is first or made.score is None or first.score is None:
        return weight(made)
    return weight(made) + max(0.0, first.score - made.score) / _PRICE - 1e-3 * (made.score - first.score)


def _winner(attempts: list[tuple[str, Hypothesis]]) -> Hypothesis:
    best = _best(attempts)
    flags = best.flags if best is attempts[0][1] else (*best.flags, Flag.HEALED)
    shown: dict[str, Hypothesis] = {}
    for how, made in attempts:  # of each way only its best stays
        if how not in shown or made is best or (shown[how] is not best and weight(made) < weight(shown[how])):
            shown[how] = made
    kept = tuple(Attempt(how, made.text, made.score) for how, made in shown.items())
    return replace(best, flags=flags, attempts=kept)


class Healing:
    """A translator whose hypotheses are checked, tried again where a check fails, and given a confidence.

    ``find`` is asked for another translator only when a segment needs it.
    Without ``retry`` hypotheses are checked only.
    """

    def __init__(
        self,
        inner: Translator,
        find: Spare | None = None,
        *,
        retry: bool = True,
        terms: Terms | None = None,
    ) -> None:
        self.inner, self.find, self.retry, self.terms = inner, find, retry, terms
        self.tally = Tally()

    @property
    def passport(self) -> Passport:
        """Return the passport of the model that is asked first."""
        return self.inner.passport

    def translate(
        self,
        jobs: Sequence[Job],
        source: str,
        *,
        beam_size: int | None = None,
        planned: bool = False,
        progress: Progress | None = None,
        allowed: float | None = None,
    ) -> list[Hypothesis]:
        """Return one checked hypothesis a job, in order.

        ``planned`` jobs are healed together, for ``allowed`` characters decoded again: what comes out depends on the
        jobs alone.
        """
        size = len(jobs) if planned else _LOT
        ladder = [self._naming(rung, source) for rung in self._ladder(source, planned)] if self.retry else []
        found: list[Hypothesis] = []
        for start in range(0, len(jobs), max(1, size)):
            lot = jobs[start : start + size]
            step = _step(progress, start, len(lot), len(jobs))
            first = self.inner.translate(lot, source, beam_size=beam_size, planned=planned, progress=step)
            # Before the checks, which would have misspelled names decoded again.
            first = self._named(lot, first, source)
            made = heal(lot, first, source, ladder, self.terms, allowed=allowed)
            self.tally.add(made, sum(len(text) for text, _ in lot))
            kept = self._spelled(lot, made.hypotheses, source, planned)
            if self.retry:
                kept = [
                    left_open(*job, grouped(*job, self._figured(job, self._latin(job, one, source), source)))
                    for job, one in zip(lot, kept, strict=True)
                ]
                kept = [bracketed(job[0], one) for job, one in zip(lot, kept, strict=True)]
            found += [_judged(job, one, source) for job, one in zip(lot, kept, strict=True)]
            if progress is not None:
                progress((start + len(lot)) * 100, len(jobs) * 100)
        return found

    def _named(self, jobs: Sequence[Job], hypotheses: list[Hypothesis], source: str) -> list[Hypothesis]:
        """Spell names as the table does, for a model that misspells them."""
        inner = self.inner
        if not (self.retry and source == "ar" and isinstance(inner, Engine) and inner.model.misspells_names):
            return hypotheses
        return [
            spelled_as_known(*job, made, self._terms_in(job[0]))
            for job, made in zip(jobs, hypotheses, strict=True)
        ]

    def _terms_in(self, text: str) -> set[int]:
        """Return the places of the words that a glossary has renderings for."""
        found = () if self.terms is None else self.terms.occurrences(text)
        return {place for term in found for place in term.places}

    def _naming(self, rung: Rung, source: str) -> Rung:
        """Return the rung with names spelled right in all that it gives: attempts are compared with such names."""

        def retry(jobs: Sequence[Job], best: Sequence[Hypothesis]) -> list[list[Hypothesis]]:
            return [
                self._named([job] * len(variants), variants, source)
                for job, variants in zip(jobs, rung.retry(jobs, best), strict=True)
            ]

        return replace(rung, retry=retry)

    def _spelled(
        self, jobs: Sequence[Job], hypotheses: list[Hypothesis], source: str, planned: bool
    ) -> list[Hypothesis]:
        """Spell names right and ask for lost ones by themselves; hypotheses that change are checked again."""
        inner = self.inner
        if not (self.retry and source == "ar" and isinstance(inner, Engine)):
            return hypotheses

        def ask(names: Sequence[Job]) -> list[str]:
            return [made.text for made in inner.translate(names, source, planned=planned)]

        kept, characters = respelled(jobs, self._named(jobs, hypotheses, source), ask, inner.sizes)
        self.tally.more(characters)
        return [
            old if new is old else _checked(job, new, source, self.terms)
            for job, old, new in zip(jobs, hypotheses, kept, strict=True)
        ]

    def _latin(self, job: Job, made: Hypothesis, source: str) -> Hypothesis:
        """Spell Latin words as the text does, where that leaves no more to doubt."""
        if source != "ar" or len(job[0]) > _LONGEST:
            return made
        fixed = kept_as_written(job[0], made)
        if fixed is made:
            return made
        fixed = _checked(job, fixed, source, self.terms)
        return fixed if weight(fixed) <= weight(made) else made

    def _figured(self, job: Job, made: Hypothesis, source: str) -> Hypothesis:
        """Put changed figures right where that leaves less to doubt."""
        on_time = timed(job[0], made)
        if on_time is not made:
            made = _checked(job, on_time, source, self.terms)
        if not any(found.check in ("numbers", "dates") for found in made.findings):
            return made
        fixed = put_right(*job, made, source)
        if fixed is made:
            return made
        fixed = _checked(job, fixed, source, self.terms)
        return fixed if weight(fixed) < weight(made) else made

    def _ladder(self, source: str, planned: bool) -> list[Rung]:
        more = [] if self.find is None else [another_model(self.find, source, planned=planned)]
        if self.terms is None:
            return ladder_for(self.inner, source, *more, planned=planned)
        return ladder_with_terms(self.inner, self.terms, source, *more, planned=planned)


@dataclass(slots=True)
class Tally:
    """What healing did so far: hypotheses doubted and healed, characters decoded again and at first."""

    doubted: int = 0
    healed: int = 0
    again: float = 0.0
    first: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def add(self, made: Healed, size: int) -> None:
        """Count one more lot of ``size`` characters; several threads may."""
        with self.lock:
            self.doubted += made.doubted
            self.healed += made.healed
            self.again += made.extra * size
            self.first += size

    def more(self, characters: int) -> None:
        """Count characters that were decoded besides."""
        with self.lock:
            self.again += characters

    def __str__(self) -> str:
        """Return one line for a user, "" where nothing was doubted."""
        if not self.doubted:
            return ""
        rows = "translation" if self.doubted == 1 else "translations"
        healed = f", {self.healed} healed, {self.again / self.first:.0%} more decoding" if self.again else ""
        return f"{self.doubted} {rows} doubted{healed}"


def _step(progress: Progress | None, start: int, size: int, total: int) -> Progress | None:
    """Count a lot's first decoding as the first part of its jobs."""
    if progress is None:
        return None
    return lambda done, pieces: progress(
        int(100 * (start + _FIRST_SHARE * size * done / max(1, pieces))), total * 100
    )


def _judged(job: Job, hypothesis: Hypothesis, source: str) -> Hypothesis:
    text, target = job
    pair = Pair(text, hypothesis.text, source, target, hypothesis.links)
    share = rendered(text, hypothesis.text, target) if source == "ar" else None
    return replace(hypothesis, confidence=confidence(pair, hypothesis.score, hypothesis.findings, share))


def healing(
    systems: Sequence[Mapping[str, Translator]],
    find: Spare | None = None,
    *,
    retry: bool = True,
    terms: Terms | None = None,
) -> tuple[dict[str, Translator], ...]:
    """Let every translator of ``systems`` check and heal itself; those that serve several targets still do."""
    wrapped: dict[int, Translator] = {}
    return tuple(
        {
            target: wrapped.setdefault(id(translator), Healing(translator, find, retry=retry, terms=terms))
            for target, translator in system.items()
        }
        for system in systems
    )
