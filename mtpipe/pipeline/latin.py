"""Puts words in Latin letters right that a model misspelt: François Müller that became "Franccos Muler".

In an Arabic text they are names and titles, to be kept letter by letter; a small model copies piece by piece and slips.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from mtpipe.data import Hypothesis
from mtpipe.guard.name_matching import fold
from mtpipe.languages import ADDRESS
from mtpipe.pipeline.mending import mended

_HOW = "Latin word put right"
_LETTER = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_WORD = re.compile(f"(?<![{_LETTER}0-9])[{_LETTER}](?:[{_LETTER}0-9'’.&-]*[{_LETTER}0-9])?")
# Shares of the letters of both, as difflib counts them: of a word that is linked, of another one.
_LINKED, _ALIKE = 0.6, 0.7
_SHORT = 3


def kept_as_written(text: str, made: Hypothesis) -> Hypothesis:
    """Return ``made``, a translation of ``text``, with Latin words of more than one letter spelt as there.

    A capitalised word is taken for the misspelt one where it is the likest of those that the text does not have, and
    alike enough; one that a link says it became comes first. Itself where nothing is to be done.
    """
    wanted = [
        (found.group(), len(text[: found.start()].split()) - (not _begins(text, found.start())))
        for found in _WORD.finditer(ADDRESS.sub(lambda one: " " * len(one.group()), text))
        if len(found.group()) > 1
    ]
    if not wanted:
        return made
    there = list(_WORD.finditer(made.text))
    held = {found.group() for found in there}
    ours = {word for word, _ in wanted}
    edits: dict[int, tuple[int, int, str]] = {}
    for word, place in wanted:
        if word in held:
            continue
        others = [one for one in there if one.start() not in edits and one.group() not in ours]
        best = _likest(word, place, made, others)
        if best is not None:
            edits[best.start()] = (best.start(), best.end(), word)
    fixed = made.text
    for start, end, word in sorted(edits.values(), reverse=True):
        # What the model could not read it may have written as a sign before it.
        fixed = fixed[:start].rstrip("&%") + word + fixed[end:]
    return made if fixed == made.text else mended(made, fixed, _HOW)


def _likest(word: str, place: int, made: Hypothesis, others: list[re.Match[str]]) -> re.Match[str] | None:
    linked = {there for here, there in made.links if here == place}
    matcher = SequenceMatcher(None, "", fold(word), autojunk=False)
    best, most = None, (False, 0.0)
    for found in others:
        # A common word is none that was to be copied, unless what stands before it could not be read.
        unread = made.text[: found.start()].endswith(("&", "%"))
        if word[0].isupper() and not found.group()[0].isupper() and not unread:
            continue
        if len(word) <= _SHORT and fold(word)[0] != fold(found.group())[0]:
            continue
        at = len(made.text[: found.start()].split()) - (not _begins(made.text, found.start()))
        matcher.set_seq1(fold(found.group()))
        least = _LINKED if at in linked else _ALIKE
        alike = matcher.ratio() if matcher.real_quick_ratio() >= least else 0.0
        if alike >= least and (at in linked, alike) > most:
            best, most = found, (at in linked, alike)
    return best


def _begins(text: str, place: int) -> bool:
    """Tell whether a whitespace-separated word begins at ``place``."""
    return place == 0 or text[place - 1].isspace()
