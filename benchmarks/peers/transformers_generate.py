"""Makes a Marian base model with random weights for transformers and for CTranslate2, and times transformers with it.

``python transformers_generate.py make FOLDER BUILTIN`` writes ``FOLDER/hf`` and ``FOLDER/ct2`` (the same weights);
``python transformers_generate.py time FOLDER SENTENCES THREADS`` loads it, prints ``{}``, and then for each line of
standard input ``{"seconds": …, "cpu": …}`` for greedy search, 32 sentences a batch. Random weights do not end a
sentence: both engines make the same fixed number of tokens of each.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from pathlib import Path

import ctranslate2
import sentencepiece
import torch
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

_PIECES = 60_000
_TOKENS = 32
_BATCH = 32


def make(folder: Path, built_in: Path) -> None:
    """Write the model twice, with the built-in model's pieces in a vocabulary of 60,000."""
    home = folder / "hf"
    shutil.rmtree(folder, ignore_errors=True)
    home.mkdir(parents=True)
    pieces = ["</s>", "<unk>"]
    for name in ("source.spm", "target.spm"):
        shutil.copy(built_in / name, home / name)
        model = sentencepiece.SentencePieceProcessor(model_file=str(built_in / name))
        pieces += [model.id_to_piece(number) for number in range(model.get_piece_size())]
    pieces = [piece for piece in dict.fromkeys(pieces) if piece != "<pad>"]
    # The converter drops the last row, <pad>.
    pieces += [f"<{number}>" for number in range(_PIECES - 1 - len(pieces))] + ["<pad>"]
    (home / "vocab.json").write_text(
        json.dumps({piece: number for number, piece in enumerate(pieces)}), "utf-8"
    )
    MarianTokenizer(
        str(home / "source.spm"),
        str(home / "target.spm"),
        str(home / "vocab.json"),
        source_lang="ar",
        target_lang="en",
    ).save_pretrained(home)
    torch.manual_seed(8)
    config = MarianConfig(
        vocab_size=_PIECES, d_model=512, encoder_layers=6, decoder_layers=6, encoder_attention_heads=8,
        decoder_attention_heads=8, encoder_ffn_dim=2048, decoder_ffn_dim=2048, max_position_embeddings=512,
        pad_token_id=_PIECES - 1, eos_token_id=0, decoder_start_token_id=_PIECES - 1, scale_embedding=True,
        activation_function="swish", forced_eos_token_id=None,
    )  # fmt: skip
    MarianMTModel(config).save_pretrained(home)
    ctranslate2.converters.TransformersConverter(str(home)).convert(
        str(folder / "ct2"), quantization="int8", force=True
    )
    for name in ("source.spm", "target.spm"):
        shutil.copy(home / name, folder / "ct2" / name)
    _passport(folder / "ct2")


def _passport(folder: Path) -> None:
    """Say how the model wants to be spoken to, and that it makes so many tokens and no more."""
    files = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
    }
    described = {
        "schema": "mtpipe.passport/1", "id": "random-marian-base", "source": "random weights", "revision": "1",
        "licence": "Apache-2.0", "sources": ["ar"], "targets": ["en"], "quantisation": "int8",
        "conventions": {"source_suffix": ["</s>"], "max_target": _TOKENS}, "decoding": {"beam_size": 1}, "files": files,
    }  # fmt: skip
    (folder / "passport.json").write_text(json.dumps(described), "utf-8")


def measure(folder: Path, sentences: Path, threads: int) -> None:
    """Load, then translate and print the seconds as often as standard input asks for it."""
    torch.set_num_threads(threads)
    tokenizer = MarianTokenizer.from_pretrained(folder / "hf")
    model = MarianMTModel.from_pretrained(folder / "hf").eval()
    lines = sentences.read_text("utf-8").strip("\n").split("\n")
    print("{}", flush=True)
    for _ in sys.stdin:
        started, before = time.perf_counter(), time.process_time()
        with torch.inference_mode():
            for number in range(0, len(lines), _BATCH):
                batch = tokenizer(lines[number : number + _BATCH], return_tensors="pt", padding=True)
                made = model.generate(**batch, num_beams=1, do_sample=False, max_new_tokens=_TOKENS)
                tokenizer.batch_decode(made, skip_special_tokens=True)
        taken = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - before}
        print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        measure(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
