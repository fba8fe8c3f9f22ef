"""Turns a configuration into one that means the same wherever its file lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mtpipe.config.loading import plain
from mtpipe.config.nodes import escaped
from mtpipe.config.table import RunConfig


def runnable(config: RunConfig) -> dict[str, Any]:
    """Return ``config`` as mappings, lists and scalars for a file in any folder: paths absolute, ``${`` escaped."""
    made = replace(
        config,
        inputs=tuple(replace(entry, path=_absolute(entry.path)) for entry in config.inputs),
        output=replace(config.output, directory=_absolute(config.output.directory)),
        glossary=_absolute(config.glossary) if config.glossary else "",
        references=tuple((target, _absolute(path)) for target, path in config.references),
    )
    held: dict[str, Any] = _escaped(plain(made))
    return held


def _absolute(path: str) -> str:
    """Return the path from the root; what ends in a slash means folders only, and goes on doing so."""
    absolute = str(Path(path).absolute())
    return f"{absolute}/" if path.endswith("/") and not absolute.endswith("/") else absolute


def _escaped(held: Any) -> Any:
    if isinstance(held, str):
        return escaped(held)
    if isinstance(held, dict):
        return {name: _escaped(value) for name, value in held.items()}
    if isinstance(held, list):
        return [_escaped(value) for value in held]
    return held
