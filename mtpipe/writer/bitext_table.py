"""Alignments of one source with one or several targets become rows of one n-way table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mtpipe.data import Bead, Bitext


@dataclass(frozen=True, slots=True)
class Column:
    """One text: its name, its language (BCP-47), its sentences, and ids of the segments where they have some."""

    name: str
    language: str
    sentences: tuple[str, ...]

    def text(self, indices: Sequence[int]) -> str:
        """Return the sentences of a cell as one text."""
        return " ".join(self.sentences[index].strip() for index in indices)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One cell a column, the source's first; each holds sentence numbers in order, or none."""

    cells: tuple[tuple[int, ...], ...]
    confidence: float
    moved: bool

    @property
    def aligned(self) -> bool:
        """Tell whether the source cell and another one hold sentences."""
        return bool(self.cells[0]) and any(self.cells[1:])


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; every sentence of every column stands in exactly one row."""

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


def table_of(bitexts: Sequence[Bitext]) -> Table:
    """Return the table of bitexts that share their source document; ValueError where they do not."""
    if not bitexts or any(bitext.source != bitexts[0].source for bitext in bitexts):
        raise ValueError("the bitexts are of one source")
    documents = [bitexts[0].source, *(bitext.target for bitext in bitexts)]
    columns = [Column(d.origin.name, d.language, tuple(s.text for s in d.segments)) for d in documents]
    return table_from(columns, [bitext.beads for bitext in bitexts])


def table_from(columns: Sequence[Column], alignments: Sequence[Sequence[Bead]]) -> Table:
    """Join alignments of the first column with each other column, so that all pairs agree.

    Source sentences that any alignment keeps together are one row. A row's
    confidence is the least of its beads'.
    """
    group = _groups(len(columns[0].sentences), alignments)
    cells: dict[int, list[list[int]]] = {}
    doubt: dict[int, float] = {}
    moved: set[int] = set()
    for index, head in enumerate(group):
        cells.setdefault(head, [[] for _ in columns])[0].append(index)
    lone: list[tuple[int, int, Bead]] = []
    for number, beads in enumerate(alignments, start=1):
        last = -1
        for bead in beads:
            if not bead.source:
                lone.append((last, number, bead))
                continue
            head = group[bead.source[0]]
            if not bead.moved:
                last = max(last, head)
            cells[head][number].extend(bead.target)
            doubt[head] = min(doubt.get(head, 1.0), bead.confidence)
            if bead.moved:
                moved.add(head)
    rows = [
        ((head, 0, 0), TableRow(tuple(tuple(sorted(c)) for c in row), doubt.get(head, 1.0), head in moved))
        for head, row in cells.items()
    ]
    for last, number, bead in lone:
        empty = tuple(bead.target if k == number else () for k in range(len(columns)))
        rows.append(((last, number, bead.target[0] + 1), TableRow(empty, bead.confidence, bead.moved)))
    return Table(tuple(columns), tuple(row for _, row in sorted(rows, key=lambda item: item[0])))


def _groups(size: int, alignments: Sequence[Sequence[Bead]]) -> list[int]:
    """Return for each source sentence the first sentence of its row."""
    parent = list(range(size))

    def find(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for beads in alignments:
        for bead in beads:
            for index in bead.source[1:]:
                first, second = sorted((find(bead.source[0]), find(index)))
                parent[second] = first
    return [find(index) for index in range(size)]


def pairs(table: Table) -> list[Table]:
    """Return the source with each of the other columns, a table for each; rows empty in both are left out."""
    out = []
    for number in range(1, len(table.columns)):
        rows = [
            TableRow((row.cells[0], row.cells[number]), row.confidence, row.moved)
            for row in table.rows
            if row.cells[0] or row.cells[number]
        ]
        out.append(Table((table.columns[0], table.columns[number]), tuple(rows)))
    return out
