"""A table of two columns becomes the index files of other tools: vecalign's and hunalign's ladder."""

from __future__ import annotations

from mtpipe.errors import UsageError
from mtpipe.writer.bitext_table import Table


def write_vecalign(table: Table) -> str:
    """Return vecalign's format: ``[0, 1]:[2]:cost`` a line, the cost being one minus the confidence."""
    _two(table, "vecalign")
    return "".join(
        f"{list(row.cells[0])}:{list(row.cells[1])}:{1 - row.confidence:.6f}\n" for row in table.rows
    )


def write_ladder(table: Table) -> str:
    """Return hunalign's ladder: a rung ``source<TAB>target<TAB>confidence`` a line, the last one closing.

    A ladder cannot cross: rows that do become one step, with confidence 0.
    """
    _two(table, "ladder")
    rungs: list[tuple[int, int, float]] = []
    begin = (0, 0)
    seen, reached = [0, 0], [0, 0]
    confidence, count = 0.0, 0
    for row in table.rows:
        confidence, count = row.confidence, count + 1
        for side in (0, 1):
            seen[side] += len(row.cells[side])
            reached[side] = max([reached[side], *(index + 1 for index in row.cells[side])])
        if seen == reached:
            rungs.append((*begin, confidence if count == 1 else 0.0))
            begin, count = (seen[0], seen[1]), 0
    rungs.append((*begin, 1.0))
    return "".join(f"{i}\t{j}\t{chance:.4f}\n" for i, j, chance in rungs)


def _two(table: Table, form: str) -> None:
    if len(table.columns) != 2:
        raise UsageError(
            f"--format {form}: holds two texts, not {len(table.columns)} (known for more: tsv, jsonl, tmx, html)"
        )
