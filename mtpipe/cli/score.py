"""The command ``mtpipe score``."""

from __future__ import annotations

from typing import Annotated

import typer

from mtpipe.cli import reporting
from mtpipe.cli.reporting import (
    Audit,
    CometFolder,
    CometModel,
    Detailed,
    Documents,
    Force,
    Format,
    Metrics,
    OutputPath,
    Quiet,
    References,
    Resamples,
    SacrebleuJson,
    Seed,
    Source,
    Target,
    Tokenizer,
    Trials,
    Width,
)


def score(
    translation: Annotated[
        str,
        typer.Argument(
            metavar="TRANSLATION", help="mtpipe's jsonl or one line a segment; - is standard input."
        ),
    ],
    reference: References = None,
    reference_document: Documents = None,
    target_language: Target = None,
    source: Source = None,
    metric: Metrics = None,
    tokenize: Tokenizer = None,
    resamples: Resamples = 1000,
    trials: Trials = 10000,
    seed: Seed = 12345,
    audit: Audit = True,
    detailed: Detailed = 2000,
    comet_environment: CometFolder = None,
    comet_model: CometModel = None,
    form: Format = None,
    output: OutputPath = None,
    sacrebleu_json: SacrebleuJson = False,
    width: Width = 1,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Score a translation against references: lines, bitexts or whole documents."""
    chosen = "json" if sacrebleu_json else reporting.choose_format(form, output)
    reporting.check_output(output, force=force)
    from mtpipe.pipeline.scoring import task_of_files

    settings = reporting.settings_of(
        metrics=metric,
        tokenizer=tokenize,
        resamples=resamples,
        trials=trials,
        seed=seed,
        audit=audit,
        detailed=detailed,
        form=chosen,
        comet_environment=comet_environment,
        comet_model=comet_model,
    )
    task = task_of_files(
        [translation], reference or [], reference_document or [], target=target_language, source=source
    )
    if sacrebleu_json:
        reporting.run_sacrebleu(task, settings, output, width=width, quiet=quiet)
    else:
        reporting.run(task, settings, chosen, output, quiet=quiet)
