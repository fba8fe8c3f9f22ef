"""Turns a YAML file, the environment and ``--set`` options into one tree of nodes that know their lines."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mtpipe.errors import InputError, UsageError

_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = {f"{_PREFIX}{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
_SETTING = "--set "
_LONGEST_SHOWN = 60
# What YAML takes as the end of a line, and the mark that it leaves out at the beginning.
_NOT_IN_A_SETTING = re.compile("[\n\r\x85\u2028\u2029\ufeff]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
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
    _expand(root, environment, "", seen=set())
    for setting in settings:
        _lay_over(root, setting, environment)
    return root


def origin(node: Node) -> str:
    """Return where a node stands: ``file:line``, or the ``--set`` that it came from."""
    name = str(node.start_mark.name)
    return name if name.startswith(_SETTING) else f"{one_line(name)}:{node.start_mark.line + 1}"


def folder_of(node: Node) -> Path:
    """Return the folder that a relative path at this node starts from: the file's, or for ``--set`` the current one."""
    name = str(node.start_mark.name)
    return Path() if name.startswith(_SETTING) else Path(name).parent


def one_line(text: str) -> str:
    """Return ``text`` with what would not show, or would begin a line, as Python writes it."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


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
    shown = _short(str(node.value))
    if kind == "str":
        return repr(shown)
    if node.tag != _tag_of(node.value):
        return f"!!{kind} {shown!r}"
    return "nothing" if kind == "null" else f"{shown} ({_NAMES.get(kind, kind)})"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def _tag_of(text: str) -> str:
    """Return the tag that a plain scalar has by itself."""
    return str(yaml.SafeLoader("").resolve(ScalarNode, text, (True, False)))  # type: ignore[no-untyped-call]


_NAMES = {"int": "a whole number", "float": "a number", "bool": "true or false", "timestamp": "a date"}


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
        where = name if name.startswith(_SETTING) else f"{name}:{line}"
        raise UsageError(f"{where}: not YAML: {one_line(str(error.problem or error.context))}") from None
    except yaml.reader.ReaderError as error:
        where = name if name.startswith(_SETTING) else f"{name}:{text.count(chr(10), 0, error.position) + 1}"
        raise UsageError(f"{where}: not YAML: the character {chr(error.character)!r}") from None
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        said = str(error).splitlines()
        raise UsageError(f"{name}: not YAML: {said[0] if said else type(error).__name__}") from None


def _expand(node: Node, environment: Mapping[str, str], key: str, seen: set[int]) -> None:
    """Replace variables in place, and refuse tags that would construct other things than plain data."""
    if id(node) in seen:
        return
    seen.add(id(node))
    where = f"{key}: " if key else ""
    if len(seen) > _MOST_NODES:
        raise complaint(node, f"{where}more than {_MOST_NODES} values: no configuration")
    if not _tag_fits(node):
        tag = node.tag.replace(_PREFIX, "!!")
        raise complaint(node, f"{where}the tag {tag!r} is not for a configuration here")
    if isinstance(node, ScalarNode):
        _expand_scalar(node, environment, where)
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            _expand(item, environment, f"{key}[{number}]", seen)
    elif isinstance(node, MappingNode):
        for name, value in node.value:
            # A key that is no text is complained about where the valid ones are known.
            if isinstance(name, ScalarNode) and id(name) not in seen:
                seen.add(id(name))
                _expand_scalar(name, environment, where)
            inner = one_line(str(name.value)) if isinstance(name, ScalarNode) else describe(name)
            _expand(value, environment, f"{key}.{inner}" if key else inner, seen)


def _tag_fits(node: Node) -> bool:
    if isinstance(node, ScalarNode):
        return node.tag in _SCALAR_TAGS
    return node.tag == f"{_PREFIX}{'seq' if isinstance(node, SequenceNode) else 'map'}"


def _expand_scalar(node: ScalarNode, environment: Mapping[str, str], where: str) -> None:
    def replaced(found: re.Match[str]) -> str:
        if found[1]:
            return found[0][1:]
        value = environment.get(found["name"], found["default"])
        if value is None:
            raise complaint(
                node,
                f"{where}{_short(node.value)!r}: the environment variable {found['name']!r} is not set "
                f"(a default is written ${{{found['name']}:-default}})",
            )
        return value

    text = _VARIABLE.sub(replaced, node.value)
    if text != node.value:
        node.value = text
        if node.style is None:
            # What the variable holds may be a number.
            node.tag = _tag_of(text)


def _lay_over(root: MappingNode, setting: str, environment: Mapping[str, str]) -> None:
    """Put the value of ``a.b=value`` at its place, making the mappings on the way."""
    dotted, equals, text = setting.partition("=")
    keys = dotted.strip().split(".")
    name = f"{_SETTING}{_shown(setting)}"
    if not equals or not all(keys):
        raise UsageError(f"{name}: should be key=value, for example decoding.beam_size=4")
    value = _setting_value(text, name)
    mark = yaml.Mark(name, 0, 0, 0, None, 0)
    if value is None:
        value = ScalarNode(f"{_PREFIX}null", "", mark, mark)
    _expand(value, environment, one_line(dotted.strip()), seen=set())
    node: Node = root
    for number, key in enumerate(keys):
        last = number == len(keys) - 1
        node = _step(node, key, value if last else None, name, mark)


def _shown(setting: str) -> str:
    dotted, equals, text = setting.partition("=")
    return one_line(f"{_short(dotted)}{equals}{_short(text)}")


def _setting_value(text: str, name: str) -> Node | None:
    """Compose the value of a setting; UsageError for YAML that would leave a part of it out."""
    if found := _NOT_IN_A_SETTING.search(text):
        raise UsageError(f"{name}: {found[0]!r}: a setting is one line (in double quotes: \\n)")
    value = _compose(text, name)
    end = 0
    for token in yaml.scan(text, yaml.SafeLoader):
        if "#" in text[end : token.start_mark.index]:
            raise UsageError(f"{name}: ' #' begins a comment; put the value in quotes, as key='\"a #b\"'")
        if isinstance(token, _NOT_OF_A_VALUE):
            sign = text[token.start_mark.index : token.end_mark.index]
            raise UsageError(
                f"{name}: {sign!r} is a sign of YAML; put the value in quotes, as key='\"{sign}\"'"
            )
        end = max(end, token.end_mark.index)
    return value


_NOT_OF_A_VALUE = (
    yaml.DirectiveToken, yaml.DocumentStartToken, yaml.DocumentEndToken, yaml.AnchorToken, yaml.AliasToken,
)  # fmt: skip


def _step(node: Node, key: str, value: Node | None, name: str, mark: Any) -> Node:
    """Return what stands under ``key``, after putting ``value`` there where it is given."""
    if isinstance(node, SequenceNode) and _INDEX.fullmatch(key) and int(key) < len(node.value):
        node.value[int(key)] = value if value is not None else _own(node.value[int(key)])
        return node.value[int(key)]  # type: ignore[no-any-return]
    if not isinstance(node, MappingNode):
        raise UsageError(f"{name}: {_short(key)!r} is looked for in {describe(node)}, which has no such key")
    word = ScalarNode(f"{_PREFIX}str", key, mark, mark)
    for number, (found, held) in enumerate(node.value):
        if found.value == key:
            made = value if value is not None else _own(held)
            node.value[number] = (word if value is not None else found, made)
            return made
    made = value if value is not None else MappingNode(f"{_PREFIX}map", [], mark, mark)
    node.value.append((word, made))
    return made


def _own(node: Node) -> Node:
    """Return a copy that can be changed: an alias elsewhere stands for the same node."""
    copied = copy.copy(node)
    copied.value = copy.copy(node.value)
    return copied


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ
