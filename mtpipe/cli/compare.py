"""The command ``mtpipe compare``."""

from __future__ import annotations

from typing import Annotated

import typer

from mtpipe.cli.reporting import Options, score_files, with_options
from mtpipe.errors import UsageError


@with_options
def compare(
    translations: Annotated[
        list[str],
        typer.Argument(metavar="A B [C...]", help="Translations of the same segments, the baseline first."),
    ],
    options: Options,
) -> None:
    """Compare translations: which is better, how surely, where, and how much of it is typography."""
    if len(translations) < 2:
        raise UsageError(
            f"compare takes two translations or more, not only {translations[0]} (mtpipe score takes one)"
        )
    if len(set(translations)) < len(translations):
        twice = next(path for path in translations if translations.count(path) > 1)
        raise UsageError(f"{twice}: is named twice")
    score_files(translations, options)
