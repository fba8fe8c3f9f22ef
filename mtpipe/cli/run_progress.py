"""Turns a run's counts into a line that is redrawn on a terminal, or into a plain line now and then."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from mtpipe.cli.progress import duration

if TYPE_CHECKING:
    from mtpipe.batch import Tally

_REDRAW_SECONDS = 0.2
_PLAIN_SECONDS = 10.0


class Watcher:
    """Shows what a run does on standard error, without a word where ``quiet``."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self._name = name
        self._quiet = quiet
        self._live = sys.stderr.isatty() and not quiet
        self._shown = time.monotonic() if not self._live else 0.0
        self._drawn = False

    def progress(self, tally: Tally) -> None:
        """Redraw the line, or add one, if it is time to."""
        now = time.monotonic()
        if self._quiet or now - self._shown < (_REDRAW_SECONDS if self._live else _PLAIN_SECONDS):
            return
        self._shown = now
        if self._live:
            self._show(f"\r\x1b[K{self._name}: {status(tally)}")
            self._drawn = True
        else:
            self._show(f"{self._name}: {status(tally)}\n")

    def failed(self, label: str, reason: str) -> None:
        """Say which document could not be done, even where quiet."""
        self._line(f"mtpipe: {label}: {reason}")

    def say(self, text: str) -> None:
        """Say a line."""
        if not self._quiet:
            self._line(text)

    def close(self) -> None:
        """Take the line off the terminal."""
        if self._drawn:
            self._show("\r\x1b[K")
            self._drawn = False

    def _line(self, text: str) -> None:
        self.close()
        self._show(f"{' '.join(text.split())}\n")

    def _show(self, text: str) -> None:
        """Write to standard error; where its reader has gone or its disk is full, the run goes on unseen."""
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            # What waits there to be written would fail again, at the latest when the process ends.
            with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123
                os.dup2(nowhere.fileno(), sys.stderr.fileno())


def status(tally: Tally) -> str:
    """Return the counts as one line: documents, segments, speed, time left, failures."""
    left = tally.left()
    parts = [
        f"{tally.done + tally.failed} of {tally.documents} documents",
        f"{tally.translated} segments translated",
        f"{tally.speed:.0f} tokens/s",
        f"{duration(left)} left" if left is not None else "",
        f"{tally.failed} failed" if tally.failed else "",
        f"{tally.flagged} to look at" if tally.flagged else "",
    ]
    return ", ".join(filter(None, parts))
