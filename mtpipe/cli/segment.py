"""The command ``mtpipe segment``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mtpipe.cli.output import check_output, write_output
from mtpipe.errors import UsageError

if TYPE_CHECKING:
    from mtpipe.data import Document

_FORMATS = ("jsonl", "txt")


def segment(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="A text file; - is standard input.")],
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help="jsonl (default): text, span, role, language, paragraph; txt: text only."
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show which rule made or refused each boundary.")
    ] = False,
    lines: Annotated[bool, typer.Option("--lines", help="One segment a line, taken as it stands.")] = False,
    source: Annotated[str, typer.Option("--from", help="Language of the article.")] = "ar",
    encoding: Annotated[str | None, typer.Option(help="Encoding of the article (default: found).")] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="Where to write (default: standard output).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Clean an article and cut it into segments: its sentences and the lines of its frame."""
    if form is not None and form not in _FORMATS:
        raise UsageError(f"--format {form}: allowed are {', '.join(_FORMATS)}")
    if explain and lines:
        raise UsageError("--explain and --lines exclude each other: with --lines no rule is asked")
    if explain and form is not None:
        raise UsageError("--explain and --format exclude each other: --explain prints a table of boundaries")
    from mtpipe import segmenter
    from mtpipe.reader import read

    check_output(output, force=force, inputs=[article])
    document = read(article, language=source, encoding=encoding)
    if explain:
        rows = _reasons(document)
    else:
        document = segmenter.segment_lines(document) if lines else segmenter.segment(document)
        rows = (s.text for s in document.segments) if form == "txt" else _json_lines(document)
    write_output("".join(row + "\n" for row in rows), output)


def _json_lines(document: Document) -> Iterator[str]:
    for segment in document.segments:
        row = {
            "text": segment.text,
            "span": list(segment.span),
            "role": segment.role.value,
            "language": segment.language,
            "paragraph": segment.paragraph,
        }
        yield json.dumps(row, ensure_ascii=False)


def _reasons(document: Document) -> Iterator[str]:
    """Yield one line a place: offset, verdict, rule, what the rule says, and the text around it."""
    from mtpipe.segmenter import explain, rule_texts

    texts = rule_texts()
    yield "offset\tverdict\trule\twhat the rule says\tbefore\tafter"
    for reason in explain(document):
        verdict = "end" if reason.breaks else "no end"
        said = texts.get(reason.rule, "")
        yield f"{reason.position}\t{verdict}\t{reason.rule}\t{said}\t{reason.before}\t{reason.after}"
