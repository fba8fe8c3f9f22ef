"""Turns a score, or the gap between two, into the part of it that is mere typography.

Each feature is one normalisation, applied to hypotheses and references alike;
scoring again with only that one thing made equal says what it was worth. Only
segments that a feature changes are counted anew.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mtpipe.evaluator.metrics import values
from mtpipe.evaluator.statistics import Reference, Rows, statistics
from mtpipe.report import GapShare, TypographyEffect, lower_is_better

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_GUILLEMETS = re.compile("[«‹]\\s*|\\s*[»›]")
_DOUBLE_QUOTES = re.compile("[“”„‟″＂]|''|``|,,")
_APOSTROPHES = re.compile("[’‘‛ʼʹ′´`＇]")
_NO_BREAK = re.compile("[\u00a0\u202f\u2007\u2060]")
_SPACE_AT_MARK = re.compile(r"(?<=\S)\s+(?=[;:!?»%؟؛](?:\s|$|[»”)]))|(?<=«)\s+")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬٪", "01234567890123456789.,%")
_FOREIGN_DIGIT = re.compile("[٠-٩۰-۹٫٬٪]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2061-\u2064\u2066-\u2069\ufeff]")
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]")
_SCRIPT_PUNCTUATION = str.maketrans("،؛؟", ",;?")
_ARABIC_PUNCTUATION = re.compile("[،؛؟]")
_DASHES = re.compile("[‐‑‒–—―−]")
_FINAL = re.compile(r"[\s.!?؟…۔。]*([\"'”’»)\]]*)$")
_UPPER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing to make equal: its key, its name in a sentence, the change, how often it occurs in a text."""

    key: str
    title: str
    normalise: Callable[[str], str]
    count: Callable[[str], int]


def _matches(pattern: re.Pattern[str]) -> Callable[[str], int]:
    return lambda text: sum(1 for _ in pattern.finditer(text))


def _entities(text: str) -> str:
    return html.unescape(text) if "&" in text else text


def _quotes(text: str) -> str:
    return _DOUBLE_QUOTES.sub('"', _GUILLEMETS.sub('"', text))


def _spaces(text: str) -> str:
    return _SPACE_AT_MARK.sub("", _NO_BREAK.sub(" ", text))


def _count_quotes(text: str) -> int:
    return _matches(_GUILLEMETS)(text) + _matches(_DOUBLE_QUOTES)(text)


def _final(text: str) -> str:
    """End every text in one full stop before its closing quotes: without any, easy matches would go."""
    return _FINAL.sub(r".\1", text, count=1) if text else text


def _count_final(text: str) -> int:
    """Count texts that do not end in a full stop."""
    return int(bool(text) and _final(text) != text)


def _count_upper(text: str) -> int:
    return sum(1 for letter in _UPPER.findall(text) if letter.isupper())


FEATURES = (
    Feature("entities", "HTML entities", _entities, _matches(_ENTITY)),
    Feature("quotes", "quotation marks", _quotes, _count_quotes),
    Feature("apostrophes", "apostrophes", lambda text: _APOSTROPHES.sub("'", text), _matches(_APOSTROPHES)),
    Feature("spaces", "no-break spaces and spaces before marks", _spaces, _matches(_NO_BREAK)),
    Feature("digits", "Arabic-Indic digits", lambda text: text.translate(_DIGITS), _matches(_FOREIGN_DIGIT)),
    Feature("invisible", "invisible characters", lambda text: _INVISIBLE.sub("", text), _matches(_INVISIBLE)),
    Feature("dashes", "dashes", lambda text: _DASHES.sub("-", text), _matches(_DASHES)),
    Feature(
        "script-marks",
        "Arabic commas and question marks",
        lambda text: text.translate(_SCRIPT_PUNCTUATION),
        _matches(_ARABIC_PUNCTUATION),
    ),
    Feature(
        "vowel-signs",
        "vowel signs and tatweel",
        lambda text: _ARABIC_MARKS.sub("", text),
        _matches(_ARABIC_MARKS),
    ),
    Feature("case", "upper and lower case", str.lower, _count_upper),
    Feature("final", "final punctuation", _final, _count_final),
)
TOGETHER = "together"


def _all_but_case(text: str) -> str:
    for feature in FEATURES:
        if feature.key != "case":
            text = feature.normalise(text)
    return text


