"""Turns translations and reference files or documents into one evaluation report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath

import mtpipe
from mtpipe import evaluator, reader
from mtpipe.aligner import align
from mtpipe.data import Bitext, Document, Origin, Role, Segment, Span, Translation
from mtpipe.errors import UsageError
from mtpipe.evaluator import Comparison, Output, ReferenceFile, Row, Settings
from mtpipe.evaluator.lines import read_lines
from mtpipe.languages import LANGUAGES, identify
from mtpipe.report import Evaluation, EvaluationReport, Pairing
from mtpipe.segmenter import segment

Say = Callable[[str], None]
_ROLES = {str(role) for role in Role}
# Stands for the moment of the call: None already means that no date is wanted.
_NOW = datetime.min


@dataclass(frozen=True, slots=True)
class Task:
    """What to score: translations (each a system), references, and the languages where files do not say them.

    ``references`` are line-parallel files or bitexts, ``documents`` texts that
    are segmented and aligned first; ``source`` is a line-parallel file of
    source texts for translations that come without.
    """

    outputs: tuple[tuple[Output, ...], ...]
    references: tuple[ReferenceFile, ...] = ()
    documents: tuple[ReferenceFile, ...] = ()
    target: str = ""
    source: str | None = None


def task_of_files(
    translations: Sequence[str],
    references: Sequence[str],
    documents: Sequence[str],
    *,
    target: str | None = None,
    source: str | None = None,
) -> Task:
    """Read the translations named on a command line and say against what each is to be scored."""
    if not references and not documents:
        raise UsageError(
            "nothing to score against: give --reference [LANG=]FILE or --reference-document [LANG=]FILE"
        )
    lines, texts = (tuple(map(evaluator.parse_reference, named)) for named in (references, documents))
    if [*translations, *(file.path for file in (*lines, *texts)), source].count("-") > 1:
        raise UsageError("'-': only one text can come from standard input")
    return Task(
        outputs=tuple(
            system for path in translations for system in evaluator.systems_of(evaluator.read_outputs(path))
        ),
        references=lines,
        documents=texts,
        target=target or "",
        source=source,
    )


def task_of_translations(
    translations: Sequence[Translation], references: Sequence[str], documents: Sequence[str] = ()
) -> Task:
    """Score translations that were just made, a system a column of a target, against references."""
    return Task(
        outputs=evaluator.systems_of(tuple(map(evaluator.output_of, translations))),
        references=tuple(map(evaluator.parse_reference, references)),
        documents=tuple(map(evaluator.parse_reference, documents)),
    )


def comparisons(task: Task, *, say: Say = lambda _message: None) -> tuple[Comparison, ...]:
    """Pair every target's systems with its references, line-aligned and bead-aligned ones apart."""
    result: list[Comparison] = []
    for target in _targets(task):
        outputs = evaluator.named_apart(_outputs_for(task.outputs, target))
        outputs = tuple(_with_sources(output, task.source) for output in outputs)
        evaluator.check_outputs(outputs)
        lines = [file for file in task.references if _fits(file, target)]
        if lines:
            known = target or _guess(lines[0], outputs[0])
            result.append(evaluator.line_comparison(outputs, lines, target=known))
        for file in task.documents:
            if _fits(file, target):
                known = target or _guess(file, outputs[0])
                say(f"aligning with {file.path}")
                result.append(document_comparison(outputs, file.path, target=known))
    return tuple(result)


def evaluation_report(
    task: Task,
    settings: Settings,
    *,
    command: str = "",
    created: datetime | None = _NOW,
    say: Say = lambda _message: None,
) -> EvaluationReport:
    """Score everything in ``task`` and put it into one report.

    ``created`` is the date that the report bears: now unless given, and with
    None it bears none, so that the same task gives the same bytes again.
    """
    evaluations: list[Evaluation] = []
    for comparison in comparisons(task, say=say):
        evaluations.append(evaluator.evaluate(comparison, settings, say=say))
    date = datetime.now(UTC) if created is _NOW else created
    return EvaluationReport(
        title=_title(evaluations),
        created="" if date is None else date.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        mtpipe=mtpipe.__version__,
        command=command,
        evaluations=tuple(evaluations),
    )


def _title(evaluations: Sequence[Evaluation]) -> str:
    """Name the systems and all that they were scored against."""
    who = evaluations[0].title.split(" against ")[0]
    names = dict.fromkeys(PurePath(path).name for part in evaluations for path in part.references)
    return f"{who} against {' and '.join(names)}"


