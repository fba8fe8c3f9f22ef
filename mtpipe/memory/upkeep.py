"""A translation memory's contents out in order, and less of it: limits and purges."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from mtpipe.errors import UsageError
from mtpipe.memory.folding import folded
from mtpipe.memory.store import Memory

# Entries of a unit whose values are the program's own words, not the texts'.
_OWN_WORDS = {"flags", "how", "check", "confidence", "model"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which units: those that fit all that is given; nothing given means all.

    ``model`` is the beginning of the weights' SHA-256, ``containing`` a stretch of
    the source text, of the translation or of what else the unit holds (attempts,
    the text in between, findings, terms), spelling aside: see ``folded``.
    """

    source: str | None = None
    target: str | None = None
    model: str | None = None
    containing: str | None = None


@dataclass(frozen=True, slots=True)
class SourceUnit:
    """A source text with its translations: (target language, text, model SHA-256, made at, in Unix seconds)."""

    language: str
    text: str
    translations: tuple[tuple[str, str, str, int], ...]


def units(memory: Memory, chosen: Selection | None = None) -> Iterator[SourceUnit]:
    """Yield every source text once, with all its translations, in the order of texts."""
    clause, values = _where(memory, chosen or Selection())
    rows = memory.rows(
        "SELECT c.source, u.text, c.target, u.hypothesis, c.model, u.made FROM unit u"
        f" JOIN circumstances c ON c.id = u.circumstances {clause} ORDER BY c.source, u.text, c.target, u.id",
        values,
    )
    language, text = "", ""
    held: list[tuple[str, str, str, int]] = []
    for source, source_text, target, hypothesis, model, made in rows:
        if held and (source, source_text) != (language, text):
            yield SourceUnit(language, text, tuple(held))
            held = []
        language, text = source, source_text
        held.append((target, hypothesis, model, made))
    if held:
        yield SourceUnit(language, text, tuple(held))


def purge(memory: Memory, chosen: Selection | None = None) -> int:
    """Delete the units chosen, overwrite where they stood, and return how many there were.

    UsageError where something is given that is empty: it would choose everything.
    """
    clause, values = _where(memory, chosen or Selection())
    return memory.delete(
        f"id IN (SELECT u.id FROM unit u JOIN circumstances c ON c.id = u.circumstances {clause})", values
    )


def limit(
    memory: Memory, *, count: int | None = None, days: float | None = None, size: int | None = None
) -> int:
    """Delete the oldest units until ``count`` remain, none older than ``days``, in ``size`` bytes.

    Returns how many went.
    """
    gone = 0
    if days is not None:
        gone += memory.delete("made < ?", (int(time.time() - days * 86400),))
    if count is not None:
        gone += memory.delete("id NOT IN (SELECT id FROM unit ORDER BY id DESC LIMIT ?)", (count,))
    while size is not None and len(memory) and memory.size() > size:
        # A first guess by the mean size of a unit, then again until it fits.
        keep = min(len(memory) - 1, len(memory) * size // max(1, memory.size()))
        gone += memory.delete("id NOT IN (SELECT id FROM unit ORDER BY id DESC LIMIT ?)", (keep,))
    return gone


def _where(memory: Memory, chosen: Selection) -> tuple[str, tuple[str, ...]]:
    parts = {
        "source": "c.source = ?",
        "target": "c.target = ?",
        "model": "substr(c.model, 1, length(?)) = ?",
        "containing": "mentions(?, u.text, u.hypothesis, u.more)",
    }
    clauses: list[str] = []
    values: list[str] = []
    for field in fields(chosen):
        value = getattr(chosen, field.name)
        if value is None:
            continue
        if field.name == "containing":
            value = folded(value)
            memory.teach("mentions", 4, _mentions)
        if not value.strip():
            raise UsageError(f"{field.name} {getattr(chosen, field.name)!r}: holds nothing to look for")
        clauses.append(parts[field.name])
        values += [value] * parts[field.name].count("?")
    return f"WHERE {' AND '.join(clauses)}" if clauses else "", tuple(values)


def _mentions(wanted: str, text: str, hypothesis: str, more: str) -> bool:
    """Tell whether ``wanted``, folded already, stands in any text of a unit."""
    return any(wanted in folded(one) for one in (text, hypothesis, *_texts(_read(more))))


def _read(more: str) -> Any:
    try:
        return json.loads(more) if more else None
    except ValueError:
        # Damaged: whatever it was, it is looked at as it stands.
        return more


def _texts(held: Any) -> Iterator[str]:
    """Yield every text in plain JSON values that comes from an article or a model."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for name, value in held.items():
            if name not in _OWN_WORDS:
                yield from _texts(value)
    elif isinstance(held, list):
        for value in held:
            yield from _texts(value)
