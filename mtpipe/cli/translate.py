"""The command ``mtpipe translate``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtpipe.cli.progress import progress_line
from mtpipe.errors import MtpipeError, UsageError

if TYPE_CHECKING:
    from mtpipe.data import Translation
    from mtpipe.pipeline.references import ReferenceColumn

_SUFFIXES = {"html": ".html", "md": ".md", "tsv": ".tsv", "jsonl": ".jsonl"}


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
        typer.Option(metavar="[TARGET=]NAME|PATH", help="Model for all targets, or for one (repeatable)."),
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
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Translate articles and write them side by side, one row a segment."""
    targets = to or ["en", "fr"]
    forms = _formats(form, output)
    plan = _plan(articles, forms, output)
    report = _report_path(articles, reference, output, score=score)
    from mtpipe.files import refuse_overwriting

    if output != "-":
        written = [path for paths in plan.values() for path in paths.values()]
        refuse_overwriting(written + ([report] if report else []), force=force)
    from mtpipe import pipeline
    from mtpipe.files import write_text
    from mtpipe.pipeline.references import parse_option, with_references
    from mtpipe.translator import translate as translate_segments
    from mtpipe.writer import write_translations

    references = [parse_option(option, targets) for option in reference or []]
    engines = pipeline.engines_for(
        targets,
        source_language=source,
        model=_models(model, targets),
        device=device,
        compute_type=compute_type,
        threads=threads,
    )
    failed: MtpipeError | None = None
    for article, paths in plan.items():
        try:
            document = pipeline.load_document(article, source_language=source, encoding=encoding, lines=lines)
            _say(f"{article}: {len(document.segments)} segments, {document.origin.encoding}", quiet=quiet)
            translations = translate_segments(
                document, engines, beam_size=beam_size, progress=progress_line(article, quiet=quiet)
            )
            columns, laid = with_references(translations, references)
            for found in laid:
                how = "line by line" if found.parallel else "aligned"
                _say(f"{found.path}: laid beside {found.translation.target}, {how}", quiet=quiet)
            date = None if reproducible else datetime.now(UTC).astimezone()
            for name, path in paths.items():
                text = write_translations(columns, name, date=date)
                if output == "-":
                    sys.stdout.write(text)
                else:
                    write_text(path, text)
                    _say(f"wrote {path}", quiet=quiet)
            if report is not None:
                _score(translations, laid, report, quiet=quiet)
            if output != "-" and sys.stdout.isatty() and not quiet:
                from mtpipe.writer.terminal import print_table

                print_table(columns, sys.stdout)
        except MtpipeError as error:
            # One bad article never costs the others.
            if len(plan) == 1:
                raise
            _say(f"mtpipe: {error}", quiet=False)
            failed = error
    if failed is not None:
        raise typer.Exit(failed.exit_code)


def _report_path(
    articles: list[str], references: list[str] | None, output: str | None, *, score: bool
) -> Path | None:
    """Return where the score report goes, or None where none is asked for."""
    if not score:
        if references and len(articles) > 1:
            raise UsageError("--reference: a reference belongs to one article")
        return None
    if not references:
        raise UsageError("--score: nothing to score against; give --reference [LANG=]FILE")
    if len(articles) > 1:
        raise UsageError("--score: a reference belongs to one article")
    stem = "stdin" if articles[0] == "-" else Path(articles[0]).stem
    folder = Path() if output in (None, "-") else Path(str(output))
    return (folder if folder.is_dir() else folder.parent) / f"{stem}.report.html"


def _score(
    translations: tuple[Translation, ...], laid: list[ReferenceColumn], path: Path, *, quiet: bool
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
    result = evaluation_report(task_of_translations(scored, parallel, documents), Settings())
    write_text(path, render(result, "html"))
    _say(render(result, "txt"), quiet=quiet)
    _say(f"wrote {path}", quiet=quiet)


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        typer.echo(text, err=True)


def _formats(form: list[str] | None, output: str | None) -> list[str]:
    if not form:
        suffix = Path(output).suffix if output not in (None, "-") else ""
        by_suffix = {suffix: name for name, suffix in _SUFFIXES.items()}
        return [by_suffix.get(suffix, "html")]
    for name in form:
        if name not in _SUFFIXES:
            raise UsageError(f"unknown format {name!r} (known: {', '.join(_SUFFIXES)})")
    return list(dict.fromkeys(form))


def _plan(articles: list[str], forms: list[str], output: str | None) -> dict[str, dict[str, Path]]:
    """Return for each article where each format goes."""
    if len(set(articles)) != len(articles) or articles.count("-") > 1:
        raise UsageError("an article is named twice")
    single = len(articles) == 1 and len(forms) == 1
    if output == "-":
        if not single:
            raise UsageError("--output -: standard output takes one article in one format")
        return {articles[0]: {forms[0]: Path("-")}}
    if output is not None and not Path(output).is_dir():
        if output.endswith(("/", "\\")):
            raise UsageError(f"{output}: no such directory to write to")
        if not single:
            raise UsageError(f"{output}: not a directory, and there is more than one file to write")
        return {articles[0]: {forms[0]: Path(output)}}
    folder = Path(output) if output is not None else Path()
    plan: dict[str, dict[str, Path]] = {}
    taken: dict[Path, str] = {}
    for article in articles:
        stem = "stdin" if article == "-" else Path(article).stem
        plan[article] = {name: folder / f"{stem}{_SUFFIXES[name]}" for name in forms}
        for path in plan[article].values():
            if path in taken:
                raise UsageError(f"{article} and {taken[path]} would both be written to {path}")
            taken[path] = article
    return plan


def _models(options: list[str] | None, targets: list[str]) -> dict[str, str] | str:
    """Read ``--model NAME`` (all targets) and ``--model fr=NAME`` (one)."""
    from mtpipe.models import BUILT_IN

    general, special = BUILT_IN, {}
    for option in options or []:
        target, equals, name = option.partition("=")
        if equals and target in targets:
            special[target] = name
        elif equals and "/" not in target and not Path(option).is_dir():
            raise UsageError(f"--model {option}: {target!r} is not among the targets ({', '.join(targets)})")
        else:
            general = option
    return {target: special.get(target, general) for target in targets}
