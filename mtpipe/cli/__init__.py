"""Turns arguments into calls of the stages, and errors into one line and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Annotated

import typer

from mtpipe import __version__
from mtpipe.cli import (
    align,
    batch,
    clean,
    compare,
    doctor,
    memory,
    models_change,
    score,
    segment,
    translate,
    verify,
)
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
app.command("clean")(clean.clean)
app.command("segment")(segment.segment)
app.command("align")(align.align)
app.command("score")(score.score)
app.command("compare")(compare.compare)
app.command("run")(batch.run)
app.add_typer(memory.app, name="memory")
app.command("verify")(verify.verify)
app.command("doctor")(doctor.doctor)
app.add_typer(models_change.app, name="models")


def run(arguments: list[str]) -> int:
    """Run the command line ``arguments`` and return its exit code: 0, 1, 2 or 130 (see docs/exit-codes.md)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What we print is UTF-8 with the line ends as they are, whatever the locale.
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    try:
        code = app(arguments, prog_name="mtpipe", standalone_mode=False)
        sys.stdout.flush()
    except MtpipeError as error:
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", 130)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is wrong.
        _drop_stdout()
        return 0
    except OSError as error:
        # Files are written with their own errors; what is left is standard output on a full disk.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        _drop_stdout()
        return _complain(f"standard output: cannot be written: {error.strerror}", 1)
    except Exception as error:
        # Typer keeps its exceptions in a private module; what it means to show has format_message.
        message = getattr(error, "format_message", None)
        if message is None:
            raise
        return _complain(message(), 2)
    if code == 130:
        return _complain("interrupted", 130)
    return code if isinstance(code, int) else 0


def _drop_stdout() -> None:
    """Let the interpreter's last flush go nowhere instead of failing again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(text: str, code: int) -> int:
    if text:
        print(f"mtpipe: {' '.join(text.split())}", file=sys.stderr)  # noqa: T201
    return code
