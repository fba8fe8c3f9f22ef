"""The commands ``mtpipe models …`` that fetch, convert, verify, carry and remove models."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtpipe.cli.models import app
from mtpipe.errors import ModelError, UsageError, WorkError

if TYPE_CHECKING:
    from mtpipe.pipeline.acquisition import Wishes

__all__ = ["app"]

_Quantisation = Annotated[
    str, typer.Option(help="int8 (CPU), int8_float16, float16, bfloat16 (GPU), float32, …")
]
_Licence = Annotated[
    bool, typer.Option("--accept-licence", help="Take a model whose licence forbids commercial use.")
]
_Untested = Annotated[
    bool, typer.Option("--skip-self-test", help="Install untested; the passport says so ever after.")
]
_Force = Annotated[bool, typer.Option("--force", help="Replace an installed model of that name.")]
_Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]


@app.command()
def pull(
    names: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Ids of the catalogue.")],
    quantisation: _Quantisation = "int8",
    origin: Annotated[
        str | None, typer.Option(help="opus, hub or url (default: the first that can be converted here).")
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Another commit, tag or branch of the hub than the one pinned.")
    ] = None,
    accept_licence: _Licence = False,
    keep_download: Annotated[
        bool, typer.Option("--keep-download", help="Keep what was fetched after the conversion.")
    ] = False,
    skip_self_test: _Untested = False,
    force: _Force = False,
    quiet: _Quiet = False,
) -> None:
    """Fetch models, verify them, convert them, test them, and only then install them.

    An interrupted pull goes on where it stopped.
    """
    from mtpipe.pipeline.acquisition import pull as fetch_and_install

    for name in names:
        wishes = _wishes(
            quantisation, accept=accept_licence, test=not skip_self_test, force=force, quiet=quiet, label=name,
            keep_download=keep_download, origin=origin, revision=revision,
        )  # fmt: skip
        _done(name, fetch_and_install(name, wishes), quiet=quiet)


@app.command("convert")
def convert_local(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="An OPUS zip, a Hugging Face folder or a converted one.")
    ],
    name: Annotated[
        str, typer.Option("--id", help="What to call it; an id of the catalogue fills in the rest.")
    ],
    kind: Annotated[
        str | None, typer.Option(help="opus, marian, nllb, m2m100, t5 or ctranslate2 (default: found).")
    ] = None,
    source: Annotated[list[str] | None, typer.Option("--from", help="Source language (repeatable).")] = None,
    to: Annotated[list[str] | None, typer.Option(help="Target language (repeatable).")] = None,
    licence: Annotated[str, typer.Option(help="Licence of the weights, as CC-BY-4.0.")] = "",
    quantisation: _Quantisation = "int8",
    accept_licence: _Licence = False,
    skip_self_test: _Untested = False,
    force: _Force = False,
    quiet: _Quiet = False,
) -> None:
    """Convert a model that lies on this machine, test it and install it."""
    from mtpipe.languages import language
    from mtpipe.models.catalogue import KINDS
    from mtpipe.models.store import plain_name
    from mtpipe.pipeline.acquisition import convert

    if kind is not None and kind not in KINDS:
        raise UsageError(f"--kind {kind}: unknown (known: {', '.join(KINDS)})")
    if not plain_name(name):
        raise UsageError(f"--id {name or repr(name)}: not the name of a model")
    for code in (*(source or ()), *(to or ())):
        language(code)
    wishes = _wishes(quantisation, accept=accept_licence, test=not skip_self_test, force=force, quiet=quiet)
    made = convert(path, name, wishes, kind=kind, sources=source or (), targets=to or (), licence=licence)
    _done(name, made, quiet=quiet)


@app.command()
def pin(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL...", help="Ids of the catalogue.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every model of the catalogue.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="File to write (default: pins.yaml beside your models).")
    ] = None,
) -> None:
    """Record the revision and the SHA-256 of every file of models, for all later pulls to demand."""
    from mtpipe.models.catalogue import load_catalogue
    from mtpipe.pipeline.acquisition import pin as record

    if bool(names) == everything:
        raise UsageError("name the models to pin, or give --all")
    chosen = names or [entry.id for entry in load_catalogue().values() if entry.origins]
    path = record(chosen, output, say=_speaker(quiet=False), progress=_bytes_line("pin", quiet=False))
    typer.echo(f"wrote {path}", err=True)


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL...", help="Installed models (default: all).")
    ] = None,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Compare the files, do not test again.")
    ] = False,
) -> None:
    """Compare every file of installed models with their passports, and test them again."""
    from mtpipe import models
    from mtpipe.pipeline.acquisition import check

    there = list(dict.fromkeys(folder.name for folder in models.installed()))
    chosen = list(dict.fromkeys(names or there))
    for name in chosen:
        if not models.is_installed(name):
            raise ModelError(f"{name or repr(name)}: not installed (installed: {', '.join(there) or 'none'})")
    broken = 0
    for name in chosen:
        try:
            verdict = check(name, test=not files_only)
        except ModelError as error:
            broken += 1
            typer.echo(f"{name}: BROKEN: {error}")
        else:
            tested = "not tested again" if files_only else f"self-test {verdict['result']}"
            typer.echo(f"{name}: all files as in the passport, {tested}")
    if broken:
        raise WorkError(f"{broken} of {len(chosen)} models {'are' if broken > 1 else 'is'} broken")


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Installed models.")],
) -> None:
    """Remove installed models, and what pulls of them left behind."""
    from mtpipe.models.store import check_removable
    from mtpipe.models.store import remove as drop

    names = list(dict.fromkeys(names))
    for name in names:
        check_removable(name)
    for name in names:
        freed = drop(name)
        typer.echo(f"{name}: removed, {freed / 1e6:.1f} MB freed", err=True)


@app.command()
def export(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="An installed model.")],
    output: Annotated[
        Path | None, typer.Option(help="File to write (default: MODEL.mtmodel in this folder).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Write an installed model into one file, for a machine without a network."""
    from mtpipe.files import refuse_overwriting
    from mtpipe.models.store import ARCHIVE_SUFFIX
    from mtpipe.models.store import export as pack

    path = output or Path(f"{Path(name).name}{ARCHIVE_SUFFIX}")
    refuse_overwriting([path], force=force)
    pack(name, path)
    typer.echo(
        f"wrote {path}: {path.stat().st_size / 1e6:.1f} MB; there: mtpipe models import {path.name}", err=True
    )


