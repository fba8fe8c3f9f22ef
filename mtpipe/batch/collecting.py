"""Python's garbage collector, kept from going over what a run keeps anyway."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLD = (50_000, 20, 20)


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Have garbage looked for rarely, and not among what is there already.

    A window is some hundred thousand objects that refer to no one in a circle: they go when nobody holds them. To
    look through all of them time and again made the cost of a segment grow with the run.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
