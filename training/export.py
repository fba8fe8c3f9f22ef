"""Turns trained weights into a CTranslate2 folder that mtpipe can load."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import sentencepiece
from ctranslate2.specs import Activation, TransformerSpec
from torch import Tensor

from training.layout import layout
from training.network import Shape, position_table


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
    for theirs, ours in layout(shape):
        _set(spec, theirs, weights[ours])
    spec.decoder.projection.weight = weights["target_embeddings.weight"]
    for side in (spec.encoder, spec.decoder):
        side.scale_embeddings = True
        side.position_encodings.encodings = position_table(shape).numpy()
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


def _set(spec: Any, path: str, value: Any) -> None:
    """Set the variable at ``path`` ("encoder/layer_0/ffn/linear_0/bias"), a number behind _ being a place in a list."""
    *parts, last = path.split("/")
    for part in parts:
        name, _, place = part.rpartition("_")
        spec = getattr(spec, part) if hasattr(spec, part) else getattr(spec, name)[int(place)]
    setattr(spec, last, value)
