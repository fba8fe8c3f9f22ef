"""Turns a file into a segmented document, and a document into translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mtpipe import models, reader, segmenter, translator
from mtpipe.data import Document, Translation
from mtpipe.guard.terms import Terms
from mtpipe.languages import language
from mtpipe.pipeline.capitals import capitalised
from mtpipe.pipeline.healing import healing
from mtpipe.pipeline.pivot import Pivot
from mtpipe.pipeline.routing import Route, routes
from mtpipe.pipeline.spares import Spares


def load_document(
    path: str, *, source_language: str = "ar", encoding: str | None = None, lines: bool = False
) -> Document:
    """Read ``path`` ("-" is standard input), clean it and cut it into segments.

    With ``lines`` every line is one segment, taken as it stands.
    """
    language(source_language)
    document = reader.read(path, language=source_language, encoding=encoding)
    return segmenter.segment_lines(document) if lines else segmenter.segment(document)


def systems_for(
    found: Sequence[Route],
    *,
    device: str = "auto",
    compute_type: str = "auto",
    threads: int | None = None,
    links: bool = False,
    heal: bool | None = None,
    source: str = "ar",
    terms: Terms | None = None,
) -> tuple[dict[str, translator.Translator], ...]:
    """Load what the routes need; a model that serves several is loaded once.

    Each system has one translator a target; the second system holds the second
    route of each target that has two, and so on. With ``links`` hypotheses
    carry word links. With ``heal`` they are checked, and tried again where a
    check fails, at last with another installed model for ``source``; where it
    is False they are checked only, where it is None not even that. ``terms``
    are the glossary to be kept to.
    """
    loaded: dict[str, translator.Engine] = {}

    def engine(model: models.Model) -> translator.Engine:
        key = str(model.folder.resolve())
        if key not in loaded:
            loaded[key] = translator.Engine(
                model, device=device, compute_type=compute_type, threads=threads, links=links
            )
        return loaded[key]

    pivots: dict[tuple[int, ...], Pivot] = {}
    systems: list[dict[str, translator.Translator]] = []
    for route in found:
        legs = [engine(model) for model in route.models]
        column: translator.Translator = legs[0]
        if route.via is not None:
            column = pivots.setdefault(tuple(map(id, legs)), Pivot(legs[0], route.via, legs[1]))
        place = sum(route.target in system for system in systems)
        if place == len(systems):
            systems.append({})
        systems[place][route.target] = column
    if heal is None:
        return tuple(systems)
    spares = Spares(source, [model for route in found for model in route.models], engine)
    return healing(systems, spares, retry=heal, terms=terms)


def translate_with(
    document: Document,
    systems: Sequence[Mapping[str, translator.Translator]],
    *,
    beam_size: int | None = None,
    progress: translator.Progress | None = None,
) -> tuple[Translation, ...]:
    """Translate a segmented document with every system; the columns of a target stand together."""
    made: list[Translation] = []
    for system in systems:
        made += translator.translate(document, system, beam_size=beam_size, progress=progress)
    order = {target: number for number, target in enumerate(dict.fromkeys(t.target for t in made))}
    return tuple(sorted(made, key=lambda translation: order[translation.target]))


def translate_document(
    document: Document,
    targets: Sequence[str] = ("en", "fr"),
    *,
    model: Mapping[str, str] | str | None = None,
    beam_size: int | None = None,
    device: str = "auto",
    compute_type: str = "auto",
    threads: int | None = None,
    heal: bool = True,
    progress: translator.Progress | None = None,
) -> tuple[Translation, ...]:
    """Translate a segmented document into ``targets`` with the model(s) named, else the best installed ones.

    ``model`` is a name or path for all targets, or one for each. UsageError for
    an unknown target, ModelError for a model that is missing, damaged or does
    not make the target. With ``heal`` hypotheses that a check doubts are tried again, else only checked.
    """
    if isinstance(model, str):
        chosen = dict.fromkeys(targets, (model,))
    else:
        chosen = {target: (name,) for target, name in (model or {}).items()}
    systems = systems_for(
        routes(document.language, targets, chosen),
        device=device,
        compute_type=compute_type,
        threads=threads,
        links=True,
        heal=heal,
        source=document.language,
    )
    made = translate_with(document, systems, beam_size=beam_size, progress=progress)
    return tuple(map(capitalised, made))
