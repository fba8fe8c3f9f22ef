"""A window whose batches are all done becomes outputs, one set a document, and a line in the state."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from mtpipe.batch.ahead import output_paths
from mtpipe.batch.planning import Route, Rows, Window
from mtpipe.batch.preparing import internal
from mtpipe.batch.state import DONE, FAILED, Doubt, State
from mtpipe.data import Flag, Hypothesis, Passport, Translation
from mtpipe.errors import MtpipeError, OutputError
from mtpipe.files import write_text
from mtpipe.memory import Memory
from mtpipe.pipeline.capitals import capitalised
from mtpipe.pipeline.names import one_way
from mtpipe.pipeline.triangle import Bridge, compared
from mtpipe.rows import as_shown
from mtpipe.translator import Job
from mtpipe.writer import write_translations

# Flags that inform; the others ask for doubt.
NOTES = {Flag.NO_LETTERS, Flag.OTHER_LANGUAGE, Flag.SPLIT, Flag.HEALED}
_MOST_DOUBTS = 50
_NAME_ERRORS = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}


@dataclass(frozen=True, slots=True)
class Finished:
    """A document that was written, or the reason why not.

    Segments, those to look at and those that were healed count once a target.
    """

    name: str
    label: str
    reason: str
    segments: int = 0
    flagged: int = 0
    healed: int = 0


class Finisher:
    """Writes the documents of one window after the other; ``settings`` has a digest for each entry of the inputs."""

    def __init__(
        self,
        folder: Path,
        memory: Memory,
        state: State,
        *,
        routes: list[Route],
        passports: Mapping[str, Passport],
        formats: tuple[str, ...],
        settings: Sequence[str],
        heal: bool,
        bridge: Bridge | None = None,
        beam_size: int | None = None,
    ) -> None:
        self._folder = folder
        self._memory = memory
        self._state = state
        self._routes = {route.target: route for route in routes}
        self._passports = passports
        self._formats = formats
        self._settings = settings
        self._heal = heal
        self._bridge = bridge
        self._beam_size = beam_size

    def finish(
        self,
        window: Window,
        settled: frozenset[str],
        made: Mapping[Job, Hypothesis],
        failed: Mapping[Job, str],
    ) -> list[Finished]:
        """Write every document of ``window`` that is not ``settled``; OutputError where the disk takes no more."""
        hypotheses = self._hypotheses(window, made, failed)
        told: list[Finished] = []
        for prepared in window.prepared:
            if prepared.document is None:
                name, label = prepared.listed.name, prepared.listed.label
                self._state.settle(name, FAILED, reason=prepared.reason)
                told.append(Finished(name, label, prepared.reason))
        for rows in window.rows:
            if rows.prepared.listed.name not in settled:
                told.append(self._document(rows, hypotheses, failed))
        return told

    def _hypotheses(
        self, window: Window, made: Mapping[Job, Hypothesis], failed: Mapping[Job, str]
    ) -> Mapping[Job, Hypothesis]:
        missing = [job for job in window.jobs if job not in made and job not in failed]
        wanted = [(self._routes[target].circumstances, text) for text, target in missing]
        held = self._memory.find(wanted)
        found = {job: held[key].hypothesis for job, key in zip(missing, wanted, strict=True) if key in held}
        return {**made, **found}

    def _document(
        self, rows: Rows, hypotheses: Mapping[Job, Hypothesis], failed: Mapping[Job, str]
    ) -> Finished:
        listed = rows.prepared.listed
        reason = self._missing(rows, hypotheses, failed)
        if not reason:
            try:
                translations = self._translations(rows, hypotheses)
                sizes = self._write(listed.name, translations)
                doubts = _doubts(listed.name, translations)
                figures = _figures(translations) | {"flagged": len(doubts), "sizes": sizes}
            except OutputError as error:
                if not _is_of_the_name(error.__cause__):
                    raise
                reason = str(error)
            except (MtpipeError, ValueError) as error:
                reason = str(error)
            except Exception as error:
                reason = internal(error)
        if reason:
            self._state.settle(listed.name, FAILED, reason=reason)
            return Finished(listed.name, listed.label, reason)
        self._state.settle(
            listed.name,
            DONE,
            sha256=rows.prepared.sha256,
            settings=self._settings[listed.entry],
            figures=figures,
            doubts=doubts[:_MOST_DOUBTS],
        )
        segments = len(rows.document.segments) * len(translations)
        return Finished(listed.name, listed.label, "", segments, len(doubts), figures["healed"])

    def _translations(self, rows: Rows, hypotheses: Mapping[Job, Hypothesis]) -> tuple[Translation, ...]:
        made = translations_of(rows, hypotheses, self._passports, heal=self._heal)
        if self._bridge is None:
            return made
        return compared(made, self._bridge, beam_size=self._beam_size, planned=True)

    def _missing(self, rows: Rows, hypotheses: Mapping[Job, Hypothesis], failed: Mapping[Job, str]) -> str:
        for number, text in rows.views.items():
            for target in self._routes:
                if (text, target) in failed:
                    return f"segment {number + 1} into {target}: {failed[text, target]}"
                if (text, target) not in hypotheses:
                    return f"segment {number + 1} into {target}: no longer in the memory; run again"
        return ""

    def _write(self, name: str, translations: tuple[Translation, ...]) -> list[int]:
        """Write a document in every format, and return how many bytes each has."""
        sizes = []
        for form, path in zip(self._formats, output_paths(self._folder, name, self._formats), strict=True):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
            # Without a date: the same texts give the same bytes.
            text = write_translations(translations, form)
            write_text(path, text, durable=False)
            sizes.append(len(text.encode("utf-8")))
        return sizes


def _is_of_the_name(error: BaseException | None) -> bool:
    """Tell whether the disk refuses this name alone, as where another document's file is a folder of this one's."""
    return isinstance(error, OSError) and error.errno in _NAME_ERRORS


def translations_of(
    rows: Rows, hypotheses: Mapping[Job, Hypothesis], passports: Mapping[str, Passport], *, heal: bool
) -> tuple[Translation, ...]:
    """Return a document's translations, one a target; where rows are healed a name is spelled one way."""
    segments = rows.document.segments
    made = []
    for target, passport in passports.items():
        placed = {
            number: as_shown(hypotheses[text, target], text, segments[number].text)
            for number, text in rows.views.items()
        }
        placed.update(rows.passed)
        ordered = tuple(placed[number] for number in range(len(segments)))
        translation = Translation(rows.document, target, ordered, passport)
        made.append(capitalised(one_way(translation) if heal else translation))
    return tuple(made)


