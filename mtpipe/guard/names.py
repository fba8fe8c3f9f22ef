"""Names: in Latin script, and well-known Arabic ones, that a translation lost or changed."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from mtpipe.data import Finding
from mtpipe.guard.dates import NAMES as DATES
from mtpipe.guard.name_matching import bare, fold, sounds_like, stem
from mtpipe.guard.pair import Pair

# A run of Latin names in an Arabic text, but no abbreviation in brackets: each language has its own.
_LATIN_NAMES = re.compile(r"(?<![@#\w./-])[A-Z][^\W\d_]{2,}(?:[ -][A-Z][^\W\d_]+)*(?![\w@]|\.\w)(?!\s?\))")
_ABBREVIATION = re.compile(r"\b[A-Z]{2,5}s?\b")  # each language has its own: NMR is RMN
_ARABIC_WORD = re.compile("[\u0620-\u065f\u0670-\u06d3]+")
_LATIN_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“«(]\s*)$")
_SHORTEST = 5  # letters: shorter Latin words in an Arabic text are titles' words as often as names
_HOUSES = frozenset(
    {"senat", "senate", "celebrity", "judiciary", "congress", "parlement", "chambre"}
)  # never in names
_PREFIX = 4  # letters by which a Latin name and its forms are told to be one


@lru_cache(maxsize=1)
def _gazetteer() -> dict[str, dict[str, frozenset[str]]]:
    """Return Arabic name → target language → the stems of its renderings."""
    table = {}
    for line in files("mtpipe.guard").joinpath("names.tsv").read_text("utf-8").splitlines():
        name, english, french = line.split("\t")
        table[name] = {"en": frozenset(english.split()), "fr": frozenset(french.split())}
    return table


@lru_cache(maxsize=1)
def _capitalised() -> dict[str, frozenset[str]]:
    """Return for each target language the words that it writes now with a capital and now without: Senate, City."""
    lines = files("mtpipe.guard").joinpath("capitalised.tsv").read_text("utf-8").splitlines()
    return {code: frozenset(words.split()) for code, words in (line.split("\t") for line in lines)}


def check_names(pair: Pair) -> list[Finding]:
    """Find Latin names of the source that are gone, and known Arabic names in whose place another one stands."""
    findings = [Finding("names", f"{name} is missing") for name in _lost_latin(pair)]
    lost = _lost_known(pair)
    if not lost:
        return findings
    strange = _strange(pair)
    for name, place in lost:
        instead = _instead(pair, place, strange)
        if instead:
            findings.append(Finding("names", f"{name} became {instead}"))
    return findings


def _lost_latin(pair: Pair) -> list[str]:
    """Return the runs of Latin names in an Arabic source of which no word stands in the translation."""
    if pair.source_language != "ar":
        return []
    names = _LATIN_NAMES.findall(pair.source)
    if not names:
        return []
    there = {fold(word)[:_PREFIX] for word in _LATIN_WORD.findall(pair.target)}
    lost = []
    for name in dict.fromkeys(names):
        if _ABBREVIATION.search(name) or len(name) < _SHORTEST:
            continue
        words = [fold(word) for word in _LATIN_WORD.findall(name)]
        shortest = 3 if len(name) < 6 else _PREFIX
        if not any(word[:_PREFIX] in there or any(t[:3] == word[:shortest] for t in there) for word in words):
            lost.append(name)
    return lost


def _lost_known(pair: Pair) -> list[tuple[str, int]]:
    """Return the known Arabic names of the source without a rendering in the translation, with their words' places."""
    known = _known(pair.source)
    if not known or pair.target_language not in ("en", "fr"):
        return []
    table = _gazetteer()
    words = _LATIN_WORD.findall(pair.target)
    stems = {stem(word) for word in words}
    return [
        (text, place)
        for text, name, place in known
        if not (table[name][pair.target_language] & stems)
        and not any(sounds_like(name, word) for word in words)
    ]


@lru_cache(maxsize=4096)
def _known(source: str) -> tuple[tuple[str, str, int], ...]:
    """Return (as written, as in the table, place) of the known names in an Arabic text."""
    table = _gazetteer()
    found = []
    for place, token in enumerate(source.split()):
        for word in _ARABIC_WORD.findall(token):
            name = next((form for form in bare(word) if form in table), None)
            if name is not None:
                found.append((word, name, place))
    return tuple(found)


def _strange(pair: Pair) -> list[str]:
    """Return the capitalised words inside the translation's sentences that no word of the source sounds like."""
    table = _gazetteer()
    ours = {s for _, name, _ in _known(pair.source) for s in table[name][pair.target_language]}
    words = _ARABIC_WORD.findall(pair.source)
    no_names = _capitalised()[pair.target_language]
    dates = DATES[pair.target_language]
    found = []
    for match in _LATIN_WORD.finditer(pair.target):
        word = match.group()
        if not word.istitle() or len(word) < _PREFIX or stem(word) in ours:
            continue
        if fold(word) in no_names or fold(word) in _HOUSES or word.lower() in dates:
            continue
        inside = not _SENTENCE_START.search(pair.target[: match.start()])
        if inside and not any(sounds_like(arabic, word) for arabic in words):
            found.append(word)
    return found


def _instead(pair: Pair, place: int, strange: list[str]) -> str:
    opposite = pair.opposite(place)
    named = [name for name in strange if name in opposite] or strange
    return named[0] if named else ""
