"""The command ``mtpipe doctor``."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from mtpipe import __version__
from mtpipe.errors import MtpipeError, UsageError, WorkError

_PACKAGES = ("ctranslate2", "sentencepiece", "sacrebleu", "typer", "pyyaml", "lxml")
_SENTENCE = "وصل الوفد إلى دمشق يوم الثلاثاء."


def doctor(
    tune: Annotated[
        bool,
        typer.Option(
            "--tune",
            help="Measure which batch size and how many threads are fastest here, for `mtpipe run` (minutes).",
        ),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME|PATH", help="With --tune: the model (default: the built-in one)."),
    ] = None,
) -> None:
    """Say what is installed, which models and devices there are, and try each model on one sentence."""
    if tune:
        _tune(model)
        return
    if model is not None:
        raise UsageError("--model goes with --tune")
    import ctranslate2

    from mtpipe import models

    typer.echo(f"mtpipe {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for package in _PACKAGES:
        try:
            typer.echo(f"  {package} {version(package)}")
        except PackageNotFoundError:
            typer.echo(f"  {package}: missing")
    gpus = ctranslate2.get_cuda_device_count()
    cpu = ", ".join(sorted(ctranslate2.get_supported_compute_types("cpu")))
    typer.echo(f"devices: cpu ({cpu}); {gpus or 'no'} CUDA device{'' if gpus == 1 else 's'}")
    typer.echo("models are looked for in: " + ", ".join(map(str, models.model_homes())))
    broken = 0
    if not any(folder.name == models.BUILT_IN for folder in models.installed()):
        raise WorkError(f"the model {models.BUILT_IN!r} is not installed")
    for folder in models.installed():
        try:
            typer.echo(f"  {folder.name}: {_self_test(str(folder))}")
        except MtpipeError as error:
            broken += 1
            typer.echo(f"  {folder.name}: BROKEN: {error}")
    if broken:
        raise WorkError(f"{broken} model{'s are' if broken > 1 else ' is'} broken")


def _tune(name: str | None) -> None:
    from mtpipe.batch.tuning import tune, tuning_file
    from mtpipe.models import BUILT_IN

    typer.echo(f"measuring {name or BUILT_IN}; nothing else should run meanwhile")
    found = tune(name or BUILT_IN, say=typer.echo)
    typer.echo(
        f"best on {found.machine}: batches of {found.batch_pieces} pieces, {found.threads} at a time"
        f" ({found.pieces_per_second:.0f} tokens/s); kept in {tuning_file()}"
    )


def _self_test(folder: str) -> str:
    """Check all of a model's files and translate one sentence into each of its targets."""
    from mtpipe import models, translator

    model = models.find(folder)
    if (model.folder / "passport.json").exists():
        models.verify(model.folder)
    engine = translator.Engine(model)
    targets = model.passport.targets or ("en",)
    made = engine.translate([(_SENTENCE, target) for target in targets], "ar")
    empty = [target for target, hypothesis in zip(targets, made, strict=True) if not hypothesis.text]
    if empty:
        raise WorkError(f"the self-test gave no text for {', '.join(empty)}")
    shown = "; ".join(f"{target}: {h.text}" for target, h in zip(targets, made, strict=True))
    return f"{model.passport.id} ({model.passport.licence}), files intact, on {engine.device}; {shown}"
