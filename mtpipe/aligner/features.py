"""Sentences become sparse rows of features: words, word beginnings, spelling across scripts."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_SENTENCE_END = "\n"
_TOKEN = re.compile(r"\n|\d+|[^\W\d_]+")
_GROUPED_DIGITS = re.compile(r"(?<=\d)[.,'’٬   ](?=\d{3}(?!\d))")
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903]+"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_DIGITS = {
    code: str(unicodedata.decimal(chr(code))) for code in range(0x660, 0x1E950) if chr(code).isdecimal()
}
STEM = 5  # letters that a word's beginning keeps: enough to tell words apart, few enough to drop endings


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: row ``r`` holds ``index[pointer[r]:pointer[r + 1]]`` with ``weight`` at each."""

    pointer: Ints
    index: Ints
    weight: Floats

    @property
    def size(self) -> int:
        """Return the number of rows."""
        return len(self.pointer) - 1

    @property
    def mass(self) -> Floats:
        """Return the summed weight of each row."""
        total = np.concatenate([[0.0], np.cumsum(self.weight, dtype=np.float64)])
        mass: Floats = (total[self.pointer[1:]] - total[self.pointer[:-1]]).astype(np.float32)
        return mass


@dataclass(frozen=True, slots=True)
class Tokens:
    """The normalised tokens of one side: their types, and a row of type numbers for each sentence."""

    types: tuple[str, ...]
    rows: Rows


def normalise(text: str) -> str:
    """Return ``text`` case-folded, without diacritics, with ASCII digits and without digit grouping."""
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_DIGITS)
    return _GROUPED_DIGITS.sub("", text)


def words(text: str) -> list[str]:
    """Return the runs of letters and of digits in a normalised text."""
    return [found for found in _TOKEN.findall(text) if found != _SENTENCE_END]


def tokens(sentences: Sequence[str]) -> Tokens:
    """Split sentences into runs of letters and runs of digits, one pass over the whole side."""
    lines = (" ".join(sentence.splitlines()) for sentence in sentences)
    found = _TOKEN.findall(normalise(_SENTENCE_END.join(lines)))
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    vocabulary[_SENTENCE_END] = 0
    ids = np.fromiter(map(vocabulary.__getitem__, found), np.int64, len(found))
    breaks = np.flatnonzero(ids == 0)
    kept = ids[ids > 0] - 1
    pointer = np.concatenate([[0], breaks - np.arange(len(breaks)), [len(kept)]]).astype(np.int64)
    if not sentences:
        pointer = np.zeros(1, np.int64)
    return Tokens(tuple(vocabulary)[1:], Rows(pointer, kept, np.ones(len(kept), np.float32)))


def lengths(sentences: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return each sentence's length in characters, plus one so that no length is zero."""
    return np.fromiter((len(sentence.strip()) + 1 for sentence in sentences), np.float64, len(sentences))


def is_arabic(side: Tokens) -> bool:
    """Tell whether most token types of a side are in Arabic script."""
    return 2 * sum(1 for kind in side.types if _ARABIC.search(kind)) > len(side.types)


def word_features(token: str) -> tuple[str, ...]:
    """Return the token itself, or its pairs of characters where a script puts no spaces."""
    if _UNSPACED.search(token) and len(token) > 1:
        return tuple(token[i : i + 2] for i in range(len(token) - 1))
    return (token,)


def stem_features(token: str) -> tuple[str, ...]:
    """Return the token's first letters; numbers and unspaced scripts have none."""
    if token[0].isdigit() or _UNSPACED.search(token):
        return ()
    return (token[:STEM],)


def expand(side: Tokens, features: Callable[[str], tuple[str, ...]], vocabulary: dict[str, int]) -> Rows:
    """Turn each token into its features, numbered by ``vocabulary``, which grows."""
    lists = [
        [vocabulary.setdefault(feature, len(vocabulary)) for feature in features(kind)] for kind in side.types
    ]
    sizes = np.fromiter(map(len, lists), np.int64, len(lists))
    flat = np.fromiter((number for numbers in lists for number in numbers), np.int64, int(sizes.sum()))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    counts = sizes[side.rows.index] if lists else np.zeros(0, np.int64)
    ends = np.concatenate([[0], np.cumsum(counts)])
    inside = np.arange(ends[-1]) - np.repeat(ends[:-1], counts)
    index = (
        flat[np.repeat(starts[side.rows.index], counts) + inside] if len(inside) else np.zeros(0, np.int64)
    )
    return Rows(ends[side.rows.pointer], index, np.ones(len(index), np.float32))


def kept(rows: Rows, wanted: npt.NDArray[np.bool_]) -> Rows:
    """Return rows with the wanted features only."""
    chosen = wanted[rows.index]
    before = np.concatenate([[0], np.cumsum(chosen)])
    return Rows(before[rows.pointer], rows.index[chosen], rows.weight[chosen])


def distinct(values: Ints) -> Ints:
    """Return each value once, in order; ``np.unique`` hashes, which takes ten times as long on millions."""
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    found: Ints = ordered[fresh]
    return found


def background(first: Rows, second: Rows, size: int, floor: float) -> Floats:
    """Return each feature's relative frequency in both sides, never below ``floor``."""
    counts = np.bincount(first.index, first.weight, size) + np.bincount(second.index, second.weight, size)
    total = max(float(counts.sum()), 1.0)
    return np.maximum(counts / total, floor).astype(np.float32)


# Consonants of Arabic and Latin script in classes that transliteration mostly keeps.
_SOUNDS = str.maketrans(
    {
        **dict.fromkeys("بپbp", "p"), **dict.fromkeys("تطثدضذtd", "t"), **dict.fromkeys("سصزشsz", "s"),
        **dict.fromkeys("جغگgj", "g"), **dict.fromkeys("كقkqcx", "k"), **dict.fromkeys("فڤfv", "f"),
        **dict.fromkeys("لl", "l"), **dict.fromkeys("مm", "m"), **dict.fromkeys("نn", "n"),
        **dict.fromkeys("رr", "r"), **dict.fromkeys("هحخh", "h"),
        **dict.fromkeys("اويىءةآعaeiouyw", None),
    }
)  # fmt: skip
_ARABIC = re.compile("[\u0620-\u06ff]")
_CLITICS = re.compile("(?:[وفبلك]?ال|[وفبلك])(?=...)")
_SHORTEST_NAME = 3


def name_features(token: str) -> tuple[str, ...]:
    """Return the consonant skeletons under which a name may be found again in the other script."""
    if token[0].isdigit():
        return (token,)
    forms = {token, _CLITICS.sub("", token, count=1)} if _ARABIC.search(token) else {token}
    skeletons = {re.sub(r"(.)\1+", r"\1", form.translate(_SOUNDS)).replace("h", "") for form in forms}
    return tuple(sorted("=" + skeleton for skeleton in skeletons if len(skeleton) >= _SHORTEST_NAME))
