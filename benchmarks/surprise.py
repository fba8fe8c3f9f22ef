"""What surprises a model: ``python -m benchmarks.surprise [--model MODEL] [--lines N] [--without FILE ...]``.

Has the model score the references of flores-dev and ntrex-dev (MTPIPE_DATA) and prints, for English and French, which
share of the negative log-likelihood (natural logarithm) falls on which words: function words, names, numbers, and the
others by how often ``corpus/`` has them, files ``--without`` not counted: so two models can be compared by the words
that a new file brought.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import ctranslate2
import sentencepiece

from benchmarks.healing import development
from benchmarks.ordinary_words import words
from mtpipe import models
from training.corpora import word_ids

_CORPUS = Path(__file__).parents[1] / "corpus"
_SETS = ("flores-dev", "ntrex-dev")
_TARGETS = ("en", "fr")
_FUNCTION = 150  # the most frequent words
_CLASSES = ((40, "fewer than 40"), (200, "40 to 199"), (1000, "200 to 999"))


def kind(word: str, *, first: bool, ours: Counter[str], function: set[str]) -> str:
    """Return the class of a word of a reference, "" for marks; ``ours`` counts words in small letters."""
    core = re.sub(r"\W", "", word)
    small = core.casefold()
    if not core:
        return ""
    if re.search(r"\d", core):
        return "number"
    if small in function:
        return "function word"
    if core[0].isupper() and not first:
        return "name"
    return next((name for limit, name in _CLASSES if ours[small] < limit), "1,000 or more")


def by_word(pieces: Sequence[str], losses: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Yield each word that the pieces spell with the sum of the losses of its pieces."""
    spelled: dict[int, str] = defaultdict(str)
    lost: dict[int, float] = defaultdict(float)
    for number, piece, loss in zip(word_ids(list(pieces)), pieces, losses, strict=True):
        spelled[number] += piece.lstrip("▁")
        lost[number] += loss
    yield from ((spelled[number], lost[number]) for number in spelled)


def main() -> None:
    """Print one table a set and target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=models.BUILT_IN)
    parser.add_argument("--lines", type=int, help="of each set (all)")
    parser.add_argument("--without", nargs="*", default=[], help="files of corpus/ that are not counted")
    arguments = parser.parse_args()
    model = models.find(arguments.model)
    engine = ctranslate2.Translator(str(model.folder), compute_type="int8")
    cut = {
        side: sentencepiece.SentencePieceProcessor(model_file=str(model.folder / f"{side}.spm"))
        for side in ("source", "target")
    }
    # The lists of single words too: the model was trained on them.
    triples = [
        line.split("\t")
        for path in sorted(_CORPUS.glob("*.tsv"))
        if path.stem not in arguments.without
        for line in path.read_text("utf-8").splitlines()
    ]
    for column, target in enumerate(_TARGETS, 1):
        ours = words(triple[column] for triple in triples)
        function = {word for word, _ in ours.most_common(_FUNCTION)}
        for name in _SETS:
            sources, references = (side[: arguments.lines] for side in development(name, target))
            lost: dict[str, float] = defaultdict(float)
            count: Counter[str] = Counter()
            pieces = cut["target"].encode(references, out_type=str)
            conventions = model.conventions
            tag = conventions.forced("ar", target)
            scored = engine.score_batch(
                [conventions.frame(one, "ar", target) for one in cut["source"].encode(sources, out_type=str)],
                [[*tag, *one] for one in pieces],
                max_batch_size=2000,
                batch_type="tokens",
            )
            total = 0.0
            for one, result in zip(pieces, scored, strict=True):
                # What is scored ends with the end of the sentence, which is no word's.
                losses = [-value for value in result.log_probs[len(tag) : len(tag) + len(one)]]
                total += sum(losses)
                for place, (word, loss) in enumerate(by_word(one, losses)):
                    which = kind(word, first=place == 0, ours=ours, function=function)
                    if which:
                        lost[which] += loss
                        count[which] += 1
            mean = total / sum(map(len, pieces))
            print(
                f"\n{name} → {target}: {mean:.3f} a piece\n\n| words | how many | share | each |\n|---|---|---|---|"
            )
            for which in sorted(lost, key=lambda which: -lost[which]):
                share, each = lost[which] / total, lost[which] / count[which]
                print(f"| {which} | {count[which]:,} | {share:.0%} | {each:.2f} |", flush=True)


if __name__ == "__main__":
    main()
