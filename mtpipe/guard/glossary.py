"""Turns a glossary file (TSV or YAML) into entries: a source term and how it is to be rendered in each language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mtpipe.errors import InputError
from mtpipe.languages import LANGUAGES

_KEEP = "="
_NOTE = "note"


@dataclass(frozen=True, slots=True)
class Entry:
    """A source term and, for each target language, its renderings: the first is wanted, the others are let stand."""

    source: str
    renderings: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Glossary:
    """The entries of a file in its order, with the file's name and SHA-256."""

    name: str
    sha256: str
    entries: tuple[Entry, ...]


def read_glossary(path: str, source: str = "ar") -> Glossary:
    """Read ``path``: .tsv with a heading of language codes, .yaml or .yml with a list of mappings.

    A cell may hold several renderings, parted by ``|``; ``=`` keeps the term as
    it is. InputError names the line that is wrong and what is allowed.
    """
    try:
        data = Path(path).read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a directory, not a glossary") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    suffix = Path(path).suffix.lower()
    if suffix in (".yaml", ".yml"):
        rows = _yaml_rows(text, path)
    elif suffix == ".tsv":
        rows = _tsv_rows(text, path)
    else:
        raise InputError(f"{path}: a glossary is .tsv, .yaml or .yml, not {suffix or 'without a suffix'!r}")
    entries: dict[str, Entry] = {}
    for where, row in rows:
        entry = _entry(row, source, f"{path}: {where}")
        if entry.source in entries:
            raise InputError(f"{path}: {where}: the term {entry.source!r} is there already")
        entries[entry.source] = entry
    if not entries:
        raise InputError(f"{path}: holds no term")
    return Glossary(Path(path).name, hashlib.sha256(data).hexdigest(), tuple(entries.values()))


def _tsv_rows(text: str, path: str) -> list[tuple[str, dict[str, Any]]]:
    lines = text.replace("\r\n", "\n").split("\n")
    heading = lines[0].split("\t")
    wrong = [code for code in heading if code not in {*LANGUAGES, _NOTE}]
    if wrong or len(heading) < 2:
        raise InputError(
            f"{path}: line 1: the heading holds {wrong[0] if wrong else lines[0]!r}"
            f" (allowed: {', '.join(LANGUAGES)}, {_NOTE}; parted by tabs)"
        )
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) > len(heading):
            raise InputError(f"{path}: line {number}: {len(cells)} cells under {len(heading)} headings")
        rows.append((f"line {number}", dict(zip(heading, cells, strict=False))))
    return rows


def _yaml_rows(text: str, path: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        held = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark is not None else ""
        raise InputError(f"{path}: {line}not YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(held, list) or not all(isinstance(item, dict) for item in held):
        raise InputError(f"{path}: a glossary in YAML is a list of mappings, each from language to term")
    return [(f"entry {number}", item) for number, item in enumerate(held, 1)]


def _entry(row: Mapping[str, Any], source: str, where: str) -> Entry:
    unknown = [key for key in row if key not in {*LANGUAGES, _NOTE}]
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]!r} (allowed: {', '.join(LANGUAGES)}, {_NOTE})")
    term = " ".join(str(row.get(source) or "").split())
    if not term:
        raise InputError(f"{where}: no term in the source language {source!r}")
    renderings = {}
    for code, cell in row.items():
        if code in (source, _NOTE) or cell in (None, ""):
            continue
        parts = _parts(cell, where, code)
        renderings[code] = tuple(term if part == _KEEP else part for part in parts)
    if not renderings:
        raise InputError(f"{where}: the term {term!r} has no rendering (give one, or {_KEEP} to keep it)")
    return Entry(term, renderings)


def _parts(cell: Any, where: str, code: str) -> Sequence[str]:
    listed = cell if isinstance(cell, list) else str(cell).split("|")
    parts = [" ".join(str(part).split()) for part in listed]
    if not all(parts):
        raise InputError(f"{where}: an empty rendering under {code!r}")
    return parts
