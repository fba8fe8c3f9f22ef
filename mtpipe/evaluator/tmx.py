"""Turns a TMX file into translation units, without believing anything the file says about entities."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from mtpipe.errors import InputError

_INLINE_CODES = {"bpt", "ept", "ph", "it", "ut"}


@dataclass(slots=True)
class _Reading:
    units: list[dict[str, str]] = field(default_factory=list)
    unit: dict[str, str] | None = None
    language: str = ""
    text: list[str] | None = None
    coded: int = 0


def read_tmx(path: str) -> list[dict[str, str]]:
    """Return for each ``<tu>`` its segments by language code, in lower case as ``ar`` or ``ar-ma``.

    InputError names the line that is not XML, or an entity declaration, which
    no TMX needs and which can make a small file expand without end.
    """
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: _start(reading, name, attributes)
    parser.EndElementHandler = lambda name: _end(reading, name)
    parser.CharacterDataHandler = lambda data: _characters(reading, data)

    def refuse(name: str, *_rest: object) -> None:
        raise InputError(f"{path}: line {parser.CurrentLineNumber}: declares the entity {name!r}")

    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(Path(path).read_bytes(), True)
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
        raise InputError(f"{path}: {reason}") from None
    except expat.ExpatError as error:
        raise InputError(f"{path}: line {error.lineno}: not TMX ({expat.ErrorString(error.code)})") from None
    except (LookupError, ValueError) as error:  # what its first line says that it is encoded in
        raise InputError(f"{path}: line {parser.CurrentLineNumber}: not TMX ({error})") from None
    if not reading.units:
        raise InputError(f"{path}: holds no <tu> with text")
    return reading.units


def _start(reading: _Reading, name: str, attributes: dict[str, str]) -> None:
    tag = name.rsplit(" ", 1)[-1]
    if tag == "tu":
        reading.unit = {}
    elif tag == "tuv":
        language = attributes.get("http://www.w3.org/XML/1998/namespace lang") or attributes.get("lang", "")
        reading.language = language.lower()
    elif tag == "seg":
        reading.text = []
    elif tag in _INLINE_CODES and reading.text is not None:
        reading.coded += 1


def _end(reading: _Reading, name: str) -> None:
    tag = name.rsplit(" ", 1)[-1]
    if tag == "tu" and reading.unit is not None:
        if any(reading.unit.values()):
            reading.units.append(reading.unit)
        reading.unit = None
    elif tag == "seg" and reading.text is not None:
        if reading.unit is not None:
            reading.unit[reading.language] = " ".join("".join(reading.text).split())
        reading.text = None
    elif tag in _INLINE_CODES and reading.text is not None:
        reading.coded -= 1


def _characters(reading: _Reading, data: str) -> None:
    if reading.text is not None and not reading.coded:
        reading.text.append(data)
