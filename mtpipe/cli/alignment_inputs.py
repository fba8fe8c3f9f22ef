"""Files named on the command line become sides to align, and sides become beads."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from mtpipe import aligner, models, pipeline, reader, segmenter
from mtpipe.data import Bead, Document
from mtpipe.errors import InputError, ModelError, UsageError
from mtpipe.languages import LANGUAGES, identify

# The shape of a language's code (BCP-47): it becomes part of file names and of XML.
_CODE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


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
    """One text: its sentences, and the document that they are the segments of unless lines were taken as they stand.

    ``data`` is what the file held: a pipe cannot be read again.
    """

    path: str
    name: str
    language: str
    sentences: tuple[str, ...]
    document: Document | None
    data: bytes


def encoder(folder: str | None) -> aligner.Encoder | None:
    """Load the sentence encoder in a folder, if one is named."""
    return None if folder is None else aligner.load_encoder(folder)


def jobs(source: str, targets: Sequence[str], output: str | None) -> list[Job]:
    """Return the texts to align: those named, or the files that all folders hold under the same names."""
    try:
        return _jobs(source, targets, output)
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror or error}") from None


def _jobs(source: str, targets: Sequence[str], output: str | None) -> list[Job]:
    kinds = {Path(path).is_dir() for path in (source, *targets)}
    if [source, *targets].count("-") > 1:
        raise UsageError("'-': only one text can come from standard input")
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
    # Where a stem stands for two files, what is written bears their whole names.
    stems = {Path(name).stem for name in shared}
    return [
        Job(
            Path(n).stem if len(stems) == len(shared) else n,
            str(Path(source) / n),
            tuple(str(Path(t) / n) for t in targets),
        )
        for n in sorted(shared)
    ]


def read_sides(job: Job, wanted: Wanted) -> list[Side]:
    """Read the source and the targets; languages not named are told from the texts."""
    named = wanted.target_languages
    if named and len(named) != len(job.targets):
        raise UsageError(f"--target-language: {len(named)} given for {len(job.targets)} targets")
    languages = [wanted.source_language, *(named or [None] * len(job.targets))]
    options = ["--source-language", *["--target-language"] * len(job.targets)]
    paths = [job.source, *job.targets]
    return [
        _side(path, language, option, wanted)
        for path, language, option in zip(paths, languages, options, strict=True)
    ]


def _side(path: str, language: str | None, option: str, wanted: Wanted) -> Side:
    data = reader.read_bytes(path)
    text = reader.decode(data, name=path, encoding=wanted.encoding)[0]
    code = language or identify(text[:4000])
    # A name that is no UTF-8 cannot stand in a file that is.
    name = "stdin" if path == "-" else os.fsencode(Path(path).name).decode("utf-8", "backslashreplace")
    if wanted.lines:
        if language and not _CODE.fullmatch(language):
            raise UsageError(f"{option} {language}: not a language code, as {', '.join(LANGUAGES)} or pt-BR")
        code = code if language or code in LANGUAGES else "und"
        return Side(path, name, code, tuple(segmenter.split_lines(text)), None, data)
    if language and code not in LANGUAGES:
        raise UsageError(
            f"{option} {language}: unknown language (known: {', '.join(LANGUAGES)}; others: --lines)"
        )
    if not text.strip():
        raise InputError(f"{path}: the file holds no text ({len(data)} bytes)")
    if code not in LANGUAGES:
        raise UsageError(
            f"{path}: the language cannot be told; name it with --source-language or --target-language"
            f" (known: {', '.join(LANGUAGES)}; others: --lines)"
        )
    document = segmenter.segment(
        reader.take(data, path, language=code, encoding=wanted.encoding, option=option)
    )
    return Side(path, name, code, tuple(s.text for s in document.segments), document, data)


def via_of(via: list[str] | None, number: int, count: int, source: Side) -> list[str] | None:
    """Return the translations of the source that belong to the target of this number."""
    if not via:
        return None
    if len(via) != count:
        raise UsageError(f"--via: {len(via)} files for {count} targets (one for each, in their order)")
    data = reader.read_bytes(via[number])
    found = segmenter.split_lines(reader.decode(data, name=via[number])[0])
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
        via = _translate(source, target.language, wanted, quiet=quiet)
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


def _translate(source: Side, language: str, wanted: Wanted, *, quiet: bool) -> list[str] | None:
    """Return a translation of each sentence, or None where no model was asked for and none fits."""
    model = wanted.model
    try:
        document = source.document or segmenter.segment_lines(
            reader.take(source.data, source.path, language=source.language, encoding=wanted.encoding)
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
