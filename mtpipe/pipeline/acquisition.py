"""Turns a name of the catalogue, a local model or an exported file into an installed model that passed its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mtpipe import models
from mtpipe.errors import ModelError, UsageError, WorkError
from mtpipe.languages import LANGUAGES
from mtpipe.models import conversion, store
from mtpipe.models.catalogue import (
    NEED_TRANSFORMERS,
    Entry,
    Origin,
    find_entry,
    load_catalogue,
    user_pins,
    write_pins,
)
from mtpipe.models.conventions import for_kind
from mtpipe.models.coverage import faults
from mtpipe.models.download import Remote, fetch, sha256_of
from mtpipe.models.folder import is_folder
from mtpipe.models.hub import Snapshot, cached, snapshot
from mtpipe.models.passport import vocabulary
from mtpipe.pipeline.self_test import self_test

Say = Callable[[str], None]
Progress = Callable[[int, int], None]
Confirm = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a model is to be installed.

    ``accept`` is asked before a model is taken whose licence forbids commercial
    use. Without ``test`` a model is installed untested, and says so ever after.
    """

    quantisation: str = "int8"
    test: bool = True
    force: bool = False
    keep_download: bool = False
    origin: str | None = None
    revision: str | None = None
    accept: Confirm = lambda _terms: False
    say: Say = lambda _text: None
    progress: Progress | None = None


def pull(name: str, wishes: Wishes) -> Path:
    """Fetch, verify, convert and test the model ``name``, then move it into place; return its folder.

    What an earlier pull fetched is gone on from. ModelError or WorkError leave
    no half-made model behind, and a model that was there as it was.
    """
    entry = find_entry(name)
    if not entry.origins:
        raise UsageError(f"{name}: comes with mtpipe; there is nothing to fetch")
    with store.locked(
        name, waiting=lambda: wishes.say(f"{name}: another pull of it is at work; waiting for it")
    ):
        if (there := _there_already(name, wishes)) is not None:
            return there
        origin = _origin(entry, wishes)
        found = snapshot(origin)
        _terms(entry, origin, found, wishes)
        fetched, checksums = _download(name, found, wishes)
        _record(name, found, checksums, wishes.say)
        source = fetched / found.files[0].name if origin.kind == "opus" else fetched
        entry = replace(entry, licence=origin.licence)
        where = {"source": f"{origin.type}: {origin.location}", "revision": found.revision}
        folder = _install(entry, origin.kind, source, where | {"fetched": checksums}, wishes)
        if not wishes.keep_download:
            store.drop_work(name)
    return folder


def convert(
    path: Path,
    name: str,
    wishes: Wishes,
    *,
    kind: str | None = None,
    sources: Sequence[str] = (),
    targets: Sequence[str] = (),
    licence: str = "",
) -> Path:
    """Convert the local model in ``path``, test it and install it as ``name``; return its folder.

    What is not given is taken from the catalogue where ``name`` stands there,
    else found in the model's vocabulary.
    """
    try:
        if not path.exists():
            raise ModelError(f"{path}: no such file or folder")
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from None
    entry = load_catalogue().get(name)
    kind = kind or conversion.guess_kind(path)
    if entry is None:
        entry = Entry(
            id=name, kind=kind, title="", sources=tuple(sources), targets=dict.fromkeys(targets),
            source_tokens={}, licence="unknown", commercial=None, parameters=None, download_mb=None,
            origins=(), positions=None, scores=(), conventions={},
        )  # fmt: skip
    if licence:
        entry = replace(entry, licence=licence, commercial=None)
    with store.locked(name, waiting=lambda: wishes.say(f"{name}: another process is at it; waiting for it")):
        if (there := _there_already(name, wishes)) is not None:
            return there
        if entry.commercial is False:
            _ask(entry, wishes)
        where: dict[str, Any] = {"source": f"local: {path.name}", "revision": "unknown"}
        if path.is_file():
            where["fetched"] = {path.name: sha256_of(path)}
        return _install(entry, kind, path, where, wishes)


def bring(path: Path, wishes: Wishes) -> Path:
    """Install an exported model: verify every file, test it, move it into place; return its folder."""
    try:
        if path.is_dir():
            raise ModelError(f"{path}: is a folder, not an exported model")
        if not path.is_file():
            raise ModelError(f"{path}: no such file")
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}") from None
    # What imports unpack lies in one place, which each clears: a second one waits.
    with store.locked(".import", waiting=lambda: wishes.say("another import is at work; waiting for it")):
        build = store.build_folder(".import")
        try:
            return _bring(path, build, wishes)
        finally:
            store.drop_work(".import")


def _bring(path: Path, build: Path, wishes: Wishes) -> Path:
    passport = store.unpack(path, build)
    name = str(passport.get("name") or passport["id"])
    if not store.plain_name(name):
        raise ModelError(f"{path}: its passport calls it {name!r}, which is no name of a folder")
    with store.locked(name):
        if (there := _there_already(name, wishes)) is not None:
            return there
        if passport.get("commercial") is False and not wishes.accept(
            f"{name}: {passport['licence']}: no commercial use"
        ):
            raise UsageError(_refused(name, passport["licence"]))
        if wishes.test:
            _test(build, name)
        return store.move_into_place(build, name)


