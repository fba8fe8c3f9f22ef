"""Makes tiny models of every family in Hugging Face's form, with random weights: needs the [convert] extra."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as NLLB_CODES

from tests.families import HEADS, HIDDEN, LAYERS, WIDTH, marian_vocabulary, train_pieces

_SHAPE: dict[str, Any] = {
    "d_model": WIDTH,
    "encoder_layers": LAYERS,
    "decoder_layers": LAYERS,
    "encoder_attention_heads": HEADS,
    "decoder_attention_heads": HEADS,
    "encoder_ffn_dim": HIDDEN,
    "decoder_ffn_dim": HIDDEN,
    "init_std": 0.3,
    "scale_embedding": True,
}


def make_marian(
    folder: Path, *, target: str = "en", tags: Sequence[str] = (), positions: int = 512, seed: int = 5
) -> Any:
    """Make a Marian model; the row of <pad> is zero, as in those converted from Marian itself."""
    folder.mkdir(parents=True)
    tokens = [*marian_vocabulary(folder, "ar", target, tags), "<pad>"]
    pad = len(tokens) - 1
    _write(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
    described = {"source_lang": "ar", "target_lang": target, "tokenizer_class": "MarianTokenizer"}
    _write(folder / "tokenizer_config.json", described)
    torch.manual_seed(seed)
    config = transformers.MarianConfig(
        **_SHAPE,
        vocab_size=len(tokens),
        max_position_embeddings=positions,
        static_position_embeddings=True,
        activation_function="swish",
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
    )
    model = transformers.MarianMTModel(config)
    with torch.no_grad():
        model.model.shared.weight[pad] = 0
        model.final_logits_bias.normal_()
        model.final_logits_bias[0, pad] = float("-inf")
    return _saved(model, folder)


def make_m2m100(folder: Path, *, seed: int = 6) -> Any:
    """Make an M2M-100 model: its languages are numbered after vocab.json."""
    folder.mkdir(parents=True)
    pieces = train_pieces(folder / "sentencepiece.bpe.model", ("ar", "en", "fr"), size=500, model_type="bpe")
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *(p for p in pieces if p not in ("<s>", "</s>", "<unk>"))]
    _write(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "M2M100Tokenizer"})
    torch.manual_seed(seed)
    return _saved(_many_to_many(len(tokens) + 108), folder)


def make_nllb(folder: Path, *, seed: int = 7) -> Any:
    """Make an NLLB model with the tokenizer.json that its authors ship."""
    folder.mkdir(parents=True)
    train_pieces(folder / "sentencepiece.bpe.model", ("ar", "en", "fr"), size=500, model_type="bpe")
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "NllbTokenizer"})
    tokenizer = transformers.NllbTokenizer.from_pretrained(folder, extra_special_tokens=NLLB_CODES)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    return _saved(_many_to_many(len(tokenizer)), folder)


def make_t5(folder: Path, *, seed: int = 8) -> Any:
    """Make a T5 model as MADLAD-400 is one: untied, gated, a token for the target before the text."""
    folder.mkdir(parents=True)
    tags = ["<2ar>", "<2en>", "<2fr>"]
    pieces = train_pieces(
        folder / "spiece.model",
        ("ar", "en", "fr"),
        size=500,
        symbols=tags,
        unk_id=0,
        pad_id=1,
        eos_id=2,
        bos_id=-1,
    )
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "T5Tokenizer", "extra_ids": 0})
    torch.manual_seed(seed)
    config = transformers.T5Config(
        vocab_size=len(pieces),
        d_model=WIDTH,
        d_kv=WIDTH // HEADS,
        d_ff=HIDDEN,
        num_layers=LAYERS,
        num_decoder_layers=LAYERS,
        num_heads=HEADS,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
        decoder_start_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        initializer_factor=3.0,
    )
    return _saved(transformers.T5ForConditionalGeneration(config), folder)


def _many_to_many(rows: int) -> Any:
    config = transformers.M2M100Config(
        **_SHAPE, vocab_size=rows, max_position_embeddings=1024, decoder_start_token_id=2
    )
    return transformers.M2M100ForConditionalGeneration(config)


def _saved(model: Any, folder: Path) -> Any:
    model.save_pretrained(folder)
    return model.eval()


def _write(path: Path, described: dict[str, Any]) -> None:
    path.write_text(json.dumps(described, ensure_ascii=False), "utf-8")
