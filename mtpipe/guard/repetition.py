"""Loops: words that a translation says again and again though the source does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mtpipe.data import Finding
from mtpipe.guard.pair import Pair

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_STUTTER = re.compile(r"(\w{1,5}?)\1{4,}")
_LONGEST = 12  # words in a phrase that may loop
_NGRAM = 4
_LONG_STRETCH = 7  # words said twice, in one stretch or several, that no source explains


def check_repetition(pair: Pair) -> list[Finding]:
    """Find a phrase that comes several times in a row, a long stretch said twice, a stutter inside a word."""
    words = _words(pair.target)
    found = _in_a_row(words)
    if found is not None:
        phrase, times = found
        source = _source_repeats(pair.source)
        if times > source + (1 if len(phrase) > 1 else 2):
            return [Finding("repetition", f"“{' '.join(phrase)}” comes {times} times in a row")]
    again = _said_again(words, _NGRAM)
    if again >= _LONG_STRETCH and again > 2 * _source_said_again(pair.source) + _LONG_STRETCH - 1:
        return [Finding("repetition", f"{again} words are said twice")]
    stutter = _STUTTER.search(pair.target)
    if stutter and not stutter[1].isdigit() and not _STUTTER.search(pair.source):
        return [Finding("repetition", f"“{stutter[1]}” is repeated inside a word")]
    return []


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


@lru_cache(maxsize=4096)
def _source_repeats(text: str) -> int:
    found = _in_a_row(_words(text))
    return 1 if found is None else found[1]


@lru_cache(maxsize=4096)
def _source_said_again(text: str) -> int:
    return _said_again(_words(text), _NGRAM - 1)  # Arabic says the same in fewer words


def _in_a_row(words: Sequence[str]) -> tuple[tuple[str, ...], int] | None:
    """Return the phrase that is repeated most often without a gap, and how often it comes."""
    best: tuple[tuple[str, ...], int] | None = None
    for size in range(1, min(_LONGEST, len(words) // 2) + 1):
        run = 0
        for index in range(len(words) - size):
            run = run + 1 if words[index] == words[index + size] else 0
            times = run // size + 1
            if times > 1 and (best is None or times > best[1]):
                start = index + size - run + 1 - size
                best = tuple(words[start : start + size]), times
    return best


def _said_again(words: Sequence[str], size: int) -> int:
    """Return how many words stand in phrases of ``size`` words that have been there before."""
    seen: set[tuple[str, ...]] = set()
    covered = -1
    again = 0
    for index in range(len(words) - size + 1):
        gram = tuple(words[index : index + size])
        if gram in seen:
            again += index + size - max(index, covered)
            covered = index + size
        seen.add(gram)
    return again
