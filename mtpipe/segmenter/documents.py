"""An unsegmented Document into one of sentences, with roles, languages and spans in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mtpipe.data import Document, Role, Segment, Span
from mtpipe.languages import identify
from mtpipe.segmenter.boundaries import boundaries
from mtpipe.segmenter.structure import structure
from mtpipe.segmenter.tables import read_table
from mtpipe.text import CleanText, clean

_LINE_END = re.compile("\r\n|[\n\r]")
# Frame lines stay whole: a title may ask twice, a name may be abbreviated.
_WHOLE = (Role.TITLE, Role.AUTHOR, Role.DATE)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sentence ends, or does not end, at a place: offsets are in the untouched source."""

    position: int
    breaks: bool
    rule: str
    before: str
    after: str


def segment(document: Document) -> Document:
    """Return ``document`` with its segments: cleaned text, span in the source, role, paragraph, language."""
    cleaned = clean(document.source)
    segments: list[Segment] = []
    latin = document.language
    for paragraph, line in enumerate(structure(cleaned.text)):
        language = identify(line.text, latin)
        latin = language if language in ("en", "fr") else latin  # what a bare name after it is likely in
        whole = line.role in _WHOLE
        ends = [] if whole else [b.position for b in boundaries(line.text, language) if b.breaks]
        for start, end in _pieces(line.text, ends):
            text = line.text[start:end]
            span = cleaned.to_source(line.start + start, line.start + end)
            told = language if whole or not ends else identify(text, language)
            segments.append(Segment(text, told, paragraph, line.role, span))
    return replace(document, segments=tuple(segments))


def segment_lines(document: Document) -> Document:
    """Return ``document`` with one segment for each line, as ``split_lines`` tells them.

    The text is as it stands, without the white space at either end: a blank line
    is a segment whose text and span are empty.
    """
    segments = []
    for number, (start, end) in enumerate(_line_spans(document.source)):
        line = document.source[start:end]
        text = line.strip()
        first = start + line.index(text)
        told = identify(text, document.language) if text else "und"
        segments.append(Segment(text, told, number, Role.BODY, Span(first, first + len(text))))
    return replace(document, segments=tuple(segments))


def split_lines(text: str) -> list[str]:
    """Return the lines of ``text`` without their ends, which are LF, CRLF or CR and nothing else.

    Empty lines count; an end after the last line opens no further one.
    """
    return [text[start:end] for start, end in _line_spans(text)]


def _line_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _LINE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def segment_text(text: str, language: str = "ar") -> list[str]:
    """Return the sentences of one paragraph as they stand in it, without the space between them.

    Nothing is cleaned: joined again, the sentences hold every character of
    ``text`` but white space.
    """
    ends = [boundary.position for boundary in boundaries(text, language) if boundary.breaks]
    return [text[start:end] for start, end in _pieces(text, ends)]


def explain(document: Document) -> Iterator[Reason]:
    """Yield every place of the document where a sentence might have ended, and the rule that decided."""
    cleaned = clean(document.source)
    latin = document.language
    for line in structure(cleaned.text):
        language = identify(line.text, latin)
        latin = language if language in ("en", "fr") else latin
        for boundary in boundaries(line.text, language):
            whole = line.role in _WHOLE
            breaks, rule = (False, f"role-{line.role}") if whole else (boundary.breaks, boundary.rule)
            yield _reason(cleaned, line.text, line.start, boundary.position, breaks=breaks, rule=rule)
        yield _reason(cleaned, line.text, line.start, len(line.text), breaks=True, rule="line-end")


def rule_texts() -> dict[str, str]:
    """Return what each rule about sentence ends says, by its name."""
    return {entry.word: entry.kind for entry in read_table("boundaries")}


def _reason(cleaned: CleanText, text: str, offset: int, position: int, *, breaks: bool, rule: str) -> Reason:
    source = cleaned.to_source(offset + position - 1, offset + position)
    return Reason(
        source.end, breaks, rule, text[max(0, position - 30) : position], text[position : position + 30]
    )


def _pieces(text: str, ends: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches between ``ends`` without outer white space, leaving out empty ones."""
    start = 0
    for end in [*ends, len(text)]:
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            first = start + piece.index(stripped)
            yield first, first + len(stripped)
        start = end
