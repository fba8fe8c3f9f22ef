"""Turns an origin of the catalogue into the files to fetch, at one revision, with what the hub declares of them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mtpipe.errors import ModelError, WorkError
from mtpipe.models.catalogue import Origin
from mtpipe.models.download import Remote

# Weights by preference; safetensors cannot carry code.
_WEIGHTS = (
    re.compile(r"model\.safetensors"),
    re.compile(r"model-\d+-of-\d+\.safetensors|model\.safetensors\.index\.json"),
    re.compile(r"pytorch_model\.bin"),
    re.compile(r"pytorch_model-\d+-of-\d+\.bin|pytorch_model\.bin\.index\.json"),
)
# Seconds between tries where the hub is busy or out of reach.
_WAITS = (1.0, 2.0, 4.0, 8.0)


class _BusyError(Exception):
    """The hub did not answer this time."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a model at one revision; ``revision`` is the hub's commit, or what the catalogue calls it."""

    origin: Origin
    revision: str
    files: tuple[Remote, ...]

    @property
    def size(self) -> int | None:
        """Return the bytes of all files, None where the server does not say them beforehand."""
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def snapshot(origin: Origin) -> Snapshot:
    """Ask where the files of ``origin`` are; only a hub is asked anything, an address stands for itself."""
    if origin.type == "hub":
        return _hub_snapshot(origin)
    if origin.type == "opus":
        name = origin.location.rsplit("/", 1)[-1]
        files = [_pinned(Remote(name, origin.location), origin)]
    else:
        base = origin.location.rstrip("/")
        files = [_pinned(Remote(_plain(name), f"{base}/{_plain(name)}"), origin) for name in origin.files]
    return Snapshot(origin, origin.revision or "unversioned", tuple(files))


def cached(origin: Origin, revision: str, name: str) -> Path | None:
    """Return where the hub's own cache (HF_HOME) has a file at this revision already."""
    if origin.type != "hub":
        return None
    hub = _library()
    found = hub.try_to_load_from_cache(origin.location, name, revision=revision)
    return Path(found) if isinstance(found, str) else None


def _hub_snapshot(origin: Origin) -> Snapshot:
    hub = _library()
    described = _ask(hub, origin)
    revision = str(described.sha)
    present = {str(file.rfilename): file for file in described.siblings or ()}
    headers = {
        name: value for name, value in hub.utils.build_hf_headers().items() if name.lower() == "authorization"
    }
    files = []
    for name in _selected(origin, list(present)):
        file = present[name]
        lfs = file.lfs
        files.append(
            _pinned(
                Remote(
                    name=name,
                    url=hub.hf_hub_url(
                        origin.location, name, revision=revision, endpoint=hub.constants.ENDPOINT
                    ),
                    size=file.size,
                    sha256=None
                    if lfs is None
                    else str(lfs["sha256"] if isinstance(lfs, dict) else lfs.sha256),
                    git_oid=None if lfs is not None else file.blob_id,
                    declared_by="declared by the hub",
                    headers=headers,
                ),
                origin,
            )
        )
    return Snapshot(origin, revision, tuple(files))


def _pinned(remote: Remote, origin: Origin) -> Remote:
    """Let a checksum of the catalogue stand above what a server declares."""
    if remote.name in origin.sha256:
        return replace(remote, sha256=origin.sha256[remote.name], declared_by="pinned in the catalogue")
    return remote


def _selected(origin: Origin, present: Sequence[str]) -> list[str]:
    """Return the names of the files to fetch: those of the catalogue, and one form of the weights."""
    chosen: list[str] = []
    for wanted in origin.files:
        if wanted == "weights":
            chosen += _weights(origin, present)
            continue
        name = _plain(wanted.removesuffix("?"))
        if name in present:
            chosen.append(name)
        elif not wanted.endswith("?"):
            raise ModelError(
                f"{origin.location}: the repository has no {name} (it has: {', '.join(present)})"
            )
    return chosen


def _weights(origin: Origin, present: Sequence[str]) -> list[str]:
    for form in _WEIGHTS:
        found = [name for name in present if form.fullmatch(name)]
        if found:
            return sorted(found)
    raise ModelError(
        f"{origin.location}: the repository has neither model.safetensors nor pytorch_model.bin"
        f" (it has: {', '.join(present)})"
    )


def _plain(name: str) -> str:
    if "/" in name or "\\" in name or name in ("", ".", ".."):
        raise ModelError(f"{name!r}: not a plain file name")
    return name


def _library() -> Any:
    """Import huggingface_hub, its telemetry off; ModelError says how to get it."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        # An extra, and only pull and pin need it.
        import huggingface_hub  # noqa: PLC0415
        import huggingface_hub.constants  # noqa: PLC0415
        import huggingface_hub.errors  # noqa: PLC0415
        import huggingface_hub.utils  # noqa: PLC0415
    except ImportError:
        raise ModelError(
            "the Hugging Face hub needs the [hub] extra: pip install 'mtpipe[hub]' (or [convert])"
        ) from None
    return huggingface_hub


def _ask(hub: Any, origin: Origin, pause: Callable[[float], None] = time.sleep) -> Any:
    """Return the hub's description of a repository, asked again where it is busy."""
    for wait in (*_WAITS, None):
        try:
            return _asked(hub, origin)
        except _BusyError as problem:
            if wait is None:
                raise WorkError(f"{problem}; given up after {len(_WAITS) + 1} tries") from None
            pause(wait)
    raise AssertionError("unreachable")


def _asked(hub: Any, origin: Origin) -> Any:
    """Ask once; what the hub refuses is said in one line."""
    # HfHubHTTPError inherits from the HTTP library's base error, whichever library that is.
    broken = tuple(base for base in hub.errors.HfHubHTTPError.__mro__ if base.__name__ == "HTTPError")
    page = f"{hub.constants.ENDPOINT}/{origin.location}"
    try:
        return hub.HfApi(endpoint=hub.constants.ENDPOINT).model_info(
            origin.location, revision=origin.revision, files_metadata=True
        )
    except hub.errors.OfflineModeIsEnabled:
        raise WorkError(f"{page}: HF_HUB_OFFLINE is set: nothing is fetched") from None
    except hub.errors.GatedRepoError:
        raise ModelError(f"{page}: gated: accept the model's terms there and set HF_TOKEN") from None
    except hub.errors.RevisionNotFoundError:
        raise ModelError(f"{page}: no revision {origin.revision!r}") from None
    except hub.errors.RepositoryNotFoundError:
        raise ModelError(f"{page}: no such repository, or not for this HF_TOKEN") from None
    except hub.errors.HFValidationError as error:
        raise ModelError(f"{origin.location}: {' '.join(str(error).split())}") from None
    except (OSError, *broken) as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        told = f"{page}: cannot be asked: {' '.join(str(error).split()) or type(error).__name__}"
        if status is None or status == 429 or status >= 500:
            raise _BusyError(told) from None
        raise ModelError(told) from None
