"""Turns a model's raw output into text set as the target language sets it."""

from __future__ import annotations

import re

_NBSP = "\u00a0"
_NARROW = "\u202f"
_SPACES = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+([,.;:!?%)\]}…])")
_AFTER_OPENING = re.compile(r"([(\[{])\s+")
_GLUED = re.compile(r"(?<=[^\W\d_])([.!?])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ])")
_GROUPS = re.compile(r"(?<![\d,.])(\d{1,3})((?: \d{3})+)(?!\d)")
# Only before a space, an end or a closing mark: not inside a time, a ratio or a URL.
_FRENCH_MARK = re.compile(r"(?<=\S)[\s\u00a0\u202f]*([;:!?]+)(?=\s|$|[»\"”)\]])")
_PERCENT = re.compile(r"(?<=\d)[\s\u00a0\u202f]*%")
_GUILLEMETS = re.compile(r"«[\s\u00a0\u202f]*|[\s\u00a0\u202f]*»")


def typeset(text: str, language: str) -> str:
    """Return ``text`` with the spacing, quotes and no-break spaces of ``language``.

    English: straight quotes and apostrophes, no space before marks. French:
    « guillemets » with no-break spaces inside, one before ``: ; ! ? %`` and in
    thousands, ’ as apostrophe. Other languages: spacing only. What news in each
    language mostly writes: docs/decisions/0004-typography.md.
    """
    text = _SPACES.sub(" ", text).strip()
    if not text:
        return text
    text = _AFTER_OPENING.sub(r"\1", text)
    text = _BEFORE_MARK.sub(r"\1", text)
    text = _GLUED.sub(r"\1 ", text)
    if language == "fr":
        return _french(text)
    if language == "en":
        return _english(text)
    return text


def _english(text: str) -> str:
    return _paired(_GUILLEMETS.sub('"', text), '"', '"').replace("’", "'")


def _french(text: str) -> str:
    text = _paired(_GUILLEMETS.sub('"', text), f"«{_NBSP}", f"{_NBSP}»")
    text = re.sub(r"(?<=[^\W\d_])'(?=\w)", "’", text)
    text = re.sub(r"(?<=[^\W\d_])'(?=«)", "’", text)
    text = _FRENCH_MARK.sub(lambda found: _NBSP + found[1], text)
    text = _PERCENT.sub(f"{_NBSP}%", text)
    return _GROUPS.sub(lambda found: found[1] + found[2].replace(" ", _NARROW), text)


def _paired(text: str, opening: str, closing: str) -> str:
    """Replace straight and curly double quotes by pairs that open and close in turn.

    A sentence cut out of a longer quotation may hold a lone closing quote: an
    odd first quote that follows a word is taken for one.
    """
    parts = re.split('["“”„]', text)
    odd = len(parts) % 2 == 0
    out, is_open = parts[0], False
    for part in parts[1:]:
        lone = odd and not is_open and out[-1:].strip() not in ("", "(") and part[:1].strip(" .,;:!?)") == ""
        if lone or is_open:
            odd = odd and is_open
            is_open = False
            gap = " " if part[:1].isalnum() else ""
            out = out.rstrip() + closing + gap + part
        else:
            is_open = True
            gap = " " if out and (out[-1].isalnum() or out[-1] in ",;:.!?") else ""
            out += gap + opening + part.lstrip()
    return out
