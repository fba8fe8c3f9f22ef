"""What a value of a configuration may be: each kind reads a node and says itself in JSON Schema."""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mtpipe.config.encodings import is_text_encoding
from mtpipe.config.nodes import complaint, describe, folder_of

Lines = dict[str, str]  # dotted key → "file:line"
Definitions = dict[str, Any]
_REQUIRED = dataclasses.MISSING
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# YAML 1.1 also has octal, binary, hexadecimal and sexagesimal numbers: 010 would be 8, and 1:30 be 90.
_WHOLE = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MOST_DIGITS = 18
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Kind(Protocol):
    """A kind of value."""

    def read(self, node: Node, key: str) -> Any:
        """Return the value of ``node``; UsageError names line, key, value and what is valid."""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return the JSON Schema of the same values."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is not empty; ``pattern`` is what it must match in full, ``like`` says so in words."""

    pattern: str = ""
    like: str = "a text"

    def read(self, node: Node, key: str) -> str:
        """Return the text; numbers and dates must be quoted."""
        if not isinstance(node, ScalarNode) or not node.tag.endswith(":str"):
            raise complaint(node, f"{key}: {describe(node)} is not {self.like}")
        if found := _UNSEEN.search(node.value):
            raise complaint(node, f"{key}: {describe(node)} is not {self.like}: it holds {found[0]!r}")
        fits = re.fullmatch(self.pattern, node.value) if self.pattern else node.value.strip()
        if not fits:
            raise complaint(node, f"{key}: {describe(node)} is not {self.like}")
        return str(node.value)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return a string with the pattern."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$" if self.pattern else "\\S"}


@dataclass(frozen=True, slots=True)
class PathText:
    """A path, taken from the folder of the file it stands in; ``~`` is the home."""

    def read(self, node: Node, key: str) -> str:
        """Return the path from where the process runs."""
        text = Text(like="a path").read(node, key)
        from pathlib import Path  # noqa: PLC0415

        try:
            path = Path(text).expanduser() if text.startswith("~") else Path(text)
        except RuntimeError:
            raise complaint(
                node,
                f"{key}: {describe(node)} starts from a home folder that is not known"
                " (for a file of such a name begin with './')",
            ) from None
        joined = str(folder_of(node) / path)
        # What is resolved is read again, and Path drops the './' that told this from a home.
        joined = f"./{joined}" if joined.startswith("~") else joined
        return joined + "/" if text.endswith("/") and not joined.endswith("/") else joined

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return a string that is not blank."""
        return {"type": "string", "pattern": "\\S"}


@dataclass(frozen=True, slots=True)
class ModelText:
    """The name of a model, or its path, taken from the folder of the file it stands in.

    A path is what holds a ``/``, or begins with ``.`` or ``~``.
    """

    def read(self, node: Node, key: str) -> str:
        """Return the name as it stands; a path from the root, so that nobody takes it for a name."""
        text = Text(like="the name or path of a model").read(node, key)
        if not text.startswith((".", "~")) and not any(mark in text for mark in (os.sep, "/")):
            return text
        from pathlib import Path  # noqa: PLC0415

        return str(Path(PathText().read(node, key)).absolute())

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return a string that is not blank."""
        return Text().schema(definitions)


