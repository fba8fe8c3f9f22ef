"""Single characters that are not what they should be into the characters they stand for.

HTML entities and tags, invisible characters, presentation forms, tatweel and odd
spaces. Letters and digits are never folded.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from html.entities import html5

from mtpipe.text.ledger import Change

# Consonants and long vowels, without tatweel; the marks that may stand on them.
LETTERS = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff\u0750-\u077f"
)
MARKS = "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
SPACES = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"

# Bidi controls, zero-width characters, byte order marks inside the text, soft
# hyphens, controls. U+200D joins emoji and is looked at separately.
INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
)

_ENTITY = re.compile(r"&(?:amp;){0,4}(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# Tags of running text, pasted along with it; those that part lines leave a space.
_TAG = re.compile(
    r"</?(?:(?P<apart>br|p|div|li|ul|ol|h[1-6]|tr|td|blockquote)"
    r"|a|b|i|u|s|em|strong|span|font|sup|sub|small|mark|img|figure|figcaption)(?:\s[^<>\n\r]{0,400})?/?>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]++")
_JOINER = re.compile("(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001ffff])\u200d++|\u200d{2,}|\u200d\\Z")
_PRESENTATION = re.compile(
    "[\ufb00-\ufb06\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdf9\ufe70-\ufefc]"
)
_TATWEEL = re.compile(f"(?<=[{LETTERS}{MARKS}])\u0640++(?=[{LETTERS}{MARKS}])")
_ODD_SPACE = re.compile(f"[\t{SPACES[2:]}][{SPACES}]*+| [{SPACES}]++")
_ENDS = re.compile(f"[{LINE_ENDS}]++")


def _entity(name: str) -> str | None:
    """Return what the entity ``name`` stands for, or None where there is no such entity."""
    found = html.unescape(f"&{name};") if name.startswith("#") else html5.get(name + ";")
    if found is None:
        return None
    return "".join(" " if character in LINE_ENDS else character for character in found)


def entities(text: str) -> Iterator[Change]:
    """Yield named and numbered HTML entities, escaped once or more often, as their characters."""
    if "&" not in text:
        return
    for match in _ENTITY.finditer(text):
        plain = _entity(match.group(1))
        if plain is not None:
            yield Change(match.start(), match.end(), plain, "entity")


def tags(text: str) -> Iterator[Change]:
    """Yield the HTML tags left in a text that closes some or breaks lines with them, to be deleted."""
    if "</" not in text and "<br" not in text.lower():
        return
    for match in _TAG.finditer(text):
        yield Change(match.start(), match.end(), " " if match["apart"] else "", "tag")


def invisible(text: str) -> Iterator[Change]:
    """Yield the characters nobody sees, to be deleted; a joiner between emoji stays."""
    if text.isascii() and text.isprintable():
        return
    pattern = _INVISIBLE
    if "\u200d" in text:
        pattern = re.compile(f"{_INVISIBLE.pattern}|{_JOINER.pattern}")
    for match in pattern.finditer(text):
        yield Change(match.start(), match.end(), "", "invisible")


def presentation_forms(text: str) -> Iterator[Change]:
    """Yield positional glyphs and ligatures as the letters they show.

    The word signs U+FDFA to U+FDFD are signs of their own and stay.
    """
    for match in _PRESENTATION.finditer(text):
        plain = unicodedata.normalize("NFKC", match.group()).strip()
        yield Change(match.start(), match.end(), plain, "presentation-form")


def tatweel(text: str) -> Iterator[Change]:
    """Yield the tatweel between two letters, to be deleted; before a digit or as a dash it stays."""
    if "\u0640" not in text:
        return
    for match in _TATWEEL.finditer(text):
        yield Change(match.start(), match.end(), "", "tatweel")


def spaces(text: str) -> Iterator[Change]:
    """Yield tabs, no-break and other odd spaces, and runs of spaces, as one space."""
    for match in _ODD_SPACE.finditer(text):
        yield Change(match.start(), match.end(), " ", "space")


def edge_spaces(text: str) -> Iterator[Change]:
    """Yield the spaces at either end of a line, to be deleted; runs of spaces are one by now."""
    if text.startswith(" "):
        yield Change(0, 1, "", "edge-space")
    done = 1
    for match in _ENDS.finditer(text):
        start, end = match.span()
        if start > done and text[start - 1] == " ":
            yield Change(start - 1, start, "", "edge-space")
        if text.startswith(" ", end):
            yield Change(end, end + 1, "", "edge-space")
            done = end + 1
    if len(text) > done and text.endswith(" "):
        yield Change(len(text) - 1, len(text), "", "edge-space")
