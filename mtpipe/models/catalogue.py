"""Turns catalogue files, shipped and the user's own, into entries: what a model is, may be used for, comes from."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from mtpipe.errors import ModelError
from mtpipe.languages import LANGUAGES
from mtpipe.models.folder import is_file, model_homes

SCHEMA = "mtpipe.catalogue/1"
PINS_SCHEMA = "mtpipe.pins/1"
# How each kind is converted: without anything, with CTranslate2 alone, or with the [convert] extra.
KINDS = ("opus", "marian", "nllb", "m2m100", "t5", "ctranslate2")
NEED_TRANSFORMERS = frozenset({"marian", "nllb", "m2m100", "t5"})
# The test set by which models are ranked; scores on others are shown and never compared with it.
RANKING_SET = "flores200-devtest"
_ENTRY_KEYS = {
    "kind", "title", "sources", "targets", "source_tokens", "licence", "commercial", "parameters", "download_mb",
    "origins", "positions", "scores", "conventions", "note",
}  # fmt: skip
_ORIGIN_TYPES = ("opus", "hub", "url")
_ORIGIN_KEYS = {*_ORIGIN_TYPES, "kind", "revision", "sha256", "files", "licence"}
_SCORE_KEYS = {"pair", "set", "bleu", "chrf2", "source", "note"}
# A name is a folder's name too.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


@dataclass(frozen=True, slots=True)
class Origin:
    """One place where a model can be had.

    ``type`` is "opus" (the address of a zip), "hub" (a repository) or "url" (the address of a folder of files).
    ``sha256`` maps file names to pinned checksums; empty as long as nobody has pinned them.
    """

    type: str
    location: str
    kind: str
    licence: str
    revision: str | None = None
    files: tuple[str, ...] = ()
    sha256: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """A score that somebody else published, with where it stands."""

    pair: str
    test_set: str
    bleu: float | None
    chrf2: float | None
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalogue. ``targets`` and ``source_tokens`` map languages to the model's own tokens."""

    id: str
    kind: str
    title: str
    sources: tuple[str, ...]
    targets: Mapping[str, str | None]
    source_tokens: Mapping[str, str]
    licence: str
    commercial: bool | None
    parameters: float | None
    download_mb: float | None
    origins: tuple[Origin, ...]
    positions: int | None
    scores: tuple[Published, ...]
    conventions: Mapping[str, Any]
    note: str = ""

    def supports(self, source: str, target: str) -> bool:
        """Tell whether the model translates ``source`` into ``target``."""
        return source in self.sources and target in self.targets and source != target

    def published(self, source: str, target: str) -> Published | None:
        """Return the score that ranks the model for a pair: the one on the ranking set."""
        wanted = (f"{source}-{target}", RANKING_SET)
        return next((s for s in self.scores if (s.pair, s.test_set) == wanted), None)


def user_catalogue() -> Path:
    """Return where the user's own entries are looked for."""
    named = os.environ.get("MTPIPE_CATALOGUE")
    return Path(named) if named else model_homes()[0] / "catalogue.yaml"


def user_pins() -> Path:
    """Return the file in which the first pull and ``models pin`` record revisions and checksums."""
    return model_homes()[0] / "pins.yaml"


def load_catalogue() -> dict[str, Entry]:
    """Return all entries by id, the user's replacing shipped ones, with what has been pinned filled in."""
    shipped = model_homes()[1]
    entries: dict[str, Entry] = {}
    for path in (shipped / "catalogue.yaml", user_catalogue()):
        if is_file(path):
            entries |= _read_entries(path)
        elif path != shipped / "catalogue.yaml" and os.environ.get("MTPIPE_CATALOGUE"):
            raise ModelError(f"{path}: no such file (MTPIPE_CATALOGUE)")
    pins: dict[str, Any] = {}
    for path in (shipped / "pins.yaml", user_pins()):
        if is_file(path):
            pins |= read_pins(path)
    return {name: _pinned(entry, pins.get(name, {})) for name, entry in entries.items()}


