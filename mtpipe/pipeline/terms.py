"""Ways to make a translation say what the glossary wants: begun again at the term, or the term put in its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mtpipe.data import Hypothesis, Translation
from mtpipe.guard import Pair
from mtpipe.guard.terms import Occurrence, Terms, without_article
from mtpipe.pipeline.rungs import Rung
from mtpipe.translator import Decoding, Engine, Job, Translator
from mtpipe.typesetting import typeset

_BEFORE = ("the", "a", "an", "le", "la", "les")
# Behind these no article stands: Morocco's, its, their.
_DETERMINED = re.compile(
    r"(?i)(?:['’]s|s['’]|^(?:its|his|her|their|our|this|that|son|sa|ses|leurs?|ce|cette|ces))$"
)
_TRAILING = re.compile(r"[\s\u00a0]*[^\w\s]+$")
_RAW = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'", "«": '"', "»": '"', "“": '"', "”": '"'})


def term_rungs(translator: Translator, terms: Terms, source: str, *, planned: bool = False) -> list[Rung]:
    """Return the rungs that bring missing terms in; both need word links, the first a model in CTranslate2."""
    rungs = [Rung("term put in", lambda jobs, best: _put_in(jobs, best, terms, source), 0.0)]
    if isinstance(translator, Engine):
        again = Rung(
            "begun again at the term",
            lambda jobs, best: _begun_again(translator, jobs, best, terms, source, planned),
            1.0,
        )
        rungs = [again, again, *rungs]
    return rungs


def told_terms(translations: Sequence[Translation]) -> list[str]:
    """Return for each translation one line: how many terms were there, how many are kept to, which are not."""
    lines = []
    for translation in translations:
        numbered = [(n, term) for n, h in enumerate(translation.hypotheses, 1) for term in h.terms]
        missed = [
            f"row {number}: {term.source} is not {term.wanted}" for number, term in numbered if not term.used
        ]
        if numbered:
            kept = f"{len(numbered) - len(missed)} of {len(numbered)} glossary terms kept to"
            lines.append("; ".join([f"{translation.target}: {kept}", *missed]))
    return lines


def _missing(job: Job, hypothesis: Hypothesis, terms: Terms, source: str) -> list[tuple[Occurrence, str]]:
    """Return the occurrences that are not rendered as wanted, with the rendering, in the order of the source."""
    text, target = job
    judged = terms.judge(Pair(text, hypothesis.text, source, target))
    rendered = [o for o in terms.occurrences(text) if o.entry.renderings.get(target)]
    return [
        (occurrence, term.wanted) for occurrence, term in zip(rendered, judged, strict=True) if not term.used
    ]


def _opposite(hypothesis: Hypothesis, places: Sequence[int]) -> tuple[int, int] | None:
    """Return the stretch of target words that the source words ``places`` are linked to, the longest without a gap."""
    linked = sorted({there for here, there in hypothesis.links if here in places})
    if not linked:
        return None
    runs: list[list[int]] = [[linked[0]]]
    for there in linked[1:]:
        if there - runs[-1][-1] <= 1:
            runs[-1].append(there)
        else:
            runs.append([there])
    best = max(runs, key=len)
    return best[0], best[-1] + 1


def _begun_again(
    engine: Engine, jobs: Sequence[Job], best: Sequence[Hypothesis], terms: Terms, source: str, planned: bool
) -> list[list[Hypothesis]]:
    """Keep what stands before the first missing term, force the term, and let the model go on from there."""
    begins: dict[int, str] = {}
    for number, (job, hypothesis) in enumerate(zip(jobs, best, strict=True)):
        for occurrence, wanted in _missing(job, hypothesis, terms, source)[:1]:
            at = _place(hypothesis, occurrence)
            if at is not None:
                before = hypothesis.text.split()[:at]
                begins[number] = _joined(before, wanted).translate(_RAW)
    asked = list(begins)
    decoding = Decoding(exact=True, begins=[begins[number] for number in asked])
    again = [jobs[number] for number in asked]
    made = engine.alternatives(again, source, decoding, planned=planned) if asked else []
    found = dict(zip(asked, made, strict=True))
    return [found.get(number, []) for number in range(len(jobs))]


def _place(hypothesis: Hypothesis, occurrence: Occurrence) -> int | None:
    """Return before which target word the term belongs: what it is linked to, else after what the word before is."""
    stretch = _opposite(hypothesis, occurrence.places)
    if stretch is not None:
        return stretch[0]
    before = [there for here, there in hypothesis.links if here == occurrence.places[0] - 1]
    return max(before) + 1 if before else None


def _put_in(
    jobs: Sequence[Job], best: Sequence[Hypothesis], terms: Terms, source: str
) -> list[list[Hypothesis]]:
    """Replace the words that a missing term is linked to by its rendering."""
    found = []
    for job, hypothesis in zip(jobs, best, strict=True):
        made = hypothesis
        for occurrence, wanted in reversed(_missing(job, hypothesis, terms, source)):
            made = _with_term(made, occurrence, wanted)
        found.append([] if made is hypothesis else [replace(made, text=typeset(made.text, job[1]))])
    return found


def _with_term(hypothesis: Hypothesis, occurrence: Occurrence, wanted: str) -> Hypothesis:
    stretch = _opposite(hypothesis, occurrence.places)
    if stretch is None:
        return hypothesis
    start, end = stretch
    words = hypothesis.text.split(" ")
    if len(words) != len(hypothesis.text.split()):
        words = hypothesis.text.split()
    mark = _TRAILING.search(words[end - 1])
    head = _joined(words[:start], wanted).split()
    rest = words[end:]
    text = " ".join(head) + (mark.group() if mark else "") + (" " + " ".join(rest) if rest else "")
    shift = len(head) - end
    kept = [(here, there) for here, there in hypothesis.links if there < start]
    kept += [(here, there + shift) for here, there in hypothesis.links if there >= end]
    size = len(wanted.split())
    kept += [(here, there) for here in occurrence.places for there in range(len(head) - size, len(head))]
    return replace(hypothesis, text=text, links=tuple(sorted(set(kept))))


def _joined(before: Sequence[str], wanted: str) -> str:
    """Put a rendering behind what stands before it: one article, and a capital only where a sentence begins."""
    kept = list(before)
    has_article = without_article(wanted, "en") != wanted or without_article(wanted, "fr") != wanted
    if kept and has_article and kept[-1].lower() in _BEFORE:
        kept = kept[:-1]
    elif kept and _DETERMINED.search(kept[-1]):
        wanted = without_article(without_article(wanted, "en"), "fr")
    if not kept:
        wanted = wanted[:1].upper() + wanted[1:]
    return " ".join([*kept, wanted])
