"""Turns a Comparison into an Evaluation: scores, intervals, tests, audit, breakdown, coloured rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import PurePath

from mtpipe.data import Score
from mtpipe.errors import InputError
from mtpipe.evaluator import breakdown, significance, typography
from mtpipe.evaluator.comet import Comet, comet_scores
from mtpipe.evaluator.comparison import Comparison
from mtpipe.evaluator.differences import ngram_differences
from mtpipe.evaluator.findings import findings
from mtpipe.evaluator.metrics import METRICS, choose_tokenizer, metric_names, signature
from mtpipe.evaluator.segments import segment_rows, segment_scores
from mtpipe.evaluator.statistics import Reference, Rows, reference_count, statistics
from mtpipe.languages import LANGUAGES, identify
from mtpipe.report import (
    Count,
    Evaluation,
    GapShare,
    GroupScore,
    NgramDifference,
    PairTest,
    SystemResult,
    TypographyEffect,
    lower_is_better,
)

_AUDITED = ("BLEU", "chrF2")
# TER searches shifts in plain Python, some milliseconds a segment.
_MOST_FOR_TER = 5000
_MOST_FOR_AUDIT = 20000
_TIE = 0.005
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "ps", "ug", "sd", "yi", "dv", "ckb"}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to score: what the command line's options say; the defaults are the recommended values.

    ``detailed`` is how many rows get coloured differences. ``comet`` is the
    program found, or the line that says why there is none.
    """

    metrics: tuple[str, ...] = ()
    tokenizer: str | None = None
    resamples: int = significance.RESAMPLES
    trials: int = significance.TRIALS
    seed: int = significance.SEED
    audit: bool = True
    detailed: int = 2000
    comet: Comet | str | None = None


def _silent(_message: str) -> None:
    """Say nothing: the default where nobody watches."""


@dataclass(slots=True)
class _Work:
    """What the steps hand to each other."""

    comparison: Comparison
    settings: Settings
    names: tuple[str, ...]
    systems: list[list[str]]
    references: list[Reference]
    sources: list[str]
    metrics: tuple[str, ...]
    tokenizer: str
    tokenizer_reason: str
    rows: dict[str, list[Rows]]
    resampled: dict[str, list[significance.Values]]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class _Results:
    """What the steps found; ``segments`` holds a column of segment scores per metric and system."""

    segments: dict[str, list[Sequence[float]]]
    systems: tuple[SystemResult, ...]
    pairs: tuple[PairTest, ...]
    typography: tuple[TypographyEffect, ...]
    gaps: tuple[GapShare, ...]


def evaluate(
    comparison: Comparison,
    settings: Settings | None = None,
    *,
    say: Callable[[str], None] = _silent,
) -> Evaluation:
    """Score every system of the comparison; ``say`` is told what is being done."""
    work = _prepare(comparison, settings or Settings(), say)
    segments = {metric: segment_scores(metric, rows) for metric, rows in work.rows.items()}
    comet = _comet(work, say)
    systems = tuple(_system(work, number, comet) for number in range(len(work.names)))
    pairs = list(combinations(range(len(work.names)), 2))
    if pairs:
        say(f"testing {len(pairs)} pair{'s' if len(pairs) > 1 else ''} of systems")
    tests = _pair_tests(work, pairs, segments)
    effects, gaps = _audit(work, pairs, say)
    results = _Results(segments | _comet_columns(comet), systems, tests, effects, gaps)
    draft = _evaluation(work, results)
    return replace(draft, findings=findings(draft))


def _evaluation(work: _Work, results: _Results) -> Evaluation:
    """Put what was found beside what was compared; the findings are written from that."""
    comparison = work.comparison
    code = comparison.target.split("-")[0].lower()
    source = next((output.source_language for output in comparison.outputs if output.source_language), "")
    detailed = work.settings.detailed
    return Evaluation(
        title=_title(comparison),
        target=comparison.target,
        target_name=LANGUAGES[code].name if code in LANGUAGES else (comparison.target or "not said"),
        target_direction=_direction(code),
        source=source,
        source_direction=_direction(source) if source else "auto",
        pairing=comparison.pairing,
        n=len(comparison.rows),
        references=comparison.references,
        tokenizer=work.tokenizer,
        tokenizer_reason=work.tokenizer_reason,
        metrics=tuple(results.segments),
        systems=results.systems,
        pairs=results.pairs,
        typography=results.typography,
        gaps=results.gaps,
        ngrams=_ngrams(work),
        coverage=comparison.coverage,
        findings=(),
        notes=(*comparison.notes, *work.notes),
        rows=segment_rows(comparison, work.systems, work.sources, results.segments, detailed=detailed),
    )


