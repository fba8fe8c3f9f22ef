"""Turns a converted folder into development scores."""

from __future__ import annotations

import os
from pathlib import Path

import ctranslate2
import sacrebleu
import sentencepiece

from mtpipe.clauses import parts_of_one, split_clauses
from training.corpora import TARGETS
from training.examples import Example
from training.vocabulary import LANGUAGE_TOKENS

MAX_TARGET = 200
MAX_SOURCE = 250
SETS = ("flores-dev", "ntrex-dev", "tico19-dev")


def read_sets(
    folder: Path, examples: list[Example], limit: int | None = None
) -> dict[str, dict[str, list[str]]]:
    """Return set name → language → lines; ``heldout`` is the held-back part of the corpus (5 words or more)."""
    sets = {}
    for name in SETS:
        paths = {language: folder / f"{name}.{language}" for language in ("ar", *TARGETS)}
        if all(path.exists() for path in paths.values()):
            sets[name] = {
                language: path.read_text("utf-8").splitlines()[:limit] for language, path in paths.items()
            }
    held = [e for e in examples if e.name.endswith(".heldout") and len(e.source.split()) >= 5]
    sets["heldout"] = {"ar": [e.source for e in held]} | {
        target: [e.targets[target] for e in held] for target in TARGETS
    }
    return sets


def translate(
    folder: Path,
    lines: list[str],
    target: str,
    beam_size: int = 1,
    max_source: int = MAX_SOURCE,
    **options: object,
) -> list[str]:
    """Translate ``lines`` with a converted folder, the way mtpipe does: what is longer is cut at clause marks."""
    engine = ctranslate2.Translator(str(folder), inter_threads=os.cpu_count() or 1, intra_threads=1)
    source = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    decoder = sentencepiece.SentencePieceProcessor(model_file=str(folder / "target.spm"))
    cut = [split_clauses(line, lambda text: len(source.encode(text)), max_source) for line in lines]
    pieces = [[*source.encode(part, out_type=str), "</s>"] for parts in cut for part in parts]
    results = engine.translate_batch(
        pieces,
        target_prefix=[[LANGUAGE_TOKENS[target]]] * len(pieces),
        beam_size=beam_size,
        max_batch_size=2048,
        max_decoding_length=MAX_TARGET,
        batch_type="tokens",
        **options,
    )
    texts = iter(decoder.decode(result.hypotheses[0][1:]) for result in results)
    return [" ".join(parts_of_one(parts, [next(texts) for _ in parts])) for parts in cut]


def scores(folder: Path, sets: dict[str, dict[str, list[str]]], beam_size: int = 1) -> dict[str, float]:
    """Return ``set.target.metric`` → value (chrF2 and BLEU)."""
    values = {}
    for name, lines in sets.items():
        for target in TARGETS:
            hypotheses = translate(folder, lines["ar"], target, beam_size)
            values[f"{name}.{target}.chrF2"] = round(
                sacrebleu.corpus_chrf(hypotheses, [lines[target]]).score, 2
            )
            values[f"{name}.{target}.BLEU"] = round(
                sacrebleu.corpus_bleu(hypotheses, [lines[target]]).score, 2
            )
    return values