# Case changes nearly every segment and is half a linguistic matter: it stays out of the sum.
_EVERYTHING = Feature(TOGETHER, "all of these but case together", _all_but_case, lambda _text: 0)


@dataclass(frozen=True, slots=True)
class Rescored:
    """Every system's score in one metric with one feature made equal, beside its score as it is."""

    feature: Feature
    metric: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    in_hypothesis: tuple[int, ...]
    in_reference: int
    segments: int


def rescore(
    systems: Sequence[Sequence[str]],
    references: Sequence[Reference],
    rows: dict[str, list[Rows]],
    *,
    tokenizer: str,
) -> list[Rescored]:
    """Score all systems again, once a feature, in the metrics of ``rows`` (their statistics as they are)."""
    result: list[Rescored] = []
    for feature in (*FEATURES, _EVERYTHING):
        new_references = [
            tuple(None if text is None else feature.normalise(text) for text in row) for row in references
        ]
        touched = [new != old for new, old in zip(new_references, references, strict=True)]
        again = [
            _recount(feature, system, new_references, touched, tuple(rows), tokenizer=tokenizer)
            for system in systems
        ]
        segments = set().union(*(changed for changed, _ in again))
        if not segments:
            continue
        in_hypothesis = tuple(sum(map(feature.count, system)) for system in systems)
        in_reference = sum(feature.count(text) for row in references for text in row if text is not None)
        for metric, arrays in rows.items():
            before, after = _before_and_after(metric, arrays, again)
            result.append(
                Rescored(feature, metric, before, after, in_hypothesis, in_reference, len(segments))
            )
    return result


def _recount(
    feature: Feature,
    system: Sequence[str],
    references: Sequence[Reference],
    touched: Sequence[bool],
    metrics: Sequence[str],
    *,
    tokenizer: str,
) -> tuple[list[int], dict[str, list[Rows]]]:
    """Return which segments of a system the feature changes, on either side, and their new statistics."""
    texts = [feature.normalise(text) for text in system]
    changed = [
        index
        for index, (old, new) in enumerate(zip(system, texts, strict=True))
        if old != new or touched[index]
    ]
    counted = statistics(
        [[texts[index] for index in changed]],
        [references[index] for index in changed],
        metrics=metrics,
        tokenizer=tokenizer,
    )
    return changed, counted


def _before_and_after(
    metric: str, arrays: Sequence[Rows], again: Sequence[tuple[list[int], dict[str, list[Rows]]]]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    before: list[float] = []
    after: list[float] = []
    for old, (changed, counted) in zip(arrays, again, strict=True):
        total = old.sum(axis=0, keepdims=True)
        replaced = total - old[changed].sum(axis=0, keepdims=True)
        replaced = replaced + counted[metric][0].sum(axis=0, keepdims=True)
        before.append(float(values(metric, total)[0]))
        after.append(float(values(metric, replaced)[0]))
    return tuple(before), tuple(after)


def effects(rescored: Sequence[Rescored], names: Sequence[str]) -> tuple[TypographyEffect, ...]:
    """List what each feature costs each system; features that change no score are left out."""
    return tuple(
        TypographyEffect(
            feature=item.feature.key,
            title=item.feature.title,
            system=name,
            metric=item.metric,
            gain=_gain(item, number),
            in_hypothesis=item.in_hypothesis[number],
            in_reference=item.in_reference,
            segments=item.segments,
        )
        for item in rescored
        for number, name in enumerate(names)
        if any(abs(after - before) >= 0.005 for before, after in zip(item.before, item.after, strict=True))
    )


def _gain(item: Rescored, number: int) -> float:
    gain = item.after[number] - item.before[number]
    return -gain if lower_is_better(item.metric) else gain


def gaps(
    rescored: Sequence[Rescored], names: Sequence[str], pairs: Sequence[tuple[int, int]]
) -> tuple[GapShare, ...]:
    """List how much of each pair's gap each feature accounts for."""
    result: list[GapShare] = []
    for item in rescored:
        for first, second in pairs:
            gap = item.before[second] - item.before[first]
            without = item.after[second] - item.after[first]
            if abs(gap - without) < 0.005:
                continue
            result.append(
                GapShare(
                    feature=item.feature.key,
                    title=item.feature.title,
                    metric=item.metric,
                    first=names[first],
                    second=names[second],
                    gap=gap,
                    without=without,
                    share=gap - without,
                )
            )
    return tuple(result)
