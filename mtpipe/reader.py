"""Turns a file or standard input into an unsegmented Document."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from mtpipe.data import Document, Origin
from mtpipe.errors import InputError
from mtpipe.languages import LANGUAGES, identify
from mtpipe.languages import language as known_language

# What a byte order mark says, longest first (UTF-32 is recognised only to be refused by name).
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ARABIC_CODE_PAGES = ("windows-1256", "iso-8859-6")
_LETTERS = re.compile(r"[^\W\d_]")
_ARABIC = re.compile("[\u0620-\u064a]")
# The commonest short words: a wrong code page turns letters into other letters, and these vanish.
_COMMON = re.compile(
    "(?<!\\w)(?:في|من|على|إلى|الى|عن|أن|ان|إن|لا|ما|لم|قد|هذا|هذه|التي|الذي|كان|مع|بين|بعد|قبل|كل|و|أو|او|هو|هي|ذلك|كما)(?!\\w)"
)


def read(path: str, *, language: str = "ar", encoding: str | None = None, option: str = "--from") -> Document:
    """Read ``path`` ("-" is standard input) as one unsegmented document in ``language``.

    The encoding is found (UTF-8, UTF-16, Windows-1256, ISO-8859-6) unless
    ``encoding`` names it. InputError says what is wrong: not a readable file, not
    text, empty, an encoding that cannot be told, plainly another language (which
    ``option`` of the command sets).
    """
    known_language(language)
    return take(read_bytes(path), path, language=language, encoding=encoding, option=option)


def take(
    data: bytes, path: str, *, language: str, encoding: str | None = None, option: str = "--from"
) -> Document:
    """Take ``data``, all that ``path`` held, as ``read`` does: a pipe can be read only once."""
    known_language(language)
    name = _name(path)
    text, found = decode(data, name=name, encoding=encoding)
    if not text.strip():
        raise InputError(f"{name}: the file holds no text ({len(data)} bytes)")
    _check_language(text, name, language, option)
    stem = "stdin" if path == "-" else Path(path).stem
    origin = Origin(
        name=Path(name).name, sha256=hashlib.sha256(data).hexdigest(), encoding=found, size=len(data)
    )
    return Document(id=stem, language=language, source=text, origin=origin)


def document_of(text: str, data: bytes, *, name: str, own_id: str, language: str = "ar") -> Document:
    """Take ``text``, which stood in ``data`` as UTF-8 (a record of JSON lines), as a document.

    InputError as for a file: no text, or plainly another language.
    """
    known_language(language)
    if not text.strip():
        raise InputError(f"{name}: the document holds no text")
    _refuse_binary(text, name)
    _check_language(text, name, language)
    origin = Origin(name=name, sha256=hashlib.sha256(data).hexdigest(), encoding="utf-8", size=len(data))
    return Document(id=own_id, language=language, source=text, origin=origin)


def _name(path: str) -> str:
    return "standard input" if path == "-" else path


def read_bytes(path: str) -> bytes:
    """Return all that ``path`` ("-" is standard input) holds; InputError where it cannot be read."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        if Path(path).is_dir():
            raise InputError(f"{path}: is a directory, not a text file")
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"{path}: cannot be read: {reason}") from None


def decode(data: bytes, *, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of ``data`` without its byte order mark, and the encoding used."""
    if encoding is not None:
        return _decode_as(data, name, encoding)
    for mark, marked in _MARKS:
        if data.startswith(mark):
            if marked == "utf-32":
                raise InputError(f"{name}: UTF-32 is not read; save the file as UTF-8 or give --encoding")
            return _decode_as(data, name, marked)
    if wide := _utf16_without_mark(data):
        return _decode_as(data, name, wide)
    if b"\x00" in data:
        at = data.index(b"\x00")
        raise InputError(f"{name}: not a text file (NUL byte at offset {at})")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_code_page(data, name, error)
    _refuse_binary(text, name)
    return text, "utf-8"


def _decode_as(data: bytes, name: str, encoding: str) -> tuple[str, str]:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise InputError(
            f"{name}: unknown encoding {encoding!r} (for example utf-8, utf-16, windows-1256, iso-8859-6)"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: not valid {encoding} (byte 0x{data[error.start]:02x} at offset {error.start})"
        ) from None
    if "\x00" in text:
        raise InputError(f"{name}: not a text file (NUL character at offset {text.index(chr(0))})")
    _refuse_binary(text, name)
    return text.removeprefix("\ufeff"), "utf-8" if encoding == "utf-8-sig" else encoding


def _utf16_without_mark(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by the bytes that every space and line end has at one parity."""
    head = data[:4096]
    if len(head) < 4 or len(data) % 2:
        return None
    for encoding, zero, blank in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        highs, lows = head[zero::2], head[blank::2]
        blanks = sum(1 for high, low in zip(highs, lows, strict=True) if high == 0 and low in b" \n\r")
        plausible = sum(1 for high in highs if high in (0x00, 0x06, 0x20, 0xFE))
        if blanks and plausible > 0.95 * len(highs) and (0 in highs or 6 in highs):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\x00" not in text:
                return encoding
    return None


def _decode_code_page(data: bytes, name: str, error: UnicodeDecodeError) -> tuple[str, str]:
    """Read ``data`` as the Arabic code page in which it has the most common words, if that is plausible."""
    invalid = f"{name}: not valid UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start})"
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    if sum(1 for char in repaired if ord(char) > 127) > 10 * broken:
        raise InputError(
            f"{invalid}, though the rest is: the file is damaged; give --encoding if it is not UTF-8"
        )
    best: tuple[float, str, str] | None = None
    for encoding in _ARABIC_CODE_PAGES:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if plausibility := _plausible_arabic(text):
            candidate = (plausibility, text, encoding)
            best = candidate if best is None or candidate[0] > best[0] else best
    if best is None:
        raise InputError(
            f"{invalid} nor plausible Arabic in {' or '.join(_ARABIC_CODE_PAGES)}; give --encoding"
        )
    return best[1], best[2]


def _plausible_arabic(text: str) -> float:
    """Return 0 for what cannot be Arabic prose, else a figure that grows with common words."""
    controls = sum(
        1 for char in text if (ord(char) < 32 and char not in "\t\n\r\f") or 127 <= ord(char) < 160
    )
    letters = _LETTERS.findall(text)
    arabic = _ARABIC.findall(text)
    words = text.split()
    if controls or not words or len(arabic) < 0.6 * len(letters):
        return 0.0
    common = len(_COMMON.findall(text)) / len(words)
    # A title or a list of names has few of them: long texts must show some.
    return 0.001 + common if common > 0.02 or len(words) < 25 else 0.0


def _refuse_binary(text: str, name: str) -> None:
    controls = sum(1 for char in text if ord(char) < 32 and char not in "\t\n\r\f\v\x1b\x1a")
    if controls > max(2, 0.001 * len(text)):
        raise InputError(f"{name}: not a text file ({controls} control characters in {len(text)})")


def _check_language(text: str, name: str, language: str, option: str = "--from") -> None:
    """Refuse a document that is plainly in another language than ``language``."""
    sample = text[:20_000]
    found = identify(sample)
    if found in (language, "und"):
        return
    if found == "other" and language not in LANGUAGES:
        return
    if len(_LETTERS.findall(sample)) < 20:
        return
    wanted = f"{LANGUAGES[language].name} ({option} {language})"
    if found not in LANGUAGES:
        raise InputError(f"{name}: the text is in another language than {wanted}")
    raise InputError(f"{name}: the text is {LANGUAGES[found].name}, not {wanted}; give {option} {found}")
