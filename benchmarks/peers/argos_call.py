"""Times Argos Translate's own engine call, with its default settings, over a file of sentences.

``python argos_call.py SENTENCES MODEL_FOLDER TARGET`` prints ``{"seconds": …}``. The sentences are handed over in one
call, cut already: Argos's sentence splitters are downloads. What it imports for them is replaced by empty modules.
"""

from __future__ import annotations

import json
import sys
import time
import types
from pathlib import Path
from unittest.mock import MagicMock

for name in ("stanza", "spacy", "minisbd", "sacremoses"):
    sys.modules[name] = MagicMock()

import ctranslate2  # noqa: E402
import sentencepiece  # noqa: E402
from argostranslate import settings, translate  # noqa: E402


class Pieces:
    """The model's pieces on both sides, as Argos's tokenizer offers them."""

    def __init__(self, folder: Path) -> None:
        self._source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self._target = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))

    def encode(self, sentence: str) -> list[str]:
        """Return the pieces of a sentence, ended as this model wants it."""
        return [*self._source.encode(sentence, out_type=str), "</s>"]

    def decode(self, tokens: list[str]) -> str:
        """Return the text of pieces."""
        return str(self._target.decode_pieces(tokens))


class Lines:
    """Sentences that are cut already."""

    def split_sentences(self, text: str) -> list[str]:
        """Return the lines."""
        return text.split("\n")


def main() -> None:
    """Translate and print the seconds."""
    text = Path(sys.argv[1]).read_text("utf-8").strip("\n")
    folder = Path(sys.argv[2])
    package = types.SimpleNamespace(
        tokenizer=Pieces(folder),
        target_prefix=f"<2{sys.argv[3]}>",
        type="translate",
        from_code="ar",
        to_code=sys.argv[3],
    )
    engine = ctranslate2.Translator(
        str(folder),
        device=settings.device,
        inter_threads=settings.inter_threads,
        intra_threads=settings.intra_threads,
        compute_type=settings.compute_type,
    )
    started, before = time.perf_counter(), time.process_time()
    made = translate.apply_packaged_translation(package, text, engine, Lines(), num_hypotheses=1)
    seconds, cpu = time.perf_counter() - started, time.process_time() - before
    print(json.dumps({"seconds": seconds, "cpu": cpu, "characters": len(made[0].value)}))


if __name__ == "__main__":
    main()
