"""Times the built-in model against a Marian base model of random weights, in segments a second.

``python -m benchmarks.model_speed [SEGMENTS]`` (default 400): sentences of corpus/
that are held back from training, into English and French, beam 4, int8, the same
CTranslate2 settings, one run of five interleaved rounds, medians. Random weights do
not know when to stop, so both models write as many pieces as the human translation
has under their own vocabulary, no more and no fewer. Run it with nothing else on the
machine. Prints a Markdown table.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import ctranslate2
import sentencepiece

from benchmarks.marian_base import make_marian_base
from benchmarks.translation import median_seconds
from mtpipe import models, translator

_CORPUS = Path(__file__).parents[1] / "corpus"
_STEP = 4  # lengths are rounded up to a multiple: the engine takes one length a call


def held_back(count: int) -> list[tuple[str, str, str]]:
    """Return ``count`` held-back triples of eight Arabic words or more, from all files alike."""
    rows = []
    for path in sorted(_CORPUS.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines()[49::50]:
            arabic, english, french = line.split("\t")
            if len(arabic.split()) >= 8:
                rows.append((arabic, english, french))
    return rows[:: max(1, len(rows) // count)][:count]


def decoding(folder: Path, triples: list[tuple[str, str, str]]) -> tuple[Callable[[], object], float]:
    """Return what translates ``triples`` into both targets, and the mean number of pieces it writes a segment."""
    model = models.open_folder(folder)
    engine = ctranslate2.Translator(
        str(folder), inter_threads=translator.cores(), intra_threads=1, compute_type="int8"
    )
    source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    target = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))
    by_length: dict[int, list[tuple[list[str], list[str]]]] = defaultdict(list)
    written = 0
    for arabic, *human in triples:
        for language, text in zip(("en", "fr"), human, strict=True):
            length = -(-len(target.encode(text)) // _STEP) * _STEP
            written += length
            framed = model.conventions.frame(source.encode(arabic, out_type=str), "ar", language)
            by_length[length].append((framed, model.conventions.forced("ar", language)))

    def work() -> None:
        pending = []
        for length, jobs in by_length.items():
            prefixes = [prefix for _, prefix in jobs]
            room = length + len(prefixes[0])
            pending += engine.translate_batch(
                [framed for framed, _ in jobs],
                target_prefix=prefixes if any(prefixes) else None,
                beam_size=4,
                max_batch_size=2048,
                batch_type="tokens",
                min_decoding_length=room,
                max_decoding_length=room,
                asynchronous=True,
            )
        for future in pending:
            future.result()

    return work, written / (2 * len(triples))


def main() -> int:
    """Measure and print."""
    triples = held_back(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
    with tempfile.TemporaryDirectory() as scratch:
        folders = {
            "built-in": models.find(models.BUILT_IN).folder,
            "Marian base (random weights)": make_marian_base(Path(scratch) / "marian"),
        }
        works = {name: decoding(folder, triples) for name, folder in folders.items()}
        taken = median_seconds({name: work for name, (work, _) in works.items()})
    slowest = max(taken.values())
    print(f"{platform.machine()}, {translator.cores()} cores, int8, beam 4, one run;", end=" ")
    print(f"{len(triples)} segments, two targets\n")
    print("| model | pieces written a segment | segments a second, relative |\n|---|---|---|")
    for name, seconds in taken.items():
        print(f"| {name} | {works[name][1]:.1f} | {slowest / seconds:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
