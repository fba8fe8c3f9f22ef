"""Rows get seals: a hash of each row's place, span and texts, chained to the row before.

A chain, so that a row that was taken out, put in or moved shows; a hash, so
that a changed word shows. It is no signature: who rewrites a file can seal it
again. It tells accident and carelessness, not forgery.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mtpipe.data import Document

LENGTH = 16  # hexadecimal digits of a seal
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an output: its number from 1, the source's span in code points, the source, the columns' texts.

    White space counts as one space, wherever a format had to change it.
    """

    number: int
    start: int
    end: int
    source: str
    columns: tuple[str, ...]


def first_seal(segments: int, sha256: str) -> str:
    """Return what the chain begins with: how many rows there are, of which source file."""
    return hashlib.sha256(f"mtpipe.coverage/1 {segments} {sha256}".encode()).hexdigest()[:LENGTH]


def seal(before: str, row: Row) -> str:
    """Return the seal of ``row`` after a row sealed ``before``."""
    texts = [" ".join(text.split()) for text in (row.source, *row.columns)]
    sealed = json.dumps([before, row.number, row.start, row.end, *texts], ensure_ascii=False)
    # A file may hold half a surrogate pair where its source did: it is sealed as it stands.
    return hashlib.sha256(sealed.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def seals(document: Document, columns: Sequence[Sequence[str]]) -> list[str]:
    """Return the seal of each row of ``document`` with the texts of its ``columns``, each a text a segment."""
    before = first_seal(len(document.segments), document.origin.sha256)
    made = []
    for number, segment in enumerate(document.segments):
        texts = tuple(column[number] for column in columns)
        before = seal(before, Row(number + 1, segment.span.start, segment.span.end, segment.text, texts))
        made.append(before)
    return made


def uncovered(
    source: str, spans: Iterable[tuple[int, int]], removed: Iterable[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """Return the stretches of ``source`` that hold letters or digits and stand in none of the ``spans``.

    ``removed`` are the spans of what the clean-up took out.
    """
    taken = sorted((start, end) for start, end in (*spans, *removed) if end > start)
    left, at = [], 0
    for start, end in [*taken, (len(source), len(source))]:
        if start > at and _LETTER.search(source, at, start):
            left.append((at, start))
        at = max(at, end)
    return left
