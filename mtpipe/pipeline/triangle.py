"""Lays two columns beside each other by way of a further model: what the one becomes in the other's language.

Two translations of one text that were made apart seldom go wrong in the same way: where the English row, translated
into French, has hardly anything of the French row, one of them is to be doubted. The further model makes faults of its
own, and it is not known how many: likeness proves nothing, and so never lifts a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from mtpipe import evaluator, models
from mtpipe.data import Hypothesis, Translation, Triangle
from mtpipe.errors import UsageError
from mtpipe.pipeline.remembered import legs
from mtpipe.pipeline.routing import bridge
from mtpipe.text import for_model
from mtpipe.translator import Engine, Translator

# chrF2 that 95 of 100 pairs of unrelated sentences of one length do not reach (references of flores-dev, ntrex-dev).
UNLIKE = 25.0
_LOT = 32  # rows in a batch that is planned
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Bridge:
    """A model that takes one column's language into the other's."""

    source: str
    target: str
    engine: Engine


def bridge_between(
    targets: Sequence[str],
    systems: Sequence[Mapping[str, Translator]],
    *,
    device: str = "auto",
    compute_type: str = "auto",
    threads: int | None = None,
) -> Bridge:
    """Return the best installed model between two of ``targets``; one that ``systems`` loaded is not loaded again.

    UsageError where there are no two targets or one column is a translation of another language than the source's,
    ModelError where no model is installed.
    """
    if len(set(targets)) < 2:
        raise UsageError("--triangle compares two targets: name two (--to en --to fr)")
    for target in targets:
        if (made := systems[0][target].passport).via:
            raise UsageError(
                f"--triangle: the column {target} came by way of another language already ({made.id})"
            )
    source, target, model = bridge(targets)
    return Bridge(source, target, _loaded(model, systems) or _load(model, device, compute_type, threads))


def compared(
    translations: Sequence[Translation],
    bridge: Bridge,
    *,
    beam_size: int | None = None,
    planned: bool = False,
) -> tuple[Translation, ...]:
    """Return the translations with what the triangle gave in every row that models made in both columns.

    Of several columns of one language the first is taken. A row whose columns have hardly anything in common is at
    most of medium confidence. ``planned`` gives the same texts whatever else the engine does.
    """
    first, second = (
        next(number for number, made in enumerate(translations) if made.target == code)
        for code in (bridge.source, bridge.target)
    )
    columns = [list(translations[number].hypotheses) for number in (first, second)]
    rows = [row for row, pair in enumerate(zip(*columns, strict=True)) if all(map(_may_be_compared, pair))]
    jobs = [(for_model(columns[0][row].text), bridge.target) for row in rows]
    lot = _LOT if planned else max(1, len(jobs))
    bridged = [
        made
        for start in range(0, len(jobs), lot)
        for made in bridge.engine.translate(
            jobs[start : start + lot], bridge.source, beam_size=beam_size, planned=planned
        )
    ]
    for row, made in zip(rows, bridged, strict=True):
        alike = round(evaluator.likeness(made.text, columns[1][row].text), 1)
        found = Triangle(bridge.source, bridge.engine.passport.id, made.text, alike, alike < UNLIKE)
        for column in columns:
            column[row] = _with_triangle(column[row], found)
    done = list(translations)
    for number, column in zip((first, second), columns, strict=True):
        done[number] = replace(done[number], hypotheses=tuple(column))
    return tuple(done)


def told_triangle(translations: Sequence[Translation]) -> str:
    """Return one line on what the triangle gave, "" where there was none."""
    for translation in translations:
        found = [made.triangle for made in translation.hypotheses if made.triangle is not None]
        if found and translation.target != found[0].source:
            unlike = sum(one.unlike for one in found)
            mean = fmean(one.likeness for one in found)
            return (
                f"triangle {found[0].source}→{translation.target} with {found[0].model}: {len(found)} rows compared, "
                f"chrF2 {mean:.0f} on average, {unlike} hardly alike"
            )
    return ""


def _may_be_compared(made: Hypothesis) -> bool:
    return made.score is not None and bool(_LETTER.search(made.text))


def _with_triangle(made: Hypothesis, found: Triangle) -> Hypothesis:
    capped = "medium" if found.unlike and made.confidence == "high" else made.confidence
    return replace(made, triangle=found, confidence=capped)


def _loaded(model: models.Model, systems: Sequence[Mapping[str, Translator]]) -> Engine | None:
    engines = [engine for system in systems for made in system.values() for engine in legs(made)]
    folder = model.folder.resolve()
    return next((engine for engine in engines if engine.model.folder.resolve() == folder), None)


def _load(model: models.Model, device: str, compute_type: str, threads: int | None) -> Engine:
    return Engine(model, device=device, compute_type=compute_type, threads=threads)
