"""The command ``mtpipe score``."""

from __future__ import annotations

from typing import Annotated

import typer

from mtpipe.cli.reporting import Options, score_files, with_options


@with_options
def score(
    translation: Annotated[
        str,
        typer.Argument(
            metavar="TRANSLATION", help="mtpipe's jsonl or one line a segment; - is standard input."
        ),
    ],
    options: Options,
) -> None:
    """Score a translation against references: lines, bitexts or whole documents."""
    score_files([translation], options)
