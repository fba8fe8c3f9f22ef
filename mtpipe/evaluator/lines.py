"""Turns a file or standard input into lines, refusing what would silently shift them."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

from mtpipe.errors import InputError

# A file that lost a line is off by one from there; more than this is no slip.
_MOST_SHIFTED = 5
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_text(path: str) -> str:
    """Read ``path`` ("-" is standard input) as UTF-8, or as UTF-16 where a byte order mark says so."""
    name = display_name(path)
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except IsADirectoryError:
        raise InputError(f"{name}: is a directory, not a text file") from None
    except OSError as error:
        reason = "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
        raise InputError(f"{name}: {reason}") from None
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"{name}: line {line}: not valid {encoding} (byte 0x{data[error.start]:02x})"
        ) from None
    if "\x00" in text:
        raise InputError(
            f"{name}: line {text[: text.index(chr(0))].count(chr(10)) + 1}: holds a NUL character"
        )
    return text


def read_lines(path: str) -> tuple[str, ...]:
    """Read one segment a line, without blank space at the ends, as sacrebleu does.

    Lines end in LF or CR LF, also mixed, or all in CR. A CR inside a line of
    another kind is refused: programs disagree on whether it ends the line.
    """
    return split_lines(read_text(path), display_name(path))


def split_lines(text: str, name: str) -> tuple[str, ...]:
    """Split ``text`` into lines as ``read_lines`` does; ``name`` is what errors call it."""
    text = text.replace("\r\n", "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        raise InputError(
            f"{name}: line {line}: a carriage return inside the line; end all lines in LF, in CR LF, or in CR"
        )
    lines = text.removesuffix("\n").split("\n")
    if not text.strip():
        held = f"all {len(lines)} lines are empty" if text else "the file is empty"
        raise InputError(f"{name}: holds no text ({held})")
    return tuple(line.rstrip() for line in lines)


def display_name(path: str) -> str:
    """Return what messages and reports call ``path``."""
    return "standard input" if path == "-" else path


def check_counts(name: str, lines: tuple[str, ...], other_name: str, others: tuple[str, ...]) -> None:
    """Raise InputError where two line-parallel texts differ in length, naming where they seem to part."""
    if len(lines) == len(others):
        return
    longer, longest = (name, lines) if len(lines) > len(others) else (other_name, others)
    alone = longest[min(len(lines), len(others))]
    parting = _parting(lines, others)
    where = f"they seem to part at line {parting + 1}; " if parting is not None else ""
    raise InputError(
        f"{name}: {len(lines)} lines, but {other_name} has {len(others)}: {where}"
        f"line {min(len(lines), len(others)) + 1} of {longer} has no counterpart ({_short(alone)!r})"
    )


def _parting(lines: tuple[str, ...], others: tuple[str, ...]) -> int | None:
    """Return the line before which unshifted, and after which shifted lines share most words."""
    difference = len(others) - len(lines)
    size = min(len(lines), len(others))
    words = [set(line.lower().split()) for line in lines]
    other_words = [set(line.lower().split()) for line in others]
    straight = [_overlap(words[index], other_words[index]) for index in range(size)]
    # Any two texts in a language share words: below a third even in the best case, nothing has a counterpart.
    best, best_at = max(sum(straight) + 0.25, 0.35 * size), None
    for distance in range(1, min(abs(difference), _MOST_SHIFTED) + 1):
        ahead, behind = (distance, 0) if difference > 0 else (0, distance)
        shifted = [_overlap(words[index + behind], other_words[index + ahead]) for index in range(size)]
        total = sum(shifted)
        for index in range(size + 1):
            if total > best:
                best, best_at = total, index
            if index < size:
                total += straight[index] - shifted[index]
    return best_at


def _overlap(words: set[str], others: set[str]) -> float:
    return len(words & others) / max(1, min(len(words), len(others)))


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
