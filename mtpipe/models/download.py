"""Turns the address of a file into the file itself: resumed, retried, verified, never half there."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from mtpipe import __version__
from mtpipe.errors import ModelError, WorkError

Say = Callable[[str], None]
Progress = Callable[[int, int], None]  # bytes there, bytes in all (0: not known)

_CHUNK = 1 << 20
_TIMEOUT_SECONDS = 30
# Tries in a row that brought no new byte; each waits twice as long as the one before, up to a minute.
_TRIES = 6
_LONGEST_WAIT = 60.0
# A server may ask for a longer pause than that; more than this is not waited for.
_LONGEST_RETRY_AFTER = 300.0


@dataclass(frozen=True, slots=True)
class Remote:
    """One file to fetch; ``sha256`` and ``git_oid`` (SHA-1 of a git blob) are what it must be, where known.

    ``declared_by`` says who gave the checksum. ``headers`` go to the address's own host only.
    """

    name: str
    url: str
    size: int | None = None
    sha256: str | None = None
    git_oid: str | None = None
    declared_by: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class _AgainError(Exception):
    """This try failed and another may not; ``wait`` is what the server asked for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def fetch(
    remote: Remote,
    path: Path,
    *,
    progress: Progress | None = None,
    say: Say = lambda _text: None,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Fetch ``remote`` into ``path`` and return its SHA-256.

    What an earlier try left in ``<path>.part`` is gone on from. WorkError where
    the network or the disk fails; ModelError where the file is not there, not
    to be had, or not what it should be: then nothing is left under ``path``.
    """
    part = path.with_name(path.name + ".part")
    if not path.exists():
        _make_room(part, remote)
        failures = 0
        while not _whole(part, remote):
            before = _size(part)
            try:
                _pull(remote, part, progress)
                break
            except _AgainError as problem:
                failures = 0 if _size(part) > before else failures + 1
                if failures >= _TRIES:
                    raise WorkError(
                        f"{remote.url}: {problem}; given up after {_TRIES} tries,"
                        f" {_size(part)} bytes are kept: the same command goes on from there"
                    ) from None
                wait = problem.wait if problem.wait is not None else _wait(failures)
                say(f"{remote.name}: {problem}; trying again in {wait:g} s")
                pause(wait)
        part.replace(path)
        _note(part).unlink(missing_ok=True)
    return _verified(remote, path)


def _wait(failures: int) -> float:
    """Return the seconds to wait: next to none while bytes come, then twice as long each time."""
    return min(_LONGEST_WAIT, 2.0 ** (failures - 1)) if failures else 0.1


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _verified(remote: Remote, path: Path) -> str:
    found = sha256_of(path)
    wanted = ""
    if remote.sha256 is not None:
        wanted = remote.sha256 if found != remote.sha256 else ""
    elif remote.git_oid is not None and (oid := _git_oid(path)) != remote.git_oid:
        found, wanted = oid, remote.git_oid
    if wanted:
        path.unlink()
        raise ModelError(
            f"{remote.url}: wrong checksum: {found[:16]}… instead of {wanted[:16]}…"
            f" ({remote.declared_by}); the file was dropped"
        )
    return found


def _git_oid(path: Path) -> str:
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _whole(part: Path, remote: Remote) -> bool:
    """Tell whether an earlier try brought everything and was stopped before the file got its name."""
    if remote.size is None or _size(part) <= remote.size:
        return remote.size is not None and remote.size == _size(part) and part.exists()
    _forget(part)
    return False


def _pull(remote: Remote, part: Path, progress: Progress | None) -> None:
    """Go on with ``part`` to its end, or say why not."""
    have = _size(part)
    try:
        with _open(remote, part, have) as answer:
            fresh = answer.status != http.client.PARTIAL_CONTENT
            if fresh:
                have = 0
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length is not None else remote.size or 0
            _remember(part, answer.headers.get("ETag"))
            with part.open("wb" if fresh else "ab") as out:
                have = _copy(answer, out, have, total, progress)
    except urllib.error.HTTPError as error:
        raise _refusal(remote, part, error) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise WorkError(f"{remote.url}: {error.reason.verify_message}") from None
        raise _AgainError(f"no connection: {error.reason}") from None
    except (http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
        raise _AgainError(f"the connection broke: {str(error) or type(error).__name__}") from None
    except OSError as error:
        raise WorkError(
            f"{part}: cannot be written: {error.strerror or error}; what is there is kept,"
            f" the same command goes on from there"
        ) from None
    if have < total:
        raise _AgainError("the connection was closed early")


def _open(remote: Remote, part: Path, have: int) -> http.client.HTTPResponse:
    if urlsplit(remote.url).scheme not in ("http", "https"):
        raise ModelError(f"{remote.url}: not an http(s) address")
    request = urllib.request.Request(remote.url)  # noqa: S310  (the scheme was checked)
    request.add_header("User-Agent", f"mtpipe/{__version__}")
    # Bytes as they are: a compressed answer has another length than the file.
    request.add_header("Accept-Encoding", "identity")
    for name, value in remote.headers.items():
        # Not sent on to where a redirect leads: a token is the hub's alone.
        request.add_unredirected_header(name, value)
    tag = _remembered(part)
    if have:
        request.add_header("Range", f"bytes={have}-")
        if tag is not None and not tag.startswith("W/"):
            # Another file under the same address starts from its beginning.
            request.add_header("If-Range", tag)
    opened: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310
    return opened


def _copy(
    answer: http.client.HTTPResponse, out: IO[bytes], have: int, total: int, progress: Progress | None
) -> int:
    """Write what comes; return how many bytes of the file are there now."""
    while chunk := answer.read1(_CHUNK):
        out.write(chunk)
        have += len(chunk)
        if progress is not None:
            progress(have, total)
    return have


def _refusal(remote: Remote, part: Path, error: urllib.error.HTTPError) -> Exception:
    """Say what an HTTP status means here: try again, or give up and say why."""
    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
        _forget(part)
        return _AgainError("what was kept does not belong to this file")
    if error.code == http.client.TOO_MANY_REQUESTS or error.code >= 500:
        wait = _retry_after(error.headers.get("Retry-After"))
        if wait is not None and wait > _LONGEST_RETRY_AFTER:
            return WorkError(f"{remote.url}: the server asks to come back in {wait:g} s ({error.code})")
        return _AgainError(f"the server answered {error.code} {error.reason}", wait)
    if error.code in (401, 403):
        return ModelError(
            f"{remote.url}: refused ({error.code}): accept the model's terms on its page and set HF_TOKEN"
        )
    if error.code in (404, 410):
        return ModelError(f"{remote.url}: no such file ({error.code})")
    return ModelError(f"{remote.url}: the server answered {error.code} {error.reason}")


def _retry_after(value: str | None) -> float | None:
    """Read a Retry-After header: seconds, or a date."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _make_room(part: Path, remote: Remote) -> None:
    """Refuse before the download what the disk cannot hold."""
    part.parent.mkdir(parents=True, exist_ok=True)
    needed = (remote.size or 0) - _size(part)
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise WorkError(
            f"{part.parent}: no space for {remote.name}: {needed / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free"
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _remember(part: Path, tag: str | None) -> None:
    _note(part).write_text(json.dumps({"etag": tag}), "utf-8")


def _remembered(part: Path) -> str | None:
    try:
        tag = json.loads(_note(part).read_text("utf-8"))["etag"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return tag if isinstance(tag, str) else None


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)
