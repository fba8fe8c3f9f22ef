"""Turns a YAML file, the environment and ``--set`` options into one tree of nodes that know their lines."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mtpipe.errors import InputError, UsageError

_PREFIX = "tag:yaml.org,2002:"
_PLAIN_TAGS = {
    f"{_PREFIX}{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
}
_VARIABLE = re.compile(r"\$(\$?)\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\}")
_MOST_BYTES = 2**20
# An alias inside an alias inside an alias … grows without end.
_MOST_NODES = 100_000


def load_tree(path: str, settings: Sequence[str], environment: Mapping[str, str]) -> MappingNode:
    """Return the mapping that ``path`` holds, ``${NAME}`` replaced and every ``key=value`` of ``settings`` laid over.

    InputError where the file cannot be read, UsageError naming file and line
    where it is no YAML mapping.
    """
    root = _compose(_read(path), path)
    if not isinstance(root, MappingNode):
        raise UsageError(f"{path}:1: a run is described by keys and values, this is {describe(root)}")
    _expand(root, environment, seen=set())
    for setting in settings:
        _lay_over(root, setting, environment)
    return root


def origin(node: Node) -> str:
    """Return where a node stands: ``file:line``, or the ``--set`` that it came from."""
    name = str(node.start_mark.name)
    return name if name.startswith("--set ") else f"{name}:{node.start_mark.line + 1}"


def folder_of(node: Node) -> Path:
    """Return the folder that a relative path at this node starts from: the file's, or for ``--set`` the current one."""
    name = str(node.start_mark.name)
    return Path() if name.startswith("--set ") else Path(name).parent


def escaped(text: str) -> str:
    """Return ``text`` as a file must have it so that it is read as it stands, variables and all."""
    return _VARIABLE.sub(lambda found: f"${found.group()}", text)


def complaint(node: Node, text: str) -> UsageError:
    """Return the UsageError that says where ``text`` is true."""
    return UsageError(f"{origin(node)}: {text}")


def describe(node: Node | None) -> str:
    """Say what a node is, as a reader of the file would."""
    if node is None:
        return "empty"
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    kind = node.tag.removeprefix(_PREFIX)
    if kind == "null":
        return "nothing"
    shown = str(node.value)
    shown = shown if len(shown) <= 60 else f"{shown[:59]}…"
    return repr(shown) if kind == "str" else f"{shown} ({_NAMES.get(kind, kind)})"


_NAMES = {"int": "a whole number", "float": "a number", "bool": "true or false", "timestamp": "a date"}


def value_of(node: ScalarNode) -> Any:
    """Return a scalar as Python has it."""
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        raise complaint(node, f"{node.value!r} cannot be read as YAML") from None


def _read(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise InputError(f"{path}: is no configuration: larger than {_MOST_BYTES} bytes")
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not valid UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start})"
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"{path}: cannot be read: {reason}") from None


def _compose(text: str, name: str) -> Node | None:
    try:
        loader = yaml.SafeLoader(text)
        loader.name = name
        return loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        where = name if name.startswith("--set ") else f"{name}:{line}"
        raise UsageError(f"{where}: not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        said = str(error).splitlines()
        raise UsageError(f"{name}: not YAML: {said[0] if said else type(error).__name__}") from None


def _expand(node: Node, environment: Mapping[str, str], seen: set[int]) -> None:
    """Replace variables in place, and refuse tags that would construct other things than plain data."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if len(seen) > _MOST_NODES:
        raise complaint(node, f"more than {_MOST_NODES} values: no configuration")
    if node.tag not in _PLAIN_TAGS:
        raise complaint(node, f"the tag {node.tag.replace(_PREFIX, '!!')!r} is not for a configuration")
    if isinstance(node, ScalarNode):
        _expand_scalar(node, environment)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            _expand(item, environment, seen)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            _expand(key, environment, seen)
            _expand(value, environment, seen)


def _expand_scalar(node: ScalarNode, environment: Mapping[str, str]) -> None:
    def replaced(found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        value = environment.get(found["name"], found["default"])
        if value is None:
            raise complaint(
                node,
                f"{node.value!r}: the environment variable {found['name']!r} is not set "
                f"(a default is written ${{{found['name']}:-default}})",
            )
        return value

    text = _VARIABLE.sub(replaced, node.value)
    if text != node.value:
        node.value = text
        if node.style is None:
            # What the variable holds may be a number.
            node.tag = str(yaml.SafeLoader("").resolve(ScalarNode, text, (True, False)))  # type: ignore[no-untyped-call]


def _lay_over(root: MappingNode, setting: str, environment: Mapping[str, str]) -> None:
    """Put the value of ``a.b=value`` at its place, making the mappings on the way."""
    dotted, equals, text = setting.partition("=")
    keys = dotted.strip().split(".")
    if not equals or not all(keys):
        raise UsageError(f"--set {setting}: should be key=value, for example decoding.beam_size=4")
    name = f"--set {setting}"
    value = _compose(text, name)
    mark = yaml.Mark(name, 0, 0, 0, None, 0)
    if value is None:
        value = ScalarNode(f"{_PREFIX}null", "", mark, mark)
    _expand(value, environment, seen=set())
    node: Node = root
    for number, key in enumerate(keys):
        last = number == len(keys) - 1
        node = _step(node, key, value if last else None, name, mark)


def _step(node: Node, key: str, value: Node | None, name: str, mark: Any) -> Node:
    """Return what stands under ``key``, after putting ``value`` there where it is given."""
    if isinstance(node, SequenceNode) and key.isdecimal() and int(key) < len(node.value):
        if value is not None:
            node.value[int(key)] = value
        return node.value[int(key)]  # type: ignore[no-any-return]
    if not isinstance(node, MappingNode):
        raise UsageError(f"{name}: {key!r} is looked for in {describe(node)}, which has no such key")
    for number, (found, held) in enumerate(node.value):
        if found.value == key:
            if value is not None:
                node.value[number] = (ScalarNode(f"{_PREFIX}str", key, mark, mark), value)
                return value
            return held  # type: ignore[no-any-return]
    made = value if value is not None else MappingNode(f"{_PREFIX}map", [], mark, mark)
    node.value.append((ScalarNode(f"{_PREFIX}str", key, mark, mark), made))
    return made


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ
