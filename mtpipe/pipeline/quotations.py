"""Opens and closes quotations over several rows, and brackets, where the source does.

A model takes each sentence of a long quotation for a whole one: beside «قال: "هربنا ليلا.» it writes « Nous avons
fui. », and the last sentence closes the quotation once more.
"""

from __future__ import annotations

import re

from mtpipe.data import Hypothesis
from mtpipe.languages import LANGUAGES
from mtpipe.pipeline.mending import reset

_MARK = re.compile('["«»“”„]')
_LAST = re.compile(r"\s*[\"»”](?=[\s.,;:!?…]*\Z)")
_END = re.compile(r"[\"»”](?P<behind>[.؟!]?)\Z")
_FIRST = re.compile(r"\A[\"«“]\s*")

# A bracket that closes before a mark: the model writes the mark only.
_BRACKET = re.compile(r"\((?P<inside>[^()]+)\)(?P<mark>[،,.؛;:؟?!])")
_MARKS = {"،": ",", "؛": ";", "؟": "?"}
_MORE_WORDS = 3


def left_open(text: str, target: str, made: Hypothesis) -> Hypothesis:
    """Return ``made``, a translation of ``text``, without the mark that closes what the text leaves open.

    Likewise without the mark that opens what the text only closes, and with the closing mark of a text that ends in
    one where no mark is left; itself where there is nothing to mend.
    """
    if not _MARK.search(text):
        return made
    begins, ends = _inside(text)
    if begins and not ends and not _MARK.search(made.text):
        return _closed(text, target, made)
    # Both may also be a quotation typed the wrong way round.
    if begins == ends or _inside(made.text) != (False, False):
        return made
    fixed = _LAST.sub("", made.text, count=1) if ends else _FIRST.sub("", made.text, count=1)
    if fixed == made.text:
        return made
    words = len(fixed.split())
    shift = words - len(made.text.split()) if begins else 0
    links = tuple((here, there + shift) for here, there in made.links if 0 <= there + shift < words)
    return reset(made, fixed, links)


def bracketed(text: str, made: Hypothesis) -> Hypothesis:
    """Return ``made``, a translation of ``text``, with the closing bracket that it lost before a mark.

    It stands before the first such mark behind the opening bracket, if as many words lie between as in the
    text, or a few more.
    """
    if (text.count("("), text.count(")"), made.text.count("("), made.text.count(")")) != (1, 1, 1, 0):
        return made
    found = _BRACKET.search(text)
    if found is None:
        return made
    mark = _MARKS.get(found["mark"], found["mark"])
    start = made.text.index("(") + 1
    end = re.compile(rf"[\s\u00a0]?{re.escape(mark)}(?=\s|\Z)").search(made.text, start)
    most = len(found["inside"].split()) + _MORE_WORDS
    if end is None or not 0 < len(made.text[start : end.start()].split()) <= most:
        return made
    fixed = f"{made.text[: end.start()]}){made.text[end.start() :]}"
    return reset(made, fixed)


def _closed(text: str, target: str, made: Hypothesis) -> Hypothesis:
    end = _END.search(text)
    words = made.text.rstrip(".")
    if end is None or not words or words[-1] in ",;:" or target not in LANGUAGES:
        return made
    mark, stop = LANGUAGES[target].quotes[1], made.text[len(words) :]
    fixed = words + (mark + stop if end["behind"] else stop + mark)
    return reset(made, fixed)


def _inside(text: str) -> tuple[bool, bool]:
    """Tell whether a text begins and whether it ends inside a quotation."""
    begins, depth = False, 0
    swapped = 0 <= text.find("”") < text.find("“")  # typed the wrong way round
    for found in _MARK.finditer(text):
        mark, before, after = found.group(), text[: found.start()][-1:], text[found.end() :][:1]
        straight = mark == '"' and after.strip() != "" and before.strip(" (:،[«") == ""
        if straight or mark in ("«„”" if swapped else "«„“"):
            depth += 1
        elif depth:
            depth -= 1
        else:
            begins = True
    return begins, depth > 0
