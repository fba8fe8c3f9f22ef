"""The command ``mtpipe compare``."""

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
from mtpipe.errors import UsageError


def compare(
    translations: Annotated[
        list[str],
        typer.Argument(metavar="A B [C...]", help="Translations of the same segments, the baseline first."),
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
    """Compare translations: which is better, how surely, where, and how much of it is typography."""
    if len(translations) < 2:
        raise UsageError(
            f"compare takes two translations or more, not only {translations[0]} (mtpipe score takes one)"
        )
    if len(set(translations)) < len(translations):
        twice = next(path for path in translations if translations.count(path) > 1)
        raise UsageError(f"{twice}: is named twice")
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
        translations, reference or [], reference_document or [], target=target_language, source=source
    )
    if sacrebleu_json:
        reporting.run_sacrebleu(task, settings, output, width=width, quiet=quiet)
    else:
        reporting.run(task, settings, chosen, output, quiet=quiet)
