"""Makes a tiny CTranslate2 model with random weights: a real engine for tests that do not read what it says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec

# Enough letters of both scripts for a vocabulary.
_AR = (
    "ذهب الولد إلى المدرسة في الصباح الباكر، وعاد أهل القرية من الحقول قبل غروب الشمس؛ "
    "ثم جلسوا يتحدثون عن الحرب والسلام."
)
_LATIN = (
    "The boy went to school early in the morning: "
    "le garçon est allé à l'école, et les gens du village sont rentrés."
)
_WIDTH = 16


def make_tiny_model(folder: Path, *, max_source: int = 60, passport: bool = True, seed: int = 7) -> Path:
    """Write a model of one layer and 16 dimensions, Arabic → English and French, that runs in milliseconds."""
    folder.mkdir(parents=True)
    for name, text, symbols in (("source", _AR + _LATIN, []), ("target", _LATIN, ["<2en>", "<2fr>"])):
        _train_pieces(folder / name, text, symbols)
    spec = TransformerSpec.from_config((1, 1), 2, pre_norm=True)
    vocabularies = {}
    for name in ("source", "target"):
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.spm"))
        vocabularies[name] = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    spec.register_source_vocabulary(vocabularies["source"])
    spec.register_target_vocabulary(vocabularies["target"])
    _fill(spec, {name: len(pieces) for name, pieces in vocabularies.items()}, np.random.default_rng(seed))
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    if passport:
        write_passport(folder, max_source=max_source)
    return folder


def write_passport(folder: Path, **conventions: Any) -> None:
    """Write a passport that fits the files as they are."""
    files = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name != "passport.json"
    }
    described = {
        "schema": "mtpipe.passport/1",
        "id": "tiny",
        "source": "random weights made by the tests",
        "revision": "1",
        "licence": "Apache-2.0",
        "sources": ["ar"],
        "targets": ["en", "fr"],
        "quantisation": "int8",
        "conventions": {
            "source_suffix": ["</s>"],
            "target_prefix": ["{target}"],
            "target_tokens": {"en": "<2en>", "fr": "<2fr>"},
            "max_target": 40,
            **conventions,
        },
        "decoding": {"beam_size": 1},
        "files": files,
    }
    (folder / "passport.json").write_text(json.dumps(described), encoding="utf-8")


def _train_pieces(prefix: Path, text: str, symbols: list[str]) -> None:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text] * 3),
        model_prefix=str(prefix),
        vocab_size=90,
        hard_vocab_limit=False,
        model_type="unigram",
        character_coverage=1.0,
        user_defined_symbols=symbols,
        pad_id=3,
        minloglevel=2,
    )
    prefix.with_suffix(".model").rename(prefix.with_suffix(".spm"))
    prefix.with_suffix(".vocab").unlink()


def _fill(spec: TransformerSpec, sizes: dict[str, int], random: np.random.Generator) -> None:
    """Give every weight of the specification a random value of its own shape."""

    def array(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        return random.normal(0, 0.3, shape).astype(np.float32)

    def linear(layer: Any, rows: int, columns: int) -> None:
        layer.weight, layer.bias = array(rows, columns), array(rows)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)

    for side, name in ((spec.encoder, "source"), (spec.decoder, "target")):
        embeddings = side.embeddings[0] if name == "source" else side.embeddings
        embeddings.weight = array(sizes[name], _WIDTH)
        side.scale_embeddings = True
        norm(side.layer_norm)
        for layer in side.layer:
            norm(layer.self_attention.layer_norm)
            linear(layer.self_attention.linear[0], 3 * _WIDTH, _WIDTH)
            linear(layer.self_attention.linear[1], _WIDTH, _WIDTH)
            norm(layer.ffn.layer_norm)
            linear(layer.ffn.linear_0, 32, _WIDTH)
            linear(layer.ffn.linear_1, _WIDTH, 32)
            if name == "target":
                norm(layer.attention.layer_norm)
                linear(layer.attention.linear[0], _WIDTH, _WIDTH)
                linear(layer.attention.linear[1], 2 * _WIDTH, _WIDTH)
                linear(layer.attention.linear[2], _WIDTH, _WIDTH)
    spec.decoder.projection.weight = array(sizes["target"], _WIDTH)
    spec.decoder.projection.bias = array(sizes["target"])
    # Next to impossible, as in trained models: the engine leaves it out and shares its probability among the others.
    spec.decoder.projection.bias[0] = -20.0
