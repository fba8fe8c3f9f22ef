"""The command ``mtpipe clean``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mtpipe.cli.output import check_output, write_output
from mtpipe.errors import UsageError

if TYPE_CHECKING:
    from mtpipe.data import Edit

_FORMATS = ("tsv", "jsonl")


def clean(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="A text file; - is standard input.")],
    ledger: Annotated[
        bool, typer.Option("--ledger", help="Show the edits instead of the cleaned text.")
    ] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help="The ledger as tsv (for reading, the default) or jsonl (for programs)."
        ),
    ] = None,
    for_model: Annotated[
        bool, typer.Option("--for-model", help="Show the text as a model reads it, vocalisation stripped.")
    ] = False,
    source: Annotated[str, typer.Option("--from", help="Language of the article.")] = "ar",
    encoding: Annotated[str | None, typer.Option(help="Encoding of the article (default: found).")] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="Where to write (default: standard output).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Clean an article, or show the ledger of what was edited where."""
    if form is not None and form not in _FORMATS:
        raise UsageError(f"--format {form}: allowed are {', '.join(_FORMATS)}")
    if ledger and for_model:
        raise UsageError("--ledger and --for-model exclude each other: the ledger is of the displayed text")
    if form is not None and not ledger:
        raise UsageError(f"--format {form}: is a format of the ledger; give --ledger, or leave --format out")
    from mtpipe import text as texts
    from mtpipe.reader import read

    check_output(output, force=force, inputs=[article])
    cleaned = texts.clean(read(article, language=source, encoding=encoding).source)
    if ledger:
        lines = _json_lines(cleaned.edits) if form == "jsonl" else _table(cleaned.edits)
        write_output("".join(line + "\n" for line in lines), output)
    elif for_model:
        write_output("".join(texts.for_model(line) + "\n" for line in cleaned.text.splitlines()), output)
    else:
        write_output(cleaned.text, output)


def _json_lines(edits: Iterable[Edit]) -> Iterator[str]:
    for edit in edits:
        row = {
            "rule": edit.rule,
            "start": edit.span.start,
            "end": edit.span.end,
            "before": edit.before,
            "after": edit.after,
        }
        yield json.dumps(row, ensure_ascii=False)


def _table(edits: Iterable[Edit]) -> Iterator[str]:
    yield "start\tend\trule\tbefore\tafter"
    for edit in edits:
        yield f"{edit.span.start}\t{edit.span.end}\t{edit.rule}\t{_shown(edit.before)}\t{_shown(edit.after)}"


def _shown(text: str) -> str:
    """Return ``text`` between quotes, with a code for every character that cannot be seen."""
    return '"' + "".join(c if c == " " or c.isprintable() else f"<U+{ord(c):04X}>" for c in text) + '"'
