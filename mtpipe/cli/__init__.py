"""Turns arguments into calls of the stages, and errors into one line and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from mtpipe import __version__
from mtpipe.cli import doctor, translate
from mtpipe.errors import MtpipeError

app = typer.Typer(
    name="mtpipe",
    help="Arabic articles beside English and French, on your own machine.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mtpipe {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


app.command("translate")(translate.translate)
app.command("doctor")(doctor.doctor)


def run(arguments: list[str]) -> int:
    """Run the command line ``arguments`` and return its exit code: 0, 1, 2 or 130 (see docs/exit-codes.md)."""
    try:
        code = app(arguments, prog_name="mtpipe", standalone_mode=False)
        sys.stdout.flush()
    except MtpipeError as error:
        _complain(str(error))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted")
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        # Typer keeps its exceptions in a private module; what it means to show has format_message.
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        text = message()
        if text:
            _complain(text)
        return 2
    return code if isinstance(code, int) else 0


def _complain(text: str) -> None:
    print(f"mtpipe: {' '.join(text.split())}", file=sys.stderr)  # noqa: T201