def _prepare(comparison: Comparison, settings: Settings, say: Callable[[str], None]) -> _Work:
    if not comparison.rows:
        raise InputError(f"{', '.join(comparison.references)}: nothing to score: no segment met a reference")
    tokenizer, reason = choose_tokenizer(comparison.target, settings.tokenizer)
    metrics, notes = _metrics(settings, len(comparison.rows))
    systems = [comparison.texts(number) for number in range(len(comparison.outputs))]
    references: list[Reference] = [row.references for row in comparison.rows]
    say(f"scoring {len(references)} rows of {len(systems)} system{'s' if len(systems) > 1 else ''}")
    rows = statistics(systems, references, metrics=metrics, tokenizer=tokenizer)
    resampled = (
        significance.resample(rows, resamples=settings.resamples, seed=settings.seed)
        if settings.resamples
        else {}
    )
    work = _Work(
        comparison=comparison,
        settings=settings,
        names=tuple(output.name for output in comparison.outputs),
        systems=systems,
        references=references,
        sources=comparison.sources(),
        metrics=metrics,
        tokenizer=tokenizer,
        tokenizer_reason=reason,
        rows=rows,
        resampled=resampled,
        notes=notes,
    )
    work.notes.extend(_text_notes(work) + _breakdown_notes(comparison))
    return work


def _metrics(settings: Settings, rows: int) -> tuple[tuple[str, ...], list[str]]:
    wanted = [name for name in settings.metrics if name.lower() != "comet"]
    if wanted:
        return metric_names(wanted), []
    if rows > _MOST_FOR_TER:
        note = (
            f"TER left out beyond {_MOST_FOR_TER} rows, where it takes minutes; ask for it with --metric TER"
        )
        return tuple(name for name in METRICS if name != "TER"), [note]
    return METRICS, []


