"""What ``mtpipe score`` and ``mtpipe compare`` share: options, and where a report goes in which format."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from mtpipe.cli.output import check_output, write_output
from mtpipe.errors import UsageError

if TYPE_CHECKING:
    from mtpipe.evaluator import Settings
    from mtpipe.pipeline.scoring import Task
    from mtpipe.report import EvaluationReport

FORMATS = ("html", "json", "md", "txt", "tsv")
_SUFFIXES = {".html": "html", ".htm": "html", ".json": "json", ".md": "md", ".txt": "txt", ".tsv": "tsv"}
_NO_SEGMENTS = {"txt", "tsv"}
_Argument = TypeVar("_Argument")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What ``mtpipe score`` and ``mtpipe compare`` can be told: every field is an option of both."""

    reference: Annotated[
        list[str] | None,
        typer.Option(
            "--reference",
            "-r",
            metavar="[LANG=]FILE",
            help="Reference, one line a segment, or a TMX/TSV/JSONL bitext.",
        ),
    ] = None
    reference_document: Annotated[
        list[str] | None,
        typer.Option(
            "--reference-document",
            metavar="[LANG=]FILE",
            help="Reference as running text: it is segmented and aligned first.",
        ),
    ] = None
    target_language: Annotated[
        str | None,
        typer.Option("--target-language", help="Language of the translation, where no file says it."),
    ] = None
    source: Annotated[
        str | None, typer.Option("--source", metavar="FILE", help="Source lines of a plain-text translation.")
    ] = None
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metric", "-m", help="BLEU, chrF2, chrF++, TER or comet (repeatable; default: the first four)."
        ),
    ] = None
    tokenize: Annotated[
        str | None,
        typer.Option("--tokenize", help="sacrebleu's tokenizer for BLEU (default: by target language)."),
    ] = None
    resamples: Annotated[
        int, typer.Option(min=0, help="Bootstrap resamples; 0 leaves intervals and tests out.")
    ] = 1000
    trials: Annotated[int, typer.Option(min=1, help="Shuffles of the randomisation test.")] = 10000
    seed: Annotated[int, typer.Option(min=0, help="Seed of both tests.", envvar="SACREBLEU_SEED")] = 12345
    audit: Annotated[
        bool, typer.Option("--audit/--no-audit", help="Score again with typography made equal.")
    ] = True
    detailed: Annotated[int, typer.Option(min=0, help="Rows whose differences the report colours.")] = 2000
    comet_environment: Annotated[
        str | None,
        typer.Option("--comet-environment", metavar="DIR", help="Environment that has comet-score."),
    ] = None
    comet_model: Annotated[
        str | None, typer.Option("--comet-model", help="COMET model (default: wmt22-comet-da).")
    ] = None
    form: Annotated[
        str | None,
        typer.Option("--format", "-f", help="html, json, md, txt or tsv (default: by --output, else txt)."),
    ] = None
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE|-", help="Where to write (default: standard output)."),
    ] = None
    sacrebleu_json: Annotated[
        bool, typer.Option("--sacrebleu-json", help="Print what sacrebleu's own command prints as JSON.")
    ] = False
    width: Annotated[int, typer.Option("--width", min=0, max=12, help="Decimals with --sacrebleu-json.")] = 1
    reproducible: Annotated[
        bool, typer.Option("--reproducible", help="Write neither date nor command: same bytes again.")
    ] = False
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False


def with_options(command: Callable[[_Argument, Options], None]) -> Callable[..., None]:
    """Return ``command`` with a parameter per field of Options, as typer reads them, in place of its second."""

    def called(**given: Any) -> None:
        argument = given.pop(name)
        command(argument, Options(**given))

    hints = get_type_hints(command, include_extras=True)
    name = next(iter(hints))
    types = {name: hints[name]} | get_type_hints(Options, include_extras=True)
    defaults = {field.name: field.default for field in fields(Options)}
    called.__name__, called.__doc__ = command.__name__, command.__doc__
    called.__annotations__ = types
    called.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(
                key, Parameter.KEYWORD_ONLY, annotation=kind, default=defaults.get(key, Parameter.empty)
            )
            for key, kind in types.items()
        ]
    )
    return called


