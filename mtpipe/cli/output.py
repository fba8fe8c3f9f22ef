"""Puts a command's text where the user wants it: into a file, or on standard output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


def check_output(output: str | None, *, force: bool, inputs: Sequence[str] = ()) -> None:
    """Refuse an output that cannot be written, or is one of ``inputs``, before any work is done."""
    if output not in (None, "-"):
        from mtpipe.files import refuse_overwriting

        refuse_overwriting([Path(str(output))], force=force, inputs=inputs)


def write_output(text: str, output: str | None) -> None:
    """Write ``text`` as it stands to the file ``output``, or to standard output where that is None or "-"."""
    if output in (None, "-"):
        sys.stdout.write(text)
        return
    from mtpipe.files import write_text

    write_text(Path(str(output)), text)
