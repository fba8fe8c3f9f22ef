"""Makes a Marian base model with random weights: as large and as fast as a real OPUS-MT model, without its sense.

Shape of Helsinki-NLP's opus-mt models (their ``decoder.yml``): 6+6 layers, width 512,
8 heads, feed-forward 2048, swish, post-norm, one vocabulary of about 60,000 pieces
for both sides, embeddings tied. The pieces are trained on corpus/, so that sentences
have about as many of them as under a real model's vocabulary.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import Activation, TransformerSpec

VOCABULARY = 60_000
_CORPUS = Path(__file__).parents[1] / "corpus"
_WIDTH, _FEED_FORWARD, _LAYERS, _HEADS = 512, 2048, 6, 8


def make_marian_base(folder: Path, *, quantisation: str = "int8", seed: int = 1) -> Path:
    """Write the model into ``folder`` unless it is there already; returns ``folder``."""
    if (folder / "passport.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    pieces = _train_pieces(folder)
    spec = TransformerSpec.from_config(
        (_LAYERS, _LAYERS), _HEADS, pre_norm=False, activation=Activation.SWISH, alignment_layer=-1
    )
    random = np.random.default_rng(seed)
    embeddings = random.normal(0, _WIDTH**-0.5, (len(pieces), _WIDTH)).astype(np.float32)
    for side in (spec.encoder, spec.decoder):
        side.scale_embeddings = True
        side.position_encodings.encodings = _sinusoids(512)
        for layer in side.layer:
            _fill(layer, random)
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = embeddings
    spec.decoder.projection.weight, spec.decoder.projection.bias = (
        embeddings,
        np.zeros(len(pieces), np.float32),
    )
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.add_source_eos = False
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    spec.optimize(quantization=None if quantisation == "float32" else quantisation)
    spec.save(str(folder))
    passport = {
        "schema": "mtpipe.passport/1",
        "id": "marian-base-random",
        "source": "random weights",
        "revision": "1",
        "licence": "Apache-2.0",
        "sources": ["ar"],
        "targets": ["en", "fr"],
        "quantisation": quantisation,
        "conventions": {"source_suffix": ["</s>"], "max_source": 400, "max_target": 256},
        "decoding": {"beam_size": 4},
        "files": {
            path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
            for path in sorted(folder.iterdir())
        },
    }
    (folder / "passport.json").write_text(json.dumps(passport), encoding="utf-8")
    return folder


def _train_pieces(folder: Path) -> list[str]:
    lines = [text for path in sorted(_CORPUS.glob("*.tsv")) for text in path.read_text("utf-8").splitlines()]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(field for line in lines for field in line.split("\t")),
        model_prefix=str(folder / "source"),
        vocab_size=VOCABULARY,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    model = (folder / "source.model").read_bytes()
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model)
    (folder / "source.model").unlink()
    (folder / "source.vocab").unlink()
    found: Any = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [found.id_to_piece(number) for number in range(found.get_piece_size())]


def _fill(layer: Any, random: np.random.Generator) -> None:
    def linear(target: Any, rows: int, columns: int) -> None:
        target.weight = random.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)
        target.bias = np.zeros(rows, np.float32)

    def norm(target: Any) -> None:
        target.gamma, target.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)

    norm(layer.self_attention.layer_norm)
    linear(layer.self_attention.linear[0], 3 * _WIDTH, _WIDTH)
    linear(layer.self_attention.linear[1], _WIDTH, _WIDTH)
    norm(layer.ffn.layer_norm)
    linear(layer.ffn.linear_0, _FEED_FORWARD, _WIDTH)
    linear(layer.ffn.linear_1, _WIDTH, _FEED_FORWARD)
    if hasattr(layer, "attention"):
        norm(layer.attention.layer_norm)
        linear(layer.attention.linear[0], _WIDTH, _WIDTH)
        linear(layer.attention.linear[1], 2 * _WIDTH, _WIDTH)
        linear(layer.attention.linear[2], _WIDTH, _WIDTH)


def _sinusoids(positions: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    rates = 10000.0 ** (-np.arange(_WIDTH // 2) / (_WIDTH // 2))
    angles = np.arange(positions)[:, None] * rates[None, :]
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
