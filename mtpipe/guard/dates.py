"""Dates: months of both Arabic series, of the Maghreb and of the Hijri year, and days of the week."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from mtpipe.data import Finding
from mtpipe.guard.number_words import plain
from mtpipe.guard.pair import Pair

# Each line: Arabic names | English | French.
_MONTHS = """
يناير كانون_الثاني جانفي | january jan | janvier janv
فبراير شباط فيفري | february feb | février févr
مارس آذار | march mar | mars
أبريل ابريل إبريل نيسان أفريل | april apr | avril avr
مايو أيار ماي | may | mai
يونيو حزيران جوان يونيه | june jun | juin
يوليو تموز جويلية يوليه | july jul | juillet juil
أغسطس آب اغسطس أوت غشت | august aug | août aout
سبتمبر أيلول شتنبر | september sept sep | septembre sept
أكتوبر تشرين_الأول اكتوبر | october oct | octobre oct
نوفمبر تشرين_الثاني نونبر | november nov novemeber | novembre nov
ديسمبر كانون_الأول دجنبر | december dec | décembre déc
"""
_HIJRI = """
محرم | muharram | mouharram muharram moharram
صفر | safar | safar
ربيع_الأول | rabi | rabi
ربيع_الثاني ربيع_الآخر | rabi | rabi
جمادى_الأولى جمادى_الآخرة جمادى_الثانية | jumada jamada | joumada jumada djoumada
رجب | rajab | rajab radjab
شعبان | shaban shaaban sha'ban | chaabane chaban
رمضان | ramadan ramadhan | ramadan
شوال | shawwal shawal | chawwal chawal
ذو_القعدة ذي_القعدة | qadah qi'dah qaada qidah | qi'da qada
ذو_الحجة ذي_الحجة | hijjah hijja | hijja hidjja
"""
_DAYS = """
الإثنين الاثنين | monday mon | lundi
الثلاثاء | tuesday tue tues | mardi
الأربعاء | wednesday wed | mercredi
الخميس | thursday thu thurs | jeudi
الجمعة | friday fri | vendredi
السبت | saturday sat | samedi
الأحد | sunday sun | dimanche
"""
# Other words too: مارس is "practised", محرم "forbidden", صفر "zero", may and mars are no month everywhere.
_NEEDS_DIGIT = {
    plain(name) for name in ["مارس", "ماي", "جوان", "اب", "آب", "أوت", "محرم", "صفر", "رجب", "شعبان"]
}
_NEAR = re.compile(r"\d")


def _table(lines: str, kind: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    tables: tuple[dict[str, str], dict[str, str], dict[str, str]] = ({}, {}, {})
    for number, line in enumerate(lines.strip().splitlines(), 1):
        for column, names in enumerate(line.split("|")):
            for name in names.split():
                form = plain(name.replace("_", " ")) if column == 0 else name
                tables[column].setdefault(form, f"{kind}{number}")
    return tables


_ALL = [_table(_MONTHS, "m"), _table(_HIJRI, "h"), _table(_DAYS, "d")]
NAMES = {
    code: {k: v for t in _ALL for k, v in t[column].items()} for column, code in enumerate(("ar", "en", "fr"))
}


def _pattern(code: str) -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, NAMES[code]), key=len, reverse=True))
    clitics = "(?:[وفبكل]{0,2})" if code == "ar" else ""
    return re.compile(rf"(?<!\w){clitics}({names})(?!\w)", re.IGNORECASE)


_PATTERNS = {code: _pattern(code) for code in NAMES}


# 14/10/2017, 14-10-2017, 14.10.2017م, 14/10/17, 2017-10-14; and what may have become of one.
_YEAR = r"(?:1[5-9]|20)\d\d"
_NUMERIC = re.compile(
    rf"(?<![\w/.-])(?:(?P<day>\d{{1,2}})(?P<mark> ?[/.-] ?)(?P<month>\d{{1,2}})(?P=mark)(?P<year>{_YEAR})"
    rf"|(?P<day2>\d{{1,2}})/(?P<month2>\d{{1,2}})/(?P<year2>\d\d)|(?P<year3>{_YEAR})-(?P<month3>\d\d?)-(?P<day3>\d\d?))"
    r"(?=\s?[مه]ـ?(?!\w)|(?![\w/-]|\.\d))"
)
_SLASHED = re.compile(r"(?<![\w/.-])\d{1,4}(?:[/-]\d{1,4}){1,2}(?![\w/-])")
_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


def changed_dates(pair: Pair) -> list[tuple[str, str, int]]:
    """Return the dates in figures that plainly became others: what the source has, what stands instead, in which word.

    Plainly: two of the parts, or the year, are the same.
    """
    lost = _lost_dates(pair)
    wanted = {match.group() for match in _SLASHED.finditer(pair.source.translate(_ASCII))}
    others = [match for match in _SLASHED.finditer(pair.target) if match.group() not in wanted]
    if not lost or len(lost) != len(others):
        return []
    return [
        (date, other.group(), len(pair.target[: other.start()].split()))
        for date, other in zip(lost, others, strict=True)
        if (other.start() == 0 or pair.target[other.start() - 1].isspace())
        and _of_one_date(_parts(date), _parts(other.group()))
    ]


def _parts(date: str) -> set[int]:
    return set(map(int, re.findall(r"\d+", date)))


def _of_one_date(ours: set[int], theirs: set[int]) -> bool:
    same = ours & theirs
    return len(same) > 1 or any(part > 31 for part in same)


def _lost_dates(pair: Pair) -> list[str]:
    """Return the dates in figures whose month is neither a figure nor a name of the translation, as ASCII."""
    source = pair.source.translate(_ASCII)
    found = (
        [match for match in _NUMERIC.finditer(source) if _is_date(match)]
        if re.search(r"\d ?[/.-]", source)
        else []
    )
    if not found:
        return []
    there = {code for code, _, _ in _dates(pair.target, pair.target_language)}
    target = re.sub(r"(?<=\d) ?([/.-]) ?(?=\d)", r"\1", pair.target)
    lost = []
    for match in found:
        date = match.group().replace(" ", "")
        possible = {f"m{number}" for number in _day_and_month(match) if 1 <= number <= 12}
        if date not in target and (
            _shortened(target, date) or not any(code in there or _numeric(target, code) for code in possible)
        ):
            lost.append(date)
    return lost


def _shortened(target: str, date: str) -> bool:
    """Tell whether all that is left of a date of three figures are its year and one other: 12/2019 of 12/03/2019."""
    years = [part for part in re.findall(r"\d+", date) if len(part) == 4]
    groups = [re.findall(r"\d+", match.group()) for match in _SLASHED.finditer(target)]
    return bool(years) and any(len(group) == 2 and years[0] in group for group in groups)


def _day_and_month(match: re.Match[str]) -> tuple[int, int]:
    groups = match.groupdict()
    day, month = (
        next(groups[f"{name}{n}"] for n in ("", "2", "3") if groups[f"{name}{n}"])
        for name in ("day", "month")
    )
    return int(day), int(month)


def _is_date(match: re.Match[str]) -> bool:
    month, day = sorted(_day_and_month(match))
    return 1 <= month <= 12 and day <= 31


def check_dates(pair: Pair) -> list[Finding]:
    """Find months and days of the source that became others, and dates that are lost or have lost their month."""
    return [*_numeric_findings(pair), *_named_findings(pair)]


def _numeric_findings(pair: Pair) -> list[Finding]:
    changed = {date: other for date, other, _ in changed_dates(pair)}
    return [
        Finding("dates", f"{date} became {changed[date]}" if date in changed else f"{date} is missing")
        for date in dict.fromkeys(_lost_dates(pair))
    ]


def _named_findings(pair: Pair) -> list[Finding]:
    ours = _dates(pair.source, pair.source_language)
    if not ours:
        return []
    yours = _dates(pair.target, pair.target_language)
    there = {code for code, _, _ in yours}
    here = {code for code, _, _ in ours}
    strange = [name for code, name, _ in yours if code not in here]
    findings = []
    for code, name, dated in ours:
        if code in there:
            continue
        other = _of_kind(strange, yours, code[0])
        if other:
            findings.append(Finding("dates", f"{name} became {other}"))
        elif dated and code[0] != "d" and not _numeric(pair.target, code):
            findings.append(Finding("dates", f"{name} is missing"))
    return list(dict.fromkeys(findings))


def _of_kind(strange: Iterable[str], yours: Iterable[tuple[str, str, bool]], kind: str) -> str:
    return next((name for name in strange if any(n == name and c[0] == kind for c, n, _ in yours)), "")


def _numeric(text: str, code: str) -> bool:
    """Tell whether the month stands as a number in a date like 14/11/2017."""
    return (
        code[0] == "m"
        and re.search(rf"[\d٠-٩][/.-]0?{code[1:]}(?!\d)|(?<!\d)0?{code[1:]}[/.-][\d٠-٩]", text) is not None
    )


@lru_cache(maxsize=4096)
def _dates(text: str, language: str) -> tuple[tuple[str, str, bool], ...]:
    """Return (code, name, has a number beside it) for every month and day named in the text."""
    if language not in _PATTERNS:
        return ()
    read = plain(text) if language == "ar" else text
    found = []
    for match in _PATTERNS[language].finditer(read):
        name = match[1]
        around = read[max(0, match.start() - 9) : match.start()] + " " + read[match.end() : match.end() + 7]
        dated = _NEAR.search(around) is not None
        if language == "ar" and name in _NEEDS_DIGIT and not dated and "شهر" not in around:
            continue
        if language != "ar" and not dated and _doubtful(name, language, match.start()):
            continue
        found.append((NAMES[language][name.lower() if language != "ar" else name], name, dated))
    return tuple(found)


def _doubtful(name: str, language: str, start: int) -> bool:
    """Tell what is rather an English verb or an abbreviated word than a month or a day."""
    if language == "fr":
        return len(name) < 4 and name.lower() != "mai"
    return (len(name) < 4 and (name.lower() != "may" or not name[0].isupper() or start == 0)) or not name[
        0
    ].isupper()
