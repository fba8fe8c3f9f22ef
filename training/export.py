"""Turns trained weights into a CTranslate2 folder that mtpipe can load."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import Activation, TransformerSpec
from torch import Tensor

from training.network import Shape, sinusoids


def export(
    state: dict[str, Tensor], shape: Shape, spm: tuple[Path, Path], folder: Path, quantization: str | None
) -> None:
    """Write model.bin, config.json, vocabularies and SentencePiece files into ``folder``."""
    spec = TransformerSpec.from_config(
        (shape.encoder_layers, shape.decoder_layers),
        shape.heads,
        pre_norm=True,
        activation=Activation.RELU,
        alignment_layer=-1,
        alignment_heads=1,
    )
    # Copies: CTranslate2 quantises in place, and the weights go on being trained.
    weights = {name: value.detach().float().cpu().numpy().copy() for name, value in state.items()}
    table = sinusoids(shape.positions, shape.width).numpy()

    def linear(target: Any, *names: str) -> None:
        target.weight = np.concatenate([weights[f"{name}.weight"] for name in names])
        target.bias = np.concatenate([weights[f"{name}.bias"] for name in names])

    def norm(target: Any, name: str) -> None:
        target.gamma, target.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]

    def feed_forward(target: Any, name: str) -> None:
        norm(target.layer_norm, f"{name}.ffn_norm")
        linear(target.linear_0, f"{name}.ffn_in")
        linear(target.linear_1, f"{name}.ffn_out")

    def self_attention(target: Any, name: str) -> None:
        norm(target.layer_norm, f"{name}.self_norm")
        linear(target.linear[0], f"{name}.self_attention.query_key_value")
        linear(target.linear[1], f"{name}.self_attention.out")

    for side, name in ((spec.encoder, "encoder"), (spec.decoder, "decoder")):
        side.scale_embeddings = True
        side.position_encodings.encodings = table
        norm(side.layer_norm, f"{name}_norm")
        for number, layer in enumerate(side.layer):
            self_attention(layer.self_attention, f"{name}.{number}")
            feed_forward(layer.ffn, f"{name}.{number}")
            if name == "decoder":
                norm(layer.attention.layer_norm, f"{name}.{number}.cross_norm")
                linear(layer.attention.linear[0], f"{name}.{number}.cross_attention.query")
                linear(layer.attention.linear[1], f"{name}.{number}.cross_attention.key_value")
                linear(layer.attention.linear[2], f"{name}.{number}.cross_attention.out")
    spec.encoder.embeddings[0].weight = weights["source_embeddings.weight"]
    spec.decoder.embeddings.weight = weights["target_embeddings.weight"]
    spec.decoder.projection.weight = weights["target_embeddings.weight"]
    spec.decoder.projection.bias = weights["output_bias"]
    for register, path in (
        (spec.register_source_vocabulary, spm[0]),
        (spec.register_target_vocabulary, spm[1]),
    ):
        model = sentencepiece.SentencePieceProcessor(model_file=str(path))
        register([model.id_to_piece(i) for i in range(model.get_piece_size())])
    spec.config.add_source_eos = False
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    spec.optimize(quantization=quantization)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    spec.save(str(folder))
    for path, name in zip(spm, ("source.spm", "target.spm"), strict=True):
        shutil.copyfile(path, folder / name)
