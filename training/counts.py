"""Turns translations into the counts of the model card: loops; numbers, dates and names that were kept."""

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


def dates_kept(references: list[str], made: list[str], target: str) -> tuple[int, int]:
    """Return how many days of a month in the references ("12 May", "1er mars") stand in the translations, of how many.

    Both orders count in English ("May 12"), with or without the ordinal ending.
    """
    kept = total = 0
    for reference, text in zip(references, made, strict=True):
        found = _dates(reference, target)
        kept += len(found & _dates(text, target))
        total += len(found)
    return kept, total


_MONTHS = {
    "en": "january|february|march|april|may|june|july|august|september|october|november|december",
    "fr": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
}


def _dates(text: str, target: str) -> set[tuple[int, str]]:
    month = _MONTHS[target]
    pattern = rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th|er)?(?: of)?\s+({month})|({month})\s+(\d{{1,2}})(?!\d))"
    return {(int(a or d), b or c) for a, b, c, d in re.findall(pattern, text.casefold())}


def names_kept(references: dict[str, list[str]], made: dict[str, list[str]], target: str) -> tuple[int, int]:
    """Return how many names of the references stand in the translations, and how many there are.

    A name is a capitalised word of four letters or more, not the first of its
    sentence, that the references in all languages spell alike.
    """
    kept = total = 0
    for row, text in enumerate(made[target]):
        names = set.intersection(*(_capitalised(lines[row]) for lines in references.values()))
        present = set(re.findall(r"\w+", text))
        kept += len(names & present)
        total += len(names)
    return kept, total


def _capitalised(text: str) -> set[str]:
    words = re.findall(r"(?<![.?!:\"«»“”] )(?<!^)\b[A-ZÀ-Þ][\w]{3,}", text)
    return set(words)
