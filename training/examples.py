"""The sentence with its translations, as all steps of the recipe know it."""

from __future__ import annotations

from dataclasses import dataclass, field

TARGETS = ("en", "fr")
Links = list[tuple[int, int]]


@dataclass(slots=True)
class Example:
    """One source sentence with one or two translations and their word links.

    ``links`` maps a target language to (source word, target word) pairs; words
    are what SentencePiece separates by ``▁``, counted from 0.
    """

    name: str
    source: str
    targets: dict[str, str]
    links: dict[str, Links] = field(default_factory=dict)
