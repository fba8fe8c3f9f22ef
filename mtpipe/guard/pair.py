"""A segment and what was made of it: what every check looks at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A source text and its translation.

    ``links`` are (source word, target word) pairs, both counted as
    ``text.split()`` does, or empty where no alignment is known.
    """

    source: str
    target: str
    source_language: str
    target_language: str
    links: tuple[tuple[int, int], ...] = ()

    def opposite(self, place: int) -> str:
        """Return the words of the translation that speak for the source word ``place``, "" where unknown."""
        words = self.target.split()
        found = sorted({there for here, there in self.links if here == place and there < len(words)})
        return " ".join(words[there] for there in found)
