"""A text becomes the numbers it names, in digits or in words, each with the values it may stand for."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from mtpipe.guard.number_words import MARKS, WORDS, Word, plain


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a text names it.

    ``values`` are what it may stand for ("1.500" is 1500 or 1.5), ``text`` how
    it is written, ``at`` its word's place in ``text.split()``. ``weak`` ones may
    come or go in a good translation; ``digits`` says that it stands in digits,
    ``clock`` that it may be a time, ``vague`` that it is a round one (a dozen),
    ``definite`` one of things already known («الأربع»), ``century`` one that counts centuries,
    ``unit`` is a measure that translators convert, else "". ``percent`` says that it is plainly a
    percentage, ``near_percent`` that a sign or word for it follows soon (20 and 30 %).
    """

    values: frozenset[float]
    text: str
    at: int
    weak: bool = False
    digits: bool = False
    clock: bool = False
    vague: bool = False
    century: bool = False
    definite: bool = False
    unit: str = ""
    percent: bool = False
    near_percent: bool = False


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
# A run of digits with what may stand inside a number, a word, or a mark that ends a number.
_TOKEN = re.compile(
    r"(?P<digits>(?:(?<![A-Za-z\d])|(?<=\dh))"
    r"(?:(?<!\d )\d{1,3}(?:[ \u00a0\u202f\u2009'’،]\d{3})+(?! ?\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*))"
    r"|(?P<roman>\b[IVXL]{2,6}(?=es?\b|\b)|\b[IVX](?=es?\b))"
    r"|(?P<word>[^\W\d_]+)|(?P<mark>[^\s\w])"
)
_PERCENT = (
    r"(?:[%٪]|per\s?cents?\b|pour[\s-]?cents?\b|percentage|points?\s(?:de\s)?pourcentage|(?:pct|pc)\b|p\.\s?c(?:ent)?\b"
    r"|(?:نق\w+\s)?(?:في|ب)\s?ال?م[ائ]+ة|ب?الم[ائ]+ة|نق\w+\sمئوي\w+)"
)
_PERCENT_AFTER = re.compile(rf"\s*-?{_PERCENT}", re.IGNORECASE)
# A sign may stand behind the second number of two, before the number in Arabic, or the share be told in other words.
_PERCENT_NEAR = re.compile(
    rf"[^.!?؟]{{0,14}}?(?:(?<!\w){_PERCENT}|(?<=\d){_PERCENT})"
    r"|\s*(?:(?:out )?of|in|sur) (?:every )?(?:100|10|ten|cent|dix)\b",
    re.IGNORECASE,
)
_PERCENT_BEFORE = re.compile(r"[%٪]\s?$")
_PERCENT_WORDS = re.compile(
    r"(?:في|ب)\s?ال?م(?:ائ|ئ)ة(?!\s*(?:ألف|عام|سنة|يوم))|\bper\s?cent\b|\bpour[\s-]cents?\b", re.IGNORECASE
)
_CLITICS = ("وال", "فال", "بال", "كال", "ولل", "وب", "ول", "لل", "ال", "و", "ف", "ب", "ك", "ل")
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "md": 1e9}
_SUFFIX = re.compile(r"(mn?|bn?|k|Md)\b", re.IGNORECASE)
_UNITS = re.compile(
    r"\s*(?:(?P<mile>(?:ال)?(?:ميل|[أا]ميال)|miles?\b|mph\b)"
    r"|(?P<foot>(?:ال)?(?:قدم|[أا]قدام)|feet\b|foot\b|ft\b)|(?P<inch>(?:ال)?بوص|inch)"
    r"|(?P<pound>(?:ال)?(?:رطل|[أا]رطال)|pounds?\b|lbs?\b)|(?P<degree>درج\w*|degrees?\b|°))"
)
_RANGE = re.compile(r"\s*(?:-|–|إلى|الى|to|و)\s*(?:\d[\d.,]*)")
_TIME_BEFORE = re.compile(r"(?:الساعة|at|à|vers)\s+$")
_TIME_AFTER = re.compile(r"\s*(?:[:h]\s?\d|h\b|heures?\b|[ap]\.?m\b|o['’]clock|صباح|مساء|ظهر|عصر|فجر|بعد ال)")
_LAST_CENTURY = re.compile(r"\s+(?:من\s+)?القرن\s+الماضي")
_CENTURY = re.compile(r"قرن(?:ين)?\s+(?:الـ?)?(?:[^\W\d_]+\s)?$")
_DOUBTFUL = ("ل", "ف", "ك", "ب")  # «لست» is "I am not", «كمية» no hundred
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}


@lru_cache(maxsize=4096)
def numbers(text: str, language: str) -> tuple[Number, ...]:
    """Return the numbers that ``text`` names, in order."""
    ascii_text = (MARKS.sub("", text) if language == "ar" else text).translate(_DIGITS)
    return tuple(_Reader(ascii_text, language).read())


