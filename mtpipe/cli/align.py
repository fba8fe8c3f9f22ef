"""The command ``mtpipe align``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtpipe.errors import MtpipeError, UsageError

if TYPE_CHECKING:
    from mtpipe.cli.alignment_inputs import Side
    from mtpipe.data import Bead
    from mtpipe.writer.bitext_table import Table

_OTHER_SUFFIXES = {".htm": "html", ".xliff": "xliff"}

_SUFFIXES = {
    "tsv": ".tsv", "jsonl": ".jsonl", "html": ".html", "tmx": ".tmx", "xliff": ".xlf",
    "vecalign": ".vecalign", "ladder": ".ladder", "parallel": ".txt",
}  # fmt: skip


def align(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A text (- is standard input), or a folder of texts.")
    ],
    targets: Annotated[
        list[str],
        typer.Argument(metavar="TARGET...", help="Its translations: texts, or folders with the same names."),
    ],
    source_language: Annotated[
        str | None, typer.Option(help="Language of the source (default: found).")
    ] = None,
    target_language: Annotated[
        list[str] | None, typer.Option(help="Language of each target, in order (repeatable; default: found).")
    ] = None,
    via: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="Translation of each source sentence, a line each; one FILE a target."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME|PATH", help="Model that translates the source for the comparison."),
    ] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Compare the texts themselves.")] = False,
    encoder: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="Sentence encoder in ONNX (LaBSE, e5) that helps to compare."),
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="One sentence a line, taken as it stands.")] = False,
    links: Annotated[
        str | None, typer.Option(metavar="FILE", help="Take this alignment instead of making one.")
    ] = None,
    score: Annotated[
        str | None, typer.Option(metavar="GOLD", help="Compare with this alignment and print the figures.")
    ] = None,
    monotone: Annotated[bool, typer.Option("--monotone", help="Look for no moved blocks.")] = False,
    form: Annotated[
        str | None, typer.Option("--format", help=f"{', '.join(_SUFFIXES)} (default: by --output, or tsv).")
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="FILE|DIR|-", help="Where to write (default: standard output).")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the texts (default: found).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Lay a text beside its translations: merged, split, omitted, added and moved sentences are found."""
    from mtpipe.cli import alignment_inputs as inputs
    from mtpipe.files import refuse_overwriting

    if score is not None and (form, output) != (None, None):
        raise UsageError("--score: prints figures instead of beads; --format and --output do not go with it")
    form = _format(form, output)
    if sum((bool(via), model is not None, no_model, links is not None)) > 1:
        raise UsageError("--via, --model, --no-model and --links exclude each other")
    wanted = inputs.Wanted(
        source_language, tuple(target_language or ()), encoding, lines, monotone, model, no_model,
        inputs.encoder(encoder),
    )  # fmt: skip
    jobs = inputs.jobs(source, targets, output)
    folder = len(jobs) > 1 or Path(source).is_dir()
    if folder and (via or links or score):
        raise UsageError("--via, --links and --score go with one text, not with a folder")
    failed: list[MtpipeError] = []
    for job in jobs:
        try:
            sides = inputs.read_sides(job, wanted)
            paths = [] if score is not None else _paths(sides, form, job.name if folder else None, output)
            refuse_overwriting(
                paths, force=force, inputs=[job.source, *job.targets, *(via or ()), links or ""]
            )
            beads = [
                inputs.given_links(links, sides[0], side) if links else
                inputs.beads(sides[0], side, inputs.via_of(via, number, len(targets), sides[0]), wanted, quiet=quiet)
                for number, side in enumerate(sides[1:])
            ]  # fmt: skip
            if score is not None:
                _print_score(score, links, beads)
            else:
                _write(_texts(_table(sides, beads), form), paths, quiet=quiet)
        except MtpipeError as error:
            if not folder:
                raise
            typer.echo(f"mtpipe: {job.name}: {error}", err=True)
            failed.append(error)
    if len(failed) == len(jobs):
        raise typer.Exit(max(error.exit_code for error in failed))
    if failed:
        raise typer.Exit(1)


