"""Puts names right that a model lost: where a name became a word that does not sound like it, it is asked by itself.

A small model that cannot keep a strange name in mind through a long sentence can often spell it when it sees nothing
else. Names that our own corpus knows are not asked for (``known_names.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mtpipe.aligner import rendered
from mtpipe.data import Hypothesis
from mtpipe.guard.name_matching import bare, sounds_like
from mtpipe.pipeline.known_names import (
    ARABIC,
    CORE,
    SHORTEST,
    possible_names,
    spelling,
    with_name,
)
from mtpipe.translator import Job

_FEWEST_PIECES = 3  # a word that the model's vocabulary cuts into fewer is known to it
_HOW = "lost name put in"

# Jobs → the text of each translation.
Ask = Callable[[Sequence[Job]], Sequence[str]]
Sizes = Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A target word that cannot be what its source word is called: which row, where, and the source word's forms."""

    row: int
    place: int
    core: str
    forms: tuple[str, ...]


def respelled(
    jobs: Sequence[Job], hypotheses: Sequence[Hypothesis], ask: Ask, sizes: Sizes
) -> tuple[list[Hypothesis], int]:
    """Return the hypotheses with strange names spelled anew, and how many characters were asked for.

    A capitalised word is doubted that sounds like no word of the Arabic text and is linked to one word only, which
    the model's vocabulary cuts into many pieces, nothing in the translation sounds like, and no dictionary knows as
    what the word means. It is replaced by what the table has, else by what the model makes of the name alone, if that
    sounds like the name.
    """
    doubts = [
        doubt
        for row, (job, made) in enumerate(zip(jobs, hypotheses, strict=True))
        for doubt in _doubts(row, job[0], made, job[1])
    ]
    pieces = dict(zip([d.forms[0] for d in doubts], sizes([d.forms[0] for d in doubts]), strict=True))
    doubts = [doubt for doubt in doubts if pieces[doubt.forms[0]] >= _FEWEST_PIECES]
    unknown = [doubt for doubt in doubts if _known(doubt) is None]
    asked = list(dict.fromkeys((form, jobs[doubt.row][1]) for doubt in unknown for form in doubt.forms))
    answers = dict(zip(asked, ask(asked), strict=True)) if asked else {}
    kept = list(hypotheses)
    # From the last to the first: « de » put in moves the places behind it.
    for doubt in reversed(doubts):
        name = _name(doubt, jobs[doubt.row][1], answers)
        if name:
            kept[doubt.row] = with_name(kept[doubt.row], doubt.place, doubt.core, name, _HOW)
    return kept, sum(len(text) for text, _ in asked)


def _doubts(row: int, source: str, made: Hypothesis, target: str) -> list[_Doubt]:
    ours = source.split()
    arabic = ARABIC.findall(source)
    capitals = [c for c in CORE.findall(made.text) if c[0].isupper()]
    found: dict[int, _Doubt] = {}
    for place, core in possible_names(made.text, target):
        sources = [here for here, there in made.links if there == place and here < len(ours)]
        words = ARABIC.findall(ours[sources[0]]) if len(sources) == 1 else []
        if len(words) != 1 or len(words[0]) < SHORTEST or sources[0] in found:
            continue
        forms = (words[0], *(form for form in bare(words[0])[1:] if len(form) >= SHORTEST))
        strange = not any(sounds_like(other, core) for other in arabic)
        article = any(form.startswith("ال") for form in forms)
        lost = strange and not article and not any(sounds_like(words[0], capital) for capital in capitals)
        # «ووفقا» at the beginning is "According", which its place alone made a capital.
        if lost and not rendered(words[0], core, target):
            found[sources[0]] = _Doubt(row, place, core, forms)
    return list(found.values())


def _known(doubt: _Doubt) -> dict[str, str] | None:
    return next((known for form in doubt.forms if (known := spelling(form)) is not None), None)


def _name(doubt: _Doubt, target: str, answers: dict[Job, str]) -> str:
    """Return how the name is spelled, "" where neither the table nor the model knows."""
    known = _known(doubt)
    if known is not None:
        return known.get(target, "")
    for form in doubt.forms:
        cores: list[str] = CORE.findall(answers[form, target])
        if len(cores) == 1 and cores[0][0].isupper() and sounds_like(form, cores[0]):
            return cores[0]
    return ""