def _roman(text: str) -> float:
    values = [_ROMAN[letter] for letter in text]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return float(sum(value if value >= after else -value for value, after in pairs))


def digit_values(text: str) -> frozenset[float]:
    """Return what a run of digits with marks inside may stand for."""
    joined = re.sub(r"[ \u00a0\u202f\u2009'’،]", "", text)
    parts = re.split(r"[.,]", joined)
    if len(parts) == 1:
        return frozenset({float(joined)})
    found = set()
    if all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3:
        found.add(float("".join(parts)))
    if len(parts) == 2:
        found.add(float(f"{parts[0]}.{parts[1]}"))
    elif len(set(re.findall(r"[.,]", joined))) == 2:
        found.add(float("".join(parts[:-1]) + "." + parts[-1]))
    return frozenset(found or {float(part) for part in parts})


@lru_cache(maxsize=65536)
def _known_word(text: str, language: str) -> tuple[Word | None, bool]:
    """Return the number word that a word is, if any, and whether an "and" is part of it."""
    words = WORDS.get(language, {})
    if language != "ar":
        return words.get(text.lower()), False
    form = plain(text)
    if form in words:
        return words[form], False
    for clitic in _CLITICS:
        if form.startswith(clitic):
            word = words.get(form[len(clitic) :])
            if word is not None and not (
                clitic in _DOUBTFUL and (word.weak or len(form) <= 4) and word.kind != "vague"
            ):
                return word, clitic.startswith("و")
    return None, False


class _Reader:
    """Walks over a text once and adds number words up."""

    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text, language
        self.found: list[Number] = []
        self.percent_words = {match.start() for match in _PERCENT_WORDS.finditer(text)}
        self._clear()

    def _clear(self) -> None:
        self.total, self.current, self.last = 0.0, 0.0, ""
        self.start, self.end = -1, -1
        self.weak, self.digits, self.options = True, False, frozenset[float]()
        self.largest_scale = float("inf")

    def read(self) -> list[Number]:
        """Return the numbers in order."""
        skip_until = -1
        joined = False
        for match in _TOKEN.finditer(self.text):
            if match.start() < skip_until:
                continue
            if match["digits"]:
                self._close()
                self._digits(match)
            elif match["roman"]:
                self._close()
                self._one({_roman(match["roman"])}, match)
            elif match["word"]:
                percent = _PERCENT_WORDS.match(self.text, match.start()) if self.percent_words else None
                if percent:
                    self._close()
                    skip_until = percent.end()
                elif not self._word(match, joined=joined):
                    linking = match["word"].lower() in ("and", "et", "و") or (joined and match["word"] == "a")
                    joined = self.start >= 0 and linking
                    if not joined:
                        self._close()
                    continue
            elif match["mark"] != "-" or self.language == "ar":
                self._close()
            joined = False
        self._close()
        return _with_centuries(self.found)

    def _digits(self, match: re.Match[str]) -> None:
        self.options = digit_values(match["digits"])
        self.start, self.end, self.last = match.start(), match.end(), "digits"
        self.weak, self.digits = False, True
        suffix = _SUFFIX.match(self.text, match.end())
        if suffix:
            factor = _SUFFIXES[suffix[1].lower()]
            self.options |= {value * factor for value in self.options}

    def _word(self, match: re.Match[str], *, joined: bool) -> bool:
        """Add one word to the number being read, or begin a new one; tell whether it is a number word."""
        word, with_and = _known_word(match["word"], self.language)
        if word is None:
            return False
        self._add(word, match, joined=joined or with_and)
        return True

    def _add(self, word: Word, match: re.Match[str], *, joined: bool) -> None:
        if self.start >= 0 and not self._fits(word, joined=joined):
            self._close()
        begins = self.start < 0
        if begins:
            if word.kind in ("half", "part", "vague", "decade"):
                last = word.kind == "decade" and _LAST_CENTURY.match(self.text, match.end())
                self._one({word.value + (1900 if last else 0)}, match, vague=word.kind in ("vague", "decade"))
                return
            self.start = match.start()
        self.end = match.end()
        self.weak = self.weak and word.weak
        self._accumulate(word, begins=begins)
        self.last = word.kind

    def _fits(self, word: Word, *, joined: bool) -> bool:
        if self.last == "digits":
            return word.kind in ("scale",) or (word.kind == "half" and joined)
        if self.language == "ar":
            return _fits_arabic(self.last, word, self.current, joined=joined)
        return _fits_latin(self.last, word, self.current, joined=joined, scale=self.largest_scale)

    def _accumulate(self, word: Word, *, begins: bool) -> None:
        if self.options:
            factor = word.value if word.kind == "scale" else 1.0
            extra = 0.5 if word.kind == "half" else 0.0
            self.options = frozenset(value * factor + extra for value in self.options)
        elif word.kind == "scale":
            if begins:
                self.weak = True  # «ألف» alone, "million": often a noun
            self.total += max(self.current, 1.0) * word.value
            self.current, self.largest_scale = 0.0, word.value
        elif word.kind == "scaled":
            self.total += word.value
            self.largest_scale = word.value / 2
        elif word.kind == "half":
            unit = self.largest_scale if self.largest_scale < float("inf") and self.current == 0 else 1.0
            self.current += word.value * unit
        elif word.kind == "hundred" and 0 < self.current < 10:
            self.current *= word.value
        elif word.kind == "ten" and self.language == "fr" and self.current == 4 and word.value == 20:
            self.current = 80.0
        else:
            self.current += word.value

    def _one(self, values: set[float], match: re.Match[str], *, vague: bool = False) -> None:
        place = self._place(match.start())
        self.found.append(Number(frozenset(values), match.group(), place, weak=True, vague=vague))

    def _close(self) -> None:
        if self.start < 0:
            return
        values = self.options or frozenset({self.total + self.current})
        text = self.text[self.start : self.end]
        before = self.text[max(0, self.start - 12) : self.start]
        arabic = self.language == "ar"
        century = arabic and _CENTURY.search(before) is not None
        definite = arabic and not self.digits and text.startswith(("ال", "لل")) and 2 < max(values) <= 10
        percent = bool(_PERCENT_AFTER.match(self.text, self.end) or _PERCENT_BEFORE.search(before))
        # The month in 14/11/2017 may be named elsewhere, "a hundred percent" is wholly, "two" may be a dual.
        in_date = self.digits and {before[-1:], self.text[self.end : self.end + 1]} <= {"/", "-"}
        idle = in_date or (percent and 100.0 in values) or max(values) < (2 if self.digits and arabic else 3)
        clock = _TIME_AFTER.match(self.text, self.end) or _TIME_BEFORE.search(before) or before[-1:] == ":"
        self.found.append(
            Number(
                values,
                text,
                self._place(self.start),
                weak=self.weak or idle or century or definite or self._in_a_name(text),
                digits=self.digits,
                clock=bool(clock),
                century=century,
                definite=definite,
                unit=self._unit(),
                percent=percent,
                near_percent=percent or _PERCENT_NEAR.match(self.text, self.end) is not None,
            )
        )
        self._clear()

    def _in_a_name(self, text: str) -> bool:
        """Tell a number word that belongs to a name (Six Flags)."""
        before = self.text[max(0, self.start - 2) : self.start].rstrip()
        return self.language != "ar" and not self.digits and text[0].isupper() and before[-1:].isalpha()

    def _unit(self) -> str:
        """Return the measure after the number, also behind the second number of a range."""
        end = self.end
        span = _RANGE.match(self.text, end)
        found = _UNITS.match(self.text, span.end() if span else end)
        return str(found.lastgroup) if found else ""

    def _place(self, offset: int) -> int:
        before = self.text[:offset]
        return len(before.split()) - (bool(before) and not before[-1].isspace())


