"""Turns a hypothesis and a reference into coloured runs: what matches, what moved, what is not there."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from mtpipe.report import NgramDifference, Run

# Arabic vowel signs are not word characters to Python, but stand inside words.
_WORD = "\\w\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d"
_TOKEN = re.compile(f"&#?\\w+;|[{_WORD}]+(?:['’.,٫٬-][{_WORD}]+)*|[^{_WORD}\\s]")
_ORDER = 4
# difflib takes cubic time on loops ("never never never ..."): beyond this, order is not looked at.
_LONG = 400
_SAME, _MOVED, _ALIKE, _ABSENT = "=", "m", "~", "x"


def tokens(text: str) -> list[tuple[int, int]]:
    """Return the spans of words and marks in ``text``."""
    return [match.span() for match in _TOKEN.finditer(text)]


def folded(token: str) -> str:
    """Return ``token`` without case, vowel signs and the shape of quotes, dashes and digits."""
    plain = unicodedata.normalize("NFKD", token.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char) and char != "\u0640")
    return plain.translate(_ALIKE_TABLE)


_ALIKE_TABLE = str.maketrans("’‘ʼ´`“”„«»–—‑−،؛؟٠١٢٣٤٥٦٧٨٩", "'''''\"\"\"\"\"----,;?0123456789")


def coloured(hypothesis: str, reference: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Return the runs of the hypothesis against the reference, and of the reference against it.

    The runs' texts, joined, are the two texts.
    """
    spans_h, spans_r = tokens(hypothesis), tokens(reference)
    words_h = [hypothesis[start:end] for start, end in spans_h]
    words_r = [reference[start:end] for start, end in spans_r]
    codes_h, codes_r = _codes(words_h, words_r)
    return (
        _runs(hypothesis, spans_h, codes_h, _shared_orders(words_h, words_r)),
        _runs(reference, spans_r, codes_r, _shared_orders(words_r, words_h)),
    )


def _codes(words_h: list[str], words_r: list[str]) -> tuple[list[str], list[str]]:
    """Match in order first, then what is left anywhere, then what is left up to case and typography."""
    codes_h, codes_r = [_ABSENT] * len(words_h), [_ABSENT] * len(words_r)
    if max(len(words_h), len(words_r)) <= _LONG:
        matcher = SequenceMatcher(None, words_h, words_r, autojunk=False)
        for block in matcher.get_matching_blocks():
            for offset in range(block.size):
                codes_h[block.a + offset] = codes_r[block.b + offset] = _SAME
    _match_left(words_h, words_r, codes_h, codes_r, _MOVED)
    _match_left(
        [folded(word) for word in words_h], [folded(word) for word in words_r], codes_h, codes_r, _ALIKE
    )
    return codes_h, codes_r


def _match_left(
    keys_h: list[str], keys_r: list[str], codes_h: list[str], codes_r: list[str], code: str
) -> None:
    free: dict[str, list[int]] = {}
    for index in reversed(range(len(keys_r))):
        if codes_r[index] == _ABSENT:
            free.setdefault(keys_r[index], []).append(index)
    for index, key in enumerate(keys_h):
        if codes_h[index] == _ABSENT and free.get(key):
            codes_h[index] = codes_r[free[key].pop()] = code


def _shared_orders(words: list[str], others: list[str]) -> list[int]:
    """Return for each word the length of the longest n-gram around it that the other text has too."""
    orders = [0] * len(words)
    for n in range(1, _ORDER + 1):
        known = {tuple(others[start : start + n]) for start in range(len(others) - n + 1)}
        for start in range(len(words) - n + 1):
            if tuple(words[start : start + n]) in known:
                orders[start : start + n] = [n] * n
    return orders


def _runs(text: str, spans: list[tuple[int, int]], codes: list[str], orders: list[int]) -> tuple[Run, ...]:
    """Join neighbours of one colour; blank space belongs to the run before it."""
    runs: list[Run] = []
    begin = 0
    for number, (code, order) in enumerate(zip(codes, orders, strict=True)):
        end = spans[number + 1][0] if number + 1 < len(spans) else len(text)
        piece = text[begin:end]
        begin = end
        if runs and (runs[-1].word, runs[-1].ngram) == (code, order):
            runs[-1] = Run(runs[-1].text + piece, code, order)
        else:
            runs.append(Run(piece, code, order))
    if not spans and text:
        runs.append(Run(text, _ABSENT, 0))
    return tuple(runs)


def ngram_differences(
    first: tuple[str, Sequence[str]],
    second: tuple[str, Sequence[str]],
    references: Iterable[Sequence[str]],
    *,
    most: int = 12,
) -> tuple[NgramDifference, ...]:
    """List the reference n-grams (of one to four words) that one system renders more often than the other.

    Ranked by the difference over the square root of the sum, so that a rare
    n-gram always rendered beats a frequent one rendered a little more often.
    """
    gained: Counter[tuple[str, ...]] = Counter()
    matched: tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]] = (Counter(), Counter())
    for one, other, row in zip(first[1], second[1], references, strict=True):
        if one == other:
            continue
        wanted = [_ngrams(reference) for reference in row]
        for number, text in enumerate((one, other)):
            for ngram, count in _ngrams(text).items():
                allowed = max((reference[ngram] for reference in wanted), default=0)
                if allowed:
                    matched[number][ngram] += min(count, allowed)
                    gained[ngram] += min(count, allowed) * (1 if number else -1)
    result: list[NgramDifference] = []
    for sign in (1, -1):
        for ngram in _telling(gained, matched, sign, most):
            result.append(
                NgramDifference(first[0], second[0], " ".join(ngram), matched[0][ngram], matched[1][ngram])
            )
    return tuple(result)


def _ngrams(text: str) -> Counter[tuple[str, ...]]:
    words = [text[start:end] for start, end in tokens(text)]
    return Counter(
        tuple(words[start : start + n]) for n in range(1, _ORDER + 1) for start in range(len(words) - n + 1)
    )


def _telling(
    gained: Counter[tuple[str, ...]], matched: Sequence[Counter[tuple[str, ...]]], sign: int, most: int
) -> list[tuple[str, ...]]:
    """Rank; one n-gram speaks for those it overlaps with that differ as often."""

    def strength(ngram: tuple[str, ...]) -> float:
        return float(gained[ngram] * sign / (matched[0][ngram] + matched[1][ngram]) ** 0.5)

    ranked = sorted(
        (ngram for ngram, count in gained.items() if count * sign > 1),
        key=lambda ngram: (-strength(ngram), -len(ngram), ngram),
    )
    chosen: list[tuple[str, ...]] = []
    for ngram in ranked:
        if len(chosen) == most:
            break
        if not any(gained[ngram] == gained[other] and _overlap(ngram, other) for other in chosen):
            chosen.append(ngram)
    return chosen


def _overlap(ngram: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether one holds the other, or both are windows on the same longer stretch."""
    shorter = min(len(ngram), len(other))
    return len(set(ngram) & set(other)) >= max(1, shorter - (shorter > 2))
