"""Turns a YAML file into a checked, immutable RunConfig, and the table of keys into its JSON Schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mtpipe.config.encodings import is_cut_at_line_feeds, is_utf8
from mtpipe.config.kinds import Definitions, Table, lines_of, object_schema, table_of
from mtpipe.config.nodes import environment, load_tree
from mtpipe.config.table import RunConfig
from mtpipe.errors import UsageError

SCHEMA_ID = "mtpipe.run/1"


def load(path: str, settings: Sequence[str] = (), *, variables: Mapping[str, str] | None = None) -> RunConfig:
    """Read ``path``, lay ``settings`` ("key=value") over it and check everything that needs no model.

    UsageError or InputError names the file, the line, the key, the value found
    and the values allowed.
    """
    root = load_tree(path, settings, environment() if variables is None else variables)
    config: RunConfig = Table(RunConfig).read(root, "")
    config = dataclasses.replace(config, lines=lines_of(root))
    _check_together(config)
    return config


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a configuration, for editors."""
    definitions: Definitions = {}
    root = object_schema(RunConfig, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Configuration of mtpipe run",
        **root,
        "$defs": definitions,
    }


def plain(value: Any) -> Any:
    """Return a configuration as the mappings, lists and scalars that would be read into it again."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {name: plain(getattr(value, name)) for name in table_of(type(value))}
        return {name: held for name, held in fields.items() if held not in (None, "", [], {})}
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return value[0][1] if value[0][0] == "" else dict(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def _check_together(config: RunConfig) -> None:
    """Refuse combinations in which every value is right by itself."""
    for number, target in enumerate(config.targets):
        if target == config.source:
            _refuse(config, f"targets[{number}]", f"{target!r} is the source's language already")
    for key, pairs in (("models", config.models), ("references", config.references)):
        for target, _ in pairs:
            if target and target not in config.targets:
                known = ", ".join(config.targets)
                _refuse(config, f"{key}.{target}", f"{target!r} is not among the targets ({known})")
    if config.metrics and not config.references:
        _refuse(
            config, "metrics", f"{', '.join(config.metrics)}: nothing to score against; give 'references'"
        )
    if config.glossary and not config.healing:
        _refuse(config, "glossary", "needs retries: it cannot be had with 'healing: false'")
    if config.glossary and config.decoding.links is False:
        _refuse(config, "decoding.links", "false: a glossary needs word links")
    if config.triangle and len(config.targets) < 2:
        _refuse(config, "triangle", f"compares two targets, there is one ({config.targets[0]})")
    for number, entry in enumerate(config.inputs):
        if entry.id and not entry.text:
            _refuse(
                config,
                f"inputs[{number}].id",
                f"{entry.id!r} goes with 'text', the field that holds the text",
            )
        if entry.text and entry.encoding:
            _check_records(config, number)
    _check_executor(config)
    _check_paths(config)


def _check_records(config: RunConfig, number: int) -> None:
    """Refuse an encoding in which JSON lines cannot be told apart, or not be named."""
    entry = config.inputs[number]
    if not is_cut_at_line_feeds(entry.encoding):
        _refuse(
            config,
            f"inputs[{number}].encoding",
            f"{entry.encoding!r} with 'text': JSON lines are cut at the byte 0x0a, which takes an encoding that"
            " has ASCII in it (for example utf-8, windows-1256, iso-8859-6)",
        )
    if entry.id and not is_utf8(entry.encoding):
        _refuse(
            config,
            f"inputs[{number}].id",
            f"{entry.id!r} with 'encoding: {entry.encoding}': names are read from UTF-8 alone"
            " (leave 'id' out, or save the file as UTF-8)",
        )


def _check_executor(config: RunConfig) -> None:
    executor = config.executor
    if executor.kind == "plain":
        for name in ("actors", "gpus_per_actor", "address"):
            entry = table_of(type(executor))[name]
            if getattr(executor, name) != entry.default:
                value = getattr(executor, name)
                _refuse(config, f"executor.{name}", f"{value!r} goes with 'kind: ray', this is 'kind: plain'")
    if executor.gpus_per_actor and executor.device == "cpu":
        _refuse(
            config,
            "executor.gpus_per_actor",
            f"{executor.gpus_per_actor:g} with 'device: cpu' (or: auto, cuda)",
        )


def _check_paths(config: RunConfig) -> None:
    """Refuse paths that nothing can ever be found under, and a run folder inside of what the run reads."""
    for key, path in _paths(config):
        try:
            Path(path).stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            _refuse(config, key, f"{path!r} is no path that can be used: {error.strerror or error}")
    outputs = Path(config.output.directory).resolve()
    for number, given in enumerate(config.inputs):
        folder = Path(given.path)
        if folder.is_dir() and outputs.is_relative_to(folder.resolve()):
            _refuse(
                config,
                "output.directory",
                f"{config.output.directory!r} lies in inputs[{number}] ({given.path!r}),"
                " and the run would read its own output",
            )


def _paths(config: RunConfig) -> Iterator[tuple[str, str]]:
    yield "output.directory", config.output.directory
    for number, entry in enumerate(config.inputs):
        whole = f"inputs[{number}]"
        yield f"{whole}.path" if f"{whole}.path" in config.lines else whole, entry.path
    if config.glossary:
        yield "glossary", config.glossary
    for target, path in config.references:
        yield f"references.{target}", path


def _refuse(config: RunConfig, key: str, text: str) -> None:
    where = config.where(key)
    raise UsageError(f"{f'{where}: ' if where else ''}{key}: {text}")
