"""Turns translations, bitexts and reports into files; one module an output format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from mtpipe.coverage import verify_text
from mtpipe.data import Document, Translation
from mtpipe.errors import UsageError
from mtpipe.writer.translation_html import write_html
from mtpipe.writer.translation_jsonl import write_jsonl
from mtpipe.writer.translation_tables import write_md, write_tsv

__all__ = ["FORMATS", "write_translations"]

_Writer = Callable[[Sequence[Translation], datetime | None], str]
FORMATS: dict[str, _Writer] = {"html": write_html, "md": write_md, "tsv": write_tsv, "jsonl": write_jsonl}


def write_translations(
    translations: Sequence[Translation], form: str, *, date: datetime | None = None
) -> str:
    """Return the translations of one document side by side in ``form`` (html, md, tsv, jsonl).

    One row a segment, one column a translation, in the order given. Without a
    ``date`` none is written, and the same translations give the same bytes.
    """
    if form not in FORMATS:
        raise UsageError(f"unknown format {form!r} (known: {', '.join(FORMATS)})")
    if not translations or any(t.source is not translations[0].source for t in translations):
        raise ValueError("the translations are of one document")
    text = FORMATS[form](translations, date)
    _verify(translations[0].source, text, form)
    return text


def _verify(document: Document, text: str, form: str) -> None:
    """Insist that what was written proves itself: a fault here is ours, and must not reach a reader."""
    verdict = verify_text(text, f"the {form} of {document.id}")
    spans = tuple((segment.span.start, segment.span.end) for segment in document.segments)
    if verdict.faults or verdict.spans != spans:
        raise AssertionError(f"{form} of {document.id}: {'; '.join(verdict.faults) or 'other spans'}")
