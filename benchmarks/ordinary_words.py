"""Which ordinary words the corpus is short of: ``python -m benchmarks.ordinary_words [WORDS] [FILE ...]``.

Counts the words of the development sets (MTPIPE_DATA) that are frequent in at least two of the three, whatever their
subject. Prints how many of them ``corpus/`` (or the files named) uses less often, then WORDS of them, those that make
the largest difference first, each with its times in a million words of the sets and of the corpus.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.healing import development

_CORPUS = Path(__file__).parents[1] / "corpus"
_WORD_LISTS = {"given", "lexicon", "names", "names2", "places", "surnames"}
SETS = ("flores-dev", "ntrex-dev", "tico19-dev")
_LANGUAGES = ("ar", "en", "fr")
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = re.compile("[\u064b-\u0652\u0640]")
_FREQUENT = 5  # times in a set of about a thousand lines


def words(lines: Iterable[str]) -> Counter[str]:
    """Return how often each word stands in ``lines``, case and vowel signs dropped."""
    return Counter(word for line in lines for word in _WORD.findall(_MARKS.sub("", line).casefold()))


def corpus_files() -> list[Path]:
    """Return the files of ``corpus/`` that are sentences, not lists of words."""
    return [path for path in sorted(_CORPUS.glob("*.tsv")) if path.stem not in _WORD_LISTS]


def main() -> None:
    """Print one table a language."""
    shown = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    files = [Path(name) for name in sys.argv[2:]] or corpus_files()
    triples = [line.split("\t") for path in files for line in path.read_text("utf-8").splitlines()]
    for column, language in enumerate(_LANGUAGES):
        counts = [
            words(development(name, "en" if language == "ar" else language)[language != "ar"])
            for name in SETS
        ]
        theirs = sum(counts, Counter())
        ours = words(triple[column] for triple in triples)
        scale, million = ours.total() / theirs.total(), 1e6 / theirs.total()
        common = [word for word in theirs if sum(count[word] >= _FREQUENT for count in counts) > 1]
        lost = {word: theirs[word] * math.log(theirs[word] * scale / (ours[word] + 1)) for word in common}
        short = sum(value > 0 for value in lost.values())
        print(
            f"\n{language}: {short} of {len(common)}; "
            + "; ".join(
                f"{word} {theirs[word] * million:.0f}, {ours[word] / scale * million:.0f}"
                for word in sorted(lost, key=lambda word: -lost[word])[:shown]
            )
        )


if __name__ == "__main__":
    main()
