"""Turns translations into the counts of the model card: loops, and numbers that were kept."""

from __future__ import annotations

import re

_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_LOOP = re.compile(r"\b(\w+(?:\W+\w+){0,3})(?:\W+\1\b){2,}")
_GROUPING = re.compile(r"(?<=\d)[.,\s\u00a0\u202f](?=\d)")


def repeats_itself(text: str) -> bool:
    """Tell whether a phrase of one to four words comes three times in a row."""
    return _LOOP.search(text) is not None


def numbers_kept(sources: list[str], made: list[str]) -> tuple[int, int]:
    """Return how many numbers in digits of the sources stand in the translations, and how many there are."""
    kept = total = 0
    for source, text in zip(sources, made, strict=True):
        joined = _GROUPING.sub("", text)
        for number in re.findall(r"\d+", re.sub(r"(?<=\d)[.,٫٬](?=\d)", "", source.translate(_ASCII))):
            total += 1
            kept += bool(re.search(rf"(?<!\d){number}(?!\d)", joined))
    return kept, total
