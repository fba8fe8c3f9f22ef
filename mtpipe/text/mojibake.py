"""Text decoded with the wrong character set into the text that was meant.

Two accidents of Arabic and French pages: UTF-8 read as Windows-1252, and
Windows-1256 read as Windows-1252. Each repair needs evidence beyond one
character, since Ø, Â and à are letters too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtpipe.text.ledger import Change

# What the bytes 80–BF look like in Windows-1252; its five holes are C1 controls.
_TAIL = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_BYTE = {character: byte for byte, character in enumerate(_TAIL, start=0x80)}
_BYTE |= {chr(byte): byte for byte in range(0x80, 0x100) if chr(byte) not in _BYTE}
_TAIL_CLASS = re.escape(_TAIL) + "\x80-\x9f"

_TWO_BYTES = re.compile(f"[ØÙÚÛ][{_TAIL_CLASS}]|[ÂÃ][{_TAIL_CLASS}]|â[{_TAIL_CLASS}]{{2}}")
_ARABIC_PAIR = re.compile(f"(?:[ØÙÚÛ][{_TAIL_CLASS}]){{2}}")
_LATIN_PAIR = re.compile(f"[ÂÃ][{_TAIL_CLASS}]|â€[{_TAIL_CLASS}]")

_HIGH = re.compile("[\u00c0-\u00ff]")
_HIGH_WORD = re.compile("[\u00c0-\u00ff]{4}")
_HIGH_OR_MARK = re.compile("[\u00a1\u00ba\u00bf\u00c0-\u00ff]")


def mojibake(text: str) -> Iterator[Change]:
    """Yield each wrongly decoded character as the one that was meant."""
    if not _HIGH.search(text):
        return
    arabic = _ARABIC_PAIR.search(text) is not None
    latin = sum(1 for _, _ in zip(_LATIN_PAIR.finditer(text), range(2), strict=False)) == 2
    if arabic or latin:
        yield from _utf8_as_1252(text, arabic=arabic, latin=latin or arabic)
    elif _HIGH_WORD.search(text) and len(_HIGH.findall(text)) * 10 > len(text) * 4:
        yield from _1256_as_1252(text)


def _utf8_as_1252(text: str, *, arabic: bool, latin: bool) -> Iterator[Change]:
    for match in _TWO_BYTES.finditer(text):
        found = match.group()
        if not (arabic if found[0] in "ØÙÚÛ" else latin):
            continue
        try:
            plain = bytes(_BYTE[character] for character in found).decode("utf-8")
        except UnicodeDecodeError:
            continue
        yield Change(match.start(), match.end(), plain, "mojibake")


def _1256_as_1252(text: str) -> Iterator[Change]:
    for match in _HIGH_OR_MARK.finditer(text):
        plain = bytes([_BYTE[match.group()]]).decode("cp1256")
        if plain != match.group():
            yield Change(match.start(), match.end(), plain, "mojibake")
