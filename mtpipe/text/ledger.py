"""Edits into a cleaned text and back: apply, undo, compose, and the map between the two."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mtpipe.data import Edit, Span


class Change(NamedTuple):
    """What a rule wants: the stretch ``[start, end)`` of the text it saw becomes ``after``."""

    start: int
    end: int
    after: str
    rule: str


def apply(source: str, edits: Iterable[Edit]) -> str:
    """Return ``source`` with the edits made; ValueError where an edit does not fit the text."""
    pieces: list[str] = []
    done = 0
    for edit in edits:
        start, end = edit.span
        if start < done or source[start:end] != edit.before:
            raise ValueError(f"edit {edit.rule!r} at {edit.span} does not fit this text")
        pieces += (source[done:start], edit.after)
        done = end
    pieces.append(source[done:])
    return "".join(pieces)


def undo(text: str, edits: Iterable[Edit]) -> str:
    """Return the source that ``apply`` turned into ``text``; ValueError where an edit does not fit."""
    pieces: list[str] = []
    done = shift = 0
    for edit in edits:
        start = edit.span.start + shift
        end = start + len(edit.after)
        if start < done or text[start:end] != edit.after:
            raise ValueError(f"edit {edit.rule!r} at {edit.span} was not made in this text")
        pieces += (text[done:start], edit.before)
        done = end
        shift += len(edit.after) - len(edit.before)
    pieces.append(text[done:])
    return "".join(pieces)


def rewrite(text: str, changes: Iterable[Change]) -> str:
    """Return ``text`` with the changes made, which stand in order and do not overlap."""
    pieces: list[str] = []
    done = 0
    for start, end, after, _ in changes:
        pieces += (text[done:start], after)
        done = end
    pieces.append(text[done:])
    return "".join(pieces)


def compose(first: Sequence[Change], middle: str, second: Sequence[Change]) -> list[Change]:
    """Join ``first`` (source → middle) and ``second`` (middle → text) into source → text.

    Changes that touch the same characters of ``middle`` become one, whose rule
    names both. Linear in the number of changes.
    """
    if not first or not second:
        return list(first or second)
    joined: list[Change] = []
    i = j = 0
    shift = 0  # source position minus middle position, after first[:i]
    while j < len(second):
        low, high = second[j].start, second[j].end
        while i < len(first) and first[i].start - shift + len(first[i].after) <= low:
            joined.append(first[i])
            shift += first[i].end - first[i].start - len(first[i].after)
            i += 1
        rules: dict[str, None] = {}
        group = j
        begin_shift = shift
        j += 1
        while True:
            if i < len(first) and first[i].start - shift < high:
                start = first[i].start - shift
                low, high = min(low, start), max(high, start + len(first[i].after))
                rules.update(dict.fromkeys(first[i].rule.split("+")))
                shift += first[i].end - first[i].start - len(first[i].after)
                i += 1
            elif j < len(second) and second[j].start < high:
                high = max(high, second[j].end)
                j += 1
            else:
                break
        rules.update(dict.fromkeys(change.rule for change in second[group:j]))
        local = [
            change._replace(start=change.start - low, end=change.end - low) for change in second[group:j]
        ]
        after = rewrite(middle[low:high], local)
        joined.append(Change(low + begin_shift, high + shift, after, "+".join(rules)))
    joined.extend(first[i:])
    return joined


@dataclass(frozen=True, slots=True)
class CleanText:
    """A source, its cleaned text, and the edits between them in the order of the text."""

    source: str
    text: str
    edits: tuple[Edit, ...]
    _starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = []
        shift = 0
        for edit in self.edits:
            starts.append(edit.span.start + shift)
            shift += len(edit.after) - len(edit.before)
        object.__setattr__(self, "_starts", starts)

    def to_source(self, start: int, end: int) -> Span:
        """Return the stretch of the source that ``text[start:end]`` was made of.

        Deletions at either side of the stretch stay outside; a stretch that cuts
        through an edit takes in the whole edit.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"not a stretch of the text: {start}, {end}")
        first, _ = self._character(start)
        if start == end:
            return Span(first, first)
        return Span(first, self._character(end - 1)[1])

    def _character(self, position: int) -> tuple[int, int]:
        """Return where the character at ``position`` of the text stands in the source."""
        index = bisect_right(self._starts, position) - 1
        if index < 0:
            return position, position + 1
        edit, start = self.edits[index], self._starts[index]
        if position < start + len(edit.after):
            return edit.span
        found = position - start - len(edit.after) + edit.span.end
        return found, found + 1
