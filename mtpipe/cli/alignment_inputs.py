"""Files named on the command line become sides to align, and sides become beads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from mtpipe import aligner, models, pipeline, reader, segmenter
from mtpipe.data import Bead, Document
from mtpipe.errors import InputError, ModelError, UsageError
from mtpipe.languages import LANGUAGES, identify


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options say about reading and comparing."""

    source_language: str | None
    target_languages: tuple[str, ...]
    encoding: str | None
    lines: bool
    monotone: bool
    model: str | None
    no_model: bool
    encoder: aligner.Encoder | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One source with its targets, and the name of what is written."""

    name: str
    source: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One text: its sentences, and the document that they are the segments of unless lines were taken as they stand."""

    path: str
    name: str
    language: str
    sentences: tuple[str, ...]
    document: Document | None


def encoder(folder: str | None) -> aligner.Encoder | None:
    """Load the sentence encoder in a folder, if one is named."""
    return None if folder is None else aligner.load_encoder(folder)


def jobs(source: str, targets: Sequence[str], output: str | None) -> list[Job]:
    """Return the texts to align: those named, or the files that all folders hold under the same names."""
    kinds = {Path(path).is_dir() for path in (source, *targets)}
    if kinds != {True}:
        if True in kinds:
            raise UsageError("align takes texts or folders, not both at once")
        return [Job(Path(source).stem, source, tuple(targets))]
    if output in (None, "-"):
        raise UsageError("align of folders writes many files: name a folder with --output")
    names = {p.name for p in Path(source).iterdir() if p.is_file() and not p.name.startswith(".")}
    shared = names.intersection(*({p.name for p in Path(t).iterdir() if p.is_file()} for t in targets))
    if not shared:
        raise InputError(f"{source}: no file of the same name in {', '.join(targets)}")
    for name in sorted(names - shared):
        typer.echo(f"{Path(source) / name}: has no counterpart, left out", err=True)
    return [
        Job(Path(n).stem, str(Path(source) / n), tuple(str(Path(t) / n) for t in targets))
        for n in sorted(shared)
    ]


def read_sides(job: Job, wanted: Wanted) -> list[Side]:
    """Read the source and the targets; languages not named are told from the texts."""
    named = wanted.target_languages
    if named and len(named) != len(job.targets):
        raise UsageError(f"--target-language: {len(named)} given for {len(job.targets)} targets")
    languages = [wanted.source_language, *(named or [None] * len(job.targets))]
    paths = [job.source, *job.targets]
    return [_side(path, language, wanted) for path, language in zip(paths, languages, strict=True)]


def _side(path: str, language: str | None, wanted: Wanted) -> Side:
    text = _text(path, wanted.encoding)
    code = language or identify(text[:4000])
    if wanted.lines:
        code = code if language or code in LANGUAGES else "und"
        return Side(path, Path(path).name, code, tuple(segmenter.split_lines(text)), None)
    if code not in LANGUAGES:
        raise UsageError(
            f"{path}: the language cannot be told; name it with --source-language or --target-language"
            f" (known: {', '.join(LANGUAGES)}; others: --lines)"
        )
    document = pipeline.load_document(path, source_language=code, encoding=wanted.encoding)
    return Side(path, Path(path).name, code, tuple(s.text for s in document.segments), document)


def _text(path: str, encoding: str | None) -> str:
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return reader.decode(data, name=path, encoding=encoding)[0] if data else ""


def via_of(via: list[str] | None, number: int, count: int, source: Side) -> list[str] | None:
    """Return the translations of the source that belong to the target of this number."""
    if not via:
        return None
    if len(via) != count:
        raise UsageError(f"--via: {len(via)} files for {count} targets (one for each, in their order)")
    found = segmenter.split_lines(_text(via[number], None))
    if len(found) != len(source.sentences):
        raise UsageError(
            f"{via[number]}: {len(found)} translations for the {len(source.sentences)} sentences of {source.path}"
        )
    return found


def beads(
    source: Side, target: Side, via: list[str] | None, wanted: Wanted, *, quiet: bool
) -> tuple[Bead, ...]:
    """Align two sides, translating the source for the comparison where that is possible."""
    if via is None and not wanted.no_model and source.language != target.language:
        via = _translate(source, target.language, wanted.model, quiet=quiet)
    if source.document is not None and target.document is not None:
        return aligner.align(
            source.document, target.document, via=via, moves=not wanted.monotone, encoder=wanted.encoder
        ).beads
    links = aligner.link_sentences(
        source.sentences, target.sentences, via=via, moves=not wanted.monotone, encoder=wanted.encoder
    )
    return tuple(
        Bead(tuple(range(*link.source)), tuple(range(*link.target)), link.confidence, link.moved)
        for link in links
    )


def _translate(source: Side, language: str, model: str | None, *, quiet: bool) -> list[str] | None:
    """Return a translation of each sentence, or None where no model was asked for and none fits."""
    try:
        document = source.document or pipeline.load_document(
            source.path, source_language=source.language, lines=True
        )
        translation = pipeline.translate_document(document, (language,), model=model or models.BUILT_IN)[0]
    except (ModelError, InputError, UsageError) as error:
        if model is not None:
            raise
        if not quiet:
            typer.echo(f"{error}; comparing the texts themselves", err=True)
        return None
    return [hypothesis.text for hypothesis in translation.hypotheses]


def given_links(path: str, source: Side, target: Side) -> tuple[Bead, ...]:
    """Read an alignment and fill in the sentences that it does not name; UsageError where it does not fit."""
    pairs = aligner.read_links(path)
    for side, size, name in (
        (0, len(source.sentences), source.path),
        (1, len(target.sentences), target.path),
    ):
        used = [index for pair in pairs for index in pair[side]]
        if used and max(used) >= size:
            raise UsageError(
                f"{path}: links sentence {max(used)} of {name}, which has {size} (counted from 0)"
            )
        if len(used) != len(set(used)):
            raise UsageError(f"{path}: links a sentence of {name} twice")
    return aligner.beads_of(pairs, len(source.sentences), len(target.sentences))
