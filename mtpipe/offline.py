"""Keeps libraries from looking anything up: nothing but ``models pull`` and ``models pin`` may open a connection."""

from __future__ import annotations

import os
from collections.abc import Sequence

# Never, whatever the command: reports of use.
_SILENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
# Where nothing is to be fetched: look-ups at the hub.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
_FETCHING = (["models", "pull"], ["models", "pin"])


def fetches(arguments: Sequence[str]) -> bool:
    """Tell whether a command line is one of the two that may open a connection."""
    return list(arguments[:2]) in _FETCHING


def keep_offline(arguments: Sequence[str]) -> None:
    """Set what libraries read when they are imported: no telemetry, and no look-ups unless the command fetches."""
    os.environ.update(_SILENT)
    if not fetches(arguments):
        os.environ.update(_OFFLINE)
