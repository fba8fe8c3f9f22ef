"""The types of a run's report: what was translated, how fast, what to doubt, what failed, how it scores."""

from __future__ import annotations

from dataclasses import dataclass

from mtpipe.data import Score

SCHEMA = "mtpipe.run-report/1"


@dataclass(frozen=True, slots=True)
class RunModel:
    """A target and the model that made it: how sure its rows are, how many of a glossary's terms it kept to."""

    target: str
    id: str
    licence: str
    sha256: str
    mean_score: float | None
    segments: int
    high: int
    medium: int
    low: int
    terms_kept: int
    terms: int


@dataclass(frozen=True, slots=True)
class RunSession:
    """One process that worked on the run: when it began (UTC), how long it took, what it did."""

    started: str
    seconds: float
    documents: int
    translated: int
    remembered: int
    pieces: int


@dataclass(frozen=True, slots=True)
class RunFailure:
    """A document that could not be done, and why."""

    document: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunFlag:
    """How many segments, each target counted, bear a flag; ``note`` where it informs and asks for no doubt."""

    flag: str
    segments: int
    note: bool


@dataclass(frozen=True, slots=True)
class RunCheck:
    """How many segments, each target counted, a check still doubts."""

    check: str
    segments: int


@dataclass(frozen=True, slots=True)
class RunHealing:
    """How many translations were doubted at first, how many of them are others now, how many free of doubt."""

    doubted: int
    replaced: int
    healed: int


@dataclass(frozen=True, slots=True)
class RunDoubt:
    """A segment to look at: its document, target, row (from 1), flags and what the checks found, both texts."""

    document: str
    target: str
    row: int
    flags: tuple[str, ...]
    findings: tuple[str, ...]
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class RunScores:
    """How a target scores over all documents that have a reference; the two pairings are never put together."""

    target: str
    pairing: str
    documents: int
    segments: int
    scores: tuple[Score, ...]
    without: int


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything that a run has to say about itself.

    ``segments`` are source segments of finished documents; ``flagged`` counts
    segments to look at, each target by itself: with a finding, or with a flag
    that asks for doubt; ``doubts`` lists the first of them.
    """

    name: str
    mtpipe: str
    source: str
    documents: int
    done: int
    segments: int
    characters: int
    flagged: int
    models: tuple[RunModel, ...]
    sessions: tuple[RunSession, ...]
    failures: tuple[RunFailure, ...]
    failed: int
    flags: tuple[RunFlag, ...]
    checks: tuple[RunCheck, ...]
    healing: RunHealing
    doubts: tuple[RunDoubt, ...]
    scores: tuple[RunScores, ...]
    notes: tuple[str, ...]
