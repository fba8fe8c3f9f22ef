"""The commands ``mtpipe models …``: what there is, what is installed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mtpipe.models.catalogue import Entry

app = typer.Typer(
    help="Real models: what there is, fetch, convert, verify, carry to another machine.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.command("list")
def list_models(
    pair: Annotated[
        str | None, typer.Option(metavar="FROM-TO", help="Only models for a pair, as ar-fr.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """List the models of the catalogue and those installed beside it."""
    from mtpipe.models.catalogue import load_catalogue

    entries = [entry for entry in load_catalogue().values() if pair is None or _makes(entry, pair)]
    here = _installed_names()
    if as_json:
        known = [_described(entry) | {"installed": entry.id in here} for entry in entries]
        typer.echo(json.dumps(known, ensure_ascii=False, indent=1, default=str))
        return
    rows = [_row(entry, installed=entry.id in here) for entry in entries]
    listed = {entry.id for entry in entries}
    rows += [_installed_row(name) for name in here if name not in listed and pair is None]
    _table(("model", "translates", "licence", "download", "BLEU / chrF2", "installed"), rows)


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="MODEL", help="An id of the catalogue.")]) -> None:
    """Show all that is known of a model: licence, sources, checksums, scores, and its passport once installed."""
    from mtpipe import models
    from mtpipe.models.catalogue import find_entry, load_catalogue
    from mtpipe.models.passport import PASSPORT, read_passport

    entry = load_catalogue().get(name)
    if entry is not None:
        _print_entry(entry)
    elif name not in _installed_names():
        find_entry(name)
    for home in models.model_homes():
        if (home / name / "model.bin").is_file():
            typer.echo(f"installed: {home / name}")
            if (home / name / PASSPORT).is_file():
                typer.echo("passport:")
                typer.echo(json.dumps(read_passport(home / name), ensure_ascii=False, indent=1))
            return
    typer.echo(f"not installed: mtpipe models pull {name}")


def _makes(entry: Entry, pair: str) -> bool:
    from mtpipe.errors import UsageError
    from mtpipe.languages import LANGUAGES

    source, dash, target = pair.partition("-")
    if not dash or source not in LANGUAGES or target not in LANGUAGES:
        raise UsageError(f"--pair {pair}: not a pair of languages, as ar-fr (known: {', '.join(LANGUAGES)})")
    return entry.supports(source, target)


def _installed_names() -> list[str]:
    from mtpipe import models

    return list(dict.fromkeys(folder.name for folder in models.installed()))


def _row(entry: Entry, *, installed: bool) -> tuple[str, ...]:
    ranked = [(pair, entry.published(*pair.split("-"))) for pair in ("ar-en", "ar-fr")]
    scores = [f"{pair[3:]} {found.bleu:g} / {found.chrf2:g}" for pair, found in ranked if found]
    download = "comes along" if not entry.origins else _size(entry.download_mb)
    licence = (entry.origins[0].licence if entry.origins else entry.licence) + (
        " (no commercial use)" if entry.commercial is False else ""
    )
    translates = f"{', '.join(entry.sources)} → {', '.join(entry.targets)}"
    return (entry.id, translates, licence, download, ", ".join(scores), "yes" if installed else "")


def _installed_row(name: str) -> tuple[str, ...]:
    """Describe a model that the catalogue does not know by its passport."""
    from mtpipe import models
    from mtpipe.errors import ModelError

    folder = next(folder for folder in models.installed() if folder.name == name)
    try:
        model = models.describe(folder)
    except ModelError:
        model = None
    if model is None:
        return (name, "?", "?", "", "", "yes, without a sound passport")
    translates = f"{', '.join(model.sources) or '?'} → {', '.join(model.passport.targets) or '?'}"
    unsaid = " (no commercial use)" if model.passport.commercial is False else ""
    return (name, translates, model.passport.licence + unsaid, "", "", "yes")


def _size(megabytes: float | None) -> str:
    if megabytes is None:
        return "?"
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def _print_entry(entry: Entry) -> None:
    facts = [
        ("model", entry.id),
        ("what", entry.title),
        ("kind", entry.kind),
        ("translates", f"{', '.join(entry.sources)} → {', '.join(entry.targets)}"),
        ("licence", entry.licence),
        ("commercial use", {True: "allowed", False: "NOT allowed", None: "not known"}[entry.commercial]),
        ("parameters", f"{entry.parameters:g} million" if entry.parameters else "not known"),
        ("download", _size(entry.download_mb) if entry.origins else "none: it comes with mtpipe"),
        ("positions", "no limit of its own" if entry.positions is None else str(entry.positions)),
        ("note", entry.note),
    ]
    for name, value in facts:
        if value:
            typer.echo(f"{name}: {value}")
    for origin in entry.origins:
        pinned = f"{len(origin.sha256)} checksums pinned" if origin.sha256 else "no checksum pinned yet"
        revision = origin.revision or "not pinned yet"
        typer.echo(
            f"source: {origin.type} {origin.location}, revision {revision}, {origin.licence}, {pinned}"
        )
        for file, checksum in origin.sha256.items():
            typer.echo(f"  sha256 {checksum}  {file}")
    for score in entry.scores:
        values = " / ".join("?" if value is None else f"{value:g}" for value in (score.bleu, score.chrf2))
        note = f" ({score.note})" if score.note else ""
        typer.echo(f"published: {score.pair} {score.test_set}: BLEU / chrF2 {values}; {score.source}{note}")


def _described(entry: Entry) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(entry)
