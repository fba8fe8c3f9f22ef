"""Turns a reference file into a column that stands beside the translations, line by line or aligned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mtpipe import aligner, reader, segmenter
from mtpipe.data import Document, Flag, Hypothesis, Passport, Translation
from mtpipe.errors import UsageError
from mtpipe.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class ReferenceColumn:
    """A reference laid beside a translation; ``parallel`` where it had one line a segment."""

    translation: Translation
    path: str
    parallel: bool


def parse_option(option: str, targets: list[str]) -> tuple[str, str]:
    """Read ``[LANG=]FILE`` into language and path; without LANG there must be one target."""
    code, equals, path = option.partition("=")
    if equals and code in LANGUAGES:
        if code not in targets:
            raise UsageError(
                f"--reference {option}: {code!r} is not among the targets ({', '.join(targets)})"
            )
        return code, path
    if len(targets) > 1:
        raise UsageError(f"--reference {option}: say what it is in, as {targets[0]}={option}")
    return targets[0], option


@dataclass(frozen=True, slots=True)
class Reference:
    """A human translation as read: its language, where it came from, its text, not yet cut."""

    target: str
    path: str
    document: Document


def read_reference(target: str, path: str) -> Reference:
    """Read the reference in ``path``; InputError where it is no text, or in another language."""
    return Reference(target, path, reader.read(path, language=target))


def reference_column(translation: Translation, reference: Reference) -> ReferenceColumn:
    """Lay ``reference`` beside ``translation``.

    A file with as many lines as there are segments is taken line by line; any
    other is cut into sentences and aligned with the translation, sentences that
    only the reference has standing in the row before them, marked. Empty lines
    are rows where the source has empty segments, and else stand between paragraphs.
    """
    raw = reference.document
    lines = [segment.text for segment in segmenter.segment_lines(raw).segments]
    if all(segment.text for segment in translation.source.segments):
        lines = list(filter(None, lines))
    parallel = len(lines) == len(translation.hypotheses)
    hypotheses = tuple(map(Hypothesis, lines)) if parallel else _aligned(translation, segmenter.segment(raw))
    passport = Passport(
        id=raw.origin.name,
        source=reference.path,
        revision="line by line" if parallel else "aligned",
        licence="",
        sha256=raw.origin.sha256,
        targets=(translation.target,),
        kind="reference",
    )
    column = Translation(translation.source, translation.target, hypotheses, passport)
    return ReferenceColumn(column, reference.path, parallel)


def _aligned(translation: Translation, reference: Document) -> tuple[Hypothesis, ...]:
    """Return for each source segment what of the reference was aligned with its translation."""
    via = [hypothesis.text for hypothesis in translation.hypotheses]
    bitext = aligner.align(translation.source, reference, via=via)
    texts: list[list[str]] = [[] for _ in via]
    flags: list[list[str]] = [[] for _ in via]
    row = 0
    for bead in bitext.beads:
        found = " ".join(reference.segments[index].text for index in bead.target)
        if bead.source:
            row = bead.source[0]
            for later in bead.source[1:]:
                flags[later].append(Flag.WITH_ROW_ABOVE)
            if not bead.target and translation.source.segments[row].text:
                flags[row].append(Flag.NOT_IN_REFERENCE)
            if bead.moved:
                flags[row].append(Flag.MOVED)
            texts[row].append(found)
        else:
            # Only the reference has it: it keeps its place in the reading order.
            texts[row].append(f"[+ {found}]")
    return tuple(
        Hypothesis(" ".join(filter(None, parts)), flags=tuple(marks))
        for parts, marks in zip(texts, flags, strict=True)
    )


def with_references(
    translations: tuple[Translation, ...], references: Sequence[Reference]
) -> tuple[tuple[Translation, ...], list[ReferenceColumn]]:
    """Return the translations, each followed by its references, and the references by themselves."""
    columns: list[Translation] = []
    found: list[ReferenceColumn] = []
    for translation in translations:
        columns.append(translation)
        for reference in references:
            if reference.target == translation.target:
                column = reference_column(translation, reference)
                found.append(column)
                columns.append(column.translation)
    return tuple(columns), found
