"""Says where each weight of the network stands in a CTranslate2 model, for writing one and for reading one back."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.network import Shape

_DTYPES = ("float32", "int8", "int16", "int32", "float16")


def layout(shape: Shape) -> Iterator[tuple[str, str]]:
    """Yield (name in CTranslate2, name in our network) of every weight that is stored once."""
    for side, layers in (("encoder", shape.encoder_layers), ("decoder", shape.decoder_layers)):
        yield from _norm(f"{side}/layer_norm", f"{side}_norm")
        for number in range(layers):
            theirs, ours = f"{side}/layer_{number}", f"{side}.{number}"
            yield from _norm(f"{theirs}/self_attention/layer_norm", f"{ours}.self_norm")
            yield from _linear(f"{theirs}/self_attention/linear_0", f"{ours}.self_attention.query_key_value")
            yield from _linear(f"{theirs}/self_attention/linear_1", f"{ours}.self_attention.out")
            if side == "decoder":
                yield from _norm(f"{theirs}/attention/layer_norm", f"{ours}.cross_norm")
                for place, name in enumerate(("query", "key_value", "out")):
                    yield from _linear(f"{theirs}/attention/linear_{place}", f"{ours}.cross_attention.{name}")
            yield from _norm(f"{theirs}/ffn/layer_norm", f"{ours}.ffn_norm")
            yield from _linear(f"{theirs}/ffn/linear_0", f"{ours}.ffn_in")
            yield from _linear(f"{theirs}/ffn/linear_1", f"{ours}.ffn_out")
    yield "encoder/embeddings_0/weight", "source_embeddings.weight"
    yield "decoder/embeddings/weight", "target_embeddings.weight"
    yield "decoder/projection/bias", "output_bias"


def _linear(theirs: str, ours: str) -> Iterator[tuple[str, str]]:
    yield f"{theirs}/weight", f"{ours}.weight"
    yield f"{theirs}/bias", f"{ours}.bias"


def _norm(theirs: str, ours: str) -> Iterator[tuple[str, str]]:
    yield f"{theirs}/gamma", f"{ours}.weight"
    yield f"{theirs}/beta", f"{ours}.bias"


def read_released(folder: Path, shape: Shape) -> dict[str, Tensor]:
    """Return the weights of a converted model that this recipe made, as float32; int8 ones are scaled back.

    A shallower encoder is deepened (``_deepen``). ValueError where the model has another shape.
    """
    stored = _variables(folder / "model.bin")
    state = {}
    depth = len({name.split("/")[1] for name in stored if name.startswith("encoder/layer_")} - {"layer_norm"})
    if depth > shape.encoder_layers:
        raise ValueError(f"{folder}: {depth} encoder layers, more than the {shape.encoder_layers} wanted")
    for theirs, ours in layout(replace(shape, encoder_layers=depth)):
        if theirs not in stored:
            raise ValueError(f"{folder}: no {theirs}: a model of another shape")
        value = stored[theirs].astype(np.float32)
        if f"{theirs}_scale" in stored:
            value /= stored[f"{theirs}_scale"].reshape(-1, 1)
        state[ours] = torch.from_numpy(value)
    return _deepen(state, depth, shape.encoder_layers)


def _deepen(state: dict[str, Tensor], depth: int, wanted: int) -> dict[str, Tensor]:
    """Put new encoder layers between the ``depth`` there are, evenly, until there are ``wanted``.

    A new layer is a copy of the one before it whose two output matrices are zero: it adds nothing
    yet, so the deeper model starts with the answers of the shallower one (Wu et al. 2024, "LLaMA
    Pro: Progressive LLaMA with Block Expansion").
    """
    deeper = {name: value for name, value in state.items() if not name.startswith("encoder.")}
    copied = -1
    for number in range(wanted):
        before, copied = copied, number * depth // wanted
        for name, value in state.items():
            _, _, rest = name.partition(f"encoder.{copied}.")
            if rest:
                empty = copied == before and rest.startswith(("self_attention.out", "ffn_out"))
                deeper[f"encoder.{number}.{rest}"] = torch.zeros_like(value) if empty else value.clone()
    return deeper


def _variables(path: Path) -> dict[str, Any]:
    """Read a model.bin (CTranslate2 binary version 6: see ``ModelSpec._serialize``)."""
    data, place = path.read_bytes(), 0

    def number(code: str) -> int:
        nonlocal place
        (value,) = struct.unpack_from(code, data, place)
        place += struct.calcsize(code)
        return int(value)

    def string() -> str:
        nonlocal place
        size = number("<H")
        place += size
        return data[place - size : place - 1].decode("utf-8")

    number("<I"), string(), number("<I")
    found: dict[str, Any] = {}
    for _ in range(number("<I")):
        name = string()
        sizes = [number("<I") for _ in range(number("<B"))]
        dtype = _DTYPES[number("<B")]
        count = number("<I")
        found[name] = np.frombuffer(data, dtype, count // np.dtype(dtype).itemsize, place).reshape(sizes)
        place += count
    for _ in range(number("<I")):
        alias = string()
        found[alias] = found[string()]
    return found
