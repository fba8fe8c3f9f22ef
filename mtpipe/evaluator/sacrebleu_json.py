"""Turns a comparison into the JSON that sacrebleu's own command line prints for the same files."""

from __future__ import annotations

import json
from typing import Any

from mtpipe.evaluator import significance
from mtpipe.evaluator.comparison import Comparison
from mtpipe.evaluator.evaluation import Settings
from mtpipe.evaluator.metrics import choose_tokenizer, instance, metric_names, signature
from mtpipe.evaluator.statistics import Reference, Rows, reference_count, statistics

# sacrebleu sorts its metrics by name, and knows one chrF.
_ORDER = ("BLEU", "chrF2", "chrF++", "TER")
_DEFAULT = ("BLEU", "chrF2", "TER")


def sacrebleu_json(comparison: Comparison, settings: Settings, *, width: int = 1) -> str:
    """Return what ``sacrebleu REFERENCES -i SYSTEM -m … -w WIDTH --confidence`` prints.

    With several systems the form is that of ``--paired-bs``: the first is the
    baseline, and values are not rounded. ``resamples`` of 0 leaves out the intervals.
    """
    metrics = metric_names(settings.metrics or _DEFAULT)
    tokenizer, _ = choose_tokenizer(comparison.target, settings.tokenizer)
    systems = [comparison.texts(number) for number in range(len(comparison.outputs))]
    references: list[Reference] = [row.references for row in comparison.rows]
    rows = statistics(systems, references, metrics=metrics, tokenizer=tokenizer)
    resampled = (
        significance.resample(rows, resamples=settings.resamples, seed=settings.seed)
        if settings.resamples
        else {}
    )
    if len(systems) > 1:
        return _paired(comparison, settings, rows, resampled)
    printed: list[dict[str, Any]] = []
    for metric in metrics:
        scorer = instance(metric, tokenizer)
        score = scorer._compute_score_from_stats(_totals(rows[metric][0]))
        if resampled:
            bounds = significance.interval(resampled[metric][0])
            score._mean, score._ci = bounds.mean, bounds.half_width
        full = signature(
            metric,
            tokenizer,
            references=reference_count(references),
            resamples=settings.resamples,
            seed=settings.seed,
        )
        printed.append(json.loads(score.format(width, False, full, True)))
    blocks = [json.dumps(item, indent=1, ensure_ascii=False) for item in printed]
    return blocks[0] if len(blocks) == 1 else "[\n" + ",\n".join(blocks) + "\n]"


def _totals(array: Rows) -> list[float]:
    """Return the summed statistics as plain numbers, whole ones as int, which is what sacrebleu sums."""
    return [int(value) if value == int(value) else value for value in array.sum(axis=0).tolist()]


def _paired(
    comparison: Comparison,
    settings: Settings,
    rows: dict[str, list[Rows]],
    resampled: dict[str, list[significance.Values]],
) -> str:
    actual = significance.corpus_values(rows)
    pairs = [(0, number) for number in range(1, len(comparison.outputs))]
    tests = significance.paired_tests(rows, resampled, pairs, trials=1, seed=settings.seed)
    printed: list[dict[str, Any]] = []
    for number, output in enumerate(comparison.outputs):
        item: dict[str, Any] = {"system": f"Baseline: {output.origin}" if number == 0 else output.origin}
        for metric, values in resampled.items():
            bounds = significance.interval(values[number])
            item[metric] = {
                "score": actual[metric][number],
                "p_value": tests[metric][number - 1].p_bootstrap if number else None,
                "mean": bounds.mean,
                "ci": bounds.half_width,
            }
        printed.append(item)
    return json.dumps(printed, indent=4)
