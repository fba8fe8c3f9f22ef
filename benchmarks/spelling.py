"""What ways of writing cost: Egyptian last letters, and Latin words that the model has to copy.

``python -m benchmarks.spelling [MODEL] [LINES]``: chrF2 of the development sets as they are and with other last
letters, as the model is given them by ``for_model`` and without ``with_known_finals``; then how many Latin words of the
sources stand in the translation, as made and put right (``kept_as_written``). The MTPIPE_DATA folder has the sets.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from unittest.mock import patch

import sacrebleu

from benchmarks.healing import development
from mtpipe import models
from mtpipe.pipeline.latin import kept_as_written
from mtpipe.text import for_model
from mtpipe.translator import Engine

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "final ه for ة": lambda text: re.sub(r"ة\b", "ه", text),
    "final ى for ي": lambda text: re.sub(r"ي\b", "ى", text),
}


def main() -> None:
    """Translate and print both tables."""
    model = models.find(sys.argv[1] if len(sys.argv) > 1 else models.BUILT_IN)
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else None
    engine = Engine(model, links=True)
    print("| set | written | chrF2 without the table | with it |\n|---|---|---|---|")
    for name in ("flores-dev", "ntrex-dev"):
        for target in ("en", "fr"):
            sources, references = (side[:lines] for side in development(name, target))
            for way, written in _WAYS.items():
                texts = [written(source) for source in sources]
                with patch("mtpipe.text.model_view.with_known_finals", str):
                    plain = [for_model(text) for text in texts]
                scores = [
                    sacrebleu.corpus_chrf(_translated(engine, given, target), [references]).score
                    for given in (plain, [for_model(text) for text in texts])
                ]
                print(f"| {name} → {target} | {way} | {scores[0]:.2f} | {scores[1]:.2f} |", flush=True)
    print("\n| set | Latin words | as made | put right |\n|---|---|---|---|")
    for name in ("flores-dev", "ntrex-dev", "tico19-dev"):
        for target in ("en", "fr"):
            sources = [source for source in development(name, target)[0][:lines] if _LATIN.search(source)]
            made = engine.translate([(for_model(source), target) for source in sources], "ar")
            better = [kept_as_written(source, one).text for source, one in zip(sources, made, strict=True)]
            words = [set(_LATIN.findall(source)) for source in sources]
            kept = [
                sum(len(there & set(_LATIN.findall(text))) for there, text in zip(words, texts, strict=True))
                for texts in ([one.text for one in made], better)
            ]
            print(f"| {name} → {target} | {sum(map(len, words))} | {kept[0]} | {kept[1]} |", flush=True)


def _translated(engine: Engine, texts: list[str], target: str) -> list[str]:
    return [made.text for made in engine.translate([(text, target) for text in texts], "ar")]


if __name__ == "__main__":
    main()
