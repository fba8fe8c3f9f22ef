"""Where a glossary's terms stand in a source text, and whether a translation renders them as it should."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mtpipe.data import Finding, Term
from mtpipe.guard.glossary import Entry, Glossary
from mtpipe.guard.name_matching import fold
from mtpipe.guard.number_words import plain
from mtpipe.guard.pair import Pair

_WORD = re.compile(r"\w+")
_ARTICLES = {"en": ("the", "a", "an"), "fr": ("le", "la", "les", "l", "un", "une", "des", "du", "de", "d")}
_ENDINGS = ("", "s", "es", "e", "x")
_ENDINGS_OF_NAMES = ("", "s")
_CLITICS = "[وف]?[بكل]?"
# Names that are other words with the article: الحمص are chickpeas, القطر is the country.
_OTHERWISE = {"حمص", "قطر"}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A term in a source text: its entry, as it is written there, and the places of its words in ``text.split()``."""

    entry: Entry
    text: str
    places: tuple[int, ...]


class Terms:
    """A glossary made ready to be looked for in texts of one language."""

    def __init__(self, glossary: Glossary, source: str = "ar") -> None:
        self.glossary, self.source = glossary, source
        self._entries = {self._form(entry.source): entry for entry in glossary.entries}
        longest_first = sorted(self._entries, key=len, reverse=True)
        self._pattern = re.compile(
            "|".join(f"(?<!\\w){self._inflected(form)}(?!\\w)" for form in longest_first)
        )
        self._by_group = [self._entries[form] for form in longest_first]
        self._found: dict[str, tuple[Occurrence, ...]] = {}

    def _form(self, term: str) -> str:
        # الديموقراطية and الديمقراطية are one word.
        return plain(term).replace("ديموقراط", "ديمقراط") if self.source == "ar" else fold(term)

    def _inflected(self, form: str) -> str:
        """Return the pattern of a term with the clitics that may be written to it: و ف ب ك ل ال."""
        escaped = r"\s+".join(map(re.escape, form.split()))
        if self.source != "ar" or not "\u0600" <= form[0] <= "\u06ff":
            return f"({escaped})"
        if form.startswith("ال"):
            rest = escaped[2:]
            return f"({_CLITICS}ال{rest}|[وف]?لل{rest})"
        # What the term means does not change with the article, or with the alif of the accusative.
        return f"({_CLITICS}{'' if form in _OTHERWISE else '(?:ال|(?<=ل)ل)?'}{escaped}ا?)"

    def occurrences(self, text: str) -> tuple[Occurrence, ...]:
        """Return the terms in ``text``, the longest at each place, in order."""
        found = self._found.get(text)
        if found is None:
            if len(self._found) > 4096:
                self._found.clear()
            # Not read back: another thread may have cleared it.
            found = self._found[text] = tuple(self._find(text))
        return found

    def _find(self, text: str) -> list[Occurrence]:
        read = self._form(text)
        found = []
        for match in self._pattern.finditer(read):
            first = len(read[: match.start()].split()) - (
                match.start() > 0 and not read[match.start() - 1].isspace()
            )
            places = tuple(range(first, first + len(match.group().split())))
            found.append(Occurrence(self._by_group[(match.lastindex or 1) - 1], match.group(), places))
        return found

    def judge(self, pair: Pair) -> tuple[Term, ...]:
        """Return for each occurrence with a rendering in the target language which stands there, if one does."""
        judged = []
        there = _tokens(pair.target)
        for occurrence in self.occurrences(pair.source):
            wanted = occurrence.entry.renderings.get(pair.target_language)
            if not wanted:
                continue
            used = next((r for r in wanted if _stands(there, r, pair.target_language)), "")
            judged.append(Term(occurrence.text, wanted[0], used))
        return tuple(judged)

    def findings(self, pair: Pair) -> tuple[Finding, ...]:
        """Return one finding a term that is not rendered as the glossary wants."""
        return tuple(
            Finding("terms", f"{term.source} should be {term.wanted}")
            for term in self.judge(pair)
            if not term.used
        )


@lru_cache(maxsize=4096)
def _needle(rendering: str, language: str) -> tuple[str, ...]:
    words = _WORD.findall(fold(rendering))
    while len(words) > 1 and words[0] in _ARTICLES.get(language, ()):
        words = words[1:]
    return tuple(words)


def _tokens(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _stands(tokens: list[str], rendering: str, language: str) -> bool:
    """Tell whether the rendering stands among ``tokens``.

    It may serve several occurrences: what a source names twice a translation may name once, and then call "it".
    """
    needle = _needle(rendering, language)
    endings = _ENDINGS_OF_NAMES if without_article(rendering, language)[:1].isupper() else _ENDINGS
    return any(_goes_on(tokens, at, needle, endings) for at in range(len(tokens) - len(needle) + 1))


def _goes_on(tokens: list[str], at: int, needle: tuple[str, ...], endings: tuple[str, ...]) -> bool:
    """Tell whether ``needle`` stands at a place; one word may come between: le ministre turc des Affaires."""
    if not _same(tokens[at], needle[0], endings):
        return False
    for word in needle[1:]:
        step = next(
            (step for step in (1, 2) if at + step < len(tokens) and _same(tokens[at + step], word, endings)),
            0,
        )
        if not step:
            return False
        at += step
    return True


def _same(token: str, word: str, endings: tuple[str, ...]) -> bool:
    return token.startswith(word) and token[len(word) :] in endings


def without_article(rendering: str, language: str) -> str:
    """Return a rendering without the article it begins with."""
    words = rendering.replace("’", "'").split()
    while len(words) > 1 and fold(words[0]) in _ARTICLES.get(language, ()):
        words = words[1:]
    text = " ".join(words)
    return re.sub(r"^[LlDd]'", "", text)
