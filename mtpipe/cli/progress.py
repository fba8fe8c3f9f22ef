"""Turns the engine's count of finished pieces into a line on the terminal with the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

_EVERY_SECONDS = 0.2


def progress_line(label: str, *, quiet: bool) -> Callable[[int, int], None] | None:
    """Return a callback (done, total) that redraws one line on stderr, or None where nobody would see it."""
    if quiet or not sys.stderr.isatty():
        return None
    started = time.monotonic()
    drawn = 0.0

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        now = time.monotonic()
        if done < total and now - drawn < _EVERY_SECONDS:
            return
        drawn = now
        if done >= total:
            sys.stderr.write("\r\x1b[K")
        else:
            share = done / total
            # The first batches carry the engine's warm-up: an estimate from them would frighten.
            left = f", {duration((now - started) * (1 - share) / share)} left" if share > 0.05 else ""
            sys.stderr.write(f"\r\x1b[K{label}: {share:.0%}{left}")
        sys.stderr.flush()

    return draw


def duration(seconds: float) -> str:
    """Return a time as people say it: seconds, minutes, hours."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
