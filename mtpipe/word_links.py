"""Turns an engine's attention over pieces into links between the words of a text and of its translation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Links = tuple[tuple[int, int], ...]  # (source word, target word), both counted as text.split() does
_SPACE = "▁"
# A source word speaks for a target word when it holds this share of its attention, measured on a hand-made set.
_LEAST = 0.4
_NEARLY = 0.8  # so near to the strongest a second word is linked too


def piece_words(pieces: Sequence[str]) -> list[int]:
    """Return for each SentencePiece piece the number of its word, -1 for control tokens."""
    words, word = [], -1
    for piece in pieces:
        if piece.startswith("<") and piece.endswith(">") and len(piece) > 2:
            words.append(-1)
            continue
        if piece.startswith(_SPACE) or word < 0:
            word += 1
        words.append(word)
    return words


def links_of(attention: npt.ArrayLike, source_pieces: Sequence[str], target_pieces: Sequence[str]) -> Links:
    """Return the word links that the (target pieces, source pieces) ``attention`` speaks for, sorted.

    Attention on control tokens counts for no word: it says that a target word has no counterpart.
    """
    weights = np.asarray(attention, np.float32)
    ours, yours = piece_words(source_pieces), piece_words(target_pieces)
    if weights.shape != (len(yours), len(ours)) or max(ours, default=-1) < 0 or max(yours, default=-1) < 0:
        return ()
    source = np.zeros((len(ours), max(ours) + 1), np.float32)
    target = np.zeros((max(yours) + 1, len(yours)), np.float32)
    for piece, word in enumerate(ours):
        if word >= 0:
            source[piece, word] = 1.0
    for piece, word in enumerate(yours):
        if word >= 0:
            target[word, piece] = 1.0
    target /= np.maximum(target.sum(1, keepdims=True), 1.0)
    share = target @ weights @ source  # (target words, source words)
    best = share.max(1, keepdims=True)
    chosen = (share >= _LEAST) & (share >= _NEARLY * best)
    return tuple(sorted((int(s), int(t)) for t, s in np.argwhere(chosen)))


def carried(links: Links, decoded: str, shown: str) -> Links:
    """Return ``links`` to the words of ``decoded`` as links to those of ``shown``, the same text typeset.

    Typesetting changes spaces and signs one for one, or drops dots; where it did more, no links are left.
    """
    if not links or decoded == shown:
        return links
    here, there = _letters(decoded), _letters(shown)
    if len(here) != len(there):
        here, there = _letters(decoded, "."), _letters(shown, ".")
    if len(here) != len(there):
        return ()
    words: dict[int, set[int]] = {}
    for old, new in zip(here, there, strict=True):
        words.setdefault(old, set()).add(new)
    return tuple(sorted({(source, new) for source, old in links for new in words.get(old, ())}))


def _letters(text: str, but: str = "") -> list[int]:
    """Return for each visible character, ``but`` one, the number of its word."""
    return [number for number, word in enumerate(text.split()) for letter in word if letter != but]