def pin(names: Sequence[str], output: Path | None, *, say: Say, progress: Progress | None = None) -> Path:
    """Record the revision and the SHA-256 of every file of the models named; return the file written.

    What a hub declares by SHA-256 is taken from it; all else is fetched and measured.
    """
    path = output or user_pins()
    for name in names:
        entry = find_entry(name)
        with store.locked(name):
            for origin in entry.origins:
                found = snapshot(replace(origin, sha256={}))
                checksums = {}
                for remote in found.files:
                    file = store.work_folder(name) / "pin" / remote.name
                    checksums[remote.name] = remote.sha256 or fetch(remote, file, progress=progress, say=say)
                    file.unlink(missing_ok=True)
                where = f"{origin.type}:{origin.location}"
                write_pins(path, {name: {where: {"revision": found.revision, "sha256": checksums}}})
                say(f"{name}: {where} pinned at {found.revision}: {len(checksums)} files")
            store.drop_work(name)
    return path


def check(name: str, *, test: bool = True) -> dict[str, Any]:
    """Verify every file of an installed model against its passport, and test it again.

    ModelError names the file that is damaged or swapped, or what the test found.
    """
    folder = next((home / name for home in models.model_homes() if name and is_folder(home / name)), None)
    if folder is None:
        raise ModelError(f"{name or repr(name)}: not installed")
    if models.describe(folder) is None:
        raise ModelError(f"{folder}: no passport: nothing to verify against")
    models.verify(folder)
    return _test(folder, name) if test else {"result": "skipped"}


def _there_already(name: str, wishes: Wishes) -> Path | None:
    models.recover(name)
    folder = store.installed_folder(name)
    if not folder.is_dir() or wishes.force:
        return None
    try:
        models.verify(folder) if models.describe(folder) is not None else models.open_folder(folder)
    except ModelError as error:
        raise ModelError(f"{error}; --force replaces it") from None
    wishes.say(f"{name}: installed already in {folder} (--force fetches it anew)")
    return folder


def _origin(entry: Entry, wishes: Wishes) -> Origin:
    """Return the origin wished for, else the first that can be converted with what is installed."""
    origins = [origin for origin in entry.origins if wishes.origin in (None, origin.type)]
    if not origins:
        there = ", ".join(origin.type for origin in entry.origins)
        raise UsageError(f"{entry.id}: no origin {wishes.origin!r} (there: {there})")
    chosen = None
    for origin in origins:
        if origin.kind in NEED_TRANSFORMERS:
            try:
                conversion.require_transformers()
            except ModelError:
                continue
        chosen = origin
        break
    if chosen is None:
        conversion.require_transformers()
        raise AssertionError("unreachable")
    if wishes.revision is not None and wishes.revision != chosen.revision:
        return replace(chosen, revision=wishes.revision, sha256={})
    return chosen


def _terms(entry: Entry, origin: Origin, found: Snapshot, wishes: Wishes) -> None:
    """Say what is about to be fetched and under which licence; ask where commercial use is forbidden."""
    size = found.size
    about = (
        f"{size / 1e6:.0f} MB"
        if size is not None
        else f"about {entry.download_mb:.0f} MB"
        if entry.download_mb
        else "size not known"
    )
    use = {True: "commercial use allowed", False: "NO commercial use", None: "commercial use not known"}
    wishes.say(f"{entry.id}: {entry.title}")
    wishes.say(f"  licence {origin.licence}, {use[entry.commercial]}; download {about}")
    wishes.say(f"  from {origin.type} {origin.location}, revision {found.revision}")
    if entry.commercial is False:
        _ask(replace(entry, licence=origin.licence), wishes)


def _ask(entry: Entry, wishes: Wishes) -> None:
    if not wishes.accept(f"{entry.id}: {entry.licence}: no commercial use"):
        raise UsageError(_refused(entry.id, entry.licence))


def _refused(name: str, licence: str) -> str:
    return f"{name}: its licence {licence} forbids commercial use; give --accept-licence if you keep to it"


def _download(name: str, found: Snapshot, wishes: Wishes) -> tuple[Path, dict[str, str]]:
    """Fetch what is missing; return the folder and the SHA-256 of every file."""
    folder = (
        store.work_folder(name)
        / "download"
        / "".join(c if c.isalnum() or c in ".-_" else "_" for c in found.revision)
    )
    folder.mkdir(parents=True, exist_ok=True)
    checksums: dict[str, str] = {}
    before = 0
    for remote in found.files:
        _take_from_cache(found, remote, folder / remote.name)
        progress = _shifted(wishes.progress, before, found.size)
        checksums[remote.name] = fetch(remote, folder / remote.name, progress=progress, say=wishes.say)
        before += (folder / remote.name).stat().st_size
    return folder, checksums


