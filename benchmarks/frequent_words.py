"""Which frequent English words the corpus hardly has: ``python -m benchmarks.frequent_words [WORDS] [FROM]``.

The frequencies are those of the package wordfreq (``pip install wordfreq``; many kinds of text, none of the development
sets). Words of one stem are one family. Prints how many families of the 60,000 most frequent words ``corpus/`` has
fewer than 40 times, then WORDS of them, the most frequent first, from the FROM-th on.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections import Counter, defaultdict

from benchmarks.ordinary_words import corpus_files, words

_MOST = 60_000
_RARE = 40
_SHORTEST = 4
_ENDINGS = (
    *("iness", "fulness", "ations", "ation", "ingly", "edly", "ments", "ment", "ings", "ing", "ness"),
    *("ies", "ied", "ily", "ely", "es", "ed", "ly", "er", "ers", "or", "s", "y", "e"),
)


def stem(word: str) -> str:
    """Return an English word without its ending, at least four letters of it."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


def rare_families(frequent: list[str], ours: Counter[str], capital: Counter[str]) -> list[list[str]]:
    """Return the families of ``frequent`` words that ``ours`` has fewer than 40 times, in their order.

    Words that mostly stand with a capital (``capital`` counts those) are names and left out.
    """
    times: Counter[str] = Counter()
    for word, count in ours.items():
        times[stem(word)] += count
    families: dict[str, list[str]] = defaultdict(list)
    for word in frequent:
        name = 2 * capital[word] > ours[word]
        if re.fullmatch(f"[a-z]{{{_SHORTEST},}}", word) and not name and times[stem(word)] < _RARE:
            families[stem(word)].append(word)
    return list(families.values())


def main() -> None:
    """Print the list."""
    # Not among the packages that the tests need.
    top_n_list = importlib.import_module("wordfreq").top_n_list
    shown = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    begin = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    texts = [line.split("\t")[1] for path in corpus_files() for line in path.read_text("utf-8").splitlines()]
    capital = Counter(word.casefold() for text in texts for word in re.findall(r"(?<=\s)[A-Z][a-z]+", text))
    families = rare_families(top_n_list("en", _MOST, wordlist="best"), words(texts), capital)
    print(f"{len(families)} families: {'; '.join('/'.join(f[:3]) for f in families[begin : begin + shown])}")


if __name__ == "__main__":
    main()
