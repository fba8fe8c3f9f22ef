"""Makes tiny models of real families in their authors' own form: an OPUS-MT zip with Marian's npz, without torch."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import yaml

from mtpipe.models.coverage import sample

Array = np.ndarray[Any, np.dtype[Any]]
WIDTH, HIDDEN, HEADS, LAYERS = 32, 64, 4, 2


def train_pieces(
    path: Path, languages: Sequence[str], *, size: int = 300, symbols: Sequence[str] = (), **options: Any
) -> list[str]:
    """Train a SentencePiece model that knows the sample text in ``languages``; return its pieces in order."""
    lines = [line for language in languages for line in sample(language)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_prefix=str(path),
        vocab_size=size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        user_defined_symbols=list(symbols),
        minloglevel=2,
        **options,
    )
    path.with_name(path.name + ".model").rename(path)
    path.with_name(path.name + ".vocab").unlink()
    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [model.id_to_piece(number) for number in range(model.get_piece_size())]


def marian_vocabulary(folder: Path, source: str, target: str, tags: Sequence[str] = ()) -> list[str]:
    """Train source.spm and target.spm in ``folder`` and return Marian's one vocabulary for both."""
    pieces = [*train_pieces(folder / "source.spm", [source]), *train_pieces(folder / "target.spm", [target])]
    kept = [piece for piece in pieces if piece not in ("<s>", "</s>", "<unk>")]
    return list(dict.fromkeys(["</s>", "<unk>", *tags, *kept]))


def random_marian(rows: int, seed: int = 3) -> dict[str, Array]:
    """Return random weights under Marian's names: post-norm, one matrix of embeddings for everything."""
    random = np.random.default_rng(seed)
    weights: dict[str, Array] = {"Wemb": _normal(random, rows, WIDTH, scale=0.5)}
    weights["decoder_ff_logit_out_b"] = _normal(random, 1, rows, scale=1.0)
    for side, blocks in (("encoder", ("self",)), ("decoder", ("self", "context"))):
        for layer in range(1, LAYERS + 1):
            for block in blocks:
                scope = f"{side}_l{layer}_{block}"
                for part in "qkvo":
                    weights[f"{scope}_W{part}"] = _normal(random, WIDTH, WIDTH)
                    weights[f"{scope}_b{part}"] = _normal(random, 1, WIDTH)
                _norm(weights, f"{scope}_Wo")
            scope = f"{side}_l{layer}_ffn"
            weights[f"{scope}_W1"] = _normal(random, WIDTH, HIDDEN)
            weights[f"{scope}_b1"] = _normal(random, 1, HIDDEN)
            weights[f"{scope}_W2"] = _normal(random, HIDDEN, WIDTH)
            weights[f"{scope}_b2"] = _normal(random, 1, WIDTH)
            _norm(weights, f"{scope}_ffn")
    return weights


def write_opus_folder(folder: Path, vocabulary: Sequence[str], weights: dict[str, Array]) -> Path:
    """Write what an OPUS-MT zip holds beside the SentencePiece models that lie in ``folder`` already."""
    config = {
        "type": "transformer",
        "transformer-decoder-autoreg": "self-attention",
        "transformer-no-projection": False,
        "transformer-ffn-activation": "swish",
        "transformer-preprocess": "",
        "transformer-postprocess": "dan",
        "transformer-postprocess-top": "",
        "transformer-postprocess-emb": "d",
        "transformer-guided-alignment-layer": "last",
        "transformer-heads": HEADS,
        "enc-depth": LAYERS,
        "dec-depth": LAYERS,
        "dim-emb": WIDTH,
        "dim-vocabs": [len(vocabulary)] * 2,
    }
    described = np.frombuffer(yaml.safe_dump(config).encode() + b"\0", dtype=np.int8)
    arrays: dict[str, Any] = {"special:model.yml": described, **weights}
    np.savez(folder / "model.npz", **arrays)
    lines = (f"{json.dumps(token, ensure_ascii=False)}: {n}\n" for n, token in enumerate(vocabulary))
    (folder / "vocab.yml").write_text("".join(lines), "utf-8")
    decoder = {"models": ["model.npz"], "vocabs": ["vocab.yml", "vocab.yml"], "beam-size": 6}
    (folder / "decoder.yml").write_text(yaml.safe_dump(decoder), "utf-8")
    (folder / "LICENSE").write_text("CC-BY-4.0\n")
    return folder


def make_opus_folder(
    folder: Path, *, source: str = "ar", target: str = "en", tags: Sequence[str] = (), seed: int = 3
) -> Path:
    """Make an unpacked OPUS-MT model with random weights."""
    folder.mkdir(parents=True)
    vocabulary = marian_vocabulary(folder, source, target, tags)
    return write_opus_folder(folder, vocabulary, random_marian(len(vocabulary), seed))


def zipped(folder: Path) -> bytes:
    """Return the files of ``folder`` as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return out.getvalue()


def _normal(random: np.random.Generator, *shape: int, scale: float = 0.3) -> Array:
    return random.normal(0, scale, shape).astype(np.float32)


def _norm(weights: dict[str, Array], scope: str) -> None:
    weights[f"{scope}_ln_scale"] = np.ones((1, WIDTH), np.float32)
    weights[f"{scope}_ln_bias"] = np.zeros((1, WIDTH), np.float32)
