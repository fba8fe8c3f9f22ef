"""What ``mtpipe score`` and ``mtpipe compare`` share: options, and where a report goes in which format."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtpipe.errors import UsageError

if TYPE_CHECKING:
    from mtpipe.evaluator import Settings
    from mtpipe.pipeline.scoring import Task
    from mtpipe.report import EvaluationReport

FORMATS = ("html", "json", "md", "txt", "tsv")
_SUFFIXES = {".html": "html", ".htm": "html", ".json": "json", ".md": "md", ".txt": "txt", ".tsv": "tsv"}
_NO_SEGMENTS = {"txt", "tsv"}

References = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        "-r",
        metavar="[LANG=]FILE",
        help="Reference, one line a segment, or a TMX/TSV/JSONL bitext.",
    ),
]
Documents = Annotated[
    list[str] | None,
    typer.Option(
        "--reference-document",
        metavar="[LANG=]FILE",
        help="Reference as running text: it is segmented and aligned first.",
    ),
]
Target = Annotated[
    str | None, typer.Option("--target-language", help="Language of the translation, where no file says it.")
]
Source = Annotated[
    str | None, typer.Option("--source", metavar="FILE", help="Source lines of a plain-text translation.")
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric", "-m", help="BLEU, chrF2, chrF++, TER or comet (repeatable; default: the first four)."
    ),
]
Tokenizer = Annotated[
    str | None,
    typer.Option("--tokenize", help="sacrebleu's tokenizer for BLEU (default: by target language)."),
]
Resamples = Annotated[int, typer.Option(min=0, help="Bootstrap resamples; 0 leaves intervals and tests out.")]
Trials = Annotated[int, typer.Option(min=1, help="Shuffles of the randomisation test.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of both tests.", envvar="SACREBLEU_SEED")]
Detailed = Annotated[int, typer.Option(min=0, help="Rows whose differences the report colours.")]
Audit = Annotated[bool, typer.Option("--audit/--no-audit", help="Score again with typography made equal.")]
CometFolder = Annotated[
    str | None, typer.Option("--comet-environment", metavar="DIR", help="Environment that has comet-score.")
]
CometModel = Annotated[
    str | None, typer.Option("--comet-model", help="COMET model (default: wmt22-comet-da).")
]
Format = Annotated[
    str | None,
    typer.Option("--format", "-f", help="html, json, md, txt or tsv (default: by --output, else txt)."),
]
OutputPath = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE|-", help="Where to write (default: standard output)."),
]
SacrebleuJson = Annotated[
    bool, typer.Option("--sacrebleu-json", help="Print what sacrebleu's own command prints as JSON.")
]
Width = Annotated[int, typer.Option("--width", min=0, max=12, help="Decimals with --sacrebleu-json.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]


def settings_of(
    *,
    metrics: list[str] | None,
    tokenizer: str | None,
    resamples: int,
    trials: int,
    seed: int,
    audit: bool,
    detailed: int,
    form: str,
    comet_environment: str | None,
    comet_model: str | None,
) -> Settings:
    """Check the scoring options and find COMET where it is asked for."""
    from mtpipe.evaluator import Settings, find_comet, metric_names

    wanted = tuple(metrics or ())
    metric_names([name for name in wanted if name.lower() != "comet"])
    asked = comet_environment is not None or comet_model is not None or "comet" in (m.lower() for m in wanted)
    comet = find_comet(comet_environment, model=comet_model) if asked else None
    return Settings(
        metrics=wanted,
        tokenizer=tokenizer,
        resamples=resamples,
        trials=trials,
        seed=seed,
        audit=audit,
        detailed=0 if form in _NO_SEGMENTS else detailed,
        comet=comet,
    )


def choose_format(form: str | None, output: str | None) -> str:
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


def check_output(output: str | None, *, force: bool) -> None:
    """Refuse an output that cannot be written before any work is done."""
    if output not in (None, "-"):
        from mtpipe.files import refuse_overwriting

        refuse_overwriting([Path(str(output))], force=force)


def run(task: Task, settings: Settings, form: str, output: str | None, *, quiet: bool) -> None:
    """Score ``task`` and write the report."""
    from mtpipe.pipeline.scoring import evaluation_report

    command = shlex.join(["mtpipe", *sys.argv[1:]])
    report = evaluation_report(task, settings, command=command, say=_silent if quiet else _say)
    write(render(report, form), output, quiet=quiet)


def run_sacrebleu(task: Task, settings: Settings, output: str | None, *, width: int, quiet: bool) -> None:
    """Score ``task`` and write what sacrebleu would print."""
    from mtpipe.evaluator import sacrebleu_json
    from mtpipe.pipeline.scoring import comparisons

    found = comparisons(task)
    if len(found) != 1:
        raise UsageError("--sacrebleu-json: one target language and one kind of reference at a time")
    write(sacrebleu_json(found[0], settings, width=width) + "\n", output, quiet=quiet)


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


def write(text: str, output: str | None, *, quiet: bool) -> None:
    """Write to ``output``, or to standard output."""
    if output in (None, "-"):
        sys.stdout.write(text)
        return
    from mtpipe.files import write_text

    write_text(Path(str(output)), text)
    if not quiet:
        _say(f"wrote {output}")


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _silent(_text: str) -> None:
    """Say nothing."""
