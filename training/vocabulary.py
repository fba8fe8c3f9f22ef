"""Turns text into two SentencePiece models, one for the source and one for the targets.

The clean-up that the model needs lives inside its own SentencePiece files (as
normalisation rules), so nothing at run time has to know about it: the source
file drops vocalisation and tatweel, writes أ إ آ ٱ as ا, Arabic-Indic digits as
ASCII digits and every kind of double quote as ``"``; the target file writes
curly apostrophes and quotes straight. A small model cannot afford to learn
those variants apart, and the pipeline sets the typography of the output itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

import sentencepiece

UNK, BOS, EOS, PAD = 0, 1, 2, 3
LANGUAGE_TOKENS = {"en": "<2en>", "fr": "<2fr>"}

_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r"
)
_INVISIBLE = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xAD, 0x061C]
_ARABIC_MARKS = [*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE), 0x0640]


def normalisation_rules(side: str) -> dict[str, str]:
    """Return code point → replacement for ``side`` ("source" or "target")."""
    rules: dict[str, str] = {}
    for code in range(0x20, 0x10000):
        if 0x1100 <= code < 0x1200 or 0x2E80 <= code < 0xFB00 or 0xD800 <= code < 0xE000:
            continue
        char = chr(code)
        folded = unicodedata.normalize("NFKC", char)
        if folded != char and folded.strip():
            rules[char] = folded
    rules |= dict.fromkeys(_SPACES, " ")
    rules |= dict.fromkeys(map(chr, _INVISIBLE), "")
    rules |= dict.fromkeys("’‘ʼ′`´", "'")
    rules |= dict.fromkeys("“”„‟″", '"')
    rules |= {"…": "...", "–": "-", "—": "-", "‑": "-", "−": "-"}
    if side == "source":
        rules |= dict.fromkeys(map(chr, _ARABIC_MARKS), "")
        rules |= dict.fromkeys("أإآٱ", "ا") | {"ی": "ي", "ک": "ك", "«": '"', "»": '"'}
        for zero in (0x0660, 0x06F0):
            rules |= {chr(zero + digit): str(digit) for digit in range(10)}
    # A replacement may itself hold characters with a rule (ligature لآ → لا).
    return {char: "".join(rules.get(part, part) for part in new) for char, new in rules.items()}


def train_vocabulary(sentences: Iterable[str], prefix: Path, side: str, size: int) -> Path:
    """Train a unigram SentencePiece model of ``size`` pieces; returns ``prefix``.spm."""
    table = prefix.with_suffix(".rules.tsv")
    table.write_text(
        "".join(
            f"{ord(char):X}\t{' '.join(f'{ord(part):X}' for part in new)}\n"
            for char, new in sorted(normalisation_rules(side).items())
        ),
        encoding="utf-8",
    )
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_prefix=str(prefix),
        vocab_size=size,
        model_type="unigram",
        character_coverage=0.9999,
        normalization_rule_tsv=str(table),
        split_digits=True,
        user_defined_symbols=list(LANGUAGE_TOKENS.values()) if side == "target" else [],
        unk_id=UNK,
        bos_id=BOS,
        eos_id=EOS,
        pad_id=PAD,
        shuffle_input_sentence=True,
        input_sentence_size=400_000,
        num_threads=2,
        minloglevel=1,
    )
    spm = prefix.with_suffix(".spm")
    spm.write_bytes(without_paths(prefix.with_suffix(".model").read_bytes()))
    prefix.with_suffix(".model").unlink()
    return spm


def without_paths(model: bytes) -> bytes:
    """Return a SentencePiece model without the names of the files that it was made from and by."""
    from sentencepiece import sentencepiece_model_pb2

    proto = sentencepiece_model_pb2.ModelProto.FromString(model)
    proto.trainer_spec.ClearField("input")
    proto.trainer_spec.model_prefix = ""
    proto.normalizer_spec.normalization_rule_tsv = ""
    return bytes(proto.SerializeToString())
