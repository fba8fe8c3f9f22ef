"""The command ``mtpipe run``."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", help="A YAML file; see configs/ and docs/batches.md.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Put VALUE in the place of what the file says, as decoding.beam_size=1 (repeatable).",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be done: documents, segments, time; write nothing."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Translate all that a configuration names into a run folder; the same command goes on where it was."""
    from mtpipe import batch
    from mtpipe.cli.run_progress import Watcher
    from mtpipe.config import load

    described = load(config, settings or ())
    watcher = Watcher(described.name, quiet=quiet)
    if dry_run:
        for line in batch.forecast(described).lines():
            typer.echo(line)
        return
    try:
        outcome = batch.execute(described, watcher)
    finally:
        watcher.close()
    watcher.say(outcome.summary)
    if outcome.tally.failed:
        raise typer.Exit(1)
