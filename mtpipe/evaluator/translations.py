"""Turns a translation (mtpipe's jsonl, plain lines, standard input) into one Output a target language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from mtpipe.data import Passport, Translation
from mtpipe.errors import InputError
from mtpipe.evaluator.comparison import Output
from mtpipe.evaluator.lines import display_name, read_text, split_lines

SCHEMA = "mtpipe.translation/"
_KINDS: dict[type, str] = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}
_Kind = TypeVar("_Kind")


def read_outputs(path: str) -> tuple[Output, ...]:
    """Read ``path`` ("-" is standard input): one Output per target language it holds.

    Plain text is one segment a line, its target language unknown. InputError
    names the line that is not what it should be.
    """
    text = read_text(path)
    if text.lstrip().startswith("{") and SCHEMA in text[:4000]:
        return _from_jsonl(text, path)
    texts = split_lines(text, display_name(path))
    return (_plain(path, texts),)


def output_of(translation: Translation) -> Output:
    """Take a translation that was just made as an Output."""
    document = translation.source
    texts = tuple(" ".join(hypothesis.text.split()) for hypothesis in translation.hypotheses)
    return Output(
        name=f"{document.id}.{translation.target}",
        origin=document.origin.name,
        target=translation.target,
        model=translation.model.described if translation.model.kind == "model" else translation.model.id,
        source_language=document.language,
        texts=texts,
        sources=tuple(segment.text for segment in document.segments),
        roles=tuple(str(segment.role) for segment in document.segments),
        documents=(document.id,) * len(texts),
        paragraphs=tuple(segment.paragraph for segment in document.segments),
        flags=tuple(tuple(map(str, hypothesis.flags)) for hypothesis in translation.hypotheses),
    )


def named_apart(outputs: Sequence[Output]) -> tuple[Output, ...]:
    """Return the outputs with the shortest names that tell them apart: file names, else longer paths."""
    paths = [Path(output.origin) for output in outputs]
    depth = max((len(path.parts) for path in paths), default=1)
    for parts in range(1, depth + 1):
        names = ["/".join(path.parts[-parts:]) for path in paths]
        if len(set(names)) == len(names):
            break
    else:
        names = [f"{path.name} ({number})" for number, path in enumerate(paths, 1)]
    if len(set(paths)) < len(paths):
        # Several models in one file: they are told apart by their ids.
        names = [output.model.split(" (")[0] or name for output, name in zip(outputs, names, strict=True)]
        names = names if len(set(names)) == len(names) else [f"{n} ({k})" for k, n in enumerate(names, 1)]
    else:
        names = _without_shared_ends(names)
    return tuple(_renamed(output, name) for output, name in zip(outputs, names, strict=True))


def _without_shared_ends(names: list[str]) -> list[str]:
    """Drop what all names share: ``news.ar-en.a.en`` and ``news.ar-en.b.en`` are "a" and "b"."""
    parts = [name.split(".") for name in names]
    if len(names) < 2 or len({len(part) for part in parts}) != 1:
        return names
    varying = [index for index in range(len(parts[0])) if len({part[index] for part in parts}) > 1]
    if not varying:
        return names
    return [".".join(part[varying[0] : varying[-1] + 1]) for part in parts]


def _renamed(output: Output, name: str) -> Output:
    values = {field: getattr(output, field) for field in Output.__dataclass_fields__}
    return Output(**(values | {"name": name}))


def _plain(path: str, texts: tuple[str, ...]) -> Output:
    name = display_name(path)
    return Output(
        name=Path(path).name if path != "-" else name,
        origin=name,
        target="",
        model="",
        source_language="",
        texts=texts,
        sources=("",) * len(texts),
        roles=("",) * len(texts),
        documents=("",) * len(texts),
        paragraphs=(0,) * len(texts),
        flags=((),) * len(texts),
    )


def _from_jsonl(text: str, path: str) -> tuple[Output, ...]:
    name = display_name(path)
    columns: dict[tuple[str, str], dict[str, list[Any]]] = {}
    passports: dict[str, str] = {}
    document, language = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        item = _object(line, name, number)
        if "schema" in item:
            document, language = _header(item, name, number)
            passports |= _passports(item)
            continue
        for translated in _translations(item, name, number):
            target = _text_of(translated, "target", name, number)
            model = _value(translated, "model", "", name, number)
            _append(columns.setdefault((target, model), {}), item, translated, document, (name, number))
    if not columns:
        raise InputError(f"{name}: holds no translated segment")
    stem = Path(path).name if path != "-" else name
    return tuple(
        Output(
            name=stem if len(columns) == 1 else f"{stem}:{target}",
            origin=name,
            target=target,
            model=passports.get(model, model),
            source_language=language,
            **{field: tuple(values) for field, values in fields.items()},
        )
        for (target, model), fields in columns.items()
    )


def systems_of(outputs: Sequence[Output]) -> tuple[tuple[Output, ...], ...]:
    """Divide the columns of one file into systems: each has a target once, in the order of the columns."""
    systems: list[list[Output]] = []
    for output in outputs:
        place = next((s for s in systems if all(o.target != output.target for o in s)), None)
        if place is None:
            systems.append(place := [])
        place.append(output)
    return tuple(map(tuple, systems))


def _passports(header: dict[str, Any]) -> dict[str, str]:
    """Return how each model of a header is described, by its id; older files say less."""
    found = {}
    for entry in header.get("models", []):
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            found[entry["id"]] = _passport(entry).described
    return found


def _passport(entry: dict[str, Any]) -> Passport:
    def text(key: str) -> str:
        return str(entry.get(key) or "")

    legs = [leg for leg in entry.get("via") or [] if isinstance(leg, dict)]
    return Passport(
        id=text("id"),
        source=text("source"),
        revision=text("revision") or "unknown",
        licence=text("licence"),
        sha256=text("sha256"),
        targets=(),
        quantisation=text("quantisation"),
        commercial=entry["commercial"] if isinstance(entry.get("commercial"), bool) else None,
        self_test=text("self_test"),
        via=tuple(map(_passport, legs)),
    )


def _append(
    fields: dict[str, list[Any]],
    item: dict[str, Any],
    translated: dict[str, Any],
    document: str,
    where: tuple[str, int],
) -> None:
    row = {
        "texts": _text_of(translated, "text", *where).rstrip(),
        "sources": _value(item, "source", "", *where),
        "roles": _value(item, "role", "", *where),
        "documents": document,
        "paragraphs": _value(item, "paragraph", 0, *where),
        "flags": _flags(translated, *where),
    }
    for field, value in row.items():
        fields.setdefault(field, []).append(value)


def _object(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{name}: line {number}: not JSON ({error.msg} at column {error.colno})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: line {number}: not JSON that can be read ({error})") from None
    if not isinstance(item, dict):
        raise InputError(f"{name}: line {number}: a JSON {type(item).__name__} where an object was expected")
    return item


def _header(item: dict[str, Any], name: str, number: int) -> tuple[str, str]:
    if item["schema"] != f"{SCHEMA}1":
        raise InputError(f"{name}: line {number}: schema {item['schema']!r} (this version reads '{SCHEMA}1')")
    document: dict[str, Any] = _value(item, "document", {}, name, number)
    return _value(document, "id", "", name, number), _value(document, "source_language", "", name, number)


def _translations(item: dict[str, Any], name: str, number: int) -> list[dict[str, Any]]:
    found = item.get("translations")
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InputError(f"{name}: line {number}: no list of translations")
    return found


def _flags(entry: dict[str, Any], name: str, number: int) -> tuple[str, ...]:
    flags: list[Any] = _value(entry, "flags", [], name, number)
    for flag in flags:
        if not isinstance(flag, str):
            raise InputError(f"{name}: line {number}: 'flags' holds {_shown(flag)}, which is not a text")
    return tuple(flags)


def _value(entry: dict[str, Any], key: str, default: _Kind, name: str, number: int) -> _Kind:
    """Return what stands under ``key``, or ``default`` where nothing does; it must be of the same kind."""
    value = entry.get(key, default)
    kind = type(default)
    # In JSON true is no number, though bool is an int.
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    raise InputError(f"{name}: line {number}: {key!r} is {_shown(value)}, not {_KINDS[kind]}")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"


def _text_of(entry: dict[str, Any], key: str, name: str, number: int) -> str:
    value = entry.get(key)
    if not isinstance(value, str):
        raise InputError(f"{name}: line {number}: a translation without {key!r}")
    return value
