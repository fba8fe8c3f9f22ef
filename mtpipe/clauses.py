"""Cuts a text that is too long for a model at clause marks."""

from __future__ import annotations

import re
from collections.abc import Callable

# Where a segment may be cut for the model: after a strong mark, after a comma, before «و», at any space.
_CUTS = tuple(
    re.compile(cut) for cut in (r"(?<=[.!?؟؛;:])\s+", r"(?<=[،,])\s+", r"\s+(?=و[^\W\d_]{2})", r"\s+")
)


def split_clauses(text: str, count: Callable[[str], int], limit: int) -> list[str]:
    """Cut ``text`` into parts of at most ``limit`` by ``count``, at the strongest marks that serve.

    Parts are as even as the marks allow. A word that is too long by itself is
    cut between characters.
    """
    return _split(text, count, limit, 0)


def _split(text: str, count: Callable[[str], int], limit: int, level: int) -> list[str]:
    size = count(text)
    if size <= limit:
        return [text]
    if level == len(_CUTS):
        half = max(1, len(text) // 2)
        return [part for side in (text[:half], text[half:]) for part in _split(side, count, limit, level)]
    clauses = _CUTS[level].split(text)
    if len(clauses) == 1:
        return _split(text, count, limit, level + 1)
    wanted = size / -(-size // limit)
    parts: list[str] = []
    current, filled = "", 0
    for clause in clauses:
        length = count(clause)
        if current and (filled + length > limit or filled >= wanted):
            parts.append(current)
            current, filled = "", 0
        current = f"{current} {clause}" if current else clause
        filled += length
    parts.append(current)
    return [cut for part in parts for cut in _split(part, count, limit, level + 1)]
