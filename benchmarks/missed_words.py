"""Which words of the development sets the built-in model misses: ``python -m benchmarks.missed_words [WORDS]``.

Translates the first half of each set (MTPIPE_DATA) greedily and prints WORDS words of its references that half of the
translations lack or more, the most often missed first, each with how often ``corpus/`` has it; then Arabic words that
``corpus/`` hardly has. The second halves are left alone, so that they tell how much of a gain is owed to knowing
the words.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.healing import development
from benchmarks.ordinary_words import SETS, corpus_files, words
from mtpipe import models
from mtpipe.translator import Engine

_RARE = 8  # times in ``corpus/``; an Arabic word that it has less often is listed
_LIKE = 5  # letters; words that begin alike count as one, whatever their endings
_SHORTEST = 4
_CLITICS = re.compile("^[وف]?(بال|كال|لل|ال|ب|ل|ك)?")


def missed(references: Sequence[str], hypotheses: Sequence[str]) -> Counter[str]:
    """Return the words of the references, names left out, that half of their translations lack or more, with how often.

    Words that begin alike are counted together and returned as the most frequent of them.
    """
    total: Counter[str] = Counter()
    lacking: Counter[str] = Counter()
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        there = {word[:_LIKE] for word in words([hypothesis])}
        for word in re.findall(r"[^\W\d_]+", reference):
            if word[0].islower() and len(word) >= _SHORTEST:
                total[word] += 1
                lacking[word[:_LIKE]] += word[:_LIKE] not in there
    stems: dict[str, list[str]] = {}
    for word in total:
        stems.setdefault(word[:_LIKE], []).append(word)
    return Counter(
        {
            max(forms, key=lambda word: (total[word], word)): lacking[stem]
            for stem, forms in stems.items()
            if lacking[stem] and 2 * lacking[stem] >= sum(total[word] for word in forms)
        }
    )


def bare(word: str) -> str:
    """Return an Arabic word without conjunction, preposition and article."""
    return _CLITICS.sub("", word)


def main() -> None:
    """Print a list a language."""
    shown = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    triples = [line.split("\t") for path in corpus_files() for line in path.read_text("utf-8").splitlines()]
    engine = Engine(models.find())
    for column, target in enumerate(("en", "fr"), 1):
        ours = words(triple[column] for triple in triples)
        lost: Counter[str] = Counter()
        for name in SETS:
            sources, references = map(_half, development(name, target))
            outputs = engine.translate([(source, target) for source in sources], "ar", beam_size=1)
            lost += missed(references, [output.text for output in outputs])
        listed = "; ".join(f"{word} {times}, {ours[word]}" for word, times in lost.most_common(shown))
        print(f"\n{target}: {len(lost)} words missed; times missed, in corpus/: {listed}")
    ours = Counter[str]()
    for word, times in words(triple[0] for triple in triples).items():
        ours[bare(word)] += times
    theirs = words(line for name in SETS for line in _half(development(name, "en")[0]))
    rare = [word for word, _ in theirs.most_common() if len(word) >= _SHORTEST and ours[bare(word)] < _RARE]
    print(f"\nar: {len(rare)} words rare in corpus/: {'; '.join(rare[:shown])}")


def _half(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    return every[: len(every) // 2]


if __name__ == "__main__":
    main()
