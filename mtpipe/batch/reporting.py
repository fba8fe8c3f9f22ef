"""A run's state becomes its report and its manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import mtpipe
from mtpipe.batch.engines import Engines
from mtpipe.batch.finishing import NOTES
from mtpipe.batch.folder import RunFolder
from mtpipe.batch.state import DONE, State
from mtpipe.config import RunConfig
from mtpipe.files import remove, write_lines, write_text
from mtpipe.report import Evaluation, EvaluationReport
from mtpipe.run_report import (
    RunCheck,
    RunDoubt,
    RunFailure,
    RunFlag,
    RunHealing,
    RunModel,
    RunReport,
    RunScores,
    RunSession,
)
from mtpipe.writer.report_html import render_html as scores_html
from mtpipe.writer.report_json import render_json as scores_json
from mtpipe.writer.run_report_html import render_html
from mtpipe.writer.run_report_json import render_json
from mtpipe.writer.run_report_md import render_md

MANIFEST = "mtpipe.manifest/1"
# What a page can bear; the manifest lists every failure, the outputs hold every flag.
_MOST_FAILURES = 1000
_MOST_DOUBTS = 500


@dataclass(slots=True)
class _Sums:
    """What the figures of all documents come to."""

    counts: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    targets: dict[str, Counter[str]] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)

    def add(self, figures: Mapping[str, Any]) -> None:
        """Add a document's figures."""
        for name in ("segments", "characters", "flagged", "doubted", "replaced", "healed"):
            self.counts[name] += figures[name]
        self.flags.update(figures["flags"])
        self.checks.update(figures["checks"])
        for target, held in figures["targets"].items():
            sums = self.targets.setdefault(target, Counter())
            made, mean = held["score"]
            sums["made"] += made
            self.scores[target] = self.scores.get(target, 0.0) + made * mean
            for names, values in (("high medium low", held["confidence"]), ("kept terms", held["terms"])):
                sums.update(dict(zip(names.split(), values, strict=True)))


def report_of(
    config: RunConfig, engines: Engines, state: State, scores: tuple[RunScores, ...], notes: tuple[str, ...]
) -> RunReport:
    """Return the report of all sessions so far."""
    sums = _Sums()
    for known in state.documents():
        if known.state == DONE:
            sums.add(known.figures)
    counts = state.counts()
    failures = islice(state.failures(), _MOST_FAILURES)
    return RunReport(
        name=config.name,
        mtpipe=mtpipe.__version__,
        source=config.source,
        documents=counts["all"],
        done=counts.get(DONE, 0),
        segments=sums.counts["segments"],
        characters=sums.counts["characters"],
        flagged=sums.counts["flagged"],
        models=_models(engines, sums),
        sessions=tuple(_session(*session) for session in state.sessions()),
        failures=tuple(RunFailure(one.listed.name, one.listed.label, one.reason) for one in failures),
        failed=counts.get("failed", 0),
        flags=tuple(RunFlag(flag, count, flag in NOTES) for flag, count in sorted(sums.flags.items())),
        checks=tuple(RunCheck(check, count) for check, count in sums.checks.most_common()),
        healing=RunHealing(*(sums.counts[name] for name in ("doubted", "replaced", "healed"))),
        doubts=tuple(
            RunDoubt(one.name, one.target, one.row, one.flags, one.findings, one.source, one.text)
            for one in state.doubts(_MOST_DOUBTS)
        ),
        scores=scores,
        notes=notes,
    )


def write_scores(folder: RunFolder, name: str, evaluations: tuple[Evaluation, ...]) -> None:
    """Write the full evaluation, every scored segment with its differences, as ``scores.html`` and ``scores.json``.

    Where nothing was scored those of an earlier session go: they tell of other texts than the report beside them.
    """
    if not evaluations:
        remove(folder.path / "scores.html")
        remove(folder.path / "scores.json")
    else:
        report = EvaluationReport(f"{name} against its references", "", mtpipe.__version__, "", evaluations)
        write_text(folder.path / "scores.json", scores_json(report))
        write_text(folder.path / "scores.html", scores_html(report))


def write_report(folder: RunFolder, report: RunReport) -> None:
    """Write ``report.html``, ``report.md`` and ``report.json`` into the run folder."""
    for form, render in (("json", render_json), ("md", render_md), ("html", render_html)):
        write_text(folder.path / f"report.{form}", render(report))


def write_manifest(folder: RunFolder, config: RunConfig, engines: Engines, state: State) -> None:
    """Write ``manifest.jsonl``: a header, then a line for each document with what it was made from."""
    write_lines(folder.path / "manifest.jsonl", _manifest(config, engines, state))


def _manifest(config: RunConfig, engines: Engines, state: State) -> Iterator[str]:
    header: dict[str, object] = {
        "schema": MANIFEST,
        "mtpipe": mtpipe.__version__,
        "name": config.name,
        "source": config.source,
        "models": {
            target: {"id": passport.id, "licence": passport.licence, "sha256": passport.sha256}
            for target, passport in engines.passports.items()
        },
    }
    if engines.glossary is not None:
        header["glossary"] = {"name": engines.glossary.name, "sha256": engines.glossary.sha256}
    yield json.dumps(header, ensure_ascii=False)
    for known in state.documents():
        row: dict[str, object] = {"document": known.listed.name, "path": known.listed.path}
        if known.listed.line:
            row["line"] = known.listed.line
        row["state"] = known.state or "waiting"
        if known.state == DONE:
            row["sha256"] = known.sha256
            row["outputs"] = [f"documents/{known.listed.name}.{form}" for form in config.output.formats]
            row["segments"] = known.figures["segments"]
            row["flagged"] = known.figures["flagged"]
            row["healed"] = known.figures["healed"]
        elif known.reason:
            row["reason"] = known.reason
        yield json.dumps(row, ensure_ascii=False)


def _models(engines: Engines, sums: _Sums) -> tuple[RunModel, ...]:
    models = []
    for target, passport in engines.passports.items():
        counts = sums.targets.get(target, Counter())
        made = counts["made"]
        mean = round(sums.scores[target] / made, 4) if made else None
        rest = (counts[name] for name in ("high", "medium", "low", "kept", "terms"))
        models.append(RunModel(target, passport.id, passport.licence, passport.sha256, mean, made, *rest))
    return tuple(models)


def _session(started: str, seconds: float, figures: Mapping[str, int]) -> RunSession:
    return RunSession(
        started,
        round(seconds, 3),
        figures.get("documents", 0),
        figures.get("translated", 0),
        figures.get("remembered", 0),
        figures.get("pieces", 0),
    )
