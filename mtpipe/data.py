"""The types that flow through the stages, with their invariants; nothing else.

All are immutable. Offsets are Unicode code points in the decoded source file,
a byte order mark not counted, line ends as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a segment is in its article."""

    TITLE = "title"
    AUTHOR = "author"
    DATE = "date"
    CREDIT = "credit"
    HEADING = "heading"
    BODY = "body"
    LIST = "list"
    FOOTER = "footer"


class Span(NamedTuple):
    """A half-open stretch ``[start, end)`` of the source text, in code points."""

    start: int
    end: int


class Flag(StrEnum):
    """What a reader should doubt, or know, about a hypothesis."""

    NO_LETTERS = "no-letters"
    OTHER_LANGUAGE = "other-language"
    SPLIT = "split"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    HEALED = "healed"
    # In the column of a reference that was aligned:
    NOT_IN_REFERENCE = "not-in-reference"
    WITH_ROW_ABOVE = "with-row-above"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the clean-up: ``before`` stood at ``span`` of the source and became ``after``."""

    rule: str
    span: Span
    before: str
    after: str

    def __post_init__(self) -> None:
        if self.span.end - self.span.start != len(self.before):
            raise ValueError(f"edit {self.rule!r}: span {self.span} is not as long as {self.before!r}")


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence, or one line of the article's frame.

    ``text`` is the cleaned text, ``span`` where it stands in the untouched
    source, ``paragraph`` counts non-empty source paragraphs from 0, ``language``
    is "ar", "en", "fr", "other" or "und" (no letters). Only where every line is
    one segment (``--lines``) is a text empty, with an empty span, and
    ``paragraph`` the number of the line.
    """

    text: str
    language: str
    paragraph: int
    role: Role
    span: Span

    def __post_init__(self) -> None:
        if self.text.isspace():
            raise ValueError("a segment holds text, or nothing at all")
        if not 0 <= self.span.start <= self.span.end or (self.span.start < self.span.end) != bool(self.text):
            raise ValueError(f"not a span: {self.span}")
        if self.paragraph < 0:
            raise ValueError(f"not a paragraph number: {self.paragraph}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document came from: its name, the SHA-256 of its bytes and the encoding found."""

    name: str
    sha256: str
    encoding: str
    size: int


@dataclass(frozen=True, slots=True)
class Document:
    """An article: the untouched ``source`` text and its segments in reading order.

    Before segmentation ``segments`` is empty. Order and number of segments
    never change after it; spans grow and do not overlap.
    """

    id: str
    language: str
    source: str
    origin: Origin
    segments: tuple[Segment, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for segment in self.segments:
            if segment.span.start < end or segment.span.end > len(self.source):
                raise ValueError(f"segment at {segment.span} overlaps its predecessor or leaves the source")
            end = segment.span.end

    @property
    def title(self) -> str:
        """Return the text of the title, or the document's id."""
        return next((s.text for s in self.segments if s.role is Role.TITLE), self.id)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check doubts in a hypothesis: the check's name, and in words what is wrong where."""

    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary's term in a segment: as the source writes it, the rendering wanted, the one used ("" for none)."""

    source: str
    wanted: str
    used: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One decoding that was tried for a segment: how, what came out, its mean log-probability."""

    how: str
    text: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Triangle:
    """What a row became by way of the other column: the ``text`` that ``model`` made of the column in ``source``.

    ``likeness`` is its chrF2 with the column in the language it was made in; ``unlike`` is set where the two are
    hardly more alike than unrelated sentences.
    """

    source: str
    model: str
    text: str
    likeness: float
    unlike: bool


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a model made of one segment.

    ``score`` is the mean log-probability per target piece (0 is certain), or
    None where no model was asked; ``attempts`` are the decodings tried, the
    one that was kept among them, where there were several.
    ``pivot`` is the text in the language between where two models translated
    one after the other; ``score`` is then the sum of both. ``links`` are (source
    word, target word) pairs, both counted as ``text.split()`` does; ``findings``
    are what the checks doubt; ``confidence`` is "high", "medium" or "low", "" where
    no model was asked; ``terms`` are the glossary's terms in the segment; ``triangle``
    is how the two columns compare, where that was asked for.
    """

    text: str
    score: float | None = None
    flags: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    pivot: str | None = None
    links: tuple[tuple[int, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    confidence: str = ""
    terms: tuple[Term, ...] = ()
    triangle: Triangle | None = None

    @property
    def how(self) -> str:
        """Return which of the later attempts this is, "" where the first was kept."""
        return next((attempt.how for attempt in self.attempts[1:] if attempt.text == self.text), "")


@dataclass(frozen=True, slots=True)
class Passport:
    """Where a model comes from and what it may be used for.

    ``sha256`` names the weights. ``kind`` is "model", or "reference" for a human translation, whose
    ``revision`` then says how it was laid beside the source. ``commercial`` is whether commercial use is allowed
    (None: not known), ``self_test`` how the test after conversion ended ("passed", "skipped", "" for none). Where two
    models translate one after the other, ``via`` holds the passports of both, and the other fields tell of both.
    """

    id: str
    source: str
    revision: str
    licence: str
    sha256: str
    targets: tuple[str, ...]
    quantisation: str = ""
    kind: str = "model"
    commercial: bool | None = None
    self_test: str = ""
    via: tuple[Passport, ...] = ()

    @property
    def described(self) -> str:
        """Return in one line what a reader of scores must know: id, revision, arithmetic, licence, weights."""
        if self.via:
            return "; then ".join(leg.described for leg in self.via)
        limits = "no commercial use" if self.commercial is False else ""
        tested = f"self-test {self.self_test}" if self.self_test not in ("", "passed") else ""
        facts = [f"revision {self.revision}", self.quantisation, self.licence, limits, tested]
        return f"{self.id} ({', '.join(filter(None, facts))}, weights {self.sha256[:16]}…)"


@dataclass(frozen=True, slots=True)
class Translation:
    """A document in one target language: as many hypotheses as source segments."""

    source: Document
    target: str
    hypotheses: tuple[Hypothesis, ...]
    model: Passport

    def __post_init__(self) -> None:
        if len(self.hypotheses) != len(self.source.segments):
            raise ValueError(f"{len(self.hypotheses)} hypotheses for {len(self.source.segments)} segments")


@dataclass(frozen=True, slots=True)
class Bead:
    """An m–n link: source and target segment indices, either side may be empty.

    ``confidence`` is between 0 and 1; ``moved`` is set where the link crosses
    the order of the rest.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    confidence: float = 1.0
    moved: bool = False

    def __post_init__(self) -> None:
        if not self.source and not self.target:
            raise ValueError("a bead links something")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"not a confidence: {self.confidence}")


@dataclass(frozen=True, slots=True)
class Bitext:
    """Two segmented texts and the beads between them.

    Every index of either side stands in exactly one bead; beads that are not
    ``moved`` are monotone.
    """

    source: Document
    target: Document
    beads: tuple[Bead, ...]

    def __post_init__(self) -> None:
        for side, size in (("source", len(self.source.segments)), ("target", len(self.target.segments))):
            indices = sorted(index for bead in self.beads for index in getattr(bead, side))
            if indices != list(range(size)):
                raise ValueError(f"the beads do not hold every {side} segment exactly once")
        last = {"source": -1, "target": -1}
        for bead in self.beads:
            if bead.moved:
                continue
            for side in ("source", "target"):
                for index in getattr(bead, side):
                    if index <= last[side]:
                        raise ValueError(f"bead {bead} crosses its predecessors without being moved")
                    last[side] = index


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value with the signature that says how it was computed.

    ``low`` and ``high`` bound the 95 % interval where one was estimated over
    ``resamples`` bootstrap samples; ``n`` counts the scored segments.
    """

    metric: str
    value: float
    signature: str
    n: int
    low: float | None = None
    high: float | None = None
    resamples: int = 0

    def __post_init__(self) -> None:
        if not self.signature:
            raise ValueError("no score without its signature")
