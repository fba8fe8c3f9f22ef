"""Alignment files of other tools become pairs of sentence numbers, and those become beads.

Known: vecalign and Bertalign (``[0, 1]:[2]:0.1``), hunalign's ladder, TSV
(``0 1<TAB>2``, "-" for nothing) and JSON (a list, ``{"links": …}`` or JSON lines of
``{"source": [0], "target": [1]}``). All count from 0.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from mtpipe.aligner.anchors import Points, chain
from mtpipe.data import Bead
from mtpipe.errors import InputError

Pair = tuple[tuple[int, ...], tuple[int, ...]]

_VECALIGN = re.compile(r"\s*\[([\d,\s]*)\]\s*:\s*\[([\d,\s]*)\]")
_LADDER = re.compile(r"\d+[ \t]+\d+([ \t]+-?[\d.einfa+-]+)?\s*")
_TSV_SIDE = re.compile(r"\s*(-?|\d+([ ,]+\d+)*)\s*")
# The characters that end a line anywhere; texts in JSON may hold others that Python takes for ends too.
_LINE_END = re.compile("\r\n|[\n\r]")


def read_links(path: str) -> list[Pair]:
    """Read an alignment file, its format found from its content; InputError says which line is none."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as text: {error}") from None
    try:
        return parse_links(text, name=path)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists a thousand deep
        raise InputError(f"{path}: not an alignment: {error}") from None


def parse_links(text: str, *, name: str = "alignment") -> list[Pair]:
    """Return the links of an alignment file's text; links that are empty on both sides are dropped."""
    stripped = text.strip()
    lines = [line for line in _LINE_END.split(text) if line.strip() and not line.startswith("#")]
    if re.match(r"\{|\[\s*\[", stripped):
        links = _json(stripped, name)
    elif lines and _VECALIGN.match(lines[0]):
        links = [_vecalign(line, name) for line in lines]
    elif lines and _is_ladder(lines):
        rungs = [tuple(int(field) for field in line.split()[:2]) for line in lines]
        links = [(tuple(range(a, c)), tuple(range(b, d))) for (a, b), (c, d) in pairwise(rungs)]
    else:
        links = [_tsv(line, name) for line in lines]
    return [link for link in links if link[0] or link[1]]


def _is_ladder(lines: list[str]) -> bool:
    """Tell a ladder from a table of 1–1 links: it begins at 0 0, never falls, and has spaces or scores throughout."""
    if not all(_LADDER.fullmatch(line) for line in lines) or lines[0].split()[:2] != ["0", "0"]:
        return False
    rungs = [tuple(map(int, line.split()[:2])) for line in lines]
    if any(a > c or b > d for (a, b), (c, d) in pairwise(rungs)):
        return False
    return "\t" not in lines[0] or all(len(line.split()) == 3 for line in lines)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(number) for number in re.findall(r"\d+", text)}))


def _vecalign(line: str, name: str) -> Pair:
    found = _VECALIGN.match(line)
    if found is None:
        raise InputError(f"{name}: not a line of a vecalign file: {line[:60]!r}")
    return _numbers(found[1]), _numbers(found[2])


def _tsv(line: str, name: str) -> Pair:
    fields = line.split("\t")
    if len(fields) < 2 or not all(_TSV_SIDE.fullmatch(field) for field in fields[:2]):
        raise InputError(
            f"{name}: not an alignment: {line[:60]!r} (known: vecalign, hunalign ladder, TSV of numbers, JSON)"
        )
    return _numbers(fields[0]), _numbers(fields[1])


def _json(text: str, name: str) -> list[Pair]:
    try:
        if text.startswith("{") and '"links"' not in text[:2000]:
            rows = [json.loads(line) for line in _LINE_END.split(text) if line.strip()]
            return [_pair(row["source"], row["target"]) for row in rows if "source" in row]
        found = json.loads(text)
        rows = found["links"] if isinstance(found, dict) else found
        return [_pair(row[0], row[1]) for row in rows]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError(f"{name}: not an alignment in JSON: {error}") from None


def _pair(source: list[int], target: list[int]) -> Pair:
    return tuple(sorted(set(map(_number, source)))), tuple(sorted(set(map(_number, target))))


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is not the number of a sentence, counted from 0")
    return value


def beads_of(pairs: list[Pair], sources: int, targets: int) -> tuple[Bead, ...]:
    """Return beads in source order that hold every sentence once: links as given, the rest unaligned.

    Links that cross the longest rising run of the others are declared moved.
    """
    named_s = {i for source, _ in pairs for i in source}
    named_t = {j for _, target in pairs for j in target}
    real = sorted((pair for pair in pairs if pair[0] and pair[1]), key=lambda pair: pair[0])
    steady = _rising(real)
    moved = [pair for pair in real if pair not in steady]
    lone_s = [(i,) for i in range(sources) if i not in named_s]
    lone_s += [(i,) for source, target in pairs if not target for i in source]
    lone_t = [(j,) for j in range(targets) if j not in named_t]
    lone_t += [(j,) for source, target in pairs if not source for j in target]
    out: list[Bead] = []
    left, waiting = sorted(lone_t), sorted([*((s, ()) for s in lone_s), *((s, t) for s, t in moved)])
    for source, target in [*sorted(steady), ((sources,), (targets,))]:
        while waiting and waiting[0][0][0] < source[0]:
            s, t = waiting.pop(0)
            out.append(Bead(s, t, 1.0, moved=bool(t)))
        while left and left[0][0] < target[0]:
            out.append(Bead((), left.pop(0)))
        if source[0] < sources:
            out.append(Bead(source, target))
    return tuple(out)


def _rising(real: list[Pair]) -> set[Pair]:
    """Return the links of the monotone run that holds most sentences; links come in source order."""
    if not real:
        return set()
    found = Points(
        np.array([source[0] for source, _ in real]),
        np.array([target[0] for _, target in real]),
        np.array([float(len(source) + len(target)) for source, target in real]),
    )
    kept: set[Pair] = set()
    last = (-1, -1)
    for k in chain(found).tolist():
        source, target = real[k]
        if source[0] > last[0] and target[0] > last[1]:
            kept.add(real[k])
            last = (source[-1], target[-1])
    return kept
