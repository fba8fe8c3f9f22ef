"""What mtpipe shows against what the model writes: clean-up, healing, names, figures and typography together.

``python -m benchmarks.shown [MODEL] [LINES]`` translates the development sets (MTPIPE_DATA) both ways and prints chrF2
and BLEU, and how many names are right (those that both references spell alike).
"""

from __future__ import annotations

import sys

import sacrebleu

from benchmarks.healing import development
from mtpipe import models
from mtpipe.pipeline.healing import Healing
from mtpipe.translator import Engine
from training import score
from training.counts import names_kept

_TARGETS = ("en", "fr")
_SETS = ("flores-dev", "ntrex-dev", "tico19-dev")


def main() -> None:
    """Translate and print a line a set and target."""
    model = models.find(sys.argv[1] if len(sys.argv) > 1 else models.BUILT_IN)
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else None
    engine = Engine(model, links=True)
    print("| set | the model alone, chrF2 / BLEU | as mtpipe shows it | names right |\n|---|---|---|---|")
    for name in _SETS:
        references = {target: development(name, target)[1][:lines] for target in _TARGETS}
        sources = development(name, "en")[0][:lines]
        alone = {
            target: score.translate(model.folder, sources, target, **model.decoding) for target in _TARGETS
        }
        shown = {
            target: [
                made.text for made in Healing(engine).translate([(text, target) for text in sources], "ar")
            ]
            for target in _TARGETS
        }
        for target in _TARGETS:
            scores = [
                f"{sacrebleu.corpus_chrf(texts[target], [references[target]]).score:.2f}"
                f" / {sacrebleu.corpus_bleu(texts[target], [references[target]]).score:.2f}"
                for texts in (alone, shown)
            ]
            names = [names_kept(references, texts, target) for texts in (alone, shown)]
            print(
                f"| {name} → {target} | {scores[0]} | {scores[1]} "
                f"| {names[0][0]} → {names[1][0]} of {names[0][1]} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
