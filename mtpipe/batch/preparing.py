"""Turns a listed document into a segmented Document, or into the reason why there is none."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from mtpipe import reader, segmenter
from mtpipe.batch.listing import Listed
from mtpipe.config import Input
from mtpipe.data import Document
from mtpipe.errors import InputError, MtpipeError


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a listed document: the document and its bytes' SHA-256, or the reason why not."""

    listed: Listed
    document: Document | None
    sha256: str
    reason: str = ""


def fingerprint(item: Listed) -> str:
    """Return the SHA-256 of a document's bytes; "" where they cannot be read."""
    if item.reason:
        return ""
    try:
        return hashlib.sha256(_bytes(item)).hexdigest()
    except OSError:
        return ""


def prepare(item: Listed, entry: Input, source: str) -> Prepared:
    """Read, clean and segment a document."""
    if item.reason:
        return Prepared(item, None, "", item.reason)
    try:
        document = _record(item, entry, source) if item.line else _file(item, entry, source)
        _refuse_halves(document.source)
        segmented = segmenter.segment_lines(document) if entry.lines else segmenter.segment(document)
    except MtpipeError as error:
        return Prepared(item, None, "", _without_path(str(error), item))
    except Exception as error:
        # One document that a stage chokes on is no reason to lose the others.
        return Prepared(item, None, "", internal(error))
    return Prepared(item, segmented, document.origin.sha256)


def internal(error: Exception) -> str:
    """Return a reason for what nobody expected."""
    return f"internal error: {type(error).__name__}: {' '.join(str(error).split())}"


def _refuse_halves(text: str) -> None:
    """Raise InputError for half a surrogate pair, which JSON can hold and no file or engine takes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"not a text (half a character, U+{ord(text[error.start]):04X}, at {error.start})"
        ) from None


def _file(item: Listed, entry: Input, source: str) -> Document:
    document = reader.read(item.path, language=source, encoding=entry.encoding or None)
    return replace(document, id=PurePath(item.name).name)


def _record(item: Listed, entry: Input, source: str) -> Document:
    try:
        data = _bytes(item)
    except OSError as error:
        raise InputError(f"{item.path}: cannot be read: {error.strerror or error}") from None
    try:
        held = json.loads(
            reader.decode(data, name=item.label, encoding=entry.encoding)[0] if entry.encoding else data
        )
    except ValueError as error:
        raise InputError(f"not JSON: {error}") from None
    text = held.get(entry.text) if isinstance(held, dict) else None
    if not isinstance(text, str):
        fields = ", ".join(held) if isinstance(held, dict) else type(held).__name__
        raise InputError(f"no text in the field {entry.text!r} (there: {fields})")
    name = f"{PurePath(item.path).name}:{item.line}"
    document = reader.document_of(text, data, name=name, own_id=PurePath(item.name).name, language=source)
    if not entry.encoding:
        return document
    return replace(document, origin=replace(document.origin, encoding=entry.encoding))


def _bytes(item: Listed) -> bytes:
    with Path(item.path).open("rb") as file:
        if not item.line:
            return file.read()
        file.seek(item.start)
        return file.read(item.size)


def _without_path(text: str, item: Listed) -> str:
    for name in (item.label, item.path, PurePath(item.path).name):
        text = text.removeprefix(f"{name}: ")
    return text
