"""Times Argos Translate with its default settings over a file of sentences.

``python argos_call.py SENTENCES MODEL_FOLDER TARGET FOLDER`` packages the model for Argos in FOLDER, loads it, prints
``{}``, and then for each line of standard input ``{"seconds": …, "cpu": …}``: "documents" takes what a user takes,
``translate`` of a text at a time, twenty sentences a text, a sentence a line; "call" hands all sentences to Argos's
engine call at once. Argos's sentence splitters are downloads: what stands in for them returns the lines, and what it
imports for them is replaced by empty modules. Its tokenizer has one set of pieces for both languages, this model two.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock

for name in ("stanza", "spacy", "minisbd", "sacremoses"):
    sys.modules[name] = MagicMock()
for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
    os.environ[name] = str(Path(sys.argv[4]) / "home")

import sentencepiece  # noqa: E402
from argostranslate import package, translate  # noqa: E402

_SENTENCES_A_DOCUMENT = 20


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


def packaged(folder: Path, model: Path, target: str) -> package.Package:
    """Lay the model out as a package of Argos and open it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(model, folder / "model")
    described = {
        "package_version": "1.0", "argos_version": "1.9", "from_code": "ar", "from_name": "Arabic", "to_code": target,
        "to_name": target, "target_prefix": f"<2{target}>",
    }  # fmt: skip
    (folder / "metadata.json").write_text(json.dumps(described), "utf-8")
    made = package.Package(folder)
    made.tokenizer = Pieces(model)
    return made


def main() -> None:
    """Load, then time what standard input asks for."""
    lines = Path(sys.argv[1]).read_text("utf-8").strip("\n").split("\n")
    model, target = Path(sys.argv[2]), sys.argv[3]
    opened = packaged(Path(sys.argv[4]) / "package", model, target)
    source, into = translate.Language("ar", "Arabic"), translate.Language(target, target)
    underlying = translate.PackageTranslation(source, into, opened)
    underlying.sentencizer = Lines()
    texts = [
        "\n".join(lines[start : start + _SENTENCES_A_DOCUMENT])
        for start in range(0, len(lines), _SENTENCES_A_DOCUMENT)
    ]
    underlying.translate(texts[0].split("\n")[0])  # loads the engine

    def documents() -> None:
        # As Argos installs a package: with its cache, which holds the paragraphs of the text before.
        installed = translate.CachedTranslation(underlying)
        for text in texts:
            installed.translate(text)

    def call() -> None:
        translate.apply_packaged_translation(
            opened, "\n".join(lines), underlying.translator, underlying.sentencizer, num_hypotheses=1
        )

    ways: dict[str, Callable[[], None]] = {"documents": documents, "call": call}
    print("{}", flush=True)
    for asked in sys.stdin:
        started, before = time.perf_counter(), time.process_time()
        ways[asked.strip()]()
        taken = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - before}
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main()
