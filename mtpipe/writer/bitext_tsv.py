"""A table of aligned texts becomes TSV, a row a bead, or line-parallel plain text."""

from __future__ import annotations

from mtpipe.writer.bitext_table import Table

_GAPS = str.maketrans(
    {"\t": " ", "\n": " ", "\r": " ", "\u2028": " ", "\u2029": " ", "\x0b": " ", "\x0c": " ", "\x85": " "}
)


def write_bitext_tsv(table: Table) -> str:
    """Return TSV with a header: sentence numbers of each column, confidence, moved, then the texts.

    The first two fields of a table of two columns are what alignment scorers
    read ("0 1<TAB>2", "-" for nothing); the header begins with "#" for their sake.
    """
    names = [column.language for column in table.columns]
    head = ["#" + names[0], *names[1:], "confidence", "moved", *(f"text:{name}" for name in names)]
    lines = ["\t".join(head)]
    for row in table.rows:
        numbers = [" ".join(map(str, cell)) or "-" for cell in row.cells]
        texts = [
            column.text(cell).translate(_GAPS) for column, cell in zip(table.columns, row.cells, strict=True)
        ]
        lines.append("\t".join([*numbers, f"{row.confidence:.4f}", str(int(row.moved)), *texts]))
    return "\n".join(lines) + "\n"


def write_parallel(table: Table) -> tuple[str, ...]:
    """Return one plain text a column with the same number of lines; only rows aligned in every column take part."""
    full = [row for row in table.rows if all(row.cells)]
    return tuple(
        "".join(column.text(row.cells[number]).translate(_GAPS) + "\n" for row in full)
        for number, column in enumerate(table.columns)
    )
