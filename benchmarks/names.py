"""What spelling known names right, then asking for lost ones by themselves, does to a model's development sets.

``python -m benchmarks.names [MODEL] [LINES]``: rows changed, chrF2 and names right (those that both references spell
alike) as the model writes, with known names spelled, with lost ones put in as well; and the share of characters decoded
besides. The MTPIPE_DATA folder has the sets.
"""

from __future__ import annotations

import sys

import sacrebleu

from benchmarks.healing import development
from mtpipe import models
from mtpipe.pipeline.known_names import spelled_as_known
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
        stages: dict[str, list[list[str]]] = {}
        extra = {}
        for target in _TARGETS:
            jobs = [(source, target) for source in sources]
            made = engine.translate(jobs, "ar")
            known = [spelled_as_known(*job, one) for job, one in zip(jobs, made, strict=True)]
            put_in, asked = respelled(
                jobs, known, lambda more: [one.text for one in engine.translate(more, "ar")], engine.sizes
            )
            stages[target] = [[h.text for h in stage] for stage in (made, known, put_in)]
            extra[target] = asked / sum(map(len, sources))
        for target in _TARGETS:
            first, *later = stages[target]
            changed = [sum(a != b for a, b in zip(first, texts, strict=True)) for texts in later]
            chrf = [
                f"{sacrebleu.corpus_chrf(texts, [references[target]]).score:.2f}" for texts in stages[target]
            ]
            names = [
                names_kept(references, {t: stages[t][number] for t in _TARGETS}, target)
                for number in range(3)
            ]
            print(
                f"| {name} → {target} | {changed[0]}, {changed[1]} of {len(sources)} | {' → '.join(chrf)} "
                f"| {' → '.join(str(kept) for kept, _ in names)} of {names[0][1]} | {extra[target]:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
