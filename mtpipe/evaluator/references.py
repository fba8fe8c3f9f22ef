"""Turns reference files (lines, TMX, TSV or JSONL bitexts) into the rows in which translations meet them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtpipe.errors import InputError, UsageError
from mtpipe.evaluator.comparison import Comparison, Output, Row, coverage
from mtpipe.evaluator.lines import check_counts, display_name, read_lines
from mtpipe.evaluator.tmx import read_tmx
from mtpipe.languages import LANGUAGES, identify
from mtpipe.report import Pairing

_NAMED = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)=(.+)", re.DOTALL)
_SAMPLE = 400
_MOST_JOINED = 12
_HEAD = 12


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """A reference as named on the command line: its language, "" where not said, and its path."""

    language: str
    path: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a bitext: a source text ("" where unknown) and its translation; either may be empty."""

    source: str
    target: str


def parse_reference(argument: str) -> ReferenceFile:
    """Read ``[LANG=]FILE``; a file that exists under the whole name is that file."""
    match = _NAMED.fullmatch(argument)
    if match and not Path(argument).exists():
        return ReferenceFile(language=match[1], path=match[2])
    return ReferenceFile(language="", path=argument)


def line_comparison(outputs: Sequence[Output], files: Sequence[ReferenceFile], *, target: str) -> Comparison:
    """Pair translations with line-parallel references, or with the units of bitexts.

    Several line-parallel files are several references. InputError names the
    file and line where counts differ, nothing is in it, or the language is wrong.
    """
    check_outputs(outputs)
    bitexts = [file for file in files if Path(file.path).suffix.lower() in (".tmx", ".jsonl", ".tsv")]
    if bitexts:
        if len(files) > 1:
            raise UsageError(
                f"--reference {bitexts[0].path}: a bitext is the only reference, not one of several"
            )
        return _bitext_comparison(outputs, bitexts[0], target)
    streams: list[tuple[str, ...]] = []
    for file in files:
        lines = read_lines(file.path)
        check_counts(display_name(file.path), lines, outputs[0].origin, outputs[0].texts)
        check_language(file.path, lines, target)
        streams.append(lines)
    rows = tuple(Row((index,), texts) for index, texts in enumerate(zip(*streams, strict=True)))
    notes = [
        f"{display_name(file.path)}: {count} of {len(lines)} reference lines are empty (first: line {first})"
        for file, lines in zip(files, streams, strict=True)
        if (count := sum(not line for line in lines))
        for first in [next(index for index, line in enumerate(lines, 1) if not line)]
    ]
    sentences = streams[0]
    return Comparison(
        target=target,
        pairing=Pairing.LINE,
        outputs=tuple(outputs),
        rows=rows,
        references=tuple(display_name(file.path) for file in files),
        coverage=coverage(
            outputs[0], rows, sentences=sentences, scored_sentences=tuple(range(len(sentences)))
        ),
        notes=tuple(notes),
    )


def check_outputs(outputs: Sequence[Output]) -> None:
    """Raise InputError where systems did not translate the same number of segments."""
    for output in outputs[1:]:
        check_counts(output.origin, output.texts, outputs[0].origin, outputs[0].texts)


