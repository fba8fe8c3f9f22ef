"""The command ``mtpipe doctor``."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import typer

from mtpipe import __version__
from mtpipe.errors import MtpipeError, WorkError

_PACKAGES = ("ctranslate2", "sentencepiece", "sacrebleu", "typer", "pyyaml", "lxml")
_SENTENCE = "وصل الوفد إلى دمشق يوم الثلاثاء."


def doctor() -> None:
    """Say what is installed, which models and devices there are, and try each model on one sentence."""
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
