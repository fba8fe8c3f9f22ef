"""The command ``mtpipe verify``."""

from __future__ import annotations

from typing import Annotated

import typer


def verify(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Outputs of mtpipe translate: html, md, tsv, jsonl."),
    ],
    source: Annotated[
        str | None,
        typer.Option(metavar="ARTICLE", help="Compare every row with the article it was made from."),
    ] = None,
) -> None:
    """Say whether outputs hold every source segment exactly once and in order, unchanged since written."""
    from mtpipe.errors import UsageError
    from mtpipe.pipeline.verification import verify_file

    if source is not None and len(files) > 1:
        raise UsageError("--source: an article belongs to one output")
    broken = 0
    for path in files:
        segments, faults = verify_file(path, source)
        broken += bool(faults)
        for fault in faults:
            typer.echo(f"{path}: {fault}")
        if not faults:
            against = "" if source is None else f", as {source} has them"
            typer.echo(f"{path}: {segments} segments, each exactly once and in order{against}")
    if broken:
        raise typer.Exit(1)
