"""Turns hypotheses and references into sufficient statistics, one row a segment, by sacrebleu's own code.

Corpora pass through in blocks, so that memory holds the n-grams of one block
at a time; each block's references are counted once for all systems.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mtpipe.evaluator.metrics import WIDTHS, instance

_BLOCK = 500
Rows = npt.NDArray[np.float64]
Reference = Sequence[str | None]


def statistics(
    systems: Sequence[Sequence[str]],
    references: Sequence[Reference],
    *,
    metrics: Sequence[str],
    tokenizer: str,
) -> dict[str, list[Rows]]:
    """Return for each metric one array (segments, width) per system.

    ``references`` holds one sequence per segment: its references, None where
    a stream has none for it.
    """
    extracted = _derivable(metrics, references)
    scorers = {metric: instance(metric, tokenizer) for metric in extracted}
    result = {metric: [np.zeros((len(references), WIDTHS[metric])) for _ in systems] for metric in extracted}
    for start in range(0, len(references), _BLOCK):
        block = slice(start, start + _BLOCK)
        streams = list(zip(*references[block], strict=True))
        for metric, scorer in scorers.items():
            scorer._ref_cache = scorer._cache_references(streams)
            for rows, hypotheses in zip(result[metric], systems, strict=True):
                rows[block] = scorer._extract_corpus_statistics(hypotheses[block], None)
    if "chrF2" in metrics and "chrF2" not in result:
        width = WIDTHS["chrF2"]
        result["chrF2"] = [rows[:, :width].copy() for rows in result["chrF++"]]
    return {metric: result[metric] for metric in metrics}


def _derivable(metrics: Sequence[str], references: Sequence[Reference]) -> list[str]:
    """Leave out chrF2 where chrF++ counts its n-grams already.

    With several references the two may prefer different ones.
    """
    single = all(len(row) == 1 for row in references)
    return [metric for metric in metrics if not (single and metric == "chrF2" and "chrF++" in metrics)]


def reference_count(references: Sequence[Reference]) -> int:
    """Return how many references each segment has, or -1 where the number varies."""
    counts = {sum(text is not None for text in row) for row in references}
    return counts.pop() if len(counts) == 1 else -1
