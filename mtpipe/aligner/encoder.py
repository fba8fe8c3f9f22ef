"""A folder with a sentence encoder in ONNX becomes a function from sentences to embeddings.

The folder is laid out as Hugging Face and sentence-transformers lay it out: ``model.onnx`` (or
``onnx/model.onnx``) and ``tokenizer.json``; ``1_Pooling/config.json`` says how tokens are pooled,
``config_sentence_transformers.json`` which prompt stands before each sentence. LaBSE and e5 come so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mtpipe.aligner.features import Floats
from mtpipe.aligner.meaning import Encoder
from mtpipe.errors import InputError, UsageError

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

_BATCH = 32
_MODELS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_LONGEST = 256  # tokens of a sentence that are read


def load_encoder(folder: str) -> Encoder:
    """Load the encoder in ``folder``; UsageError without the packages, InputError where the folder is none."""
    try:
        import onnxruntime  # noqa: PLC0415 - an extra that only --encoder needs
        from tokenizers import Tokenizer  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(f"--encoder: {error.name} is not installed (pip install 'mtpipe[onnx]')") from None
    base = Path(folder)
    model = next((base / name for name in _MODELS if (base / name).is_file()), None)
    if model is None:
        raise InputError(f"{folder}: no encoder in ONNX (looked for {', '.join(_MODELS)})")
    if not (base / "tokenizer.json").is_file():
        raise InputError(f"{folder}: the encoder has no tokenizer.json")
    try:
        session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's errors have no common class
        raise InputError(f"{model}: cannot be loaded: {str(error).splitlines()[0]}") from None
    try:
        tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    except Exception as error:  # nor have the tokenizer's
        raise InputError(f"{base / 'tokenizer.json'}: cannot be loaded: {error}") from None
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding(pad_id=_padding(tokenizer))
    prompt = _prompt(_settings(base / "config_sentence_transformers.json"))
    pooling = _settings(base / "1_Pooling" / "config.json")

    def encode(sentences: Sequence[str]) -> Floats:
        """Encode in batches of sentences of like length, which need little padding."""
        order = sorted(range(len(sentences)), key=lambda k: len(sentences[k]))
        rows: list[Floats] = [np.zeros(0, np.float32)] * len(order)
        for begin in range(0, len(order), _BATCH):
            chosen = order[begin : begin + _BATCH]
            found = _run(session, tokenizer, [prompt + sentences[k] for k in chosen], pooling)
            for k, row in zip(chosen, found, strict=True):
                rows[k] = row
        return np.stack(rows)

    return encode


def _settings(path: Path) -> dict[str, Any]:
    """Return a JSON file's object, or nothing where there is no such file."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}") from None
    return found if isinstance(found, dict) else {}


def _prompt(settings: dict[str, Any]) -> str:
    """Return the prompt that both sides are given: the symmetric one where several are named."""
    prompts = settings.get("prompts") or {}
    name = settings.get("default_prompt_name") or "query"
    return str(prompts.get(name) or "")


def _padding(tokenizer: Tokenizer) -> int:
    for token in ("[PAD]", "<pad>"):
        number = tokenizer.token_to_id(token)
        if number is not None:
            return int(number)
    return 0


def _run(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, sentences: list[str], pooling: dict[str, Any]
) -> Floats:
    encoded = tokenizer.encode_batch(sentences)
    feeds = {
        "input_ids": np.array([item.ids for item in encoded], np.int64),
        "attention_mask": np.array([item.attention_mask for item in encoded], np.int64),
        "token_type_ids": np.array([item.type_ids for item in encoded], np.int64),
    }
    wanted = {item.name for item in session.get_inputs()}
    if not wanted <= set(feeds):
        raise InputError(
            f"the encoder wants {', '.join(sorted(wanted - set(feeds)))}, which no tokenizer gives"
        )
    names = [item.name for item in session.get_outputs()]
    name = _output(names, pooling)
    out = session.run([name], {name: feeds[name] for name in wanted})[0]
    if out.ndim == 2:
        return np.asarray(out, np.float32)
    if pooling.get("pooling_mode_cls_token"):
        return np.asarray(out[:, 0], np.float32)
    mask = feeds["attention_mask"][:, :, None].astype(np.float32)
    mean: Floats = ((out * mask).sum(1) / np.maximum(mask.sum(1), 1.0)).astype(np.float32)
    return mean


def _output(names: list[str], pooling: dict[str, Any]) -> str:
    """Choose the sentence's embedding where the model gives one, unless its tokens are to be averaged."""
    if "sentence_embedding" in names:
        return "sentence_embedding"
    averaged = bool(pooling.get("pooling_mode_mean_tokens"))
    return "pooler_output" if "pooler_output" in names and not averaged else names[0]