@dataclass(frozen=True, slots=True)
class Encoding:
    """The name of a text encoding that Python knows."""

    def read(self, node: Node, key: str) -> str:
        """Return the name as it is written."""
        name = _ENCODING.read(node, key)
        if not is_text_encoding(name):
            raise complaint(
                node,
                f"{key}: {describe(node)} is no text encoding that is known"
                " (for example utf-8, utf-16, windows-1256, iso-8859-6)",
            )
        return name

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return a string that looks like a name."""
        return _ENCODING.schema(definitions)


_ENCODING = Text(r"[A-Za-z][\w.:-]*", "the name of an encoding")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    values: tuple[str, ...]

    def read(self, node: Node, key: str) -> str:
        """Return the word."""
        if isinstance(node, ScalarNode) and node.tag.endswith(":str") and node.value in self.values:
            return str(node.value)
        raise complaint(
            node, f"{key}: {describe(node)} is not one of {', '.join(self.values)}{_near(node, self.values)}"
        )

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return an enum."""
        return {"enum": list(self.values)}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def read(self, node: Node, key: str) -> int:
        """Return the number."""
        known = f"a whole number from {self.low} to {self.high}"
        digits = _digits(node, ("int",), _WHOLE, key, known)
        # Python refuses to read thousands of digits, and no bound has as many.
        if len(digits) > _MOST_DIGITS or not self.low <= int(digits) <= self.high:
            raise complaint(node, f"{key}: {describe(node)} is not {known}")
        return int(digits)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return an integer with its bounds."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Number:
    """A number from ``low`` to ``high``."""

    low: float
    high: float

    def read(self, node: Node, key: str) -> float:
        """Return the number."""
        known = f"a number from {self.low:g} to {self.high:g}"
        value = float(_digits(node, ("int", "float"), _DECIMAL, key, known))
        if not self.low <= value <= self.high:
            raise complaint(node, f"{key}: {describe(node)} is not {known}")
        return value

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return a number with its bounds."""
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false."""

    def read(self, node: Node, key: str) -> bool:
        """Return the truth value."""
        scalar = isinstance(node, ScalarNode) and node.tag.endswith(":bool")
        value = _TRUTH.get(node.value.lower()) if scalar else None
        if value is None:
            raise complaint(node, f"{key}: {describe(node)} is neither true nor false")
        return value

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return a boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Many:
    """A list of one kind, not empty, none twice."""

    kind: Kind

    def read(self, node: Node, key: str) -> tuple[Any, ...]:
        """Return the values in order."""
        if not isinstance(node, SequenceNode):
            raise complaint(node, f"{key}: {describe(node)} is not a list")
        if not node.value:
            raise complaint(node, f"{key}: the list is empty")
        made: dict[Any, None] = {}  # what is read is immutable, and can be hashed
        for number, item in enumerate(node.value):
            value = self.kind.read(item, f"{key}[{number}]")
            if value in made:
                raise complaint(item, f"{key}[{number}]: {describe(item)} stands there twice")
            made[value] = None
        return tuple(made)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return an array."""
        return {
            "type": "array", "items": self.kind.schema(definitions), "minItems": 1, "uniqueItems": True,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keyed:
    """A mapping whose keys are some words, all values of one kind; read into pairs, in the file's order."""

    keys: tuple[str, ...]
    kind: Kind

    def read(self, node: Node, key: str) -> tuple[tuple[str, Any], ...]:
        """Return the pairs."""
        if not isinstance(node, MappingNode) or not node.value:
            raise complaint(node, f"{key}: {describe(node)} is not a mapping from {', '.join(self.keys)}")
        return tuple(
            (name, self.kind.read(value, f"{key}.{name}")) for name, value in entries(node, key, self.keys)
        )

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return an object with a property for each word."""
        value = self.kind.schema(definitions)
        return {
            "type": "object",
            "properties": dict.fromkeys(self.keys, value),
            "additionalProperties": False,
            "minProperties": 1,
        }


@dataclass(frozen=True, slots=True)
class Either:
    """A scalar of one kind, or else a mapping; ``wrap`` makes the scalar what the mapping would have become."""

    scalar: Kind
    mapping: Kind
    wrap: Callable[[Any], Any]

    def read(self, node: Node, key: str) -> Any:
        """Return what the mapping reads to."""
        if isinstance(node, ScalarNode):
            return self.wrap(self.scalar.read(node, key))
        if isinstance(node, MappingNode):
            return self.mapping.read(node, key)
        raise complaint(node, f"{key}: {describe(node)} is neither a text nor a mapping")

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return both."""
        return {"anyOf": [self.scalar.schema(definitions), self.mapping.schema(definitions)]}


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping read into a dataclass whose fields were made by ``key``."""

    made: type

    def read(self, node: Node, key: str) -> Any:
        """Return the dataclass; fields that the mapping leaves out take their defaults."""
        fields = table_of(self.made)
        if not isinstance(node, MappingNode):
            raise complaint(node, f"{key}: {describe(node)} is not a mapping of {', '.join(fields)}")
        values = {
            name: fields[name].kind.read(value, f"{key}.{name}" if key else name)
            for name, value in entries(node, key, tuple(fields))
        }
        for name, field in fields.items():
            if field.required and name not in values:
                raise complaint(
                    node,
                    f"{f'{key}: ' if key else ''}the key {name!r} is missing ({field.meaning.rstrip('.')})",
                )
        return self.made(**values)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Return a reference to the object's definition, which is made where it is not there yet."""
        name = self.made.__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = object_schema(self.made, definitions)
        return {"$ref": f"#/$defs/{name}"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table of keys: what the value is, what it means, its default as the file would have it."""

    kind: Kind
    meaning: str
    required: bool
    default: Any


def key(kind: Kind, meaning: str, default: Any = _REQUIRED) -> Any:
    """Declare a field of a configuration's dataclass; without a default the key must be there."""
    metadata = {"kind": kind, "meaning": meaning}
    if default is _REQUIRED:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def table_of(made: type) -> Mapping[str, Entry]:
    """Return the keys of a dataclass, in order."""
    return {
        field.name: Entry(
            field.metadata["kind"],
            field.metadata["meaning"],
            field.default is _REQUIRED,
            None if field.default is _REQUIRED else field.default,
        )
        for field in dataclasses.fields(made)
        if "kind" in field.metadata
    }


def object_schema(made: type, definitions: Definitions) -> dict[str, Any]:
    """Return the JSON Schema of a mapping read into ``made``."""
    fields = table_of(made)
    properties = {}
    for name, field in fields.items():
        properties[name] = {"description": field.meaning, **field.kind.schema(definitions)}
        if isinstance(field.default, str | int | float) and field.default != "":
            properties[name]["default"] = field.default
    return {
        "type": "object",
        "description": (made.__doc__ or "").split("\n\n")[0].strip(),
        "properties": properties,
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def entries(node: MappingNode, key: str, known: Sequence[str]) -> list[tuple[str, Node]]:
    """Return the entries of a mapping; UsageError for a key that is unknown or stands there twice."""
    found: dict[str, Node] = {}
    where = f"{key}: " if key else ""
    for name, value in node.value:
        if not isinstance(name, ScalarNode) or not name.tag.endswith(":str") or name.value not in known:
            raise complaint(
                name, f"{where}unknown key {describe(name)} (valid: {', '.join(known)}){_near(name, known)}"
            )
        if name.value in found:
            raise complaint(name, f"{where}the key {name.value!r} stands there twice")
        found[name.value] = value
    return list(found.items())


def lines_of(node: Node, key: str = "") -> Lines:
    """Return where each dotted key stands, for complaints that need more than one value."""
    from mtpipe.config.nodes import origin  # noqa: PLC0415

    found = {key: origin(node)}
    if isinstance(node, MappingNode):
        for name, value in node.value:
            inner = f"{key}.{name.value}" if key else str(name.value)
            found |= lines_of(value, inner) | {inner: origin(name)}
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            found |= lines_of(item, f"{key}[{number}]")
    return found


def _digits(node: Node, kinds: Sequence[str], form: re.Pattern[str], key: str, known: str) -> str:
    """Return how a number is written; UsageError where it is none, or not in plain decimal digits."""
    kind = node.tag.rpartition(":")[2]
    if not isinstance(node, ScalarNode) or kind not in kinds:
        raise complaint(node, f"{key}: {describe(node)} is not {known}")
    if not (_WHOLE if kind == "int" else form).fullmatch(node.value):
        raise complaint(node, f"{key}: {describe(node)} is not {known}, in plain decimal digits")
    return str(node.value)


def _near(node: Node, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(node.value), known, n=1) if isinstance(node, ScalarNode) else []
    return f"; did you mean {near[0]!r}?" if near else ""
