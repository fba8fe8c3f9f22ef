"""Tab-separated tables beside this file into lookups: what a linguist can read and extend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table: the word, what it is, and the sentence that justifies it."""

    word: str
    kind: str
    example: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language that decide about sentence ends.

    ``abbreviations`` maps a word without its last full stop to its kind (title,
    number, never, either); the sets hold the words of the other kinds.
    """

    abbreviations: dict[str, str]
    opener: frozenset[str]
    bare: frozenset[str]
    saying: frozenset[str]
    small: frozenset[str]
    dateline: frozenset[str]


def read_table(name: str) -> tuple[Entry, ...]:
    """Return the entries of ``rules/NAME.tsv``; ValueError names a line that is none."""
    text = files("mtpipe.segmenter").joinpath("rules").joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 3 or not all(part.strip() for part in parts):
            raise ValueError(
                f"{name}.tsv, line {number}: {line!r} is not word, kind and sentence between tabs"
            )
        entries.append(Entry(*parts))
    return tuple(entries)


_ABBREVIATIONS = ("title", "number", "never", "either")


@cache
def lexicon(language: str) -> Lexicon:
    """Return the words of ``language``; a language without a table gets those of English and French.

    Any other language so keeps the titles and initials of names it cites.
    """
    tables = {"ar": ("ar",), "en": ("en",), "fr": ("fr",)}.get(language, ("fr", "en"))
    entries = [entry for table in tables for entry in read_table(table)]

    def of(kind: str) -> frozenset[str]:
        return frozenset(entry.word for entry in entries if entry.kind == kind)

    abbreviations = {entry.word: entry.kind for entry in entries if entry.kind in _ABBREVIATIONS}
    if tables == ("ar",):  # an Arabic text names people and firms in Latin letters too
        latin = {entry.word: entry.kind for entry in read_table("en") if entry.kind in _ABBREVIATIONS}
        abbreviations = latin | abbreviations
    return Lexicon(abbreviations, of("opener"), of("bare"), of("saying"), of("small"), of("dateline"))
