"""Turns word links into a first guess of the source embeddings, so that training starts from a lexicon.

The embedding of a source piece becomes the mean of the embeddings of the target
pieces it is linked to, and the values of the last cross-attention pass through
unchanged: wherever the untrained decoder looks, it is inclined to say what the
word there usually becomes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import sentencepiece
import torch

from training.corpora import word_ids
from training.examples import Example
from training.network import Transformer

_BEST = 6


def warm_start(model: Transformer, examples: list[Example], spm: tuple[Path, Path]) -> int:
    """Set the source embeddings of ``model`` from the links of ``examples``; returns how many pieces got one."""
    links = _link_counts(examples, spm)
    source_totals: Counter[int] = Counter()
    target_totals: Counter[int] = Counter()
    by_source: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (source, target), count in links.items():
        source_totals[source] += count
        target_totals[target] += count
        by_source[source].append((target, count))
    with torch.no_grad():
        table, targets = model.source_embeddings.weight, model.target_embeddings.weight
        for source, found in by_source.items():
            # Squared count over both totals: frequent words that stand beside everything fall back.
            scored = sorted(
                (
                    (count * count / (source_totals[source] * target_totals[target]), target)
                    for target, count in found
                ),
                reverse=True,
            )[:_BEST]
            total = sum(score for score, _ in scored)
            mean = sum((score / total) * targets[target] for score, target in scored)
            table[source] = mean / mean.norm() * targets.norm(dim=1).mean()
        width = model.shape.width
        cross = model.decoder[-1].cross_attention
        cross.key_value.weight[width:] = torch.eye(width)
        cross.out.weight.copy_(torch.eye(width))
    return len(by_source)


def _link_counts(examples: list[Example], spm: tuple[Path, Path]) -> dict[tuple[int, int], float]:
    models = [sentencepiece.SentencePieceProcessor(model_file=str(path)) for path in spm]
    counts: dict[tuple[int, int], float] = defaultdict(float)
    for example in examples:
        if example.name.endswith(".heldout"):
            continue
        source = models[0].encode(example.source, out_type=str)
        source_pieces = _by_word(models[0].piece_to_id(source), word_ids(source))
        for language, text in example.targets.items():
            target = models[1].encode(text, out_type=str)
            target_pieces = _by_word(models[1].piece_to_id(target), word_ids(target))
            for left, right in example.links.get(language, ()):
                ours, theirs = source_pieces.get(left, []), target_pieces.get(right, [])
                for one in ours:
                    for other in theirs:
                        counts[one, other] += 1.0 / (len(ours) * len(theirs))
    return counts


def _by_word(ids: list[int], words: list[int]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = defaultdict(list)
    for piece, word in zip(ids, words, strict=True):
        grouped[word].append(piece)
    return grouped
