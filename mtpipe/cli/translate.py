"""The command ``mtpipe translate``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtpipe.cli.output_plan import OutputPlan, formats, models_by_target, plan_output
from mtpipe.cli.progress import progress_line
from mtpipe.errors import MtpipeError, UsageError, WorkError

if TYPE_CHECKING:
    from mtpipe.data import Translation
    from mtpipe.pipeline.references import Reference, ReferenceColumn


def translate(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Text files; - is standard input.")
    ],
    source: Annotated[str, typer.Option("--from", help="Language of the articles.")] = "ar",
    to: Annotated[
        list[str] | None, typer.Option(help="Target language (repeatable; default: en and fr).")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[TARGET=]NAME|PATH",
            help="Model for all targets, or for one; several give a column each (default: the best installed).",
        ),
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option("--format", help="html, md, tsv or jsonl (repeatable; default: html)."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="DIR|FILE|-", help="Where to write (default: <stem>.<format> in this folder)."),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LANG=]FILE",
            help="A human translation to lay beside: line by line where it has a line a segment, else aligned.",
        ),
    ] = None,
    score: Annotated[
        bool,
        typer.Option("--score", help="Score against the references: <stem>.report.html beside the output."),
    ] = False,
    beam_size: Annotated[
        int | None, typer.Option(min=1, max=32, help="Beam size (default: the model's).")
    ] = None,
    compute_type: Annotated[
        str, typer.Option(help="auto, int8, int8_float32, float32, … (auto: int8 on a CPU).")
    ] = "auto",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Batches at a time (default: all cores).")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the articles (default: found).")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="One segment a line, taken as it stands.")] = False,
    reproducible: Annotated[
        bool, typer.Option("--reproducible", help="Write no date: same bytes again.")
    ] = False,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Translation memory to take from and add to; it keeps what you translate."
        ),
    ] = None,
    heal: Annotated[
        bool, typer.Option("--heal/--no-heal", help="Check every row and try again where a check fails.")
    ] = True,
    glossary: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Terms and how to render them: .tsv or .yaml, see docs/terms.md."),
    ] = None,
    triangle: Annotated[
        bool,
        typer.Option(
            "--triangle", help="Compare the columns by way of an installed model between them (en→fr)."
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with exit code 1 if a row is still doubted.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Translate articles and write them side by side, one row a segment."""
    from mtpipe import pipeline
    from mtpipe.guard.glossary import read_glossary
    from mtpipe.guard.terms import Terms
    from mtpipe.pipeline.capitals import capitalised
    from mtpipe.pipeline.names import one_way
    from mtpipe.pipeline.references import parse_option, read_reference
    from mtpipe.pipeline.terms import told_terms
    from mtpipe.pipeline.triangle import bridge_between, compared, told_triangle

    targets = to or ["en", "fr"]
    plan = plan_output(articles, formats(form, output), output, reference=reference, score=score)
    plan.check(force=force)
    references = [read_reference(*parse_option(option, targets)) for option in reference or []]
    if glossary is not None and not heal:
        raise UsageError("--glossary needs retries: it cannot be had with --no-heal")
    terms = None if glossary is None else Terms(read_glossary(glossary, source), source)
    found = pipeline.routes(source, targets, models_by_target(model, targets))
    # Word links cost a tenth of the time: only where something shows or needs them.
    links = terms is not None or bool({"html", "jsonl"} & set(formats(form, output)))
    systems = pipeline.systems_for(
        found,
        device=device,
        compute_type=compute_type,
        threads=threads,
        links=links,
        heal=heal,
        source=source,
        terms=terms,
    )
    tallies = _tallies(systems)
    between = (
        bridge_between(targets, systems, device=device, compute_type=compute_type, threads=threads)
        if triangle
        else None
    )
    if memory is not None:
        from mtpipe.memory import Memory
        from mtpipe.pipeline.remembered import remembering

        systems = remembering(systems, Memory(Path(memory)))
    for route in found:
        if route.via is not None:
            _say(f"{source}→{route.target} by way of {route.via}: {route.name}", quiet=quiet)
    hint = None if model or quiet else pipeline.advice(source, found)
    if hint is not None:
        _say(hint, quiet=quiet)

    def one(article: str) -> None:
        document = pipeline.load_document(article, source_language=source, encoding=encoding, lines=lines)
        _say(f"{article}: {len(document.segments)} segments, {document.origin.encoding}", quiet=quiet)
        progress = progress_line(article, quiet=quiet)
        made = pipeline.translate_with(document, systems, beam_size=beam_size, progress=progress)
        made = tuple(one_way(column) for column in made) if heal else made
        made = tuple(map(capitalised, made))
        made = made if between is None else compared(made, between, beam_size=beam_size)
        for line in filter(None, [*tallies(), *told_terms(made), told_triangle(made)]):
            _say(f"{article}: {line}", quiet=quiet)
        date = None if reproducible else datetime.now(UTC).astimezone()
        _deliver(made, references, plan, article, date=date, quiet=quiet)
        if strict:
            _insist(made, article)

    _each(articles, one)


