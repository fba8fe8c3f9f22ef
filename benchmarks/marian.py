"""Makes a Marian base model (6+6 layers, 512 wide, 60,000 pieces) with random weights, to measure time against."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import TransformerSpec

from mtpipe import models

_WIDTH, _HIDDEN, _HEADS, _PIECES = 512, 2048, 8, 60_000


def make_marian_base(folder: Path) -> models.Model:
    """Write the model into ``folder``, with the built-in model's pieces and 60,000 rows, and open it."""
    built_in = models.find()
    for name in ("source.spm", "target.spm"):
        shutil.copy(built_in.folder / name, folder / name)
    spec = TransformerSpec.from_config((6, 6), _HEADS, pre_norm=False)
    for side in ("source", "target"):
        pieces = json.loads((built_in.folder / f"{side}_vocabulary.json").read_text("utf-8"))
        pieces += [f"<{n}>" for n in range(_PIECES - len(pieces))]
        getattr(spec, f"register_{side}_vocabulary")(pieces)
    _fill(spec, np.random.default_rng(1))
    spec.config.decoder_start_token = "</s>"
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    return models.find(str(folder))


def _fill(spec: TransformerSpec, random: np.random.Generator) -> None:
    def array(*shape: int) -> Any:
        return random.normal(0, 0.02, shape).astype(np.float32)

    def linear(layer: Any, rows: int, columns: int) -> None:
        layer.weight, layer.bias = array(rows, columns), array(rows)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)

    for side in (spec.encoder, spec.decoder):
        embeddings = side.embeddings[0] if side is spec.encoder else side.embeddings
        embeddings.weight = array(_PIECES, _WIDTH)
        side.scale_embeddings = True
        for layer in side.layer:
            norm(layer.self_attention.layer_norm)
            linear(layer.self_attention.linear[0], 3 * _WIDTH, _WIDTH)
            linear(layer.self_attention.linear[1], _WIDTH, _WIDTH)
            norm(layer.ffn.layer_norm)
            linear(layer.ffn.linear_0, _HIDDEN, _WIDTH)
            linear(layer.ffn.linear_1, _WIDTH, _HIDDEN)
            if side is spec.decoder:
                norm(layer.attention.layer_norm)
                linear(layer.attention.linear[0], _WIDTH, _WIDTH)
                linear(layer.attention.linear[1], 2 * _WIDTH, _WIDTH)
                linear(layer.attention.linear[2], _WIDTH, _WIDTH)
    spec.decoder.projection.weight = array(_PIECES, _WIDTH)
    spec.decoder.projection.bias = array(_PIECES)
