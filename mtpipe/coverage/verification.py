"""An output is held against its own proof: what is changed, missing, doubled or out of order is named by row."""

from __future__ import annotations

from dataclasses import dataclass

from mtpipe.coverage.reading import Sealed, read_sealed
from mtpipe.coverage.seals import first_seal, seal


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many segments an output should hold, of which source file, its rows' spans and texts, and what is wrong."""

    segments: int
    sha256: str
    spans: tuple[tuple[int, int], ...]
    sources: tuple[str, ...]
    faults: tuple[str, ...]


def verify_text(text: str, name: str) -> Verdict:
    """Verify an output's text; InputError where it carries no proof."""
    sealed = read_sealed(text, name)
    return Verdict(
        sealed.segments,
        sealed.sha256,
        tuple((row.start, row.end) for row, _ in sealed.rows),
        tuple(row.source for row, _ in sealed.rows),
        tuple(_faults(sealed)),
    )


def _faults(sealed: Sealed) -> list[str]:
    found: list[str] = list(sealed.cut)
    before, expected, end = first_seal(sealed.segments, sealed.sha256), 1, 0
    for row, written in sealed.rows:
        if row.number != expected:
            found.append(_out_of_order(row.number, expected))
        elif seal(before, row) != written:
            found.append(f"row {row.number} was changed, or a row before it: seal {written or 'missing'}")
        if row.start < end:
            found.append(f"row {row.number} begins at {row.start}, inside the row before it")
        before, expected, end = written, row.number + 1, max(end, row.end)
    if expected <= sealed.segments:
        rows = f"row {expected}" if expected == sealed.segments else f"rows {expected} to {sealed.segments}"
        found.append(f"{rows} of {sealed.segments} missing at the end")
    elif expected > sealed.segments + 1:
        found.append(f"there are rows after row {sealed.segments}, the last")
    return found


def _out_of_order(number: int, expected: int) -> str:
    if number > expected:
        rows = f"row {expected}" if number == expected + 1 else f"rows {expected} to {number - 1}"
        return f"{rows} missing before row {number}"
    return f"row {number} stands where row {expected} should"