def score_files(translations: list[str], options: Options) -> None:
    """Score the translations named, each a system, and write the report or what sacrebleu would print."""
    if options.sacrebleu_json and options.form not in (None, "json"):
        raise UsageError(f"--sacrebleu-json: prints JSON, not --format {options.form}")
    form = "json" if options.sacrebleu_json else _format(options.form, options.output)
    references = [*(options.reference or []), *(options.reference_document or [])]
    inputs = [
        *translations,
        *references,
        *(name.partition("=")[2] for name in references),
        options.source or "",
    ]
    check_output(options.output, force=options.force, inputs=inputs)
    from mtpipe.pipeline.scoring import task_of_files

    settings = _settings(options, form)
    task = task_of_files(
        translations,
        options.reference or [],
        options.reference_document or [],
        target=options.target_language,
        source=options.source,
    )
    text = (
        _sacrebleu(task, settings, options)
        if options.sacrebleu_json
        else _report(task, settings, form, options)
    )
    # Names of files and JSON may hold halves of characters, which no UTF-8 can.
    write_output(text.encode("utf-8", "backslashreplace").decode("utf-8"), options.output)
    if options.output not in (None, "-") and not options.quiet:
        _say(f"wrote {options.output}")


def _settings(options: Options, form: str) -> Settings:
    """Check the scoring options and find COMET where it is asked for."""
    from mtpipe.evaluator import Settings, find_comet, metric_names

    wanted = tuple(options.metric or ())
    named = [name for name in wanted if name.lower() != "comet"]
    metric_names(named)
    folder, model = options.comet_environment, options.comet_model
    asked = folder is not None or model is not None or len(named) < len(wanted)
    return Settings(
        metrics=wanted,
        tokenizer=options.tokenize,
        resamples=options.resamples,
        trials=options.trials,
        seed=options.seed,
        audit=options.audit,
        detailed=0 if form in _NO_SEGMENTS else options.detailed,
        comet=find_comet(folder, model=model) if asked else None,
    )


def _format(form: str | None, output: str | None) -> str:
    """Return the report's format: as asked, else as the output file's name says, else text."""
    if form is not None:
        if form not in FORMATS:
            raise UsageError(f"--format {form!r}: not a format (known: {', '.join(FORMATS)})")
        return form
    if output in (None, "-"):
        return "txt"
    suffix = Path(str(output)).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(
            f"--output {output}: no format has the suffix {suffix!r}; give --format ({', '.join(FORMATS)})"
        )
    return _SUFFIXES[suffix]


def _report(task: Task, settings: Settings, form: str, options: Options) -> str:
    from mtpipe.pipeline.scoring import evaluation_report

    same = options.reproducible
    report = evaluation_report(
        task,
        settings,
        # The command names the output, which may be another the next time.
        command="" if same else shlex.join(["mtpipe", *sys.argv[1:]]),
        created=None if same else datetime.now(UTC),
        say=_silent if options.quiet else _say,
    )
    return render(report, form)


def _sacrebleu(task: Task, settings: Settings, options: Options) -> str:
    from mtpipe.evaluator import sacrebleu_json
    from mtpipe.pipeline.scoring import comparisons

    found = comparisons(task)
    if len(found) != 1:
        raise UsageError("--sacrebleu-json: one target language and one kind of reference at a time")
    return sacrebleu_json(found[0], settings, width=options.width) + "\n"


def render(report: EvaluationReport, form: str) -> str:
    """Return the report in one of ``FORMATS``."""
    from mtpipe.writer import report_html, report_json, report_md, report_txt

    renderers = {
        "html": report_html.render_html,
        "json": report_json.render_json,
        "md": report_md.render_md,
        "txt": report_txt.render_txt,
        "tsv": report_txt.render_tsv,
    }
    return renderers[form](report)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _silent(_text: str) -> None:
    """Say nothing."""