def document_comparison(outputs: Sequence[Output], path: str, *, target: str) -> Comparison:
    """Segment the reference document, align the first system's text with it, and make its beads the rows.

    Several systems share the first one's beads: rows must be the same for all.
    """
    reference = segment(reader.read(path, language=target or "en", option="--target-language"))
    evaluator.check_language(path, [part.text for part in reference.segments], target)
    places, hypothesis = _as_document(outputs[0], target)
    # Both texts are in one language: the translation stands for itself in the comparison.
    bitext = align(hypothesis, reference, via=[part.text for part in hypothesis.segments])
    rows, scored = _bead_rows(bitext, places)
    sentences = tuple(part.text for part in reference.segments)
    moved = sum(bead.moved for bead in bitext.beads)
    notes = (f"all systems share the beads found for {outputs[0].name}",) if len(outputs) > 1 else ()
    return Comparison(
        target=target,
        pairing=Pairing.BEAD,
        outputs=tuple(outputs),
        rows=rows,
        references=(path,),
        coverage=evaluator.coverage(
            outputs[0], rows, sentences=sentences, scored_sentences=scored, moved=moved
        ),
        notes=notes,
    )


def _bead_rows(bitext: Bitext, places: tuple[int, ...]) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    """Return the beads with text on both sides as rows in source order, and which sentences they hold."""
    rows: list[Row] = []
    scored: list[int] = []
    for bead in bitext.beads:
        if bead.source and bead.target:
            text = " ".join(bitext.target.segments[index].text for index in bead.target)
            segments = tuple(places[index] for index in bead.source)
            kind = f"{len(bead.source)}-{len(bead.target)}" + (" moved" if bead.moved else "")
            rows.append(Row(segments, (text,), bead=kind, confidence=bead.confidence))
            scored.extend(bead.target)
    return tuple(sorted(rows, key=lambda row: row.segments)), tuple(scored)


def _as_document(output: Output, target: str) -> tuple[tuple[int, ...], Document]:
    """Lay a system's texts out as a segmented document, and where each stood: empty ones fall out."""
    segments: list[Segment] = []
    places: list[int] = []
    text = ""
    for index, hypothesis in enumerate(output.texts):
        if not hypothesis.strip():
            continue
        role = Role(output.roles[index]) if output.roles[index] in _ROLES else Role.BODY
        span = Span(len(text), len(text) + len(hypothesis))
        segments.append(Segment(hypothesis, target or "und", output.paragraphs[index], role, span))
        places.append(index)
        text += hypothesis + "\n"
    if not segments:
        raise UsageError(f"{output.origin}: every translation is empty: there is nothing to align")
    origin = Origin(name=output.origin, sha256="", encoding="utf-8", size=len(text.encode()))
    document = Document(id=output.name, language=target, source=text, origin=origin, segments=tuple(segments))
    return tuple(places), document


def _targets(task: Task) -> list[str]:
    """Return the targets to score: the one asked for, else those that translations and references share."""
    files = (*task.references, *task.documents)
    named = list(dict.fromkeys(file.language for file in files if file.language))
    held = list(dict.fromkeys(output.target for system in task.outputs for output in system if output.target))
    if task.target:
        wrong = [file for file in files if file.language and file.language != task.target]
        if len(wrong) == len(files):
            raise UsageError(
                f"--target-language {task.target}: every reference is for another ({', '.join(named)})"
            )
        return [task.target]
    if not held:
        if len(named) > 1:
            raise UsageError(
                f"references in {' and '.join(named)}: say --target-language, the translation does not"
            )
        return named or [""]
    missing = [code for code in named if code not in held]
    if missing:
        raise UsageError(f"reference language {missing[0]!r}: the translation is in {', '.join(held)}")
    if len(held) > 1 and not all(file.language for file in files):
        raise UsageError(
            f"the translation is in {', '.join(held)}: say what a reference is in, as {held[0]}=FILE"
        )
    return named or held


def _outputs_for(systems: Sequence[tuple[Output, ...]], target: str) -> list[Output]:
    """Return each system's text in ``target``; one of several in a file may lack it, a file must not."""
    having = {s[0].origin for s in systems if any(output.target in (target, "") for output in s)}
    return [
        _output_for(system, target)
        for system in systems
        if system[0].origin not in having or any(output.target in (target, "") for output in system)
    ]


def _output_for(system: tuple[Output, ...], target: str) -> Output:
    for output in system:
        if output.target in (target, ""):
            return output if output.target else replace(output, target=target)
    held = ", ".join(output.target for output in system)
    raise UsageError(f"{system[0].origin}: no translation into {target!r} (found: {held})")


def _fits(file: ReferenceFile, target: str) -> bool:
    return file.language in ("", target)


def _with_sources(output: Output, path: str | None) -> Output:
    if path is None or any(output.sources):
        return output
    lines = read_lines(path)
    if len(lines) != len(output.texts):
        raise UsageError(f"{path}: {len(lines)} lines of source for {len(output.texts)} translations")
    language = Counter(identify(line) for line in lines[:400]).most_common(1)[0][0]
    return replace(output, sources=lines, source_language=language if language in LANGUAGES else "")


def _guess(file: ReferenceFile, output: Output) -> str:
    """Take the language that most translations seem to be in; "" where it is none of the known ones."""
    if file.language:
        return file.language
    found = Counter(identify(text) for text in output.texts[:400] if text)
    found.pop("und", None)
    code = found.most_common(1)[0][0] if found else ""
    return code if code in LANGUAGES else ""
