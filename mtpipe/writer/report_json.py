"""Turns an evaluation report into JSON with a versioned schema, and the types into that schema."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from enum import StrEnum
from typing import Any

from mtpipe.report import SCHEMA, EvaluationReport


def render_json(report: EvaluationReport) -> str:
    """Return everything the report holds as one JSON object; its ``schema`` names the version."""
    return json.dumps({"schema": SCHEMA, **plain(report)}, ensure_ascii=False, indent=1) + "\n"


def plain(value: Any) -> Any:
    """Return dataclasses and tuples as objects and lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``render_json``'s output, made from the report's types."""
    definitions: dict[str, Any] = {}
    root = _definition(EvaluationReport, definitions)
    root["properties"] = {"schema": {"const": SCHEMA}, **root["properties"]}
    root["required"] = ["schema", *root["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Report of mtpipe score and mtpipe compare",
        **root,
        "$defs": definitions,
    }


def _definition(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    return {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n\n")[0].strip(),
        "properties": {name: _schema_of(hints[name], definitions) for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _schema_of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    simple = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    if hint in simple:
        return {"type": simple[hint]}
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _schema_of(arguments[0], definitions)}
    if isinstance(hint, types.UnionType):
        return {"anyOf": [_schema_of(argument, definitions) for argument in arguments]}
    if issubclass(hint, StrEnum):
        return {"enum": [str(member) for member in hint]}
    if hint.__name__ not in definitions:
        definitions[hint.__name__] = {}
        definitions[hint.__name__] = _definition(hint, definitions)
    return {"$ref": f"#/$defs/{hint.__name__}"}