def _tallies(systems: Sequence[Mapping[str, object]]) -> Callable[[], list[str]]:
    """Return a function that says, for each translator that heals itself, what it did since it was last asked."""
    from mtpipe.pipeline.healing import Healing, Tally

    healers = [
        found for found in dict.fromkeys(t for s in systems for t in s.values()) if isinstance(found, Healing)
    ]

    def told() -> list[str]:
        lines = [str(healer.tally) for healer in healers]
        for healer in healers:
            healer.tally = Tally()
        return [line for line in lines if line]

    return told


def _insist(translations: tuple[Translation, ...], article: str) -> None:
    """Raise WorkError if a check still doubts a row; everything is written by then."""
    doubts = [
        f"row {number} ({translation.target}): {finding.message}"
        for translation in translations
        for number, hypothesis in enumerate(translation.hypotheses, 1)
        for finding in hypothesis.findings
    ]
    if doubts:
        more = f" and {len(doubts) - 1} more" if len(doubts) > 1 else ""
        raise WorkError(f"{article}: --strict: {doubts[0]}{more}")


def _each(articles: list[str], work: Callable[[str], None]) -> None:
    """Do ``work`` for every article; one that fails costs none of the others, only the exit code."""
    failed: list[MtpipeError] = []
    for article in articles:
        try:
            work(article)
        except MtpipeError as error:
            if len(articles) == 1:
                raise
            _say(f"mtpipe: {error}", quiet=False)
            failed.append(error)
    if len(failed) == len(articles):
        raise typer.Exit(max(error.exit_code for error in failed))
    if failed:
        raise typer.Exit(1)


def _deliver(
    translations: tuple[Translation, ...],
    references: list[Reference],
    plan: OutputPlan,
    article: str,
    *,
    date: datetime | None,
    quiet: bool,
) -> None:
    """Lay the references beside, write every format, score, and show a table where somebody sits."""
    from mtpipe.files import write_text
    from mtpipe.pipeline.references import with_references
    from mtpipe.writer import write_translations

    columns, laid = with_references(translations, references)
    for found in laid:
        how = "line by line" if found.parallel else "aligned"
        _say(f"{found.path}: laid beside {found.translation.target}, {how}", quiet=quiet)
    for name, path in plan.files[article].items():
        text = write_translations(columns, name, date=date)
        if plan.to_stdout:
            sys.stdout.write(text)
        else:
            write_text(path, text)
            _say(f"wrote {path}", quiet=quiet)
    if plan.report is not None:
        _score(translations, laid, plan.report, date=date, quiet=quiet)
    if not plan.to_stdout and sys.stdout.isatty() and not quiet:
        from mtpipe.writer.terminal import print_table

        print_table(columns, sys.stdout)


def _score(
    translations: tuple[Translation, ...],
    laid: list[ReferenceColumn],
    path: Path,
    *,
    date: datetime | None,
    quiet: bool,
) -> None:
    """Score what was just made and write the report."""
    from mtpipe.cli.reporting import render
    from mtpipe.evaluator import Settings
    from mtpipe.files import write_text
    from mtpipe.pipeline.scoring import evaluation_report, task_of_translations

    parallel = [f"{found.translation.target}={found.path}" for found in laid if found.parallel]
    documents = [f"{found.translation.target}={found.path}" for found in laid if not found.parallel]
    targets = {found.translation.target for found in laid}
    scored = [translation for translation in translations if translation.target in targets]
    task = task_of_translations(scored, parallel, documents)
    result = evaluation_report(task, Settings(), created=date)
    write_text(path, render(result, "html"))
    _say(render(result, "txt"), quiet=quiet)
    _say(f"wrote {path}", quiet=quiet)


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        typer.echo(text, err=True)
