"""Puts names right that a model lost: where a name became a word that does not sound like it, it is asked by itself.

A small model that cannot keep a strange name in mind through a long sentence can often spell it when it sees nothing
else. Names that our own corpus knows are not asked for: they stand in ``spellings.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from mtpipe.aligner import rendered
from mtpipe.data import Hypothesis
from mtpipe.guard.name_matching import bare, fold, sounds_like
from mtpipe.guard.number_words import plain
from mtpipe.languages import is_stop_word
from mtpipe.pipeline.mending import mended
from mtpipe.translator import Job

_ARABIC = re.compile("[\u0621-\u0652\u0670]+")
_CORE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORTEST = 4  # letters of an Arabic word that may be a strange name
_FEWEST_PIECES = 3  # a word that the model's vocabulary cuts into fewer is known to it
_ENDS = (".", "!", "?", ":")
_HOW = "lost name put in"
_ELIDED = re.compile(r"(?P<word>[lLdD])['’]$")  # before a vowel only
_ELISION = re.compile(r"(?<![^\W\d_])(?:[LlDd]|[Qq]u)['’](?=[^\W\d_])")
_VOWELS = "aeiouyh"

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
    what the word means. It is replaced by what
    the table has, else by what the model makes of the name alone, if that sounds like the name.
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
    for doubt in doubts:
        name = _name(doubt, jobs[doubt.row][1], answers)
        if name:
            kept[doubt.row] = _with_name(kept[doubt.row], doubt, name)
    return kept, sum(len(text) for text, _ in asked)


def _doubts(row: int, source: str, made: Hypothesis, target: str) -> list[_Doubt]:
    ours, theirs = source.split(), made.text.split()
    arabic = _ARABIC.findall(source)
    capitals = [c for word in theirs for c in _CORE.findall(word) if c[0].isupper()]
    found: dict[int, _Doubt] = {}
    for place, word in enumerate(theirs):
        cores = _CORE.findall(_ELISION.sub("", word, count=1))
        begins = place == 0 or theirs[place - 1].endswith(_ENDS)
        if len(cores) != 1 or not _may_be_name(cores[0], target, begins):
            continue
        sources = [here for here, there in made.links if there == place and here < len(ours)]
        words = _ARABIC.findall(ours[sources[0]]) if len(sources) == 1 else []
        if len(words) != 1 or len(words[0]) < _SHORTEST or sources[0] in found:
            continue
        forms = (words[0], *(form for form in bare(words[0])[1:] if len(form) >= _SHORTEST))
        strange = not any(sounds_like(other, cores[0]) for other in arabic)
        article = any(form.startswith("ال") for form in forms)
        lost = strange and not article and not any(sounds_like(words[0], capital) for capital in capitals)
        # «ووفقا» at the beginning is "According", which its place alone made a capital.
        if lost and not rendered(words[0], cores[0], target):
            found[sources[0]] = _Doubt(row, place, cores[0], forms)
    return list(found.values())


def _may_be_name(core: str, target: str, begins: bool) -> bool:
    """Tell whether a word may be a name; at the beginning of a sentence short ones are rather any word."""
    return len(core) > (4 if begins else 2) and core[0].isupper() and not is_stop_word(core, target)


def _known(doubt: _Doubt) -> dict[str, str] | None:
    return next((_table()[plain(form)] for form in doubt.forms if plain(form) in _table()), None)


def _name(doubt: _Doubt, target: str, answers: dict[Job, str]) -> str:
    """Return how the name is spelled, "" where neither the table nor the model knows."""
    known = _known(doubt)
    if known is not None:
        return known.get(target, "")
    for form in doubt.forms:
        cores: list[str] = _CORE.findall(answers[form, target])
        if len(cores) == 1 and cores[0][0].isupper() and sounds_like(form, cores[0]):
            return cores[0]
    return ""


def _with_name(made: Hypothesis, doubt: _Doubt, name: str) -> Hypothesis:
    words = re.split(r"(\s+)", made.text.strip())
    before, core, behind = words[2 * doubt.place].partition(doubt.core)
    links = made.links
    elided = _ELIDED.search(before)
    if elided and fold(name)[0] not in _VOWELS:
        # « l'Irak » is "Raqqa" now, « d'Alep » « de Raqqa ».
        before = before[: elided.start()]
        if elided["word"] in "dD":
            name = f"{elided['word']}e {name}"
            place = doubt.place
            links = tuple((here, there + (there >= place)) for here, there in links)
    words[2 * doubt.place] = before + name + behind if core else words[2 * doubt.place]
    return mended(made, "".join(words), _HOW, links)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    """Return Arabic name in plain spelling → target language → its spelling there."""
    table = {}
    for line in files("mtpipe.pipeline").joinpath("spellings.tsv").read_text("utf-8").splitlines():
        name, english, french = line.split("\t")
        table[name] = {"en": english, "fr": french or english}
    return table
