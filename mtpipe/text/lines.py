"""Hard-wrapped lines into the paragraphs they were before.

A wrapper breaks a line where the next word would not have fitted, so each
break of a wrapped text obeys one width. Verse, lists and one-sentence lines do
not, and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mtpipe.text.characters import LINE_ENDS
from mtpipe.text.ledger import Change

_LINE = re.compile(f"([^{LINE_ENDS}]*+)(\r\n|[{LINE_ENDS}]|\\Z)")
_STOP = re.compile("[.!?؟…:][\"'”’»)\\]]*\\Z")
_LIST_START = re.compile(r"(?:[-–—•●▪*·]|\(?\w{1,3}[.)\-–])\s")
_NARROWEST, _WIDEST = 40, 130
_FEWEST_BREAKS = 3
_SHARE = 0.8


def wrapped_lines(text: str) -> Iterator[Change]:
    """Yield the line ends inside wrapped paragraphs, each as one space."""
    lines = [(match.group(1), match.start(2), match.end(2)) for match in _LINE.finditer(text)]
    breaks = [
        index for index, ((line, _, _), (following, _, _)) in enumerate(pairwise(lines)) if line and following
    ]
    if len(breaks) < _FEWEST_BREAKS:
        return
    width = max(max(len(lines[index][0]), len(lines[index + 1][0])) for index in breaks)
    if not _NARROWEST <= width <= _WIDEST:
        return
    soft = [
        index
        for index in breaks
        if len(lines[index][0]) + 1 + len(lines[index + 1][0].split(" ", 1)[0]) > width
        and not _LIST_START.match(lines[index + 1][0])
    ]
    stopped = sum(1 for index in soft if _STOP.search(lines[index][0]))
    if len(soft) < max(_FEWEST_BREAKS, _SHARE * len(breaks)) or stopped * 2 > len(soft):
        return
    for index in soft:
        yield Change(lines[index][1], lines[index][2], " ", "wrapped-line")
