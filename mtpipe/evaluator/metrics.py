"""Turns summed sufficient statistics into metric values, many sums at once, as sacrebleu computes one.

Statistics are sacrebleu's own (BLEU: lengths, matches, totals; chrF: triples
per order; TER: edits and reference length). Each function takes an array of
shape (k, width) and returns k values; the arithmetic runs in the array's type,
because sacrebleu resamples in float32 and its printed intervals depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu
from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
from sacrebleu.utils import SACREBLEU_DIR

from mtpipe.errors import UsageError
from mtpipe.languages import LANGUAGES

Array = npt.NDArray[Any]

METRICS = ("BLEU", "chrF2", "chrF++", "TER")
WIDTHS = {"BLEU": 10, "chrF2": 18, "chrF++": 24, "TER": 2}
_NOTHING_MATCHES = -9999999999.0
_ORDER = 4
_BETA_SQUARED = 4


def metric_names(wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the metrics' proper names, in the table's order; UsageError names those there are."""
    by_key = {name.lower(): name for name in METRICS} | {"chrf": "chrF2", "chrfpp": "chrF++"}
    unknown = [name for name in wanted if name.lower() not in by_key]
    if unknown:
        raise UsageError(f"--metric {unknown[0]!r}: not a metric (known: {', '.join(METRICS)}, comet)")
    chosen = {by_key[name.lower()] for name in wanted}
    return tuple(name for name in METRICS if name in chosen)


def choose_tokenizer(target: str, tokenizer: str | None) -> tuple[str, str]:
    """Return BLEU's tokenizer for the target language, and the reason for the choice in one sentence."""
    if tokenizer is not None:
        if tokenizer not in BLEU.TOKENIZERS:
            raise UsageError(
                f"--tokenize {tokenizer!r}: not a tokenizer (known: {', '.join(BLEU.TOKENIZERS)})"
            )
        _refuse_fetching(tokenizer)
        return tokenizer, f"BLEU tokenizer {tokenizer}, as asked"
    code = target.split("-", maxsplit=1)[0].lower()
    if code == "ar":
        return (
            "intl",
            "BLEU tokenizer intl, because 13a leaves the Arabic marks ، ؛ ؟ « » glued to their words",
        )
    if code in LANGUAGES:
        name = LANGUAGES[code].name
        return LANGUAGES[
            code
        ].tokenizer, f"BLEU tokenizer {LANGUAGES[code].tokenizer}, sacrebleu's default for {name}"
    if code in ("zh", "ja", "ko"):
        chosen = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}[code]
        return chosen, f"BLEU tokenizer {chosen}, sacrebleu's choice for {code!r}"
    return "13a", f"BLEU tokenizer 13a, sacrebleu's default (target language {target or 'not given'})"


def _refuse_fetching(tokenizer: str) -> None:
    """Raise UsageError where sacrebleu would fetch the tokenizer's model: scoring opens no connection."""
    if tokenizer not in SPM_MODELS:
        return
    url = SPM_MODELS[tokenizer]["url"]
    model = Path(SACREBLEU_DIR) / "models" / url.rsplit("/", 1)[-1]
    if not model.is_file():
        raise UsageError(
            f"--tokenize {tokenizer}: its model is not here, and nothing is fetched; put {url} at {model}"
        )


def instance(metric: str, tokenizer: str) -> Metric:
    """Build sacrebleu's metric of that name with its default settings."""
    if metric == "BLEU":
        try:
            return BLEU(tokenize=tokenizer, force=True)
        except (ImportError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise UsageError(f"BLEU tokenizer {tokenizer!r} cannot be used here: {reason}") from None
    if metric == "TER":
        return TER()
    return CHRF(word_order=2 if metric == "chrF++" else 0)


def likeness(text: str, reference: str) -> float:
    """Return the chrF2 of one text against another, 0 to 100."""
    return float(CHRF().sentence_score(text, [reference]).score)


def signature(metric: str, tokenizer: str, *, references: int, resamples: int = 0, seed: int = 0) -> str:
    """Return sacrebleu's signature; ``references`` is -1 where their number varies between rows."""
    scorer = instance(metric, tokenizer)
    scorer.num_refs = references
    if resamples:
        scorer.n_bootstrap = resamples
        scorer.seed = str(seed)
    return str(scorer.get_signature())


def sacrebleu_version() -> str:
    """Return the version that the signatures name."""
    return sacrebleu.__version__


def values(metric: str, sums: Array, *, segments: bool = False) -> Array:
    """Return the metric's value for each row of ``sums``; ``segments`` scores BLEU with effective order."""
    if metric == "BLEU":
        return _bleu(sums, effective_order=segments)
    if metric == "TER":
        return _ter(sums)
    return _chrf(sums)


def _bleu(sums: Array, *, effective_order: bool) -> Array:
    hypothesis, reference = sums[:, 0].astype(np.float64), sums[:, 1].astype(np.float64)
    correct, total = sums[:, 2 : 2 + _ORDER], sums[:, 2 + _ORDER :]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        brevity = np.exp(1 - reference / hypothesis)
        brevity = np.where(hypothesis < reference, np.where(hypothesis > 0, brevity, 0.0), 1.0)
    logs = np.full((len(sums), _ORDER), _NOTHING_MATCHES)
    smoothing = np.ones(len(sums), dtype=sums.dtype)
    alive = np.ones(len(sums), dtype=bool)
    order = np.full(len(sums), _ORDER)
    for n in range(_ORDER):
        alive &= total[:, n] != 0
        if effective_order:
            order = np.where(alive, n + 1, order if n else _ORDER)
        missed = alive & (correct[:, n] == 0)
        smoothing = np.where(missed, smoothing * 2, smoothing)
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(
                missed, 100.0 / (smoothing * total[:, n]), 100.0 * correct[:, n] / total[:, n]
            )
            logs[:, n] = np.where(alive, np.log(precision.astype(np.float64)), _NOTHING_MATCHES)
    summed = np.zeros(len(sums))
    for n in range(_ORDER):
        summed = summed + np.where(n < order, logs[:, n], 0.0)
    scores = brevity * np.exp(summed / order)
    return np.where(correct.any(axis=1), scores, 0.0)


def _chrf(sums: Array) -> Array:
    precision_sum = np.zeros(len(sums), dtype=sums.dtype)
    recall_sum = np.zeros(len(sums), dtype=sums.dtype)
    orders = np.zeros(len(sums), dtype=sums.dtype)
    with np.errstate(divide="ignore", invalid="ignore"):
        for n in range(sums.shape[1] // 3):
            hypothesis, reference, match = sums[:, 3 * n], sums[:, 3 * n + 1], sums[:, 3 * n + 2]
            both = (hypothesis > 0) & (reference > 0)
            precision_sum += np.where(both, match / hypothesis, 0)
            recall_sum += np.where(both, match / reference, 0)
            orders += both
        precision = np.where(orders > 0, precision_sum / orders, 0)
        recall = np.where(orders > 0, recall_sum / orders, 0)
        score = (1 + _BETA_SQUARED) * precision * recall
        score = score / (_BETA_SQUARED * precision + recall)
    return np.where(precision + recall > 0, 100 * score, 0)


def _ter(sums: Array) -> Array:
    edits, length = sums[:, 0], sums[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(length > 0, edits / length, np.where(edits > 0, 1.0, 0.0))
    return 100 * rate
