"""Tells which names are those of a text encoding, and what can be done with a file in it."""

from __future__ import annotations

import codecs

# Python counts these as text encodings; they are ways to write text as ASCII, and no file is saved in them.
_NOTATIONS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "charmap"))
_ASCII = bytes(range(128))


def is_text_encoding(name: str) -> bool:
    """Return whether ``name`` is that of an encoding in which a text can be saved."""
    try:
        if codecs.lookup(name).name.replace("_", "-") in _NOTATIONS:
            return False
        b"a".decode(name)
    except UnicodeDecodeError:
        return True  # Half a character, for those that take two bytes and more.
    except (LookupError, ValueError):
        return False
    return True


def is_cut_at_line_feeds(name: str) -> bool:
    """Return whether bytes in the encoding can be cut at each 0x0a: it has ASCII as ASCII has it."""
    try:
        return _ASCII.decode(name) == _ASCII.decode("ascii")
    except ValueError:
        return False


def is_utf8(name: str) -> bool:
    """Return whether the encoding is UTF-8, or ASCII, which is a part of it."""
    return codecs.lookup(name).name in ("utf-8", "utf-8-sig", "ascii")