def _with_centuries(found: list[Number]) -> list[Number]:
    """Read «ثلاثينيات القرن العشرين» as 1930."""
    for index, (decade, century) in enumerate(itertools.pairwise(found)):
        if decade.vague and century.century and century.at - decade.at == 2:
            years = {(c - 1) * 100 + d for c in century.values for d in decade.values}
            found[index] = replace(decade, values=frozenset(years))
    return found


def _fits_arabic(last: str, word: Word, current: float, *, joined: bool) -> bool:
    if word.kind == "teen":
        return last == "unit" and not joined and current < 10
    if word.kind in ("scale", "scaled"):
        return not joined and last not in ("scale", "scaled", "half") if word.kind == "scale" else joined
    if word.kind == "hundred":
        single = word.value == 100 and last == "unit" and not joined
        return single or (joined and last in ("scale", "scaled"))
    if not joined:
        return False
    if word.kind == "ten":
        return last in ("unit", "hundred", "scale", "scaled")
    if word.kind == "unit":
        return last in ("hundred", "scale", "scaled")
    return word.kind == "half"


def _fits_latin(last: str, word: Word, current: float, *, joined: bool, scale: float) -> bool:
    if word.kind == "scale":
        return last not in ("scale",) or word.value > scale
    if word.kind == "hundred":
        return last in ("unit", "small") and not joined and current > 1
    if word.kind == "ten":
        return last in ("hundred", "scale") or (word.value == 20 and current == 4)
    if last == "small" and word.value in (7, 8, 9):
        return current % 20 == 10  # dix-sept, soixante-dix-huit, quatre-vingt-dix-neuf
    if word.kind in ("unit", "small"):
        return last in ("ten", "hundred", "scale") and word.value > 0
    return word.kind == "half" and joined
