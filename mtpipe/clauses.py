"""Cuts a text that is too long for a model at clause marks, and makes one text of what became of the parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

# Where a segment may be cut for the model: after a strong mark, after a comma, before «و», at any space.
_CUTS = tuple(
    re.compile(cut) for cut in (r"(?<=[.!?؟؛;:])\s+", r"(?<=[،,])\s+", r"\s+(?=و[^\W\d_]{2})", r"\s+")
)

_SENTENCE_END = re.compile(r"[.!?؟]\s*$")
_LAST_MARKS = re.compile(r"[\s.,;:\"”»]*$")
_CLOSING = re.compile(r"[»”]|(?<=[\w.,!?؟،])\"")
# A part of a sentence begins with a capital in its translation; these words have none inside.
_SMALL = re.compile(
    r"(?:The|A|An|This|That|These|Those|It|He|She|They|We|You|His|Her|Its|Their|Some|All|After|Before|When|While|As|At|In|On|By|For"
    r"|From|To|With|Without|And|But|Or|If|Because|Since|So|Not|No|There|Which|Who|Where|Until|According|Is|Was|Were|Has|Had"
    r"|Le|La|Les|Un|Une|Des|Du|De|Ce|Cette|Ces|Il|Elle|Ils|Elles|On|Nous|Vous|Son|Sa|Ses|Leurs?|Et|Mais|Ou|Si|Car|Comme|Après"
    r"|Avant|Quand|Lorsque|Pendant|Dans|Sur|Sous|Par|Pour|Avec|Sans|En|Au|Aux|Que|Qui|Où|Selon|Depuis|Ainsi|Certains|Tous)(?=\s)"
    r"|(?:L|D|Qu|S|C|N)['’]"
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


def parts_of_one(parts: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return ``texts``, the translations of the parts of one text, so that a sentence begins once and ends once."""
    made = []
    for number, (part, translated) in enumerate(zip(parts, texts, strict=True)):
        text = translated
        if number and not _SENTENCE_END.search(parts[number - 1]) and _SMALL.match(text):
            text = text[0].lower() + text[1:]
        if number + 1 < len(parts) and not _SENTENCE_END.search(part):
            text = _unfinished(text, part)
        made.append(text)
    return made


def _unfinished(text: str, part: str) -> str:
    """Return the translation of a part that ends no sentence without the full stop and the closing mark made up for it.

    A model ends what it takes for a sentence, and closes a quotation that goes on in the next part.
    """
    ended = _LAST_MARKS.search(text)
    marks = "" if ended is None else ended.group()
    kept = text[: len(text) - len(marks)]
    if re.search(r"[\"”»]", marks) and len(_CLOSING.findall(part)) < len(_CLOSING.findall(text)):
        marks = re.sub(r"\s*[\"”»]", "", marks)
    marks = marks.replace(".", "")
    if re.search(r"[،,]\s*$", part) and not re.search("[,;:]", marks):
        marks = marks.rstrip() + ","
    return (kept + marks).rstrip()