def _text_notes(work: _Work) -> list[str]:
    """Say what a reader of the numbers should know about the texts."""
    notes: list[str] = []
    code = work.comparison.target.split("-")[0].lower()
    sourceless = not any(work.sources)
    for name, texts in zip(work.names, work.systems, strict=True):
        # An empty translation of an empty source is as it should be.
        pairs = zip(texts, work.sources, strict=True)
        empty = [row for row, (text, source) in enumerate(pairs, 1) if not text and (source or sourceless)]
        if empty:
            notes.append(
                f"{name}: {len(empty)} of {len(texts)} translations are empty (first: row {empty[0]})"
            )
        if sum(text.endswith(" .") for text in texts) >= min(100, max(2, len(texts) // 2)):
            notes.append(
                f"{name}: looks tokenised (lines end in a lone full stop); such scores do not compare"
            )
        if code in LANGUAGES:
            told = [identify(text, code) for text in texts[:: max(1, len(texts) // 400)]]
            foreign = sum(language not in (code, "und") for language in told)
            if foreign * 10 > len(told):
                notes.append(
                    f"{name}: {foreign} of {len(told)} translations looked at are not {LANGUAGES[code].name}"
                )
    return notes


def _breakdown_notes(comparison: Comparison) -> list[str]:
    """Say once what the systems' breakdowns leave out."""
    firsts = [row.segments[0] for row in comparison.rows]
    said = [
        breakdown.left_out([output.documents[index] for index in firsts]) for output in comparison.outputs
    ]
    return list(dict.fromkeys(note for note in said if note))


def _system(work: _Work, number: int, comet: Sequence[tuple[Score, tuple[float, ...]]]) -> SystemResult:
    output = work.comparison.outputs[number]
    signatures = _signatures(work, bootstrapped=False)
    rows = {metric: arrays[number] for metric, arrays in work.rows.items()}
    firsts = [row.segments[0] for row in work.comparison.rows]
    lengths = [source or row[0] or "" for source, row in zip(work.sources, work.references, strict=True)]
    by = {
        "role": [output.roles[index] for index in firsts],
        "length": breakdown.labels("length", lengths),
        "document": [output.documents[index] for index in firsts],
    }
    groups: list[GroupScore] = []
    for kind, names in by.items():
        groups.extend(breakdown.group_scores(kind, names, rows, signatures))
    counts: dict[str, int] = {}
    for flags in output.flags:
        for flag in flags:
            counts[flag] = counts.get(flag, 0) + 1
    return SystemResult(
        name=output.name,
        origin=output.origin,
        model=output.model,
        scores=(*_scores(work, number), *([comet[number][0]] if comet else [])),
        groups=tuple(groups),
        flags=tuple(
            Count(name, n) for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ),
        flagged_segments=sum(bool(flags) for flags in output.flags),
    )


def _scores(work: _Work, number: int) -> list[Score]:
    signatures = _signatures(work, bootstrapped=bool(work.resampled))
    actual = significance.corpus_values(work.rows)
    result: list[Score] = []
    for metric in work.metrics:
        bounds = significance.interval(work.resampled[metric][number]) if work.resampled else None
        result.append(
            Score(
                metric=metric,
                value=actual[metric][number],
                signature=signatures[metric],
                n=len(work.references),
                low=bounds.low if bounds else None,
                high=bounds.high if bounds else None,
                resamples=work.settings.resamples if bounds else 0,
            )
        )
    return result


def _signatures(work: _Work, *, bootstrapped: bool) -> dict[str, str]:
    return {
        metric: signature(
            metric,
            work.tokenizer,
            references=reference_count(work.references),
            resamples=work.settings.resamples if bootstrapped else 0,
            seed=work.settings.seed,
        )
        for metric in work.metrics
    }


def _comet(work: _Work, say: Callable[[str], None]) -> list[tuple[Score, tuple[float, ...]]]:
    comet = work.settings.comet
    if isinstance(comet, str):
        work.notes.append(comet)
    if not isinstance(comet, Comet):
        return []
    if not any(work.sources):
        work.notes.append(
            "COMET not computed: it needs the source texts, and the translation holds none (--source FILE)"
        )
        return []
    if any(len(row) > 1 for row in work.references):
        work.notes.append("COMET is computed against the first reference")
    say(f"COMET {comet.version} with {comet.model}")
    references = [row[0] or "" for row in work.references]
    return [comet_scores(comet, work.sources, system, references) for system in work.systems]


def _comet_columns(comet: list[tuple[Score, tuple[float, ...]]]) -> dict[str, list[Sequence[float]]]:
    return {"COMET": [list(segments) for _, segments in comet]} if comet else {}


def _pair_tests(
    work: _Work, pairs: list[tuple[int, int]], segments: dict[str, list[Sequence[float]]]
) -> tuple[PairTest, ...]:
    if not pairs or not work.resampled:
        return ()
    tests = significance.paired_tests(
        work.rows, work.resampled, pairs, trials=work.settings.trials, seed=work.settings.seed
    )
    result: list[PairTest] = []
    for metric, results in tests.items():
        adjusted = significance.holm([test.p_randomisation for test in results])
        for (first, second), test, p_holm in zip(pairs, results, adjusted, strict=True):
            better, worse = _wins(metric, segments[metric][first], segments[metric][second])
            result.append(
                PairTest(
                    metric=metric,
                    first=work.names[first],
                    second=work.names[second],
                    difference=test.difference,
                    low=test.low,
                    high=test.high,
                    p_bootstrap=test.p_bootstrap,
                    p_randomisation=test.p_randomisation,
                    p_holm=p_holm,
                    wins=better,
                    losses=worse,
                    ties=len(work.references) - better - worse,
                    resamples=work.settings.resamples,
                    trials=work.settings.trials,
                )
            )
    return tuple(result)


def _wins(metric: str, first: Sequence[float], second: Sequence[float]) -> tuple[int, int]:
    differences = [two - one for one, two in zip(first, second, strict=True)]
    higher = sum(difference > _TIE for difference in differences)
    lower = sum(difference < -_TIE for difference in differences)
    return (lower, higher) if lower_is_better(metric) else (higher, lower)


def _audit(
    work: _Work, pairs: list[tuple[int, int]], say: Callable[[str], None]
) -> tuple[tuple[TypographyEffect, ...], tuple[GapShare, ...]]:
    rows = {metric: work.rows[metric] for metric in _AUDITED if metric in work.rows}
    if not work.settings.audit or not rows:
        return (), ()
    step = -(-len(work.references) // _MOST_FOR_AUDIT)
    if step > 1:
        work.notes.append(f"typography audited on every {step}th row")
    say("auditing typography")
    rescored = typography.rescore(
        [system[::step] for system in work.systems],
        work.references[::step],
        {metric: [array[::step] for array in arrays] for metric, arrays in rows.items()},
        tokenizer=work.tokenizer,
    )
    return typography.effects(rescored, work.names), typography.gaps(rescored, work.names, pairs)


def _ngrams(work: _Work) -> tuple[NgramDifference, ...]:
    """Compare the first system with each other one."""
    rows = [[text for text in row if text is not None] for row in work.references]
    found: list[NgramDifference] = []
    for number in range(1, len(work.names)):
        first, second = (work.names[0], work.systems[0]), (work.names[number], work.systems[number])
        found.extend(ngram_differences(first, second, rows))
    return tuple(found)


def _title(comparison: Comparison) -> str:
    names = [output.name for output in comparison.outputs]
    who = " and ".join(names) if len(names) < 3 else f"{len(names)} systems"
    return f"{who} against {', '.join(PurePath(name).name for name in comparison.references)}"


def _direction(code: str) -> str:
    base = code.split("-", maxsplit=1)[0].lower()
    if base in LANGUAGES:
        return LANGUAGES[base].direction
    return "rtl" if base in _RIGHT_TO_LEFT else ("ltr" if base else "auto")
