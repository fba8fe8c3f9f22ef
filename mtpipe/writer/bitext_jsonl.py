"""A table of aligned texts becomes JSON lines: a header, then a row a bead."""

from __future__ import annotations

import json

from mtpipe.writer.bitext_table import Table


def write_bitext_jsonl(table: Table) -> str:
    """Return JSON lines: first the columns, then each row's numbers and texts.

    A table of two columns has ``source`` and ``target``, a wider one ``source`` and
    ``targets``, both with sentence numbers counted from 0.
    """
    header = {
        "type": "header",
        "columns": [
            {"name": column.name, "language": column.language, "sentences": len(column.sentences)}
            for column in table.columns
        ],
    }
    lines = [json.dumps(header, ensure_ascii=False)]
    for row in table.rows:
        numbers = [list(cell) for cell in row.cells]
        record: dict[str, object] = {"source": numbers[0]}
        if len(numbers) == 2:
            record["target"] = numbers[1]
        else:
            record["targets"] = numbers[1:]
        record["confidence"] = round(row.confidence, 4)
        record["moved"] = row.moved
        record["texts"] = [column.text(cell) for column, cell in zip(table.columns, row.cells, strict=True)]
        lines.append(json.dumps(record, ensure_ascii=False))
    return "\n".join(lines) + "\n"
