"""Holds a written output against its own proof, and against the source it was made from."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from mtpipe import coverage, reader
from mtpipe.data import Edit, Span
from mtpipe.errors import InputError
from mtpipe.text import clean
from mtpipe.text.ledger import apply


def verify_file(path: str, source: str | None = None) -> tuple[int, list[str]]:
    """Return how many segments the output ``path`` should hold, and what is wrong with it; [] for nothing.

    With ``source``, the file it was made from, every span and text is compared
    with that file too. InputError where a file cannot be read or carries no proof.
    """
    data = _bytes(path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not valid UTF-8 (at byte {error.start}); outputs of mtpipe are") from None
    verdict = coverage.verify_text(text, path)
    faults = list(verdict.faults)
    if source is not None and not faults:
        faults += _against(verdict, source)
    return verdict.segments, faults


def _bytes(path: str) -> bytes:
    if Path(path).is_dir():
        raise InputError(f"{path}: is a directory, not a file")
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None


def _against(verdict: coverage.Verdict, name: str) -> list[str]:
    """Compare every row with the source at its span, and say what of the source stands in no row."""
    data = _bytes(name)
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != verdict.sha256:
        return [f"{name} is not the source: sha256 {sha256[:12]}…, the output says {verdict.sha256[:12]}…"]
    text, _ = reader.decode(data, name=name)
    edits = clean(text).edits
    starts = [edit.span.start for edit in edits]
    found = []
    for number, ((start, end), written) in enumerate(zip(verdict.spans, verdict.sources, strict=True), 1):
        inside = edits[bisect_left(starts, start) : bisect_left(starts, end)]
        if _flat(written) not in (_flat(text[start:end]), _flat(_cleaned(text, start, end, inside))):
            found.append(f"row {number} does not say what {name} says at {start} to {end}")
    removed = [edit.span for edit in edits if not edit.after.strip()]
    for start, end in coverage.uncovered(text, verdict.spans, removed):
        found.append(f"{name} at {start} to {end} stands in no row: {_flat(text[start:end])[:40]!r}")
    return found


def _cleaned(text: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    shifted = [
        Edit(edit.rule, Span(edit.span.start - start, edit.span.end - start), edit.before, edit.after)
        for edit in edits
        if edit.span.end <= end
    ]
    return apply(text[start:end], shifted)


def _flat(text: str) -> str:
    return " ".join(text.split())
