"""Turns the descriptions in a model's folder, vocabularies and ``passport.json``, into checked data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mtpipe.errors import ModelError

PASSPORT = "passport.json"
SCHEMA = "mtpipe.passport/1"
NEEDED = ("model.bin", "config.json", "source.spm", "target.spm")
_TEXTS = ("id", "source", "revision", "licence")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOKEN_LISTS = ("source_prefix", "source_suffix", "target_prefix")
_TOKEN_TABLES = ("source_tokens", "target_tokens")
_LIMITS = ("max_source", "max_target")
# CTranslate2's options of the same names: whole or not, the least and the most.
DECODING: Mapping[str, tuple[type[int] | type[float], float, float]] = {
    "beam_size": (int, 1, 32),
    "patience": (float, 0.1, 10),
    "length_penalty": (float, -10, 10),
    "coverage_penalty": (float, 0, 10),
    "repetition_penalty": (float, 0.1, 10),
    "no_repeat_ngram_size": (int, 0, 100),
}


def read_json(path: Path) -> Any:
    """Read a JSON file of a model; ModelError where it is missing or no JSON."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path}: the file is missing") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read as JSON: {error}") from None


def vocabulary(folder: Path, side: str) -> list[str]:
    """Return the tokens of the ``side`` ("source" or "target") of a converted folder, in order."""
    for name in (f"{side}_vocabulary", "shared_vocabulary"):
        if (folder / f"{name}.json").is_file():
            listed = read_json(folder / f"{name}.json")
            if not isinstance(listed, list | dict):
                raise ModelError(f"{folder / f'{name}.json'}: not a list of tokens: {type(listed).__name__}")
            return [str(token) for token in listed]
        if (folder / f"{name}.txt").is_file():
            try:
                return (folder / f"{name}.txt").read_text("utf-8").split("\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ModelError(f"{folder / f'{name}.txt'}: cannot be read as text: {error}") from None
    raise ModelError(f"{folder}: neither a {side} nor a shared vocabulary is there")


def read_passport(folder: Path) -> Mapping[str, Any]:
    """Return the passport of ``folder``; ModelError names the first entry that is missing or wrong."""
    path = folder / PASSPORT
    passport = read_json(path)
    if not isinstance(passport, dict):
        raise ModelError(f"{path}: not a passport: {type(passport).__name__} instead of an object")
    if passport.get("schema") != SCHEMA:
        raise ModelError(f"{path}: schema is {passport.get('schema')!r}, not {SCHEMA!r}")
    for wrong in _faults(passport):
        raise ModelError(f"{path}: not a passport: {wrong}")
    return passport


def _faults(passport: Mapping[str, Any]) -> list[str]:
    found = [f"{key!r} is missing or no text" for key in _TEXTS if not isinstance(passport.get(key), str)]
    found += [
        f"{key!r} is missing or no list of language codes"
        for key in ("sources", "targets")
        if not _texts(passport.get(key))
    ]
    if not isinstance(passport.get("commercial"), bool | None):
        found.append(f"'commercial' is {passport['commercial']!r}, not true, false or null")
    if not isinstance(passport.get("misspells_names", False), bool):
        found.append(f"'misspells_names' is {passport['misspells_names']!r}, not true or false")
    if not isinstance(passport.get("self_test", {}), dict):
        found.append("'self_test' is no object")
    found += _file_faults(passport.get("files"))
    found += _convention_faults(passport.get("conventions", {}))
    found += _decoding_faults(passport.get("decoding", {}))
    return found


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _file_faults(files: object) -> list[str]:
    if not isinstance(files, dict) or not set(NEEDED) <= set(files):
        return [f"the list of files lacks one of {', '.join(NEEDED)}"]
    return [
        f"{name!r} has no 'bytes' and 'sha256'"
        for name, facts in files.items()
        if not isinstance(facts, dict)
        or not isinstance(facts.get("bytes"), int)
        or not _SHA256.fullmatch(str(facts.get("sha256")))
        or Path(name).name != name
    ]


def _convention_faults(conventions: object) -> list[str]:
    if not isinstance(conventions, dict):
        return ["'conventions' is no object"]
    found = [f"{key!r} is no list of tokens" for key in _TOKEN_LISTS if not _texts(conventions.get(key, []))]
    for key in _TOKEN_TABLES:
        table = conventions.get(key) or {}
        if not isinstance(table, dict) or not all(isinstance(token, str) for token in table.values()):
            found.append(f"{key!r} is no table of tokens")
    for key in _LIMITS:
        limit = conventions.get(key, 1)
        if not isinstance(limit, int) or limit < 1:
            found.append(f"{key!r} is {limit!r}, not a number of pieces")
    unknown = set(conventions) - {*_TOKEN_LISTS, *_TOKEN_TABLES, *_LIMITS}
    return found + [f"unknown convention {key!r}" for key in sorted(unknown)]


def _decoding_faults(decoding: object) -> list[str]:
    if not isinstance(decoding, dict):
        return ["'decoding' is no object"]
    found = []
    for key, value in decoding.items():
        if key not in DECODING:
            found.append(f"unknown decoding option {key!r} (known: {', '.join(DECODING)})")
            continue
        kind, least, most = DECODING[key]
        if isinstance(value, bool) or not isinstance(value, int if kind is int else (int, float)):
            found.append(f"{key!r} is {value!r}, not a {'whole ' if kind is int else ''}number")
        elif not least <= value <= most:
            found.append(f"{key!r} is {value!r} (allowed: {least:g} to {most:g})")
    return found
