"""Abbreviations of the Arab press written out: «د. سامر», «10 ص», «14,500 ل.س».

A small model takes the letter for a name or for nothing. What may be something else stays: a middle initial
(«فرانكلين د. روزفلت»), an enumerator («د. المشاركة»), metres, a year («5 م», «1990 م»).
"""

from __future__ import annotations

import re
from collections.abc import Callable

Row = list[tuple[str, int]]  # each character of a text, and the number of the word that it comes from

_ARABIC = "\u0621-\u064a"
# A title stands behind what says, names an office or governs a name; behind a name the letter is an initial.
_SAYS = (
    "قال|أضاف|اضاف|أكد|اكد|صرح|أوضح|اوضح|ذكر|أشار|شدد|لفت|بين|رأى|كتب|حذر|دعا|أعلن|اعلن|كشف|تحدث|ألقى|شارك|حضر|افتتح"
    "|استقبل|التقى|زار|ناقش|تساءل|علق|اعتبر|نفى|طالب|وصف|ترأس|قدم|شرح|تابع|نقل|شكر|هنأ|عين|انتخب"
    "|يقول|يضيف|يؤكد|يوضح|يرى|يشير|يحذر|يعتقد|يتحدث|يشرح|يكتب|يتساءل"
)
_GOVERNS = (
    "مع|من|إلى|الى|عن|على|أن|إن|لدى|كان|بقلم|بإشراف|برئاسة|بحضور|بقيادة|بمشاركة|تأليف|ترجمة|إعداد|كلمة|محاضرة|وزير|رئيس"
    "|مدير|نائب|عضو|عميد|أستاذ|نقيب|أمين|كل|شارك|منهم|بينهم|وكيل|مستشار"
)
_BEFORE = (
    rf"(?:(?<=[،,؛:(«\"] )|(?<=[(«\"])|(?:(?<=\s)|^)[وف]?(?:(?:{_SAYS})ت?|{_GOVERNS}|ال[{_ARABIC}]{{3,}}) )"
)
_TITLE = re.compile(
    # «ود. ليلى» cannot be an initial.
    rf"(?:{_BEFORE}|(?:(?<=\s)|^)(?=و))(?P<old>(?P<and>و?)(?P<title>[أا]\. ?د|د|م|أ)\. ?)"
    rf"(?=(?!ال|(?:إلى|الى|على|حتى|وهو|فهو|ليس|عند|قال)\b)[{_ARABIC}]{{3,}}(?![{_ARABIC}.]))"
)
_TITLES = {"د": "الدكتور", "م": "المهندس", "أ": "الأستاذ"}
_AMOUNT = r"(?:[\d٠-٩][\d٠-٩.,٫٬]*|ألف|آلاف|مليون|ملايين|مليار|مليارات)"
_CURRENCY = re.compile(
    rf"{_AMOUNT} ?(?P<old>(?P<unit>[لدرج])\. ?(?P<land>[سلكإاأعجتقمي])(?:\.(?= [{_ARABIC}]))?)(?![{_ARABIC}])"
)
_CURRENCIES = {
    "ل.س": "ليرة سورية",
    "ل.ل": "ليرة لبنانية",
    "د.ك": "دينار كويتي",
    "د.ا": "دينار أردني",
    "د.أ": "دينار أردني",
    "د.إ": "درهم إماراتي",
    "د.ع": "دينار عراقي",
    "د.ج": "دينار جزائري",
    "د.ت": "دينار تونسي",
    "د.ل": "دينار ليبي",
    "د.م": "درهم مغربي",
    "ر.س": "ريال سعودي",
    "ر.ق": "ريال قطري",
    "ر.ع": "ريال عماني",
    "ر.ي": "ريال يمني",
    "ج.م": "جنيه مصري",
    "ج.س": "جنيه سوداني",
}
_HOUR = r"(?<![\d٠-٩:.,])(?:[01]?\d|2[0-4]|[٠١]?[٠-٩])"
_MINUTES = r"[:٫][0-5٠-٥][\d٠-٩]"
_TIME = re.compile(
    rf"(?:(?P<hour>{_HOUR}){_MINUTES}|(?<=الساعة )(?P<whole>[\d٠-٩]{{1,2}})) ?"
    rf"(?P<old>(?P<half>[صم])(?:\.(?= [{_ARABIC}]))?)(?=[\s،؛.)»]|$)"
)
_HALVES = {"ص": "صباحا", "م": "مساء"}
_AFTERNOON = (12, 1, 2, 3, 4, 5)
_LIKELY = re.compile(rf"(?:^|[\s(«\"و.\d٠-٩])[دمأارلج]\.|[\d٠-٩] ?[صم](?![{_ARABIC}])")


def abbreviates(text: str) -> bool:
    """Tell quickly whether ``text`` may hold an abbreviation."""
    return _LIKELY.search(text) is not None


def spelt_out(row: Row) -> Row:
    """Return ``row`` with abbreviated titles, currencies behind amounts and halves of the day as words."""
    for pattern, word in _KINDS:
        text = "".join(character for character, _ in row)
        for found in reversed(list(pattern.finditer(text))):
            start, end = found.span("old")
            if new := word(found):
                row = [*row[:start], *((one, row[start][1]) for one in new), *row[end:]]
    return row


def _title(found: re.Match[str]) -> str:
    names = [_TITLES[letter] for letter in re.findall("[دمأ]", found["title"].replace("ا", "أ"))]
    # «أضافت د. ليلى»
    ending = "ة" if found.group().partition(found["old"])[0].endswith("ت ") else ""
    return found["and"] + "".join(f"{name}{ending} " for name in names)


def _currency(found: re.Match[str]) -> str:
    known = _CURRENCIES.get(f"{found['unit']}.{found['land']}", "")
    # Without this space the amount and its currency would be one word.
    return known and f" {known}"


def _half(found: re.Match[str]) -> str:
    if found["half"] == "م" and int(found["hour"] or found["whole"]) in _AFTERNOON:
        return " بعد الظهر"
    return f" {_HALVES[found['half']]}"


_KINDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_TITLE, _title),
    (_CURRENCY, _currency),
    (_TIME, _half),
)