@app.command("import")
def bring_in(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `models export` wrote.")],
    accept_licence: _Licence = False,
    skip_self_test: _Untested = False,
    force: _Force = False,
    quiet: _Quiet = False,
) -> None:
    """Install an exported model: every file is verified, the model tested, and only then moved into place."""
    from mtpipe.pipeline.acquisition import bring

    wishes = _wishes("int8", accept=accept_licence, test=not skip_self_test, force=force, quiet=quiet)
    folder = bring(path, wishes)
    _done(folder.name, folder, quiet=quiet)


def _wishes(
    quantisation: str,
    *,
    accept: bool,
    test: bool,
    force: bool,
    quiet: bool,
    label: str = "",
    keep_download: bool = False,
    origin: str | None = None,
    revision: str | None = None,
) -> Wishes:
    from mtpipe.models.conversion import QUANTISATIONS
    from mtpipe.pipeline.acquisition import Wishes

    if quantisation not in QUANTISATIONS:
        raise UsageError(f"--quantisation {quantisation}: unknown (known: {', '.join(QUANTISATIONS)})")
    return Wishes(
        quantisation=quantisation,
        test=test,
        force=force,
        keep_download=keep_download,
        origin=origin,
        revision=revision,
        accept=(lambda _terms: True) if accept else _ask,
        say=_speaker(quiet=quiet),
        progress=_bytes_line(label, quiet=quiet),
    )


def _ask(terms: str) -> bool:
    """Ask at a terminal; where nobody sits the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return typer.confirm(f"{terms}. Do you keep to it?", default=False, err=True)


def _speaker(*, quiet: bool) -> Callable[[str], None]:
    def say(text: str) -> None:
        if not quiet:
            typer.echo(text, err=True)

    return say


def _done(name: str, folder: Path, *, quiet: bool) -> None:
    _speaker(quiet=quiet)(f"{name}: ready in {folder}; mtpipe translate ARTICLE --model {name}")


def _bytes_line(label: str, *, quiet: bool) -> Callable[[int, int], None] | None:
    """Return a callback (bytes there, bytes in all): one line redrawn on a terminal, a line now and then elsewhere."""
    if quiet:
        return None
    terminal = sys.stderr.isatty()
    every = 0.2 if terminal else 30.0
    drawn = time.monotonic() if not terminal else 0.0

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        now = time.monotonic()
        finished = total > 0 and done >= total
        if now - drawn < every and not (finished and terminal):
            return
        drawn = now
        share = f" of {total / 1e6:.0f} MB, {done / total:.0%}" if total else " MB"
        text = f"{label}: {done / 1e6:.0f}{share}"
        sys.stderr.write(f"\r\x1b[K{'' if finished else text}" if terminal else f"{text}\n")
        sys.stderr.flush()

    return draw
