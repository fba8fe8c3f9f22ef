"""The types of an evaluation report: what was compared, the scores, and what stands behind them.

The evaluator fills them, the writers print them; all are immutable and hold
numbers and text only, so that a report survives as JSON (``SCHEMA``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mtpipe.data import Score

SCHEMA = "mtpipe.report/1"
SIGNIFICANT = 0.05


class Pairing(StrEnum):
    """How hypotheses met their references; scores of the two kinds are never compared."""

    LINE = "line-aligned"
    BEAD = "bead-aligned"


@dataclass(frozen=True, slots=True)
class GroupScore:
    """A system's corpus scores within one group: ``by`` is "role", "length" or "document"."""

    by: str
    name: str
    n: int
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How often something was found."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class SystemResult:
    """One system: where its text came from, its corpus scores, their breakdown, the flags counted."""

    name: str
    origin: str
    model: str
    scores: tuple[Score, ...]
    groups: tuple[GroupScore, ...]
    flags: tuple[Count, ...]
    flagged_segments: int


@dataclass(frozen=True, slots=True)
class PairTest:
    """Whether two systems differ in one metric.

    ``difference`` is ``second - first`` with its 95 % bootstrap interval;
    ``p_bootstrap`` and ``p_randomisation`` are sacrebleu's paired tests;
    ``p_holm`` is the latter after Holm's correction over all pairs of the
    metric. ``wins`` counts segments where ``second`` is better.
    """

    metric: str
    first: str
    second: str
    difference: float
    low: float
    high: float
    p_bootstrap: float
    p_randomisation: float
    p_holm: float
    wins: int
    losses: int
    ties: int
    resamples: int
    trials: int


@dataclass(frozen=True, slots=True)
class TypographyEffect:
    """What one typographic habit costs a system.

    ``gain`` is the score after that one thing was made equal in hypothesis and
    reference, minus the score as it is; the counts are occurrences on either side.
    """

    feature: str
    title: str
    system: str
    metric: str
    gain: float
    in_hypothesis: int
    in_reference: int
    segments: int


@dataclass(frozen=True, slots=True)
class GapShare:
    """How much of the gap between two systems one typographic habit accounts for.

    ``gap`` is ``second - first`` as scored, ``without`` the same gap with that
    one thing made equal everywhere; ``share`` is ``gap - without``.
    """

    feature: str
    title: str
    metric: str
    first: str
    second: str
    gap: float
    without: float
    share: float


@dataclass(frozen=True, slots=True)
class NgramDifference:
    """An n-gram of the references that one system renders more often than another."""

    first: str
    second: str
    ngram: str
    matched_first: int
    matched_second: int


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A sentence that took no part: on the "source" or "reference" side, counted from 0."""

    side: str
    index: int
    text: str
    hypothesis: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of either side took part in the score; shares are of characters, 0 to 1."""

    source_segments: int
    source_scored: int
    source_share: float
    reference_segments: int
    reference_scored: int
    reference_share: float
    moved: int = 0
    omitted: tuple[Unpaired, ...] = ()
    added: tuple[Unpaired, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one colour.

    ``word`` is "=" (stands in the other text at its place), "m" (elsewhere),
    "~" (up to case and typography) or "x" (not there); ``ngram`` is the length, 0
    to 4, of the longest n-gram shared with the other text that covers it.
    """

    text: str
    word: str
    ngram: int


@dataclass(frozen=True, slots=True)
class SegmentHypothesis:
    """One system's text for a row: its segment scores (in the order of the report's metrics), its flags.

    ``runs`` colours the text against the nearest reference, number ``nearest``,
    and ``reference_runs`` that reference against the text; both are empty where
    a report leaves them out.
    """

    text: str
    scores: tuple[float, ...]
    flags: tuple[str, ...]
    nearest: int = 0
    runs: tuple[Run, ...] = ()
    reference_runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One scored row: a line, or a bead of a document alignment."""

    index: int
    document: str
    role: str
    source: str
    references: tuple[str, ...]
    hypotheses: tuple[SegmentHypothesis, ...]
    bead: str = "1-1"
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Systems scored against the same references in the same way."""

    title: str
    target: str
    target_name: str
    target_direction: str
    source: str
    source_direction: str
    pairing: Pairing
    n: int
    references: tuple[str, ...]
    tokenizer: str
    tokenizer_reason: str
    metrics: tuple[str, ...]
    systems: tuple[SystemResult, ...]
    pairs: tuple[PairTest, ...]
    typography: tuple[TypographyEffect, ...]
    gaps: tuple[GapShare, ...]
    ngrams: tuple[NgramDifference, ...]
    coverage: Coverage
    findings: tuple[str, ...]
    notes: tuple[str, ...]
    rows: tuple[SegmentRow, ...]


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Everything one run of ``mtpipe score`` or ``mtpipe compare`` found.

    ``created`` and ``command`` are empty in a report that has to come out the same again.
    """

    title: str
    created: str
    mtpipe: str
    command: str
    evaluations: tuple[Evaluation, ...]


def told_apart(test: PairTest) -> bool:
    """Tell whether both paired tests say that two systems differ, the number of pairs allowed for."""
    return test.p_holm < SIGNIFICANT and test.p_bootstrap < SIGNIFICANT


def lower_is_better(metric: str) -> bool:
    """Tell whether a smaller value of ``metric`` is the better one."""
    return metric == "TER"
