"""What stands for the characters that a model's vocabulary lacks: words for signs, plain letters for others.

Without, each of them is the unknown piece to the model, and becomes anything: «$95» 95 without its dollars, «گوردستان»
"&ordstan", «François» "Fran&o". What a model does know is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from mtpipe.text.abbreviations import abbreviates, spelt_out

_CURRENCIES = {
    "$": "دولار",
    "€": "يورو",
    "£": "جنيه",
    "¥": "ين",
    "₪": "شيكل",
    "₺": "ليرة",
    "¢": "سنت",
    "₽": "روبل",
}
# Letters of Persian, Kurdish and Urdu, and those that dialects and names need, as the Arab press writes them without.
_LETTERS = dict(zip("پچژگڤکیەۆێہھےۀٹڈڑڭڨݣٱۇڵڕ", "بججكفكيهويههيهتدركقكاولر", strict=True))
_LATIN = {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae", "Æ": "Ae",
          "œ": "oe", "Œ": "Oe", "ð": "d", "þ": "th", "ə": "e"}  # fmt: skip
SIGNS = {"٪": "%", "٫": ",", "٬": ",", "×": " في ", "÷": " على ", "°": " درجة ", "±": " زائد أو ناقص ", "&": " و ",
          "≥": " على الأقل ", "≤": " على الأكثر ", "‰": " في الألف ", "|": " - ", "¦": " - ", "→": " - ",
          "‐": "-", "―": "-", "−": "-", "‹": "«", "›": "»", "‚": ",", "⁄": "/", "√": " جذر ", "№": " رقم "}  # fmt: skip
_AMOUNT = r"\d[\d.,٫٬]*(?:\s?(?:ألف|آلاف|مليون|ملايين|مليونا|مليار|مليارات|بليون|تريليون)(?!\w))?"
_SIGN = f"[{''.join(_CURRENCIES)}]"
# Glued to its amount first: of «20$ 30$» each belongs to the number before.
_MONEY = (
    re.compile(f"(?P<amount>{_AMOUNT})(?P<sign>{_SIGN})(?!\\d)"),
    re.compile(f"(?<!\\d)(?P<sign>{_SIGN})(?P<amount>{_AMOUNT})"),
    re.compile(f"(?P<amount>{_AMOUNT})\\s(?P<sign>{_SIGN})"),
    re.compile(f"(?P<sign>{_SIGN})\\s(?P<amount>{_AMOUNT})"),
)


class Substitutes:
    """Rewrites texts so that a model can read them; ``lacks`` tells of a character whether its vocabulary does."""

    def __init__(self, lacks: Callable[[str], bool]) -> None:
        self._lacks = lacks
        self._known: set[str] = set(" ")
        self._unknown: set[str] = set()

    def written(self, text: str) -> tuple[str, tuple[int, ...] | None]:
        """Return ``text`` with nothing that the model cannot read, as far as there is another way to write it.

        Abbreviations that the press uses are written out as well.
        And for each word of it which word of ``text`` it comes from; None where the text is as it was.
        Letters without another way stay.
        """
        lacking = {character for character in set(text) - self._known if self._lacking(character)}
        shortened = abbreviates(text)
        if not lacking and not shortened:
            return text, None
        number, row = -1, []
        for place, character in enumerate(text):
            number += not character.isspace() and (place == 0 or text[place - 1].isspace())
            row.append((character, number))
        if lacking.intersection(_CURRENCIES):
            row = _named(row, lacking)
        if shortened:
            row, plain = spelt_out(row), row
            if row is plain and not lacking:
                return text, None
        words: list[str] = []
        origins: list[int] = []
        apart = True
        for character, origin in row:
            for one in self._plain(character) if character in lacking else character:
                if one.isspace():
                    apart = True
                elif apart:
                    words.append(one)
                    origins.append(origin)
                    apart = False
                else:
                    words[-1] += one
        return " ".join(words), tuple(origins)

    def _lacking(self, character: str) -> bool:
        if character in self._unknown:
            return True
        # What falls apart into several words would shift the words behind it.
        several = " " in unicodedata.normalize("NFKC", character)
        lacks = not character.isspace() and (several or self._lacks(character))
        (self._unknown if lacks else self._known).add(character)
        return lacks

    def _plain(self, character: str) -> str:
        """Return what stands for a character that the model lacks: itself for a letter without another way."""
        known = _LETTERS.get(character) or _LATIN.get(character) or SIGNS.get(character)
        if known is None:
            known = _CURRENCIES.get(character)
            known = known and f" {known} "
        if known is None:
            bare = unicodedata.normalize("NFKD", character)
            bare = "".join(SIGNS.get(one, one) for one in bare if not unicodedata.combining(one))
            if bare and bare != character and not any(map(self._lacking, bare)):
                return bare
            return character if character.isalnum() else " "
        return known


def _named(row: list[tuple[str, int]], lacking: set[str]) -> list[tuple[str, int]]:
    """Write the currency signs among ``lacking`` as words behind their amounts; one without an amount stays."""
    for pattern in _MONEY:
        text = "".join(character for character, _ in row)
        for found in reversed(list(pattern.finditer(text))):
            if found["sign"] in lacking:
                origin = row[found.start("sign")][1]
                word = [(one, origin) for one in f" {_CURRENCIES[found['sign']]} "]
                row[found.start() : found.end()] = [*row[slice(*found.span("amount"))], *word]
    return row
