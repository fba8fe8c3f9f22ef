"""Sees to it that a name is spelled one way throughout a document."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace

from mtpipe.data import Attempt, Flag, Hypothesis, Translation
from mtpipe.guard.name_matching import bare, skeleton, sounds_like

_ARABIC = re.compile("[\u0620-\u065f\u0670-\u06d3]+")
_CORE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORTEST = 4  # letters of an Arabic word that may be a name here
_CONSONANTS = 2


def one_way(translation: Translation) -> Translation:
    """Return the translation with every spelling of a name replaced by its commonest one.

    A name is a word of the source that comes in several rows and is linked to
    capitalised words that sound like it. Glossary terms are left as they are.
    """
    uses = _uses(translation)
    hypotheses = list(translation.hypotheses)
    for spellings in uses.values():
        counted = Counter(core for _, _, core in spellings)
        if len(counted) < 2:
            continue
        # The commonest; among equals the first.
        best = max(counted, key=lambda core: (counted[core], -[c for _, _, c in spellings].index(core)))
        # A name that stands twice in the source may be linked to one word.
        for row, place, core in dict.fromkeys(spellings):
            if core != best:
                hypotheses[row] = _respelled(hypotheses[row], place, core, best)
    return replace(translation, hypotheses=tuple(hypotheses))


def _uses(translation: Translation) -> dict[str, list[tuple[int, int, str]]]:
    """Return for each source word that may be a name where it is rendered: row, target word, how it is spelled."""
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for row, (segment, made) in enumerate(
        zip(translation.source.segments, translation.hypotheses, strict=True)
    ):
        if not made.links:
            continue
        taken = {word for term in made.terms for word in term.source.split()}
        ours, yours = segment.text.split(), made.text.split()
        for here, there in made.links:
            name = _ARABIC.search(ours[here]) if here < len(ours) else None
            core = _CORE.search(yours[there]) if there < len(yours) else None
            if name is None or core is None or len(name.group()) < _SHORTEST or not core.group()[0].isupper():
                continue
            word = bare(name.group())[-1]
            known = word in taken or len(skeleton(word)) < _CONSONANTS
            if not known and sounds_like(word, core.group()):
                found[word].append((row, there, core.group()))
    return found


def _respelled(hypothesis: Hypothesis, place: int, old: str, new: str) -> Hypothesis:
    start = 0
    for number, word in enumerate(re.finditer(r"\S+", hypothesis.text)):
        if number == place:
            start = word.start()
    at = hypothesis.text.find(old, start)
    if at < 0:
        return hypothesis
    text = hypothesis.text[:at] + new + hypothesis.text[at + len(old) :]
    attempts = hypothesis.attempts or (Attempt("first", hypothesis.text, hypothesis.score),)
    spelled = Attempt("name spelled as elsewhere", text, hypothesis.score)
    flags = tuple(dict.fromkeys((*hypothesis.flags, Flag.HEALED)))
    return replace(hypothesis, text=text, attempts=(*attempts, spelled), flags=flags)
