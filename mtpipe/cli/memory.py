"""The commands ``mtpipe memory export|limit|purge``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mtpipe.cli.output import check_output
from mtpipe.errors import UsageError

_FORMATS = ("tmx", "jsonl")
# More than any memory holds: what SQLite and the clock can still count with.
_MOST_UNITS, _MOST_DAYS, _MOST_MEGABYTES = 10**12, 10**6, 10**9
_File = Annotated[
    str, typer.Argument(metavar="FILE", help="The memory: memory.sqlite of a run folder, or --memory's.")
]
_Source = Annotated[str | None, typer.Option("--from", help="Only units of this source language.")]
_Target = Annotated[str | None, typer.Option("--to", help="Only translations into this language.")]
_Model = Annotated[
    str | None,
    typer.Option(metavar="SHA256", help="Only translations by this model (the first digits will do)."),
]

app = typer.Typer(
    help="Look after translation memories: they hold people's texts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("export")
def export(
    file: _File,
    form: Annotated[
        str | None, typer.Option("--format", help="tmx or jsonl (default: by --output, or tmx).")
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="Where to write (default: standard output).")
    ] = None,
    source: _Source = None,
    target: _Target = None,
    model: _Model = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Write the units of a memory, one for each source text, as TMX for other programs or as JSON lines."""
    from mtpipe.files import write_lines
    from mtpipe.memory import Memory, Selection, units
    from mtpipe.writer.memory_tmx import memory_jsonl, memory_tmx

    _refuse_empty(source=source, target=target, model=model)
    if form is None:
        form = "jsonl" if output is not None and Path(output).suffix == ".jsonl" else "tmx"
    if form not in _FORMATS:
        raise UsageError(f"--format {form!r}: not a format (known: {', '.join(_FORMATS)})")
    check_output(output, force=force, inputs=[file])
    memory = Memory(Path(file), create=False)
    held = units(memory, Selection(source, target, model))
    lines = memory_tmx(held) if form == "tmx" else memory_jsonl(held)
    if output in (None, "-"):
        for line in lines:
            sys.stdout.write(f"{line}\n")
    else:
        write_lines(Path(str(output)), lines)
    memory.close()


@app.command("limit")
def limit(
    file: _File,
    count: Annotated[
        int | None, typer.Option("--units", min=0, help="Keep at most so many translations.")
    ] = None,
    days: Annotated[float | None, typer.Option(min=0, help="Keep none older than so many days.")] = None,
    megabytes: Annotated[float | None, typer.Option(min=0, help="Keep the file at most so large.")] = None,
) -> None:
    """Delete the oldest translations until the memory is within limits."""
    from mtpipe.memory import Memory
    from mtpipe.memory import limit as shorten

    if count is None and days is None and megabytes is None:
        raise UsageError("nothing to limit: give --units, --days or --megabytes")
    _refuse_beyond("--units", count, _MOST_UNITS)
    _refuse_beyond("--days", days, _MOST_DAYS)
    _refuse_beyond("--megabytes", megabytes, _MOST_MEGABYTES)
    memory = Memory(Path(file), create=False)
    size = None if megabytes is None else int(megabytes * 1_000_000)
    gone = shorten(memory, count=count, days=days, size=size)
    typer.echo(f"{file}: {gone} deleted, {len(memory)} left", err=True)
    memory.close()


@app.command("purge")
def purge(
    file: _File,
    source: _Source = None,
    target: _Target = None,
    model: _Model = None,
    containing: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only units with TEXT in source or translation, spelling aside."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All units.")] = False,
) -> None:
    """Delete translations for good: where they stood is overwritten."""
    from mtpipe.memory import Memory, Selection
    from mtpipe.memory import purge as remove

    _refuse_empty(source=source, target=target, model=model, containing=containing)
    chosen = Selection(source, target, model, containing)
    if (chosen == Selection()) != everything:
        raise UsageError("say which units: --from, --to, --model, --containing, or else --all")
    memory = Memory(Path(file), create=False)
    gone = remove(memory, chosen)
    typer.echo(f"{file}: {gone} deleted, {len(memory)} left", err=True)
    memory.close()


def _refuse_empty(**given: str | None) -> None:
    """Refuse options with nothing in them: a script's unset variable must not choose everything."""
    options = {"source": "--from", "target": "--to"}
    for name, value in given.items():
        if value is not None and not value.strip():
            raise UsageError(
                f"{options.get(name, f'--{name}')} {value!r}: is empty; say what, or leave it out"
            )


def _refuse_beyond(option: str, value: float | None, most: int) -> None:
    """Refuse what is no number from 0 to ``most``, as inf and nan are."""
    if value is not None and not 0 <= value <= most:
        raise UsageError(f"{option} {value:g}: is not a number from 0 to {most}")