def find_entry(name: str) -> Entry:
    """Return the entry called ``name``; ModelError lists the ids there are."""
    entries = load_catalogue()
    if name not in entries:
        raise ModelError(
            f"{name!r} is not in the catalogue (there: {', '.join(sorted(entries))};"
            f" add your own to {user_catalogue()})"
        )
    return entries[name]


def read_pins(path: Path) -> dict[str, Any]:
    """Read what has been pinned: model id → origin → revision and sha256 of each file."""
    document = _yaml(path)
    if document.get("schema") != PINS_SCHEMA or not isinstance(document.get("pins"), dict):
        raise ModelError(
            f"{path}: not a file of pins (schema {document.get('schema')!r}, not {PINS_SCHEMA!r})"
        )
    for name, places in document["pins"].items():
        for place, pin in _table(f"{path}: {name}", places, None).items():
            _table(
                f"{path}: {name}: {place}: sha256",
                _table(f"{path}: {name}: {place}", pin, None).get("sha256") or {},
                None,
            )
    return dict(document["pins"])


def write_pins(path: Path, pins: Mapping[str, Any]) -> None:
    """Merge ``pins`` into the file ``path``, written whole."""
    merged: dict[str, Any] = {k: dict(v) for k, v in (read_pins(path) if is_file(path) else {}).items()}
    for name, places in pins.items():
        merged.setdefault(name, {}).update(places)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "# Revisions and checksums of models as first fetched or pinned; `mtpipe models pin` writes it.\n"
    text += yaml.safe_dump({"schema": PINS_SCHEMA, "pins": merged}, sort_keys=True, allow_unicode=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)


def _pinned(entry: Entry, pins: Mapping[str, Any]) -> Entry:
    """Fill in revisions and checksums that the catalogue leaves open; what it gives stands."""
    origins = []
    for origin in entry.origins:
        pin = pins.get(f"{origin.type}:{origin.location}", {})
        revision = origin.revision or pin.get("revision")
        origins.append(replace(origin, revision=revision, sha256={**pin.get("sha256", {}), **origin.sha256}))
    return replace(entry, origins=tuple(origins))


def _read_entries(path: Path) -> dict[str, Entry]:
    document = _yaml(path)
    if document.get("schema") != SCHEMA:
        raise ModelError(f"{path}: schema is {document.get('schema')!r}, not {SCHEMA!r}")
    models = document.get("models")
    if not isinstance(models, dict):
        raise ModelError(f"{path}: 'models' is no table of models")
    return {str(name): _entry(path, str(name), described) for name, described in models.items()}


def _yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise ModelError(f"{path}: not a table but {type(document).__name__}")
    return document


def _entry(path: Path, name: str, given: object) -> Entry:
    where = f"{path}: model {name!r}"
    if not _ID.fullmatch(name):
        raise ModelError(f"{where}: not a name (letters, digits, . _ + -)")
    described = _table(where, given, _ENTRY_KEYS)
    kind = _choice(where, "kind", described.get("kind"), KINDS)
    targets = described.get("targets")
    if isinstance(targets, list) and targets:
        _languages(where, targets)
        targets = dict.fromkeys(targets)
    if not isinstance(targets, dict) or not targets:
        raise ModelError(
            f"{where}: 'targets' is {targets!r}, not a table of languages ({', '.join(LANGUAGES)})"
        )
    sources = described.get("sources")
    if not isinstance(sources, list) or not sources:
        raise ModelError(
            f"{where}: 'sources' is {sources!r}, not a list of languages ({', '.join(LANGUAGES)})"
        )
    source_tokens = _table(f"{where}: source_tokens", described.get("source_tokens") or {}, None)
    _languages(where, [*sources, *targets, *source_tokens])
    licence = str(described.get("licence") or "unknown")
    origins = _list(where, "origins", described.get("origins"))
    return Entry(
        id=name,
        kind=kind,
        title=str(described.get("title") or ""),
        sources=tuple(sources),
        targets={code: None if token is None else str(token) for code, token in targets.items()},
        source_tokens={code: str(token) for code, token in source_tokens.items()},
        licence=licence,
        commercial=_flag(where, described.get("commercial")),
        parameters=_number(where, "parameters", described.get("parameters")),
        download_mb=_number(where, "download_mb", described.get("download_mb")),
        origins=tuple(_origin(where, origin, kind, licence) for origin in origins),
        positions=_positions(where, described.get("positions")),
        scores=tuple(_score(where, score) for score in _list(where, "scores", described.get("scores"))),
        conventions=_table(where, described.get("conventions") or {}, None),
        note=str(described.get("note") or ""),
    )


