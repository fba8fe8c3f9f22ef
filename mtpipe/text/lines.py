"""Hard-wrapped lines into the paragraphs they were before.

A wrapper breaks a line where the next word would not have fitted, so the breaks
of a wrapped text obey one width. Verse, lists and one-sentence lines do not,
and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mtpipe.text.characters import LETTERS, LINE_ENDS, MARKS
from mtpipe.text.ledger import Change

_LINE = re.compile(f"([^{LINE_ENDS}]*+)(\r\n|[{LINE_ENDS}]|\\Z)")
_MARKS = re.compile(f"[{MARKS}]")
_STOP = re.compile("[.!?؟…:][\"'”’»)\\]]*\\Z")
_STRAY = re.compile(f'[.!?؟…:"»] [{LETTERS}]\u0640?\\Z')
_SENTENCE_END = re.compile("[.!?؟][\"'”’»)\\]]*(?=\\s|\\Z)")
_ITEM = re.compile("\\s|(?:[-–—•●▪*·#>]|\\(?\\w{1,3}[.)\\-–])\\s")
_NARROWEST, _WIDEST = 40, 130
_FEWEST_BREAKS = 3
_SHARE = 0.85
_LINES_A_SENTENCE = 8


class _Break(NamedTuple):
    line: str
    following: str
    start: int
    end: int


def wrapped_lines(text: str) -> Iterator[Change]:
    """Yield the line ends inside wrapped paragraphs, each as one space.

    Looks at the untouched lines, since they were wrapped as they stand, and
    measures them with and without the marks on letters.
    """
    lines = [(match.group(1).rstrip(), match.start(2), match.end(2)) for match in _LINE.finditer(text)]
    breaks = [
        _Break(line, following, start, end)
        for (line, start, end), (following, _, _) in pairwise(lines)
        if line and following and not _ITEM.match(following) and not _STRAY.search(line)
    ]
    soft = _soft_breaks(breaks, len) or _soft_breaks(breaks, lambda line: len(_MARKS.sub("", line)))
    for found in soft:
        yield Change(found.start, found.end, " ", "wrapped-line")


def _soft_breaks(breaks: Sequence[_Break], size: Callable[[str], int]) -> list[_Break]:
    """Return the breaks that one width explains, or none where too few of them do.

    A line that ends in a stop may end its paragraph, and a short line is a
    heading or a last line, so only the others vote.
    """
    if len(breaks) < _FEWEST_BREAKS:
        return []
    width = max(size(line) for found in breaks for line in (found.line, found.following))
    if not _NARROWEST <= width <= _WIDEST:
        return []
    soft = [
        found for found in breaks if size(found.line) + 1 + size(found.following.split(" ", 1)[0]) > width
    ]
    voters = sum(1 for found in breaks if size(found.line) * 2 > width and not _STOP.search(found.line))
    voted = sum(1 for found in soft if not _STOP.search(found.line))
    sentences = sum(1 for found in soft if _SENTENCE_END.search(found.line))
    if voted < max(_FEWEST_BREAKS, _SHARE * voters) or sentences * _LINES_A_SENTENCE < len(soft):
        return []
    return soft
