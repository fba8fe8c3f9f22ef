"""A server on this machine that speaks the protocol of the Hugging Face hub, and fails as it is told to."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34
# The hub keeps larger files, and these, apart from git, under their SHA-256.
_LFS_BYTES = 20_000


@dataclass
class Fault:
    """What goes wrong with the next requests for a path that matches: ``times`` of them, after ``skip``."""

    path: str
    cut: int | None = None  # close the connection after so many bytes of the answer
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    corrupt: bool = False
    times: int = 1


@dataclass
class Hub:
    """The repositories and files served, the faults to come, and what was asked."""

    address: str = ""
    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    token: str | None = None
    commit: str = COMMIT

    def served(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(asked == path for _, asked, _ in self.asked)

    def ranges(self, path: str) -> list[str]:
        """Return from where each request for a path wanted the file."""
        return [headers.get("range", "all") for _, asked, headers in self.asked if asked == path]

    def take(self, path: str) -> Fault | None:
        """Return the next fault for a path and use it up."""
        for fault in self.faults:
            if re.fullmatch(fault.path, path) and fault.times > 0:
                fault.times -= 1
                return fault
        return None


def is_lfs(name: str, data: bytes) -> bool:
    """Tell whether the hub keeps a file apart from git."""
    return len(data) > _LFS_BYTES or name.endswith((".bin", ".safetensors", ".spm", ".model"))


@contextmanager
def serving() -> Iterator[Hub]:
    """Serve until the block ends."""
    hub = Hub()

    class Handler(_Handler):
        state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.state.asked.append((self.command, path, headers))
        fault = self.state.take(path)
        if fault is not None and fault.status is not None:
            self._send(fault.status, b"{}", fault.headers, body=body)
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", path):
            self._repository(match[1], match[2], headers, body=body)
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self._resolve(match[1], match[3], fault, body=body)
        elif path.startswith("/cdn/"):
            held = [data for files in self.state.repositories.values() for data in files.values()]
            found = next((data for data in held if hashlib.sha256(data).hexdigest() == path[5:]), None)
            self._file(found, fault, body=body)
        else:
            self._file(self.state.files.get(path), fault, body=body)

    def _repository(self, name: str, revision: str | None, headers: Mapping[str, str], *, body: bool) -> None:
        if self.state.token is not None and headers.get("authorization") != f"Bearer {self.state.token}":
            self._send(403, b"{}", {"X-Error-Code": "GatedRepo", "X-Error-Message": "gated"}, body=body)
        elif name not in self.state.repositories:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body=body)
        elif revision not in (None, "main", self.state.commit):
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body=body)
        else:
            files = self.state.repositories[name]
            listed = {
                "id": name,
                "modelId": name,
                "sha": self.state.commit,
                "siblings": [_sibling(file, data) for file, data in files.items()],
            }
            self._send(200, json.dumps(listed).encode(), {"Content-Type": "application/json"}, body=body)

    def _resolve(self, repository: str, name: str, fault: Fault | None, *, body: bool) -> None:
        data = self.state.repositories.get(repository, {}).get(name)
        if data is None:
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)
        elif is_lfs(name, data):
            checksum = hashlib.sha256(data).hexdigest()
            # Another host, as the hub's: a token must not go there.
            far = self.state.address.replace("127.0.0.1", "localhost")
            where = {"Location": f"{far}/cdn/{checksum}", "X-Repo-Commit": self.state.commit}
            linked = {"X-Linked-Etag": f'"{checksum}"', "X-Linked-Size": str(len(data))}
            self._send(302, b"", where | linked, body=body)
        else:
            self._file(data, fault, body=body)

    def _file(self, data: bytes | None, fault: Fault | None, *, body: bool) -> None:
        if data is None:
            self._send(404, b"", {}, body=body)
            return
        if fault is not None and fault.corrupt:
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]
        tag = f'"{hashlib.sha256(data).hexdigest()}"'
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        fresh = self.headers.get("If-Range") not in (None, tag)
        headers = {"ETag": tag, "Accept-Ranges": "bytes"}
        if wanted is None or fresh:
            self._send(200, data, headers, body=body, cut=fault.cut if fault else None)
        elif int(wanted[1]) >= len(data):
            self._send(416, b"", headers, body=body)
        else:
            start = int(wanted[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._send(206, data[start:], headers, body=body, cut=fault.cut if fault else None)

    def _send(
        self, status: int, data: bytes, headers: Mapping[str, str], *, body: bool, cut: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        if cut is not None:
            self.send_header("Connection", "close")
        self.end_headers()
        if body:
            self.wfile.write(data if cut is None else data[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True


def _sibling(name: str, data: bytes) -> dict[str, Any]:
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    described: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": blob}
    if is_lfs(name, data):
        checksum = hashlib.sha256(data).hexdigest()
        described["lfs"] = {"sha256": checksum, "size": len(data), "pointerSize": 134}
    return described
