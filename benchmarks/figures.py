"""What putting changed figures right does to a model's translations of the development sets.

``python -m benchmarks.figures [MODEL] [LINES]``: rows changed, chrF2, numbers in digits of the source that stand in the
translation, before and after; nothing is decoded again. The MTPIPE_DATA folder has the sets.
"""

from __future__ import annotations

import sys

import sacrebleu

from benchmarks.healing import development
from mtpipe import models
from mtpipe.guard import Pair, check
from mtpipe.pipeline.figures import put_right
from mtpipe.translator import Engine
from training.counts import numbers_kept


def main() -> None:
    """Translate, put right, print a line a set and target."""
    model = models.find(sys.argv[1] if len(sys.argv) > 1 else models.BUILT_IN)
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else None
    engine = Engine(model, links=True)
    print("| set | rows changed | chrF2 | numbers kept |\n|---|---|---|---|")
    for name in ("flores-dev", "ntrex-dev"):
        for target in ("en", "fr"):
            sources, references = (side[:lines] for side in development(name, target))
            made = engine.translate([(source, target) for source in sources], "ar")
            before = [one.text for one in made]
            after = [
                put_right(source, target, one, "ar").text
                if any(
                    found.check in ("numbers", "dates")
                    for found in check(Pair(source, one.text, "ar", target, one.links))
                )
                else one.text
                for source, one in zip(sources, made, strict=True)
            ]
            changed = [row for row, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
            for row in changed[:6]:
                print(f"{sources[row]}\n  {before[row]}\n  {after[row]}", file=sys.stderr)
            chrf = [f"{sacrebleu.corpus_chrf(texts, [references]).score:.2f}" for texts in (before, after)]
            kept = [numbers_kept(sources, texts) for texts in (before, after)]
            print(
                f"| {name} → {target} | {len(changed)} of {len(sources)} | {' → '.join(chrf)} "
                f"| {kept[0][0]} → {kept[1][0]} of {kept[0][1]} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