def check_language(path: str, lines: Sequence[str], target: str) -> None:
    """Raise InputError where most of a reference is in another language than the target."""
    code = target.split("-", maxsplit=1)[0].lower()
    if code not in LANGUAGES:
        return
    step = max(1, len(lines) // _SAMPLE)
    found = [(number, identify(lines[number], code)) for number in range(0, len(lines), step)]
    told = [(number, language) for number, language in found if language != "und"]
    wrong = [(number, language) for number, language in told if language != code]
    if len(wrong) * 2 > len(told):
        number, language = wrong[0]
        name = LANGUAGES[language].name if language in LANGUAGES else "another language"
        raise InputError(
            f"{display_name(path)}: line {number + 1} is {name}, like most others, not "
            f"{LANGUAGES[code].name} (the target language): {lines[number][:40]!r}"
        )


def _bitext_comparison(outputs: Sequence[Output], file: ReferenceFile, target: str) -> Comparison:
    output = outputs[0]
    units = _read_bitext(file.path, output.source_language, target)
    check_language(file.path, [unit.target for unit in units if unit.target] or [""], target)
    rows, scored = (
        _rows_by_source(output, units) if any(output.sources) else _rows_by_number(output, units, file.path)
    )
    if not rows:
        raise InputError(
            f"{file.path}: none of its {len(units)} source texts is a segment of {output.origin} "
            f"(first unit: {units[0].source[:40]!r}; first segment: {output.sources[0][:40]!r})"
        )
    one_to_one = all(row.bead == "1-1" for row in rows)
    used = set(scored)
    strange = sum(1 for index, unit in enumerate(units) if unit.source and unit.target and index not in used)
    plural = "units have" if strange > 1 else "unit has"
    notes = (
        (f"{file.path}: {strange} {plural} a source text that the translation has not",) if strange else ()
    )
    return Comparison(
        target=target,
        pairing=Pairing.LINE if one_to_one else Pairing.BEAD,
        outputs=tuple(outputs),
        rows=rows,
        references=(file.path,),
        coverage=coverage(
            output, rows, sentences=tuple(unit.target for unit in units), scored_sentences=tuple(scored)
        ),
        notes=notes,
    )


def _rows_by_number(output: Output, units: list[Unit], path: str) -> tuple[tuple[Row, ...], list[int]]:
    targets = tuple(unit.target for unit in units)
    check_counts(path, targets, output.origin, output.texts)
    rows = [(index, Row((index,), (text,))) for index, text in enumerate(targets) if text]
    return tuple(row for _, row in rows), [index for index, _ in rows]


def _rows_by_source(output: Output, units: list[Unit]) -> tuple[tuple[Row, ...], list[int]]:
    """Find each unit's source among the segments, one or several joined: after the last one, else anywhere."""
    keys = [_key(source) for source in output.sources]
    starts: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        starts.setdefault(key[:_HEAD], []).append(index)
    used: set[int] = set()
    rows: list[Row] = []
    scored: list[int] = []
    position = 0
    for number, unit in enumerate(units):
        key = _key(unit.source)
        if not key or not unit.target:
            continue
        # A segment shorter than the head may begin a longer unit: those are tried where the last unit ended.
        places = [position, *sorted(starts.get(key[:_HEAD], []), key=lambda place: (place < position, place))]
        found = next((run for place in places if (run := _joined_from(keys, place, key, used))), ())
        if not found:
            continue
        rows.append(Row(found, (unit.target,), bead=f"{len(found)}-1"))
        used.update(found)
        scored.append(number)
        position = found[-1] + 1
    order = sorted(range(len(rows)), key=lambda index: rows[index].segments)
    return tuple(rows[index] for index in order), scored


def _joined_from(keys: list[str], start: int, key: str, used: set[int]) -> tuple[int, ...]:
    """Return the segments from ``start`` on that make up ``key`` together, if they do and none is used."""
    text = ""
    for end in range(start, min(len(keys), start + _MOST_JOINED)):
        text += keys[end]
        if end in used or not key.startswith(text):
            return ()
        if text == key:
            return tuple(range(start, end + 1))
    return ()


def _key(text: str) -> str:
    return "".join(text.split())


def _read_bitext(path: str, source: str, target: str) -> list[Unit]:
    suffix = Path(path).suffix.lower()
    if suffix == ".tmx":
        return _tmx_units(path, source, target)
    lines = read_lines(path)
    units = _tsv_units(path, lines, target) if suffix == ".tsv" else _jsonl_units(path, lines)
    if not any(unit.target for unit in units):
        raise InputError(f"{path}: no unit has a target text")
    return units


def _tmx_units(path: str, source: str, target: str) -> list[Unit]:
    units = read_tmx(path)
    languages = sorted({language for unit in units for language in unit})
    targets = _variants(languages, target)
    if not targets:
        raise InputError(
            f"{path}: no segments in the target language {target!r} (found: {', '.join(languages)})"
        )
    others = [language for language in languages if language not in targets]
    origins = _variants(others, source or "ar") or (others if len(others) == 1 else [])
    return [Unit(_first(unit, origins), _first(unit, targets)) for unit in units]


def _variants(languages: list[str], code: str) -> list[str]:
    """Return the language codes that are ``code`` or one of its regions, itself first."""
    base = code.lower().split("-")[0]
    return sorted(
        (language for language in languages if language.split("-")[0] == base),
        key=lambda language: (language != code.lower(), language),
    )


def _first(unit: dict[str, str], languages: list[str]) -> str:
    return next((unit[language] for language in languages if unit.get(language)), "")


def _tsv_units(path: str, lines: Sequence[str], target: str) -> list[Unit]:
    """Read two columns, or those that a first line of names (``source``, ``target``, ``en``) points out."""
    cells = [line.split("\t") for line in lines]
    names = [cell.strip().lower() for cell in cells[0]]
    source_at, target_at, first = 0, 1, 0
    wanted = [names.index(name) for name in (target.lower(), "target", "reference") if name in names]
    origin = [names.index(name) for name in ("source", "ar") if name in names]
    if wanted:
        source_at, target_at, first = (origin[0] if origin else -1), wanted[0], 1
    units: list[Unit] = []
    for number, row in enumerate(cells[first:], first + 1):
        if len(row) == 1 and not row[0]:
            continue
        if len(row) <= target_at and not (first and len(row) < len(names)):
            raise InputError(
                f"{path}: line {number}: {len(row)} columns where a source and a target were expected"
            )
        source = row[source_at].strip() if 0 <= source_at < len(row) else ""
        units.append(Unit(source, row[target_at].strip() if target_at < len(row) else ""))
    return units


def _jsonl_units(path: str, lines: Sequence[str]) -> list[Unit]:
    """Read objects with a ``source`` and a ``target``, each a text or a list of texts; skip a header."""
    units: list[Unit] = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            item: Any = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{path}: line {number}: not JSON ({error.msg} at column {error.colno})"
            ) from None
        if isinstance(item, dict) and "schema" in item:
            continue
        if not isinstance(item, dict) or "target" not in item:
            raise InputError(
                f"{path}: line {number}: no 'target' (a bitext holds a source and a target a line)"
            )
        units.append(Unit(_text(item.get("source", "")), _text(item["target"])))
    return units


def _text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return " ".join(
        str(part.get("text", "") if isinstance(part, dict) else part) for part in parts if part
    ).strip()
