"""A window whose batches are all done becomes outputs, one set a document, and a line in the state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from mtpipe.batch.ahead import output_paths
from mtpipe.batch.planning import Route, Rows, Window
from mtpipe.batch.state import DONE, FAILED, Doubt, State
from mtpipe.data import Flag, Hypothesis, Passport, Translation
from mtpipe.errors import MtpipeError, OutputError
from mtpipe.files import write_text
from mtpipe.memory import Memory
from mtpipe.translator import Job
from mtpipe.writer import write_translations

# Flags that inform; the others ask for doubt.
NOTES = {Flag.NO_LETTERS, Flag.OTHER_LANGUAGE, Flag.SPLIT}
_MOST_DOUBTS = 50


@dataclass(frozen=True, slots=True)
class Finished:
    """A document that was written, or the reason why not; segments and flagged ones count once a target."""

    name: str
    label: str
    reason: str
    segments: int
    flagged: int


class Finisher:
    """Writes the documents of one window after the other."""

    def __init__(
        self,
        folder: Path,
        memory: Memory,
        state: State,
        *,
        routes: list[Route],
        passports: Mapping[str, Passport],
        formats: tuple[str, ...],
        settings: str,
    ) -> None:
        self._folder = folder
        self._memory = memory
        self._state = state
        self._routes = {route.target: route for route in routes}
        self._passports = passports
        self._formats = formats
        self._settings = settings

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
                told.append(Finished(name, label, prepared.reason, 0, 0))
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
            translations = translations_of(rows, hypotheses, self._passports)
            try:
                self._write(listed.name, translations)
            except OutputError:
                raise
            except (MtpipeError, ValueError) as error:
                reason = str(error)
        if reason:
            self._state.settle(listed.name, FAILED, reason=reason)
            return Finished(listed.name, listed.label, reason, 0, 0)
        doubts = list(_doubts(listed.name, translations))
        figures = _figures(translations) | {"flagged": len(doubts)}
        self._state.settle(
            listed.name,
            DONE,
            sha256=rows.prepared.sha256,
            settings=self._settings,
            figures=figures,
            doubts=doubts[:_MOST_DOUBTS],
        )
        return Finished(
            listed.name, listed.label, "", len(rows.document.segments) * len(translations), len(doubts)
        )

    def _missing(self, rows: Rows, hypotheses: Mapping[Job, Hypothesis], failed: Mapping[Job, str]) -> str:
        for number, text in rows.views.items():
            for target in self._routes:
                if (text, target) in failed:
                    return f"segment {number + 1} into {target}: {failed[text, target]}"
                if (text, target) not in hypotheses:
                    return f"segment {number + 1} into {target}: no longer in the memory; run again"
        return ""

    def _write(self, name: str, translations: tuple[Translation, ...]) -> None:
        for form, path in zip(self._formats, output_paths(self._folder, name, self._formats), strict=True):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"{path.parent}: cannot be made: {error.strerror or error}") from None
            # Without a date: the same texts give the same bytes.
            write_text(path, write_translations(translations, form))


def translations_of(
    rows: Rows, hypotheses: Mapping[Job, Hypothesis], passports: Mapping[str, Passport]
) -> tuple[Translation, ...]:
    """Return a document's translations, one a target."""
    return tuple(
        Translation(
            rows.document,
            target,
            tuple(
                rows.passed[number] if number in rows.passed else hypotheses[rows.views[number], target]
                for number in range(len(rows.document.segments))
            ),
            passport,
        )
        for target, passport in passports.items()
    )


def _figures(translations: tuple[Translation, ...]) -> dict[str, Any]:
    flags: Counter[str] = Counter()
    scores: dict[str, list[float]] = {}
    for translation in translations:
        for hypothesis in translation.hypotheses:
            flags.update(map(str, hypothesis.flags))
            if hypothesis.score is not None:
                scores.setdefault(translation.target, []).append(hypothesis.score)
    source = translations[0].source
    return {
        "segments": len(source.segments),
        "characters": sum(len(segment.text) for segment in source.segments),
        "flags": dict(sorted(flags.items())),
        "scores": {target: [len(held), round(fmean(held), 4)] for target, held in scores.items()},
    }


def _doubts(name: str, translations: tuple[Translation, ...]) -> list[Doubt]:
    return [
        Doubt(name, translation.target, row, tuple(map(str, hypothesis.flags)), segment.text, hypothesis.text)
        for translation in translations
        for row, (segment, hypothesis) in enumerate(
            zip(translation.source.segments, translation.hypotheses, strict=True), start=1
        )
        if any(flag not in NOTES for flag in hypothesis.flags)
    ]
