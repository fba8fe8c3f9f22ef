"""Turns a converted folder into an installed model, whole or not at all; and models into one file and back."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import portalocker

from mtpipe.errors import ModelError, UsageError, WorkError
from mtpipe.models.download import sha256_of
from mtpipe.models.folder import BUILT_IN, WORK, aside, is_folder, model_homes, open_folder, recover, verify
from mtpipe.models.passport import PASSPORT, SCHEMA, read_passport

ARCHIVE_SUFFIX = ".mtmodel"


def installed_folder(name: str) -> Path:
    """Return where the model ``name`` lies once it is installed."""
    return model_homes()[0] / name


def work_folder(name: str) -> Path:
    """Return where downloads and half-made conversions of a model lie; a stopped pull goes on from there."""
    return model_homes()[0] / WORK / name


@contextmanager
def locked(name: str, *, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Keep others from the model ``name``; ``waiting`` is called once where somebody else is at it.

    The lock dies with its process, however that ends.
    """
    path = model_homes()[0] / WORK / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise WorkError(f"{path.parent}: cannot be written: {error.strerror or error}") from None
    with file:
        try:
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except (portalocker.LockException, BlockingIOError):
            waiting()
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE)
        try:
            yield
        finally:
            portalocker.unlock(file)


def build_folder(name: str) -> Path:
    """Return a new folder to convert in; what earlier, killed conversions left is removed first."""
    work = work_folder(name)
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkError(f"{work}: cannot be written: {error.strerror or error}") from None
    for left in work.glob("build-*"):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix="build-", dir=work))


def write_passport(folder: Path, described: Mapping[str, Any]) -> None:
    """Write the passport of ``folder`` over its files as they are; ModelError where it is none."""
    files = {
        path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != PASSPORT
    }
    passport = {"schema": SCHEMA, **described, "files": files}
    (folder / PASSPORT).write_text(json.dumps(passport, ensure_ascii=False, indent=1) + "\n", "utf-8")
    read_passport(folder)


def move_into_place(folder: Path, name: str) -> Path:
    """Make ``folder`` the installed model ``name``; a model of that name is replaced, or stays whole.

    Every byte is on the disk before the one rename that counts.
    """
    target = installed_folder(name)
    for path in folder.iterdir():
        with path.open("rb") as data:
            os.fsync(data.fileno())
    folder.chmod(0o755)
    recover(name)
    if target.exists():
        target.replace(aside(name))
    folder.replace(target)
    shutil.rmtree(aside(name), ignore_errors=True)
    return target


def clear(build: Path) -> None:
    """Remove a folder that was converted in."""
    shutil.rmtree(build, ignore_errors=True)


def drop_work(name: str) -> None:
    """Remove the downloads and conversions of ``name``."""
    shutil.rmtree(work_folder(name), ignore_errors=True)


def check_removable(name: str) -> None:
    """Refuse a name under which there is nothing to remove: UsageError or ModelError says why."""
    if name == BUILT_IN and not installed_folder(name).is_dir():
        raise UsageError(f"{name}: comes with mtpipe and is not removed")
    if not plain_name(name):
        raise UsageError(f"{name or repr(name)}: not the name of a model")
    recover(name)
    if not is_folder(installed_folder(name)) and not is_folder(work_folder(name)):
        raise ModelError(f"{name}: not installed in {model_homes()[0]}")


def remove(name: str) -> int:
    """Remove an installed model, and what pulls of it left; return the bytes freed."""
    check_removable(name)
    with locked(name):
        recover(name)
        folder = installed_folder(name)
        freed = sum(
            path.stat().st_size
            for top in (folder, work_folder(name))
            for path in top.rglob("*")
            if path.is_file() and not path.is_symlink()
        )
        if folder.is_dir():
            # Gone under its name at once; never a half-removed model.
            folder.replace(aside(name))
            shutil.rmtree(aside(name))
        drop_work(name)
    return freed


def export(name: str, path: Path) -> Path:
    """Write an installed model into one file, its passport first; every file is checked before.

    The file is complete or not there. What exists and is no regular file (a
    pipe, a device) is written into as it is; a link keeps pointing where it did.
    """
    folder = next(
        (
            home / name
            for home in model_homes()
            if is_folder(home / name) and (home / name / PASSPORT).is_file()
        ),
        None,
    )
    if folder is None:
        raise ModelError(f"{name}: not installed, or without a passport")
    passport = read_passport(folder)
    verify(folder, passport)
    files = [folder / file for file in (PASSPORT, *sorted(passport["files"]))]
    temporary: Path | None = None
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as out:
                _pack(files, out)
            return path
        final = path.resolve()
        temporary = final.with_name(f".{final.name}.{os.getpid()}")
        with temporary.open("wb") as out:
            _pack(files, out)
        temporary.replace(final)
    except OSError as error:
        raise WorkError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return path


def _pack(files: Iterable[Path], out: io.BufferedWriter) -> None:
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            archive.add(file, arcname=file.name, recursive=False, filter=_anonymous)


def unpack(path: Path, folder: Path) -> Mapping[str, Any]:
    """Unpack an exported model into ``folder`` and verify it; return its passport.

    Nothing but the files that the passport names is taken; ModelError names
    what is missing, damaged, or there without being named.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            members = archive.getmembers()
            for member in members:
                if not member.isfile() or Path(member.name).name != member.name:
                    raise ModelError(f"{path}: holds {member.name!r}: not an exported model")
                archive.extract(member, folder, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise ModelError(f"{path}: not an exported model, or damaged: {error}") from None
    except OSError as error:
        raise WorkError(f"{path}: cannot be unpacked: {error.strerror or error}") from None
    if not (folder / PASSPORT).is_file():
        raise ModelError(f"{path}: not an exported model: no {PASSPORT} in it")
    passport = read_passport(folder)
    extra = sorted({member.name for member in members} - {PASSPORT, *passport["files"]})
    if extra:
        raise ModelError(f"{path}: holds {extra[0]!r}, which its passport does not name")
    try:
        verify(folder, passport)
        open_folder(folder)
    except ModelError as error:
        raise ModelError(f"{path}: {str(error).replace(f'{folder}/', '')}") from None
    return passport


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Say nothing of who exported it and when: the same model gives the same file."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime, member.mode = 0, 0o644
    return member


def plain_name(name: str) -> bool:
    """Tell whether a model can be called ``name``: it is a folder's name too, and not a hidden one's."""
    return bool(name) and Path(name).name == name and not name.startswith(".")
