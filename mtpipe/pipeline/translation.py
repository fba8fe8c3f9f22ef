"""Turns a file into a segmented document, and a document into translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mtpipe import models, reader, segmenter, translator
from mtpipe.data import Document, Translation
from mtpipe.errors import ModelError, UsageError
from mtpipe.languages import language


def load_document(
    path: str, *, source_language: str = "ar", encoding: str | None = None, lines: bool = False
) -> Document:
    """Read ``path`` ("-" is standard input), clean it and cut it into segments.

    With ``lines`` every line is one segment, taken as it stands.
    """
    language(source_language)
    document = reader.read(path, language=source_language, encoding=encoding)
    return segmenter.segment_lines(document) if lines else segmenter.segment(document)


def engines_for(
    targets: Sequence[str],
    *,
    source_language: str = "ar",
    model: Mapping[str, str] | str = models.BUILT_IN,
    device: str = "auto",
    compute_type: str = "auto",
    threads: int | None = None,
) -> dict[str, translator.Engine]:
    """Load what translates ``source_language`` into each of ``targets``; a model that serves two is loaded once.

    ``model`` is a name or path for all targets, or one for each. UsageError for
    an unknown target, ModelError for a model that is missing, damaged or does
    not make the target.
    """
    language(source_language)
    loaded: dict[str, translator.Engine] = {}
    engines: dict[str, translator.Engine] = {}
    for target in dict.fromkeys(targets):
        language(target)
        if target == source_language:
            raise UsageError(
                f"--to {target}: the source is in that language already (--from {source_language})"
            )
        name = model if isinstance(model, str) else model.get(target, models.BUILT_IN)
        if name not in loaded:
            found = models.find(name)
            _check_fit(found, source_language, target)
            loaded[name] = translator.Engine(found, device=device, compute_type=compute_type, threads=threads)
        _check_fit(loaded[name].model, source_language, target)
        engines[target] = loaded[name]
    return engines


def _check_fit(model: models.Model, source: str, target: str) -> None:
    if not model.supports(source, target):
        pairs = ", ".join(
            f"{s}→{t}" for s in model.sources or ("?",) for t in model.passport.targets or ("?",)
        )
        raise ModelError(
            f"model {model.passport.id!r} does not translate {source}→{target} (it translates {pairs})"
        )


def translate_document(
    document: Document,
    targets: Sequence[str] = ("en", "fr"),
    *,
    model: Mapping[str, str] | str = models.BUILT_IN,
    beam_size: int | None = None,
    device: str = "auto",
    compute_type: str = "auto",
    threads: int | None = None,
    progress: translator.Progress | None = None,
) -> tuple[Translation, ...]:
    """Translate a segmented document into ``targets`` with the model(s) named."""
    engines = engines_for(
        targets,
        source_language=document.language,
        model=model,
        device=device,
        compute_type=compute_type,
        threads=threads,
    )
    return translator.translate(document, engines, beam_size=beam_size, progress=progress)
