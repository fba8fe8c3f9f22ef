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

from training.network import Shape, position_table

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

    A shallower encoder is deepened (``_deepen``), a narrower network widened (``_widen``). ValueError where the model
    has another shape.
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
    # A network may be widened more than once: its positions stay those of its first width.
    positions = torch.from_numpy(stored["encoder/position_encodings/encodings"].astype(np.float32))
    wanted = position_table(shape)[:, : positions.shape[1]]
    if wanted.shape != positions.shape or not torch.allclose(wanted, positions, atol=1e-4):
        raise ValueError(f"{folder}: its positions are not those of position_width {shape.position_width}")
    return _widen(_deepen(state, depth, shape.encoder_layers), shape)


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


def _widen(state: dict[str, Tensor], shape: Shape) -> dict[str, Tensor]:
    """Widen the network to ``shape``, heads and feed-forward as well; it starts with the answers of the narrower one.

    What adds to the stream that the layers share (embeddings, positions, output matrices) adds to its new
    dimensions the mean of what it adds to the old ones: so the norms, which subtract the mean, make them 0, and
    the scale by which a norm over more dimensions differs is taken back by its weights. New heads and
    feed-forward units add nothing yet, but they read the stream with random weights, so all of it can be learnt
    (after Chen et al. 2016, "Net2Net").
    """
    old = state["source_embeddings.weight"].shape[1]
    if old == shape.width and state["encoder.0.ffn_in.bias"].shape[0] == shape.feed_forward:
        return state
    if old > shape.width or old % (shape.width // shape.heads):
        raise ValueError(f"width {old} cannot grow to {shape.width} with {shape.heads} heads")
    shrink = (old / shape.width) ** 0.5
    return {name: _widened(name, value, old, shape, shrink) for name, value in state.items()}


def _widened(name: str, value: Tensor, old: int, shape: Shape, shrink: float) -> Tensor:
    new = shape.width
    if name == "output_bias":
        return value
    if "embeddings" in name:  # scaled by the square root of the width when read
        return _with_means(value * shrink, new, 1)
    if "norm" in name:
        # The target embeddings, which shrank, are the output layer too.
        scale = {"decoder_norm.weight": 1.0, "decoder_norm.bias": 1 / shrink}.get(
            name, shrink if name.endswith("weight") else 1.0
        )
        fill = float(name.endswith("weight"))
        return torch.cat([value * scale, value.new_full((new - old,), fill)])
    if "out" in name.split(".")[-2]:
        inner = shape.feed_forward if "ffn" in name else new
        if value.dim() == 2:
            value = torch.cat([value, value.new_zeros(len(value), inner - value.shape[1])], dim=1)
        return _with_means(value, new, 0)
    # What reads: each of query, key and value gets its new rows behind its old ones.
    wanted = shape.feed_forward if "ffn" in name else new
    size = value.shape[0] if "ffn" in name else old
    return torch.cat([_with_noise(part, wanted, new) for part in value.split(size)])


def _with_means(value: Tensor, size: int, dim: int) -> Tensor:
    missing = list(value.shape)
    missing[dim] = size - value.shape[dim]
    return torch.cat([value, value.mean(dim, keepdim=True).expand(missing)], dim=dim)


def _with_noise(value: Tensor, rows: int, columns: int) -> Tensor:
    """Return (rows, columns), or for a bias (rows,): new places are random in a matrix, like the old; 0 in a bias."""
    if value.dim() == 1:
        return torch.cat([value, value.new_zeros(rows - len(value))])
    grown = torch.randn(rows, columns) * value.std()
    grown[: value.shape[0], : value.shape[1]] = value
    return grown


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