def _format(form: str | None, output: str | None) -> str:
    if form is None:
        suffix = Path(output).suffix.lower() if output not in (None, "-") else ""
        known = {end: name for name, end in _SUFFIXES.items() if name != "parallel"}
        form = (known | _OTHER_SUFFIXES).get(suffix, "tsv")
    if form not in _SUFFIXES:
        raise UsageError(f"unknown format {form!r} (known: {', '.join(_SUFFIXES)})")
    return form


def _table(sides: list[Side], beads: list[tuple[Bead, ...]]) -> Table:
    from mtpipe.writer.bitext_table import Column, table_from

    return table_from([Column(side.name, side.language, side.sentences) for side in sides], beads)


def _print_score(gold: str, links: str | None, beads: list[tuple[Bead, ...]]) -> None:
    from mtpipe.aligner import read_links, score_links, score_table

    if len(beads) != 1:
        raise UsageError(f"--score: takes one target, not {len(beads)}")
    # Given links are scored as they stand, what they leave out not filled in.
    found = read_links(links) if links else [(bead.source, bead.target) for bead in beads[0]]
    sys.stdout.write(score_table(score_links([read_links(gold)], [found])))


def _paths(sides: list[Side], form: str, name: str | None, output: str | None) -> list[Path]:
    """Return the files to write, a file or beside other files in a folder; none stands for standard output."""
    parts = _parts([side.language for side in sides], form)
    if output is None or output == "-":
        if len(parts) > 1:
            raise UsageError(
                f"--format {form}: writes {len(parts)} files; name a folder or file with --output"
            )
        return []
    base = Path(output)
    try:
        if base.is_dir() or name is not None:
            base.mkdir(parents=True, exist_ok=True)
            stem = "stdin" if sides[0].path == "-" else Path(sides[0].path).stem
            base = base / ((name or stem) + _SUFFIXES[form])
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from None
    return [base.with_name(f"{base.stem}{part}{base.suffix}") for part in parts]


def _parts(languages: list[str], form: str) -> list[str]:
    """Return what is added to the stem of each file: what tells apart the texts that a format cannot hold together."""
    if form == "parallel":
        return [f".{number}-{language}" for number, language in enumerate(languages)]
    if form == "xliff" and len(languages) > 2:
        targets = languages[1:]
        return [
            f".{language}" if targets.count(language) == 1 else f".{number}-{language}"
            for number, language in enumerate(targets, start=1)
        ]
    return [""]


def _write(texts: list[str], paths: list[Path], *, quiet: bool) -> None:
    """Write each text to its path, or the only one to standard output."""
    from mtpipe.files import write_text

    if not paths:
        sys.stdout.write(texts[0])
        return
    for path, text in zip(paths, texts, strict=True):
        write_text(path, text)
        if not quiet:
            typer.echo(f"wrote {path}", err=True)


def _texts(table: Table, form: str) -> list[str]:
    """Return what to write, a text a file."""
    from mtpipe.writer.bitext_html import write_bitext_html
    from mtpipe.writer.bitext_index import write_ladder, write_vecalign
    from mtpipe.writer.bitext_jsonl import write_bitext_jsonl
    from mtpipe.writer.bitext_table import pairs
    from mtpipe.writer.bitext_tsv import write_bitext_tsv, write_parallel
    from mtpipe.writer.tmx import write_tmx
    from mtpipe.writer.xliff import write_xliff

    if form == "parallel":
        return list(write_parallel(table))
    if form == "xliff" and len(table.columns) > 2:
        return [write_xliff(part) for part in pairs(table)]
    one = {
        "tsv": write_bitext_tsv, "jsonl": write_bitext_jsonl, "html": write_bitext_html, "tmx": write_tmx,
        "xliff": write_xliff, "vecalign": write_vecalign, "ladder": write_ladder,
    }  # fmt: skip
    return [one[form](table)]
