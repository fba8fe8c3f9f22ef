"""Turns a model's raw output into text set as the target language sets it."""

from __future__ import annotations

import re

# Goes up whenever any text is set in another way than before.
VERSION = 2
_NBSP = "\u00a0"
_NARROW = "\u202f"
_SPACES = re.compile(r"\s+")
# Not before ".5" or ".NET".
_BEFORE_MARK = re.compile(r"\s+(?=[,;:!?%)\]}…]|\.(?!\w))")
_AFTER_OPENING = re.compile(r"(?<=[(\[{])\s+")
# Two dots are three in the sentence and one at its end; none belong behind "!". Not in paths.
_LONG_DOTS = re.compile(r"\.{4,}")
_TWO_DOTS = re.compile(r"(?<![\s./])\.\.(?![\w./])")
_ONLY_CLOSING = re.compile(r"[\s\"'»”’)\]]*\Z")
_STOP_AFTER_MARK = re.compile(r"(?<=[!?])\s?\.{1,2}(?![\w./])")
# "end.The next", but no address and no file name.
_GLUED = re.compile(r"(?<![\w.@/-])([^\W\d_]+[.!?])(?=[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?![\w@/]|\.\w))")
_GROUPS = re.compile(r"(?<![\d,.])(?<!\d )([1-9]\d{0,2})((?: \d{3})+)(?!\d)")
# Only before a space, an end or a closing mark: not inside a time, a ratio or a URL.
_FRENCH_MARK = re.compile(r"(?<=\S)[\s\u00a0\u202f]*([;:!?]+)(?=\s|$|[»”\")\]])")
_PERCENT = re.compile(r"(?<=\d)[\s\u00a0\u202f]*%")
_QUOTE = re.compile('["«»“”„]')
_OPENING, _CLOSING = "«“„", "»”"
# Outer and inner quotation marks.
_ENGLISH_QUOTES = (('"', '"'), ("'", "'"))
_FRENCH_QUOTES = ((f"«{_NBSP}", f"{_NBSP}»"), ("“", "”"))


def typeset(text: str, language: str) -> str:
    """Return ``text`` with the spacing, quotes and no-break spaces of ``language``.

    English: straight quotes and apostrophes, no space before marks; one mark, or three dots, at a time. French:
    « guillemets » with no-break spaces inside, “ ” within them, a no-break space
    before ``: ; ! ? %`` and in thousands, ’ as apostrophe. Other languages:
    spacing only. What news in each language mostly writes:
    docs/decisions/0004-typography.md.
    """
    text = _SPACES.sub(" ", text).strip()
    if not text:
        return text
    text = _BEFORE_MARK.sub("", _AFTER_OPENING.sub("", text))
    if ".." in text or "!" in text or "?" in text:
        text = _with_dots(text)
    text = _GLUED.sub(r"\1 ", text)
    if language == "fr":
        return _french(text)
    if language == "en":
        return _quoted(text.replace("’", "'").replace("‘", "'"), _ENGLISH_QUOTES)
    return text


def _with_dots(text: str) -> str:
    text = _STOP_AFTER_MARK.sub("", _LONG_DOTS.sub("...", text))
    return _TWO_DOTS.sub(lambda dots: "." if _ONLY_CLOSING.match(text, dots.end()) else "...", text)


def _french(text: str) -> str:
    text = _quoted(text, _FRENCH_QUOTES)
    text = re.sub(r"(?<=[^\W\d_])'(?=[\w«“])", "’", text)
    text = _FRENCH_MARK.sub(lambda found: _NBSP + found[1], text)
    text = _PERCENT.sub(f"{_NBSP}%", text)
    return _GROUPS.sub(lambda found: found[1] + found[2].replace(" ", _NARROW), text)


def _quoted(text: str, marks: tuple[tuple[str, str], tuple[str, str]]) -> str:
    """Replace every kind of double quote by the language's, outer and inner ones apart.

    Curly quotes and guillemets say themselves whether they open; a straight one
    closes what the straight one before it opened. A sentence cut out of a longer
    quotation may hold a lone closing quote, which stays one.
    """
    straight = text.count('"')
    out, last = "", 0
    open_quotes: list[str] = []
    for found in _QUOTE.finditer(text):
        out += text[last : found.start()]
        last = found.end()
        after = text[last : last + 1]
        quote = found.group()
        if quote == '"':
            ends_word = out[-1:].strip(" (") != "" and after.strip(" .,;:!?)") == ""
            closes = '"' in open_quotes or (straight % 2 == 1 and not open_quotes and ends_word)
            straight -= 1
        else:
            closes = quote in _CLOSING or (quote == "“" and open_quotes[-1:] == ["„"])
        # Nothing stands before it that it could close.
        closes = closes and out.strip() != ""
        if closes:
            level = max(0, len(open_quotes) - 1)
            if open_quotes:
                open_quotes.pop()
            out = out.rstrip() + marks[min(level, 1)][1] + (" " if after.isalnum() else "")
        else:
            gap = " " if out and (out[-1].isalnum() or out[-1] in ",;:.!?") else ""
            out += gap + marks[min(len(open_quotes), 1)][0]
            open_quotes.append(quote)
            last += len(text[last:]) - len(text[last:].lstrip())
    return out + text[last:]
