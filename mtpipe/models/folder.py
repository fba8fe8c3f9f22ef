"""Turns a model's name or path into a folder that is complete, undamaged and fits the languages."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtpipe.data import Passport
from mtpipe.errors import ModelError
from mtpipe.models.conventions import Conventions, from_passport, guess
from mtpipe.models.passport import NEEDED, PASSPORT, read_json, read_passport, vocabulary

BUILT_IN = "builtin"
# Beside the models, so that a finished one is moved into place by one rename on the same file system.
WORK = ".work"
# Larger files are checked by size only when a model is loaded; `doctor` checks them in full.
_HASHED_AT_LOAD = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Model:
    """A converted folder: where it lies, its passport, how to speak to it, its decoding defaults.

    ``misspells_names`` says that it writes names as it hears them, so that a table knows better.
    """

    folder: Path
    passport: Passport
    sources: tuple[str, ...]
    conventions: Conventions
    decoding: Mapping[str, Any]
    misspells_names: bool = False

    def supports(self, source: str, target: str) -> bool:
        """Tell whether the model translates ``source`` into ``target``, as far as is known."""
        return (not self.sources or source in self.sources) and (
            not self.passport.targets or target in self.passport.targets
        )

    def says(self, source: str, target: str) -> bool:
        """Tell whether the model says itself that it translates ``source`` into ``target``."""
        return bool(self.sources and self.passport.targets) and self.supports(source, target)


def model_homes() -> tuple[Path, ...]:
    """Return the folders in which models are looked for by name, the user's first."""
    data = os.environ.get("XDG_DATA_HOME") or _data_home()
    home = os.environ.get("MTPIPE_MODELS")
    package = Path(__file__).parents[1]
    shipped = package / "_models"
    return (
        expanded(home) if home else Path(data) / "mtpipe" / "models",
        shipped if shipped.is_dir() else package.parent / "models",
    )


def _data_home() -> str:
    try:
        return str(Path.home() / ".local" / "share")
    except RuntimeError:
        # A user without a home folder has no models but those that ship: nothing lies below the null device.
        return os.devnull


def expanded(name: str) -> Path:
    """Return the path ``name``, a leading ``~`` replaced by the home folder where there is one."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def is_folder(path: Path) -> bool:
    """Tell whether ``path`` is a folder; what cannot be one (a name too long) or be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Tell whether ``path`` is a file, in the same way."""
    try:
        return path.is_file()
    except OSError:
        return False


def aside(name: str) -> Path:
    """Return where a model lies for the moment in which another takes its place."""
    folder = model_homes()[0] / WORK / f"{name}.replaced"
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def recover(name: str) -> None:
    """Put back a model that was being replaced when the machine stopped between two renames."""
    old, target = model_homes()[0] / WORK / f"{name}.replaced", model_homes()[0] / name
    if is_folder(old):
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.replace(target)


def is_installed(name: str) -> bool:
    """Tell whether a model is installed under the name."""
    recover(name)
    return bool(name) and any(is_folder(home / name) for home in model_homes())


def installed() -> Iterator[Path]:
    """Yield the folders of all installed models."""
    work = model_homes()[0] / WORK
    if is_folder(work):
        for left in work.glob("*.replaced"):
            recover(left.stem)
    for home in model_homes():
        if is_folder(home):
            yield from sorted(path.parent for path in home.glob("*/model.bin"))


def find(name: str = BUILT_IN) -> Model:
    """Return the model called ``name``, or in the folder ``name``; ModelError says what there is."""
    if any(separator in name for separator in (os.sep, "/")) or name.startswith("~") or name in (".", ".."):
        path = expanded(name)
        if not is_folder(path):
            raise ModelError(f"{name}: no such model folder")
        return open_folder(path)
    recover(name)
    for home in model_homes():
        if name and is_folder(home / name):
            return open_folder(home / name)
    known = ", ".join(sorted({path.name for path in installed()})) or "none"
    raise ModelError(f"unknown model {name!r} (installed: {known}; or give the path of a folder)")


def open_folder(folder: Path) -> Model:
    """Open a converted folder: with a passport it is checked against it, without one it is looked at."""
    if (folder / PASSPORT).exists():
        described = read_passport(folder)
        verify(folder, described, hashed=_HASHED_AT_LOAD)
        return _from_passport(folder, described)
    return _without_passport(folder)


def describe(folder: Path) -> Model | None:
    """Return what the passport of ``folder`` says, its files unchecked; None without a passport."""
    if not (folder / PASSPORT).exists():
        return None
    return _from_passport(folder, read_passport(folder))


def verify(folder: Path, passport: Mapping[str, Any] | None = None, *, hashed: int | None = None) -> None:
    """Compare every file with the passport; ModelError names the first that is missing or differs.

    ``hashed`` limits the SHA-256 check to files of at most so many bytes.
    """
    described = read_passport(folder) if passport is None else passport
    for name, facts in described["files"].items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path}: the file is missing from the model")
        size = path.stat().st_size
        if size != facts["bytes"]:
            raise ModelError(f"{path}: damaged: {size} bytes, the passport says {facts['bytes']}")
        if hashed is None or size <= hashed:
            found = _sha256(path)
            if found != facts["sha256"]:
                raise ModelError(
                    f"{path}: damaged or swapped: sha256 {found[:12]}…, the passport says {facts['sha256'][:12]}…"
                )


def _from_passport(folder: Path, described: Mapping[str, Any]) -> Model:
    passport = Passport(
        id=described["id"],
        source=described["source"],
        revision=described["revision"],
        licence=described["licence"],
        sha256=described["files"]["model.bin"]["sha256"],
        targets=tuple(described["targets"]),
        quantisation=str(described.get("quantisation", "")),
        commercial=described.get("commercial"),
        self_test=str(described.get("self_test", {}).get("result", "")),
    )
    conventions = from_passport(described.get("conventions", {}))
    return Model(
        folder,
        passport,
        tuple(described["sources"]),
        conventions,
        described.get("decoding", {}),
        described.get("misspells_names", False),
    )


def _without_passport(folder: Path) -> Model:
    for name in NEEDED:
        if not (folder / name).is_file():
            raise ModelError(
                f"{folder / name}: the file is missing; not a CTranslate2 model with SentencePiece files"
            )
    config = read_json(folder / "config.json")
    conventions = guess(vocabulary(folder, "source"), config)
    passport = Passport(
        id=folder.resolve().name,
        source="unknown (no passport)",
        revision="unknown",
        licence="unknown",
        sha256=_sha256(folder / "model.bin"),
        targets=tuple(conventions.target_tokens or ()),
    )
    return Model(folder, passport, tuple(conventions.source_tokens or ()), conventions, {})


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from None
