"""The Transformer that the recipe trains: deep encoder, shallow decoder, one supervised attention head.

Both targets of a sentence are decoded from one pass of the encoder: the language
is told to the decoder (``<s> <2fr>``), as in NLLB, not to the encoder.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; ``positions`` is the longest input or output in pieces.

    A network that was widened (``training/layout.py``) keeps the sinusoids of its first width, ``position_width``;
    0 stands for ``width``.
    """

    source_vocabulary: int
    target_vocabulary: int
    width: int = 256
    heads: int = 4
    feed_forward: int = 1024
    encoder_layers: int = 6
    decoder_layers: int = 2
    positions: int = 256
    position_width: int = 0


def position_table(shape: Shape) -> Tensor:
    """Return (positions, width) sinusoids; in dimensions past ``position_width`` stands each position's mean."""
    first = sinusoids(shape.positions, shape.position_width or shape.width)
    further = first.mean(1, keepdim=True).expand(-1, shape.width - first.shape[1])
    return torch.cat([first, further], dim=1)


def sinusoids(positions: int, width: int) -> Tensor:
    """Return the (positions, width) table of Vaswani et al. (2017), sines first."""
    rates = torch.exp(-math.log(10000.0) * torch.arange(width // 2) / (width // 2 - 1))
    angles = torch.arange(positions)[:, None] * rates[None, :]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Dropout(nn.Module):
    """Dropout that slides over a pool of random masks: several times faster than ``nn.Dropout`` on a CPU."""

    pool: Tensor | None = None

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        if x.is_cuda:
            return F.dropout(x, self.rate)
        size = x.numel()
        pool = self.pool
        if pool is None or pool.numel() < 2 * size or pool.dtype != x.dtype:
            keep = 1 - self.rate
            pool = (torch.rand(max(1 << 22, 3 * size)) < keep).to(x.dtype) / keep
            self.pool = pool
        start = int(torch.randint(pool.numel() - size, (1,)))
        return x * pool[start : start + size].view(x.shape)


class Attention(nn.Module):
    """Multi-head attention; with ``keys`` it attends to another sequence."""

    def __init__(self, width: int, heads: int, *, cross: bool) -> None:
        super().__init__()
        self.heads, self.cross = heads, cross
        if cross:
            self.query = nn.Linear(width, width)
            self.key_value = nn.Linear(width, 2 * width)
        else:
            self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(
        self, x: Tensor, mask: Tensor | None, keys: Tensor | None = None, *, causal: bool = False
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the attended values and, for the supervised head, queries and keys of head 0."""
        if keys is not None:
            query, (key, value) = self.query(x), self.key_value(keys).chunk(2, dim=-1)
        else:
            query, key, value = self.query_key_value(x).chunk(3, dim=-1)
        query, key, value = self._split(query), self._split(key), self._split(value)
        mixed = _attend(query, key, value, mask, causal=causal)
        mixed = mixed.transpose(1, 2).reshape(x.shape)
        return self.out(mixed), query[:, 0], key[:, 0]


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, *, causal: bool) -> Tensor:
    """Scaled dot-product attention; on a CPU written out, since the fused kernel's backward pass is slow there."""
    if query.is_cuda:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal)
    scores = query @ (key * key.shape[-1] ** -0.5).transpose(2, 3)
    if causal:
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(future, -1e4)
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    return torch.softmax(scores, dim=-1) @ value


class Layer(nn.Module):
    """One pre-norm layer of the encoder, or with ``cross`` of the decoder."""

    def __init__(self, shape: Shape, dropout: float, *, cross: bool) -> None:
        super().__init__()
        width = shape.width
        self.self_norm, self.self_attention = nn.LayerNorm(width), Attention(width, shape.heads, cross=False)
        if cross:
            self.cross_norm = nn.LayerNorm(width)
            self.cross_attention = Attention(width, shape.heads, cross=True)
        self.ffn_norm = nn.LayerNorm(width)
        self.ffn_in, self.ffn_out = nn.Linear(width, shape.feed_forward), nn.Linear(shape.feed_forward, width)
        self.dropout = Dropout(dropout)

    def forward(
        self, x: Tensor, mask: Tensor | None, memory: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor] | None]:
        mixed, _, _ = self.self_attention(self.self_norm(x), mask, causal=memory is not None)
        x = x + self.dropout(mixed)
        head = None
        if memory is not None:
            mixed, query, key = self.cross_attention(self.cross_norm(x), memory_mask, memory)
            x = x + self.dropout(mixed)
            head = query, key
        return x + self.dropout(self.ffn_out(F.relu(self.ffn_in(self.ffn_norm(x))))), head


class Transformer(nn.Module):
    """Encoder and decoder; the output layer shares its weights with the target embeddings."""

    positions: Tensor

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.shape = shape
        self.source_embeddings = nn.Embedding(shape.source_vocabulary, shape.width)
        self.target_embeddings = nn.Embedding(shape.target_vocabulary, shape.width)
        self.encoder = nn.ModuleList(Layer(shape, dropout, cross=False) for _ in range(shape.encoder_layers))
        self.decoder = nn.ModuleList(Layer(shape, dropout, cross=True) for _ in range(shape.decoder_layers))
        self.encoder_norm, self.decoder_norm = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.output_bias = nn.Parameter(torch.zeros(shape.target_vocabulary))
        self.dropout = Dropout(dropout)
        self.register_buffer("positions", position_table(shape), persistent=False)
        for name, parameter in self.named_parameters():
            if "embeddings" in name:
                nn.init.normal_(parameter, std=shape.width**-0.5)
            elif parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
        depth = 2 * shape.encoder_layers + 3 * shape.decoder_layers
        for name, parameter in self.named_parameters():
            if name.endswith(("attention.out.weight", "ffn_out.weight")):
                parameter.data.mul_(depth**-0.5)

    def _embed(self, table: nn.Embedding, ids: Tensor) -> Tensor:
        scaled = table(ids) * math.sqrt(self.shape.width) + self.positions[: ids.shape[1]]
        return self.dropout(
            scaled.to(torch.bfloat16) if torch.is_autocast_enabled(ids.device.type) else scaled
        )

    def encode(self, source: Tensor, padding: Tensor, word_dropout: float = 0.0) -> Tensor:
        """Encode (batch, source length) pieces; ``padding`` is True on padding."""
        x = self._embed(self.source_embeddings, source)
        if word_dropout and self.training:
            x = x * (torch.rand(source.shape, device=x.device) >= word_dropout).to(x.dtype)[:, :, None]
        mask = (~padding)[:, None, None, :]
        for layer in self.encoder:
            x, _ = layer(x, mask)
        return self.encoder_norm(x)

    def decode(self, target: Tensor, memory: Tensor, padding: Tensor) -> tuple[Tensor, Tensor]:
        """Return hidden states (batch, target length, width) and the supervised head's logits over the source."""
        x = self._embed(self.target_embeddings, target)
        mask = (~padding)[:, None, None, :]
        head = None
        for layer in self.decoder:
            x, head = layer(x, None, memory, mask)
        assert head is not None
        query, key = head
        attention = (query @ key.transpose(1, 2)).float() / math.sqrt(query.shape[-1])
        return self.decoder_norm(x), attention.masked_fill(padding[:, None, :], -1e9)


class TiedCrossEntropy(torch.autograd.Function):
    """Label-smoothed cross-entropy through the output layer in chunks, never holding all logits.

    Rows whose label is ``ignored`` count for nothing.
    """

    @staticmethod
    def forward(ctx, hidden, weight, bias, labels, ignored, smoothing, chunk):  # type: ignore[no-untyped-def]
        d_hidden = torch.empty_like(hidden)
        d_weight = torch.zeros_like(weight, dtype=torch.float32)
        d_bias = torch.zeros_like(bias)
        total = hidden.new_zeros((), dtype=torch.float32)
        nll = hidden.new_zeros((), dtype=torch.float32)
        table = weight.to(hidden.dtype)
        size = weight.shape[0]
        for start in range(0, hidden.shape[0], chunk):
            rows = slice(start, start + chunk)
            part, gold = hidden[rows], labels[rows]
            logs = torch.log_softmax((part @ table.T).float() + bias, dim=-1)
            real = (gold != ignored).to(logs.dtype)[:, None]
            picked = -logs.gather(1, gold[:, None]) * real
            nll += picked.sum()
            total += (1 - smoothing) * picked.sum() - smoothing * (
                logs.sum(1, keepdim=True) * real
            ).sum() / size
            gradient = logs.exp_()
            gradient.sub_(smoothing / size)
            gradient.scatter_add_(1, gold[:, None], torch.full_like(picked, smoothing - 1))
            gradient *= real
            d_bias += gradient.sum(0)
            low = gradient.to(hidden.dtype)
            d_hidden[rows] = low @ table
            d_weight += low.T @ part
        ctx.save_for_backward(d_hidden, d_weight, d_bias)
        return total, nll

    @staticmethod
    def backward(ctx, d_total, d_nll):  # type: ignore[no-untyped-def]
        d_hidden, d_weight, d_bias = ctx.saved_tensors
        return d_hidden * d_total, d_weight * d_total, d_bias * d_total, None, None, None, None
