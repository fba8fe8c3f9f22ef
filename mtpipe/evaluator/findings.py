"""Turns an evaluation's figures into the few sentences a reader wants first."""

from __future__ import annotations

from mtpipe.data import Score
from mtpipe.report import (
    Coverage,
    Evaluation,
    GapShare,
    Pairing,
    SystemResult,
    TypographyEffect,
    lower_is_better,
    told_apart,
)

# Below these, a typographic effect is no news.
_NEWS_GAIN = 0.3
_NEWS_SHARE = 0.25


def findings(evaluation: Evaluation) -> tuple[str, ...]:
    """Say what was compared, who is better and how surely, what typography did, and what to doubt."""
    sentences = [_what(evaluation)]
    sentences += _ranking(evaluation) if len(evaluation.systems) > 1 else _single(evaluation.systems[0])
    sentences += _typography(evaluation)
    sentences += _weakest_group(evaluation)
    sentences += _flags(evaluation)
    return tuple(sentences)


def main_metric(evaluation: Evaluation) -> str:
    """Return the metric that sentences speak of: BLEU where it was computed."""
    return "BLEU" if "BLEU" in evaluation.metrics else evaluation.metrics[0]


def score_of(system: SystemResult, metric: str) -> Score:
    """Return the system's score in ``metric``."""
    return next(score for score in system.scores if score.metric == metric)


def _what(evaluation: Evaluation) -> str:
    covered = evaluation.coverage
    if evaluation.pairing is Pairing.LINE:
        return (
            f"Line-aligned: {evaluation.n} rows, each translation against the reference on the same line. "
            f"{_coverage(covered)}"
        )
    moved = f" {covered.moved} were found out of order." if covered.moved else ""
    return (
        f"Bead-aligned: the reference was matched sentence by sentence to the translation, in {evaluation.n} "
        f"beads; do not compare these scores with line-aligned ones. {_coverage(covered)}{moved}"
    )


def _coverage(covered: Coverage) -> str:
    if (
        covered.source_scored == covered.source_segments
        and covered.reference_scored == covered.reference_segments
    ):
        return "Everything on both sides took part."
    return (
        f"{covered.source_scored} of {covered.source_segments} source segments ({covered.source_share:.0%}) "
        f"and {covered.reference_scored} of {covered.reference_segments} reference sentences "
        f"({covered.reference_share:.0%}) took part."
    )


def _single(system: SystemResult) -> list[str]:
    parts = [
        f"{score.metric} {score.value:.1f}"
        + (
            f" [{score.low:.1f}, {score.high:.1f}]"
            if score.low is not None and score.high is not None
            else ""
        )
        for score in system.scores
    ]
    return [f"{system.name} scores {', '.join(parts)}."]


def _ranking(evaluation: Evaluation) -> list[str]:
    metric = main_metric(evaluation)
    sign = 1 if lower_is_better(metric) else -1
    ranked = sorted(evaluation.systems, key=lambda system: sign * score_of(system, metric).value)
    best, worst = ranked[0], ranked[-1]
    sentences = [
        f"{best.name} scores best with {metric} {score_of(best, metric).value:.1f}; "
        f"{worst.name} has {score_of(worst, metric).value:.1f}."
    ]
    tests = [test for test in evaluation.pairs if test.metric == metric]
    doubtful = [test for test in tests if not told_apart(test)]
    if tests and not doubtful:
        count = "The difference is" if len(tests) == 1 else f"All {len(tests)} pairs differ"
        tail = "significant" if len(tests) == 1 else "significantly"
        holm = "" if len(tests) == 1 else ", after Holm's correction"
        sentences.append(f"{count} {tail} in {metric} (p < 0.05 in both paired tests{holm}).")
    elif tests:
        named = "; ".join(
            f"{test.first} and {test.second} ({_signed(test.difference)}, p = {test.p_holm:.2g})"
            for test in doubtful[:4]
        )
        more = f" and {len(doubtful) - 4} more" if len(doubtful) > 4 else ""
        sentences.append(
            f"Not told apart in {metric}: {named}{more}. "
            f"The other {len(tests) - len(doubtful)} of {len(tests)} pairs differ significantly."
            if len(tests) > 1
            else f"The two are not told apart in {metric}: {named}."
        )
    return sentences


def _typography(evaluation: Evaluation) -> list[str]:
    metric = main_metric(evaluation)
    single = [
        item for item in evaluation.typography if item.metric == metric and item.feature not in ("together",)
    ]
    costly = sorted((item for item in single if _is_news(item, single)), key=lambda item: -item.gain)
    sentences = [_cost(item) for item in costly[:3]]
    if len(evaluation.systems) == 2:
        shares = [item for item in evaluation.gaps if item.metric == metric and item.feature != "together"]
        sentences += [
            _share(item) for item in shares if abs(item.share) >= max(_NEWS_GAIN, _NEWS_SHARE * abs(item.gap))
        ]
    return sentences


def _is_news(item: TypographyEffect, items: list[TypographyEffect]) -> bool:
    """Case costs every system something: it is news only beyond what it costs the others."""
    others = [other.gain for other in items if other.feature == item.feature and other.system != item.system]
    usual = sum(others) / len(others) if others and item.feature == "case" else 0.0
    if item.feature == "case" and not others:
        usual = 1.0
    return item.gain - usual >= _NEWS_GAIN


def _cost(item: TypographyEffect) -> str:
    return (
        f"{item.title[0].upper()}{item.title[1:]} cost {item.system} {item.gain:.1f} {item.metric}: "
        f"{item.in_hypothesis} in its text, {item.in_reference} in the reference."
    )


def _share(item: GapShare) -> str:
    if item.share * item.gap > 0:
        return (
            f"{abs(item.share):.1f} of the {abs(item.gap):.1f} {item.metric} between {item.first} and "
            f"{item.second} are {item.title}."
        )
    return (
        f"{item.title[0].upper()}{item.title[1:]} hide {abs(item.share):.1f} {item.metric} of the gap: "
        f"without them {item.second} would stand {_signed(item.without)} to {item.first}, "
        f"not {_signed(item.gap)}."
    )


def _weakest_group(evaluation: Evaluation) -> list[str]:
    metric = "chrF2" if "chrF2" in evaluation.metrics else main_metric(evaluation)
    if len(evaluation.systems) > 1 or lower_is_better(metric):
        return []
    system = evaluation.systems[0]
    whole = score_of(system, metric).value
    groups = [
        (score.value, group)
        for group in system.groups
        for score in group.scores
        if score.metric == metric and group.n >= 10 and group.by != "length"
    ]
    if not groups:
        return []
    value, group = min(groups, key=lambda pair: pair[0])
    if whole - value < 3:
        return []
    return [
        f"Weakest {group.by}: {group.name}, {metric} {value:.1f} over {group.n} rows ({whole:.1f} overall)."
    ]


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _flags(evaluation: Evaluation) -> list[str]:
    sentences: list[str] = []
    for system in evaluation.systems:
        if system.flagged_segments:
            counted = ", ".join(f"{flag.name} {flag.n}" for flag in system.flags)
            plural = "s are" if system.flagged_segments > 1 else " is"
            sentences.append(f"{system.name}: {system.flagged_segments} segment{plural} flagged ({counted}).")
    return sentences
