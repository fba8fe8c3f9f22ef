"""Turns the immutable types into plain JSON values, and back by their type hints."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from typing import Any


def to_plain(value: Any) -> Any:
    """Return ``value`` (dataclasses, tuples, scalars) as dicts, lists and scalars; defaults are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.default is dataclasses.MISSING or getattr(value, field.name) != field.default
        }
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    return value


def from_plain(hint: Any, value: Any) -> Any:
    """Return ``value`` as the type ``hint`` says; ValueError or TypeError where it does not fit."""
    if dataclasses.is_dataclass(hint):
        hints = _hints(typing.cast(type, hint))
        return hint(**{name: from_plain(hints[name], held) for name, held in value.items()})  # type: ignore[operator]
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return tuple(from_plain(arguments[0], item) for item in value)
        return tuple(from_plain(kind, item) for kind, item in zip(arguments, value, strict=True))
    if isinstance(hint, types.UnionType) or origin is typing.Union:
        if value is None:
            return None
        return from_plain(next(kind for kind in arguments if kind is not type(None)), value)
    if isinstance(hint, type) and issubclass(hint, tuple):
        return hint(*value)
    return value


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