def _take_from_cache(found: Snapshot, remote: Remote, path: Path) -> None:
    """Use what another tool of the hub fetched already, if it is what it should be."""
    kept = cached(found.origin, found.revision, remote.name)
    wanted = remote.sha256
    if kept is not None and not path.exists() and wanted is not None and sha256_of(kept) == wanted:
        path.symlink_to(kept.resolve())


def _shifted(progress: Progress | None, before: int, whole: int | None) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total: progress(before + done, whole or before + total)


def _record(name: str, found: Snapshot, checksums: Mapping[str, str], say: Say) -> None:
    """Keep what was fetched first: from now on it is demanded."""
    origin = found.origin
    if origin.revision == found.revision and set(checksums) <= set(origin.sha256):
        return
    by_hub = [remote.name for remote in found.files if remote.declared_by == "declared by the hub"]
    trust = (
        "as the hub declares them"
        if len(by_hub) == len(found.files)
        else "as first fetched, nobody having pinned them"
    )
    write_pins(
        user_pins(),
        {name: {f"{origin.type}:{origin.location}": {"revision": found.revision, "sha256": dict(checksums)}}},
    )
    say(f"{name}: checksums {trust}; recorded in {user_pins()}")


def _install(entry: Entry, kind: str, source: Path, where: Mapping[str, Any], wishes: Wishes) -> Path:
    """Convert, check the vocabulary, test, and move into place: everything or nothing."""
    build = store.build_folder(entry.id)
    try:
        wishes.say(f"{entry.id}: converting ({wishes.quantisation})")
        made = conversion.convert(kind, source, build / entry.id, quantisation=wishes.quantisation)
        entry = _languages(entry, kind, made.folder)
        positions = min(filter(None, (entry.positions, made.positions)), default=None)
        conventions = for_kind(kind, entry, made.folder, positions)
        # A model that was trained without says so in the catalogue; of a ready folder nothing is known.
        ended = kind != "ctranslate2" and "source_suffix" not in entry.conventions
        if wrong := faults(made.folder, conventions, entry.sources, entry.targets, ended=ended):
            raise ModelError(f"{entry.id}: the vocabulary does not fit: {'; '.join(wrong[:3])}")
        described: dict[str, Any] = {
            "id": entry.id,
            "name": entry.id,
            **where,
            "licence": entry.licence,
            "commercial": entry.commercial,
            "sources": list(entry.sources),
            "targets": list(entry.targets),
            "quantisation": made.quantisation,
            "engine": f"ctranslate2 {made.versions['ctranslate2']}",
            "converter": made.converter,
            "versions": made.versions,
            "converted": datetime.now(UTC).isoformat(timespec="seconds"),
            "conventions": conventions.described(),
            "decoding": {"beam_size": 4},
            "self_test": {"result": "skipped"},
        }
        store.write_passport(made.folder, described)
        if wishes.test:
            wishes.say(f"{entry.id}: self-test")
            described["self_test"] = _test(made.folder, entry.id)
            store.write_passport(made.folder, described)
        return store.move_into_place(made.folder, entry.id)
    except OSError as error:
        raise WorkError(f"{error.filename or build}: cannot be written: {error.strerror or error}") from None
    finally:
        store.clear(build)


def _test(folder: Path, name: str) -> dict[str, Any]:
    verdict = self_test(models.open_folder(folder))
    if verdict["result"] != "passed":
        raise ModelError(f"{name}: the self-test failed: {'; '.join(verdict['faults'][:2])}")
    return verdict


def _languages(entry: Entry, kind: str, folder: Path) -> Entry:
    """Find the languages of a model that neither the caller nor the catalogue named, by its vocabulary."""
    known = set(vocabulary(folder, "source"))
    forms = {
        "nllb": {code: row.nllb for code, row in LANGUAGES.items()},
        "m2m100": {code: f"__{code}__" for code in LANGUAGES},
        "t5": {code: f"<2{code}>" for code in LANGUAGES},
    }.get(kind, {code: f">>{row.marian}<<" for code, row in LANGUAGES.items()})
    tokens = {code: token for code, token in forms.items() if token in known}
    targets = entry.targets or dict.fromkeys(tokens)
    if any(entry.targets.values()):
        filled: dict[str, str | None] = dict(entry.targets)
    else:
        filled = {code: tokens.get(code) for code in targets}
    many = kind in ("nllb", "m2m100", "t5")
    sources = entry.sources or (tuple(tokens) if many else ())
    if not sources or not filled:
        raise UsageError(f"{entry.id}: say which languages it translates: --from ar --to en")
    source_tokens = entry.source_tokens or (
        {c: t for c, t in tokens.items() if c in sources} if kind != "t5" and many else {}
    )
    return replace(entry, sources=sources, targets=filled, source_tokens=source_tokens)