def _figures(translations: tuple[Translation, ...]) -> dict[str, Any]:
    """Return what the report adds up; all but segments and characters count once a target."""
    flags: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for translation in translations:
        for hypothesis in translation.hypotheses:
            flags.update(map(str, hypothesis.flags))
            checks.update({found.check for found in hypothesis.findings})
            # Whoever was doubted has its attempts, the first among them.
            counts["doubted"] += bool(hypothesis.attempts)
            counts["replaced"] += Flag.HEALED in hypothesis.flags
            counts["healed"] += Flag.HEALED in hypothesis.flags and not hypothesis.findings
    source = translations[0].source
    return {
        "segments": len(source.segments),
        "characters": sum(len(segment.text) for segment in source.segments),
        "flags": dict(sorted(flags.items())),
        "checks": dict(sorted(checks.items())),
        **{name: counts[name] for name in ("doubted", "replaced", "healed")},
        "targets": {translation.target: _target_figures(translation) for translation in translations},
    }


def _target_figures(translation: Translation) -> dict[str, Any]:
    """Return how many segments a model made with which mean score, their confidence, the terms kept to and all."""
    made = [hypothesis for hypothesis in translation.hypotheses if hypothesis.score is not None]
    levels = Counter(hypothesis.confidence for hypothesis in made)
    terms = [term for hypothesis in made for term in hypothesis.terms]
    return {
        "score": [len(made), round(fmean(h.score for h in made if h.score is not None), 4)]
        if made
        else [0, 0.0],
        "confidence": [levels[level] for level in ("high", "medium", "low")],
        "terms": [sum(bool(term.used) for term in terms), len(terms)],
    }


def _doubts(name: str, translations: tuple[Translation, ...]) -> list[Doubt]:
    return [
        Doubt(
            name,
            translation.target,
            row,
            tuple(str(flag) for flag in hypothesis.flags),
            tuple(finding.message for finding in hypothesis.findings),
            segment.text,
            hypothesis.text,
        )
        for translation in translations
        for row, (segment, hypothesis) in enumerate(
            zip(translation.source.segments, translation.hypotheses, strict=True), start=1
        )
        if hypothesis.findings or any(flag not in NOTES for flag in hypothesis.flags)
    ]
