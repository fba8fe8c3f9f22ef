"""Turns a command line into an exit code."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    try:
        from mtpipe.offline import keep_offline  # noqa: PLC0415  (an interrupt during the imports is one too)

        keep_offline(sys.argv[1:])
        from mtpipe.cli import run  # noqa: PLC0415

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("mtpipe: interrupted\n")
        code = 130
    if code == 130:
        # The engine's threads would otherwise finish their batches before the process may end.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
