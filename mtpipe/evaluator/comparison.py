"""What is scored against what: the rows, the systems' texts for them, and what took part."""

from __future__ import annotations

from dataclasses import dataclass

from mtpipe.report import Coverage, Pairing, Unpaired


@dataclass(frozen=True, slots=True)
class Output:
    """A translation as read from a file: one text a segment, with what the file says about each.

    ``target`` and ``source_language`` are empty where the file does not say
    them, and so are the entries of ``sources``. All tuples are equally long.
    """

    name: str
    origin: str
    target: str
    model: str
    source_language: str
    texts: tuple[str, ...]
    sources: tuple[str, ...]
    roles: tuple[str, ...]
    documents: tuple[str, ...]
    paragraphs: tuple[int, ...]
    flags: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for field in (self.sources, self.roles, self.documents, self.paragraphs, self.flags):
            if len(field) != len(self.texts):
                raise ValueError(f"{self.name}: {len(field)} entries for {len(self.texts)} texts")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to score: ``segments`` of the translation against its references (None: a stream has none).

    ``beads`` says how many segments met how many reference sentences.
    """

    segments: tuple[int, ...]
    references: tuple[str | None, ...]
    bead: str = "1-1"
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems that translated the same segments, and the rows in which they meet the references."""

    target: str
    pairing: Pairing
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    references: tuple[str, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()

    def texts(self, number: int) -> list[str]:
        """Return the text of system ``number`` for each row."""
        texts = self.outputs[number].texts
        return [_join(texts, row.segments) for row in self.rows]

    def sources(self) -> list[str]:
        """Return the source text of each row, from the first system that knows it."""
        known = next((output for output in self.outputs if any(output.sources)), self.outputs[0])
        return [_join(known.sources, row.segments) for row in self.rows]


def _join(texts: tuple[str, ...], segments: tuple[int, ...]) -> str:
    if len(segments) == 1:
        return texts[segments[0]]
    return " ".join(text for text in (texts[index] for index in segments) if text)


def coverage(
    output: Output,
    rows: tuple[Row, ...],
    *,
    sentences: tuple[str, ...],
    scored_sentences: tuple[int, ...],
    moved: int = 0,
) -> Coverage:
    """Measure how much of the translated segments and of the reference ``sentences`` the rows hold.

    The source side is measured on the sources, where the file gives them, else
    on the translations.
    """
    texts = output.sources if any(output.sources) else output.texts
    scored = {index for row in rows for index in row.segments}
    in_rows = set(scored_sentences)
    return Coverage(
        source_segments=len(texts),
        source_scored=len(scored),
        source_share=_share(texts, scored),
        reference_segments=len(sentences),
        reference_scored=len(in_rows),
        reference_share=_share(sentences, in_rows),
        moved=moved,
        omitted=tuple(
            Unpaired("source", index, text, output.texts[index])
            for index, text in enumerate(texts)
            if index not in scored
        ),
        added=tuple(
            Unpaired("reference", index, text) for index, text in enumerate(sentences) if index not in in_rows
        ),
    )


def _share(texts: tuple[str, ...], chosen: set[int]) -> float:
    total = sum(map(len, texts))
    if not total:
        return 1.0
    return sum(len(text) for index, text in enumerate(texts) if index in chosen) / total
