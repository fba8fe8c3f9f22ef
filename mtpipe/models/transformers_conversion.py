"""Turns a Hugging Face folder into a CTranslate2 folder, as a process of its own: ``KIND SOURCE TARGET QUANTISATION``.

The vocabulary is read from the model's own files, not from a tokenizer of
transformers: what the rows of the embeddings mean must not depend on how a
version of that library reads special tokens. After loading, every weight is
compared with the file: versions have tied or renamed weights without a word.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from ctranslate2.converters import TransformersConverter
from safetensors import safe_open
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES


class ConversionError(Exception):
    """The model cannot be converted; the text is one line."""


class Vocabulary:
    """The tokens of a model in the order of its embeddings, with what CTranslate2's loaders ask a tokenizer for."""

    def __init__(self, tokens: dict[str, int], config: dict[str, Any]) -> None:
        self._ids = tokens
        names = {number: token for token, number in tokens.items()}
        self.unk_token = "<unk>"  # noqa: S105  (a piece, not a password)
        self.eos_token = names.get(config.get("eos_token_id"), "</s>")  # type: ignore[arg-type]
        self.bos_token = names.get(config.get("bos_token_id"), "<s>")  # type: ignore[arg-type]
        self.pad_token = names.get(config.get("pad_token_id"), "<pad>")  # type: ignore[arg-type]
        self.special_tokens_map: dict[str, list[str]] = {}
        self._names = names
        for token in (self.unk_token, self.eos_token):
            if token not in tokens:
                raise ConversionError(f"the vocabulary has no {token}")

    @property
    def unk_token_id(self) -> int:
        """Return the row of the unknown token."""
        return self._ids[self.unk_token]

    def get_vocab(self) -> dict[str, int]:
        """Return every token with its row."""
        return dict(self._ids)

    def convert_ids_to_tokens(self, number: int) -> str:
        """Return the token of a row."""
        return self._names[number]


class Converter(TransformersConverter):  # type: ignore[misc]
    """CTranslate2's converter with the vocabulary from the model's files and the weights compared."""

    def __init__(self, kind: str, folder: Path) -> None:
        super().__init__(str(folder), low_cpu_mem_usage=True)
        self._kind, self._folder = kind, folder

    def load_model(self, model_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
        """Load the weights and compare them with the file."""
        kwargs.pop("low_cpu_mem_usage", None)
        loaded, told = model_class.from_pretrained(model_name_or_path, output_loading_info=True, **kwargs)
        held = loaded.state_dict()
        missing = sorted(set(told["missing_keys"]) & set(held))
        if missing:
            raise ConversionError(f"the weights lack {missing[0]} ({len(missing)} in all)")
        seen = 0
        for name, tensor in _stored(self._folder):
            if name not in held:
                continue
            seen += 1
            if not _same(held[name], tensor, name):
                raise ConversionError(
                    f"transformers {version('transformers')} did not load {name} as it is stored"
                )
        if not seen:
            raise ConversionError("no weight of the file was loaded")
        return loaded.eval()

    def load_tokenizer(self, *_given: Any, **_options: Any) -> Vocabulary:
        """Return the vocabulary instead of a tokenizer: nothing else is asked of it."""
        config = _json(self._folder / "config.json")
        tokens = _READERS[self._kind](self._folder)
        rows = int(config["vocab_size"])
        if len(set(tokens.values())) != len(tokens) or set(tokens.values()) != set(range(len(tokens))):
            raise ConversionError("the vocabulary's numbers are not 0, 1, 2, … each once")
        if len(tokens) > rows:
            raise ConversionError(f"{len(tokens)} tokens for {rows} rows of the embeddings")
        if self._kind == "marian" and len(tokens) != rows:
            raise ConversionError(f"{len(tokens)} tokens in vocab.json for {rows} rows of the embeddings")
        return Vocabulary(tokens, config)


def _same(held: Any, stored: Any, name: str) -> bool:
    """Compare a weight with the file; tables of positions are computed anew, so that only they may be rounded."""
    if held.shape != stored.shape:
        return False
    stored = stored.to(held.dtype)
    return bool(torch.allclose(held, stored, atol=1e-3) if "position" in name else torch.equal(held, stored))


def _stored(folder: Path) -> Iterator[tuple[str, Any]]:
    """Yield every tensor of the checkpoint as it lies in the file."""
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(str(path), framework="pt") as weights:
            for name in weights.keys():  # noqa: SIM118  (not a mapping)
                yield name, weights.get_tensor(name)
    if not any(folder.glob("*.safetensors")):
        for path in sorted(folder.glob("pytorch_model*.bin")):
            yield from torch.load(path, map_location="cpu", weights_only=True, mmap=True).items()


def _marian(folder: Path) -> dict[str, int]:
    return _table(folder / "vocab.json")


def _m2m100(folder: Path) -> dict[str, int]:
    """Return vocab.json and, after it, the languages in fairseq's order."""
    tokens = _table(folder / "vocab.json")
    first = len(tokens)
    for number, code in enumerate(FAIRSEQ_LANGUAGE_CODES["m2m100"]):
        tokens.setdefault(f"__{code}__", first + number)
    return tokens


def _nllb(folder: Path) -> dict[str, int]:
    """Return the tokens of tokenizer.json, language codes among them."""
    described = _json(folder / "tokenizer.json")
    listed = described.get("model", {}).get("vocab", {})
    if isinstance(listed, list):
        listed = {token: number for number, (token, _) in enumerate(listed)}
    tokens: dict[str, int] = dict(listed)
    tokens |= {added["content"]: added["id"] for added in described.get("added_tokens", [])}
    return tokens


def _t5(folder: Path) -> dict[str, int]:
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
    return {pieces.id_to_piece(number): number for number in range(pieces.get_piece_size())}


_READERS: dict[str, Callable[[Path], dict[str, int]]] = {
    "marian": _marian,
    "m2m100": _m2m100,
    "nllb": _nllb,
    "t5": _t5,
}


def _table(path: Path) -> dict[str, int]:
    return {str(token): int(number) for token, number in _json(path).items()}


def _json(path: Path) -> dict[str, Any]:
    described = json.loads(path.read_text("utf-8"))
    if not isinstance(described, dict):
        raise ConversionError(f"{path.name} is no JSON object")
    return described


def main(arguments: list[str]) -> int:
    """Convert, print the versions as JSON, return 0; else print one line on stderr and return 1."""
    kind, source, target, quantisation = arguments
    try:
        Converter(kind, Path(source)).convert(target, quantization=quantisation or None)
    except (
        ConversionError,
        ValueError,
        KeyError,
        OSError,
        RuntimeError,
        NotImplementedError,
        TypeError,
    ) as error:
        sys.stderr.write(f"{type(error).__name__}: {' '.join(str(error).split())}\n")
        return 1
    sys.stdout.write(json.dumps({name: version(name) for name in ("torch", "transformers")}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
