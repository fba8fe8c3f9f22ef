"""What asking for lost names by themselves does to a model's translations of the development sets.

``python -m benchmarks.names [MODEL] [LINES]``: rows changed, chrF2, names right (those that both references spell
alike) before and after, and the share of characters decoded besides; the MTPIPE_DATA folder has the sets.
"""

from __future__ import annotations

import sys

import sacrebleu

from benchmarks.healing import development
from mtpipe import models
from mtpipe.pipeline.spelling import respelled
from mtpipe.translator import Engine
from training.counts import names_kept

_TARGETS = ("en", "fr")


def main() -> None:
    """Translate, spell anew, print a line a set and target."""
    model = models.find(sys.argv[1] if len(sys.argv) > 1 else models.BUILT_IN)
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else None
    engine = Engine(model, links=True)
    print("| set | rows changed | chrF2 | names right | more decoding |\n|---|---|---|---|---|")
    for name in ("flores-dev", "ntrex-dev"):
        references = {target: development(name, target)[1][:lines] for target in _TARGETS}
        sources = development(name, "en")[0][:lines]
        before: dict[str, list[str]] = {}
        after: dict[str, list[str]] = {}
        extra = {}
        for target in _TARGETS:
            jobs = [(source, target) for source in sources]
            made = engine.translate(jobs, "ar")
            kept, asked = respelled(
                jobs, made, lambda more: [one.text for one in engine.translate(more, "ar")], engine.sizes
            )
            before[target], after[target] = [h.text for h in made], [h.text for h in kept]
            extra[target] = asked / sum(map(len, sources))
        for target in _TARGETS:
            changed = sum(a != b for a, b in zip(before[target], after[target], strict=True))
            chrf = [
                f"{sacrebleu.corpus_chrf(texts[target], [references[target]]).score:.2f}"
                for texts in (before, after)
            ]
            names = [names_kept(references, texts, target) for texts in (before, after)]
            print(
                f"| {name} → {target} | {changed} of {len(sources)} | {' → '.join(chrf)} "
                f"| {names[0][0]} → {names[1][0]} of {names[0][1]} | {extra[target]:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