def _origin(where: str, given: object, kind: str, licence: str) -> Origin:
    described = _table(f"{where}: origin", given, _ORIGIN_KEYS)
    named = [key for key in _ORIGIN_TYPES if key in described]
    if len(named) != 1:
        raise ModelError(f"{where}: an origin names one of {', '.join(_ORIGIN_TYPES)}, not {named or 'none'}")
    location = str(described[named[0]])
    checksums = described.get("sha256")
    if isinstance(checksums, str):
        checksums = {location.rsplit("/", 1)[-1]: checksums}
    if not isinstance(checksums, dict | None):
        raise ModelError(f"{where}: 'sha256' is {checksums!r}, not a checksum or a table of them")
    for file, checksum in (checksums or {}).items():
        if not re.fullmatch("[0-9a-f]{64}", str(checksum)):
            raise ModelError(f"{where}: sha256 of {file} is {checksum!r}, not 64 hexadecimal digits")
    revision = described.get("revision")
    return Origin(
        type=named[0],
        location=location,
        kind=_choice(where, "kind", described.get("kind", kind), KINDS),
        licence=str(described.get("licence") or licence),
        revision=None if revision is None else str(revision),
        files=tuple(map(str, _list(where, "files", described.get("files")))),
        sha256=dict(checksums or {}),
    )


def _score(where: str, given: object) -> Published:
    described = _table(f"{where}: score", given, _SCORE_KEYS)
    if not described.get("source"):
        raise ModelError(f"{where}: a score without its source: {described}")
    return Published(
        pair=str(described.get("pair")),
        test_set=str(described.get("set")),
        bleu=_number(where, "bleu", described.get("bleu")),
        chrf2=_number(where, "chrf2", described.get("chrf2")),
        source=str(described["source"]),
        note=str(described.get("note") or ""),
    )


def _table(where: str, given: object, keys: set[str] | None) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ModelError(f"{where}: {given!r} is no table")
    unknown = set(given) - keys if keys is not None else set()
    if unknown:
        raise ModelError(
            f"{where}: unknown key {sorted(map(str, unknown))[0]!r} (known: {', '.join(sorted(keys or ()))})"
        )
    return given


def _list(where: str, key: str, value: object) -> list[Any]:
    if not isinstance(value, list | None):
        raise ModelError(f"{where}: {key!r} is {value!r}, not a list")
    return value or []


def _choice(where: str, key: str, value: object, allowed: Iterable[str]) -> str:
    if value not in (known := tuple(allowed)):
        raise ModelError(f"{where}: {key!r} is {value!r} (known: {', '.join(known)})")
    return str(value)


def _languages(where: str, codes: Iterable[object]) -> None:
    for code in codes:
        if not isinstance(code, str) or code not in LANGUAGES:
            raise ModelError(f"{where}: unknown language {code!r} (known: {', '.join(LANGUAGES)})")


def _flag(where: str, value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ModelError(f"{where}: 'commercial' is {value!r}, not true, false or null")
    return value


def _number(where: str, key: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ModelError(f"{where}: {key!r} is {value!r}, not a number")
    return float(value)


def _positions(where: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 16:
        raise ModelError(f"{where}: 'positions' is {value!r}, not a number of pieces (16 or more) or null")
    return value
