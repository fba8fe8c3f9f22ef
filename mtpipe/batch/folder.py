"""A run's folder: where everything in it lies, who may write it, and what its last configuration was."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from mtpipe import __version__
from mtpipe.config import RunConfig, runnable
from mtpipe.errors import OutputError, UsageError
from mtpipe.files import write_text

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows)
    fcntl = None  # type: ignore[assignment]

_MARK = "config.resolved.yaml"
_FOLDERS = "a new or empty folder, or one of an earlier run"


class RunFolder:
    """The folder of a run, opened for writing by this process alone.

    UsageError where it is another's: not empty and no run folder, or written by
    another process just now. OutputError where it cannot be made. ``where`` is the
    file and line that name the folder, for these errors.
    """

    def __init__(self, path: Path, where: str = "") -> None:
        self.path = path
        self._named = f"{f'{where}: ' if where else ''}output.directory"
        self.memory = path / "memory.sqlite"
        self.state = path / "state.sqlite"
        self.documents = path / "documents"
        self.log_file = path / "run.log"
        try:
            if path.exists() and not path.is_dir():
                raise UsageError(f"{self._named}: {path} is a file, not {_FOLDERS}")
            if path.is_dir() and not self._ours():
                raise UsageError(f"{self._named}: {path} is not empty and no run folder; name {_FOLDERS}")
            path.mkdir(parents=True, exist_ok=True)
            # First of all: it tells the folder from others', whatever stops this process next.
            self._lock = (path / "run.lock").open("a")
            self.documents.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{self._named}: {path}: cannot be written: {error.strerror or error}"
            ) from None
        self._take()

    def _ours(self) -> bool:
        """Tell whether an existing folder may be written: a run's, an empty one, or one with empty documents alone."""
        if (self.path / "run.lock").exists():
            return True
        held = list(self.path.iterdir())
        return not held or (held == [self.documents] and self.documents.is_dir() and _empty(self.documents))

    def _take(self) -> None:
        if fcntl is None:  # pragma: no cover
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"{self._named}: another mtpipe is at work in {self.path}") from None

    def close(self) -> None:
        """Let others write the folder."""
        self._lock.close()

    def pinned(self) -> tuple[int | None, bool]:
        """Return the batch size of the folder's earlier sessions, if there were any, and whether they linked words."""
        try:
            held = yaml.safe_load((self.path / _MARK).read_text("utf-8"))["decoding"]
            pieces, links = held["batch_pieces"], held.get("links")
        except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError):
            return None, False
        return pieces if isinstance(pieces, int) and pieces > 0 else None, links is True

    def put_config(self, config: RunConfig, facts: dict[str, Any]) -> None:
        """Write the configuration as resolved, with what it was resolved to as comments."""
        told = "".join(f"# {key}: {value}\n" for key, value in facts.items())
        text = yaml.safe_dump(runnable(config), allow_unicode=True, sort_keys=False)
        write_text(self.path / _MARK, f"# mtpipe {__version__}; what this run was resolved to\n{told}{text}")

    def log(self, text: str) -> None:
        """Add a line with the time to the run's log; a log that cannot be written stops nothing."""
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            handle = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(handle, f"{stamp} {' '.join(text.split())}\n".encode("utf-8", "replace"))
            finally:
                os.close(handle)
        except OSError:
            return


def _empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None
