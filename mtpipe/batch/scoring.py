"""Finished documents and their references become scores over the whole run, and a full evaluation report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mtpipe import evaluator
from mtpipe.batch.engines import Engines
from mtpipe.batch.finishing import translations_of
from mtpipe.batch.planning import Route, rows_of
from mtpipe.batch.preparing import prepare
from mtpipe.batch.state import DONE, Known, State
from mtpipe.config import RunConfig
from mtpipe.data import Hypothesis, Translation
from mtpipe.errors import InputError, MtpipeError
from mtpipe.evaluator import Comparison, Output, Row, Settings
from mtpipe.evaluator.lines import read_lines
from mtpipe.memory import Memory
from mtpipe.pipeline.scoring import document_comparison
from mtpipe.report import Coverage, Evaluation, Pairing
from mtpipe.run_report import RunScores
from mtpipe.translator import Job


@dataclass(slots=True)
class _Corpus:
    """The rows of one target and pairing, gathered over documents."""

    outputs: list[Output] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, comparison: Comparison) -> None:
        for row in comparison.rows:
            self.rows.append(replace(row, segments=tuple(self.size + index for index in row.segments)))
        self.outputs.append(comparison.outputs[0])
        self.coverages.append(comparison.coverage)
        self.paths += comparison.references
        self.size += len(comparison.outputs[0].texts)


def score_run(
    config: RunConfig, engines: Engines, memory: Memory, state: State, routes: Sequence[Route]
) -> tuple[tuple[RunScores, ...], tuple[Evaluation, ...], tuple[str, ...]]:
    """Score every finished document that has a reference; documents without are counted, faulty references are noted.

    So are documents that the memory no longer has.

    A reference with as many lines as the document has segments is taken line by
    line, any other is aligned; the two kinds are scored apart.
    """
    corpora: dict[tuple[str, Pairing], _Corpus] = {}
    without: dict[str, int] = {}
    lost = 0
    notes: list[str] = []
    patterns = dict(config.references)
    for known in state.documents():
        if known.state != DONE:
            continue
        paths = {target: Path(_filled(pattern, known)) for target, pattern in patterns.items()}
        there = {target: path for target, path in paths.items() if path.is_file()}
        for target in paths.keys() - there.keys():
            without[target] = without.get(target, 0) + 1
        if not there:
            continue
        translations = _translations(config, engines, memory, routes, known)
        lost += not translations
        for translation in translations:
            if translation.target not in there:
                continue
            path = str(there[translation.target])
            try:
                comparison = _comparison(translation, path)
            except MtpipeError as error:
                notes.append(str(error))
                without[translation.target] = without.get(translation.target, 0) + 1
                continue
            corpora.setdefault((translation.target, comparison.pairing), _Corpus()).add(comparison)
    notes += [
        f"{count} documents have no reference for {target}" for target, count in sorted(without.items())
    ]
    if lost:
        notes.append(
            f"{lost} documents are no longer in the memory and were not scored"
            if lost > 1
            else "1 document is no longer in the memory and was not scored"
        )
    evaluations: list[Evaluation] = []
    scores: list[RunScores] = []
    for (target, pairing), corpus in corpora.items():
        evaluation = evaluator.evaluate(
            _joined(config.name, target, pairing, corpus), Settings(metrics=config.metrics)
        )
        evaluations.append(evaluation)
        scores.append(
            RunScores(
                target,
                str(pairing),
                len(corpus.outputs),
                evaluation.n,
                evaluation.systems[0].scores,
                without.get(target, 0),
            )
        )
    return tuple(scores), tuple(evaluations), tuple(notes)


def _filled(pattern: str, known: Known) -> str:
    return pattern.replace("{id}", known.listed.name)


def _translations(
    config: RunConfig, engines: Engines, memory: Memory, routes: Sequence[Route], known: Known
) -> tuple[Translation, ...]:
    """Return a document's translations as the memory has them; none where the document or a part is gone."""
    prepared = prepare(known.listed, config.inputs[known.listed.entry], config.source)
    if prepared.document is None or prepared.sha256 != known.sha256:
        return ()
    rows = rows_of(prepared, prepared.document)
    wanted = [(route, text) for route in routes for text in dict.fromkeys(rows.views.values())]
    held = memory.find([(route.circumstances, text) for route, text in wanted])
    found: dict[Job, Hypothesis] = {}
    for route, text in wanted:
        if (route.circumstances, text) not in held:
            return ()
        found[text, route.target] = held[route.circumstances, text].hypothesis
    return translations_of(rows, found, engines.passports, heal=config.healing)


def _comparison(translation: Translation, path: str) -> Comparison:
    output = evaluator.output_of(translation)
    lines = read_lines(path)
    if len(lines) != len(output.texts):
        return document_comparison([output], path, target=translation.target)
    if not any(lines):
        raise InputError(f"{path}: the reference holds no text")
    file = evaluator.ReferenceFile(translation.target, path)
    return evaluator.line_comparison([output], [file], target=translation.target)


def _joined(name: str, target: str, pairing: Pairing, corpus: _Corpus) -> Comparison:
    """Put the documents of a run one after the other, as one translation of one system."""
    first = corpus.outputs[0]
    joined: dict[str, Any] = {
        field_name: tuple(item for output in corpus.outputs for item in getattr(output, field_name))
        for field_name in ("texts", "sources", "roles", "documents", "paragraphs", "flags")
    }
    output = replace(first, name=name, origin=name, **joined)
    shown = corpus.paths[0] if len(corpus.paths) == 1 else f"{len(corpus.paths)} references"
    return Comparison(
        target=target,
        pairing=pairing,
        outputs=(output,),
        rows=tuple(corpus.rows),
        references=(shown,),
        coverage=_summed(corpus.coverages),
    )


def _summed(parts: Sequence[Coverage]) -> Coverage:
    """Add up what took part; the sentences left out are counted only."""

    def share(name: str, size: str) -> float:
        total = sum(getattr(part, size) for part in parts)
        return sum(getattr(part, name) * getattr(part, size) for part in parts) / total if total else 1.0

    return Coverage(
        source_segments=sum(part.source_segments for part in parts),
        source_scored=sum(part.source_scored for part in parts),
        source_share=share("source_share", "source_segments"),
        reference_segments=sum(part.reference_segments for part in parts),
        reference_scored=sum(part.reference_scored for part in parts),
        reference_share=share("reference_share", "reference_segments"),
        moved=sum(part.moved for part in parts),
    )
