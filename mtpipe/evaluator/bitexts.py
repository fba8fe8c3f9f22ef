"""Turns bitext files (TMX, TSV, JSON lines; mtpipe's own and others') into pairs of source and target texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtpipe.errors import InputError
from mtpipe.evaluator.lines import read_lines
from mtpipe.evaluator.tmx import read_tmx


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a bitext: a source text ("" where unknown) and its translation; either may be empty."""

    source: str
    target: str


def read_bitext(path: str, source: str, target: str) -> list[Unit]:
    """Read a .tmx, .tsv or .jsonl file; InputError names the line that is not what it should be."""
    suffix = Path(path).suffix.lower()
    if suffix == ".tmx":
        return _tmx_units(path, source, target)
    lines = read_lines(path)
    units = _tsv_units(path, lines, target) if suffix == ".tsv" else _jsonl_units(path, lines, target)
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
    """Read two columns, or those that a first line of names points out.

    Names are ``text:ar`` and ``text:en`` as mtpipe writes them, or ``source``,
    ``target``, ``reference``, or language codes.
    """
    names = [cell.strip().lower() for cell in lines[0].split("\t")]
    known = [f"text:{target.lower()}", "target", "reference", *([target.lower()] if target else [])]
    wanted = [names.index(name) for name in known if name in names]
    if not wanted and (held := [name.removeprefix("text:") for name in names if name.startswith("text:")]):
        # Below a header of mtpipe's own, the first two columns are numbers.
        fitting = _variants(held, target) if target else held[1:]
        if not fitting:
            raise InputError(f"{path}: no column is in {target!r} (found: {', '.join(held)})")
        wanted = [names.index(f"text:{fitting[0]}")]
    source_at, target_at, first = 0, 1, 0
    if wanted:
        texts = [names.index(name) for name in names if name.startswith("text:")]
        origins = [place for place in texts if place != wanted[0]]
        origins += [names.index(name) for name in ("source", "ar") if name in names]
        source_at, target_at, first = (origins[0] if origins else -1), wanted[0], 1
    units: list[Unit] = []
    for number, line in enumerate(lines[first:], first + 1):
        row = line.split("\t")
        if row == [""]:
            continue
        # Trailing empty cells fall off with the blank space at a line's end.
        if len(row) <= target_at and not first:
            raise InputError(
                f"{path}: line {number}: {len(row)} columns where a source and a target were expected"
            )
        source = row[source_at].strip() if 0 <= source_at < len(row) else ""
        units.append(Unit(source, row[target_at].strip() if target_at < len(row) else ""))
    return units


def _jsonl_units(path: str, lines: Sequence[str], target: str) -> list[Unit]:
    """Read objects with ``source`` and ``target`` texts, or mtpipe's rows of ``texts`` under a header of columns."""
    units: list[Unit] = []
    column = 1
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            item: Any = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{path}: line {number}: not JSON ({error.msg} at column {error.colno})"
            ) from None
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: line {number}: not JSON that can be read ({error})") from None
        if isinstance(item, dict) and isinstance(item.get("columns"), list):
            column = _column_of(path, number, item["columns"], target)
        elif isinstance(item, dict) and isinstance(item.get("texts"), list) and len(item["texts"]) > column:
            units.append(Unit(_text(item["texts"][0]), _text(item["texts"][column])))
        elif isinstance(item, dict) and "target" in item and "texts" not in item:
            units.append(Unit(_text(item.get("source", "")), _text(item["target"])))
        elif not (isinstance(item, dict) and "schema" in item):
            raise InputError(
                f"{path}: line {number}: no 'target' (a bitext holds a source and a target a line)"
            )
    return units


def _column_of(path: str, number: int, columns: list[Any], target: str) -> int:
    """Return which column of a table is in the target language; the first one is the source."""
    languages = [str(column.get("language", "")) if isinstance(column, dict) else "" for column in columns]
    if target in languages[1:]:
        return languages.index(target, 1)
    if target and len(languages) > 2:
        raise InputError(f"{path}: line {number}: no column is in {target!r} (found: {', '.join(languages)})")
    return 1


def _text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return " ".join(str(part) for part in parts if part).strip()
