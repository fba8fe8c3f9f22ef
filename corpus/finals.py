"""Writes ``mtpipe/text/finals.tsv``: which words end in ة, ي or ى, for texts that write ه, ى or ي instead.

``python -m corpus.finals``. Counted in the corpus, hamzas on alif aside; see ``mtpipe/text/finals.py`` for the columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mtpipe.text import finals
from mtpipe.text.finals import ARTICLE, FOLDED, RIGHT, TABLE

_HERE = Path(__file__).parent
_MARKS = re.compile("[\u064b-\u0652\u0640]")
_WORD = re.compile("[\u0621-\u064a]{2,}")
_SLIPS = 3  # times that a word may stand in the corpus with the wrong letter
_MUCH, _MORE = 20, 500
# Words that end in ه or ى behind the article, and that the corpus may not have.
_MORE_WORDS = _HERE / "finals.txt"
Row = tuple[str, str]


def main() -> None:
    """Count the words' ends and write the table."""
    counts: Counter[str] = Counter()
    for path in sorted(_HERE.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            counts.update(_WORD.findall(_MARKS.sub("", line.split("\t")[0]).translate(FOLDED)))
    rows = {*_known(counts), *_behind_article(counts)}
    _write(rows)
    rows.update(_mistakable(counts))
    _write(rows)
    print(f"{len(rows)} words → {TABLE}")


def _known(counts: Counter[str]) -> Iterator[Row]:
    """Yield the words that end in ة, ي, ى and hardly ever in the letter that may stand for it."""
    for wrong, right in RIGHT.items():
        for word, count in counts.items():
            other = counts[word[:-1] + wrong]
            seldom = count > _MUCH * other and (other <= _SLIPS or count > _MORE * other)
            # By rule a word with the article ends in ة or ي: only the other ones are listed.
            if word.endswith(right) and seldom and (right == "ى" or not ARTICLE.match(word)):
                yield right, word[:-1]


def _behind_article(counts: Counter[str]) -> Iterator[Row]:
    """Yield the words that end in ه and ى behind the article."""
    for word in _MORE_WORDS.read_text("utf-8").split():
        yield f"ال{word[-1]}", word[:-1].translate(FOLDED)
    for letter in "هى":
        for word, count in counts.items():
            other = counts[word[:-1] + RIGHT[letter]]
            if word.endswith(letter) and ARTICLE.match(word) and _MUCH * count > other:
                yield f"ال{letter}", ARTICLE.sub("", word)[:-1]


def _mistakable(counts: Counter[str]) -> list[Row]:
    """Return the words that the table written so far would change without their first letter."""
    return [
        (word[-1], word[:-1])
        for word in counts
        if word[-1] in RIGHT
        and not ARTICLE.match(word)
        and (RIGHT[word[-1]], word[:-1]) not in finals.table()
        and finals.without_prefix(word[:-1], word[-1])
    ]


def _write(rows: set[Row]) -> None:
    TABLE.write_text("".join(f"{kind}\t{base}\n" for kind, base in sorted(rows)), "utf-8")
    finals.table.cache_clear()


if __name__ == "__main__":
    main()
