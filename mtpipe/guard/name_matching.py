"""Tells whether a name in Latin script may be the Arabic one: by how both sound, consonants only."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mtpipe.guard.number_words import plain

# Consonants in classes that spelling across scripts mostly keeps; vowels, w, y and h are dropped.
_ARABIC = str.maketrans(
    {
        **dict.fromkeys("بپ", "p"), **dict.fromkeys("فڤ", "f"), **dict.fromkeys("تطثدضذ", "t"),
        **dict.fromkeys("سصزشظچ", "s"), **dict.fromkeys("كقخغجگ", "k"), **dict.fromkeys("ل", "l"),
        **dict.fromkeys("م", "m"), **dict.fromkeys("ن", "n"), **dict.fromkeys("ر", "r"),
        **dict.fromkeys("اويهعحءئؤةىآأإ", None),
    }
)  # fmt: skip
_DIGRAPHS = (
    ("tch", "s"), ("sch", "s"), ("ch", "s"), ("sh", "s"), ("ph", "f"), ("th", "t"), ("dh", "t"), ("dj", "k"),
    ("kh", "k"), ("gh", "k"), ("ce", "s"), ("ci", "s"), ("cy", "s"), ("ç", "s"), ("ck", "k"), ("x", "ks"),
)  # fmt: skip
_LATIN = str.maketrans(
    {
        **dict.fromkeys("bp", "p"), **dict.fromkeys("fv", "f"), **dict.fromkeys("td", "t"), **dict.fromkeys("sz", "s"),
        **dict.fromkeys("kqcgj", "k"), **dict.fromkeys("aeiouywh'’-", None),
    }
)  # fmt: skip
_DOUBLE = re.compile(r"(.)\1+")
_ARTICLE = re.compile("^(?:[وفبكل]{0,2}ال|لل)(?=...)|^[وفبكل](?=....)")
STEM = 4


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return a Latin word in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def stem(word: str) -> str:
    """Return the first letters of a Latin word, by which its forms are told to be one name's."""
    return fold(word)[:STEM]


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """Return the classes of a word's consonants, doubled ones once."""
    if "\u0600" <= word[:1] <= "\u06ff":
        return _DOUBLE.sub(r"\1", plain(word).translate(_ARABIC))
    folded = fold(word.replace("ç", "s").replace("Ç", "s"))
    for digraph, kind in _DIGRAPHS:
        folded = folded.replace(digraph, kind)
    return _DOUBLE.sub(r"\1", folded.translate(_LATIN))


@lru_cache(maxsize=65536)
def bare(word: str) -> tuple[str, ...]:
    """Return an Arabic word in plain spelling, as it is and without what may be clitics before it."""
    form = plain(word)
    forms = [form]
    match = _ARTICLE.match(form)
    if match:
        forms.append(form[match.end() :])
        if form[0] in "وف" and len(form) > 4:
            forms.append(form[1:])
        if "ال" in match.group():
            forms.append("ال" + form[match.end() :])
    return tuple(dict.fromkeys(forms))


def sounds_like(arabic: str, latin: str) -> bool:
    """Tell whether the two words have nearly the same consonants."""
    theirs = skeleton(latin)
    for form in bare(arabic):
        ours = skeleton(form)
        if ours == theirs and len(ours) >= 1:
            return True
        if min(len(ours), len(theirs)) >= 2 and distance(ours, theirs) <= max(len(ours), len(theirs)) // 3:
            return True
    return False


def distance(first: str, second: str) -> int:
    """Return how many letters must be put in, left out or changed to make one word the other."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
