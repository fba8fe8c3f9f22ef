"""Numbers in three languages: what they are read as, and when two texts hold the same ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtpipe.guard import Pair, check
from mtpipe.guard.number_reading import numbers


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("نقلنا حوالي 4 آلاف شخص", "ar", 4000),
        ("٢٥٠ جهادياً", "ar", 250),
        ("خمسة وعشرون ألف جندي", "ar", 25_000),
        ("ثلاثمئة وخمسين", "ar", 350),
        ("ثلاث مئة", "ar", 300),
        ("بمبلغ 179,3 مليون دولار", "ar", 179_300_000),
        ("مليونين ونصف المليون", "ar", 2_500_000),
        ("ملياري دولار", "ar", 2_000_000_000),
        ("ألفين ومئتين", "ar", 2200),
        ("ثلاثة عشر حافلة", "ar", 13),
        ("وبخمسة قوارب", "ar", 5),
        ("في السادس عشر من الشهر", "ar", 16),
        ("مئة وعشرون ألفا", "ar", 120_000),
        ("twenty-five thousand soldiers", "en", 25_000),
        ("two and a half million", "en", 2_500_000),
        ("three hundred and fifty", "en", 350),
        ("the 12th floor", "en", 12),
        ("€2.3bn", "en", 2_300_000_000),
        ("quatre-vingt-dix-sept euros", "fr", 97),
        ("soixante et onze", "fr", 71),
        ("trois cent mille manuscrits", "fr", 300_000),
        ("13\u202f000 détenus", "fr", 13_000),
        ("179,3 millions", "fr", 179_300_000),
        ("deux milliards et demi", "fr", 2_500_000_000),
    ],
)
def test_a_number_is_read(text: str, language: str, value: float) -> None:
    found = numbers(text, language)
    assert any(value in number.values for number in found), found


SAME = [
    ("نقلنا حوالي 4 آلاف شخص", "We carried about 4,000 people.", "Nous avons transporté environ 4 000 personnes."),
    ("عاش فيها يومين", "He lived there for two days.", "Il y vécut deux jours."),
    ("بلغ التضخم ١٧٫٤ في المئة", "Inflation reached 17.4 per cent.", "L'inflation a atteint 17,4 %."),
    ("في تسعينيات القرن الماضي", "In the 1990s", "Dans les années 90"),
    ("في القرن التاسع عشر", "in the 19th century", "au XIXe siècle"),
    ("الساعة 15:30", "at 3:30 p.m.", "à 15 h 30"),
    ("يوم 14/11/2017", "on 14 November 2017", "le 14 novembre 2017"),
    ("على بعد 200 ميل", "200 miles away", "à 320 km"),
    ("ثلاثة ملايين و500 ألف", "3.5 million", "3,5 millions"),
    ("خمسون شاحنة وثلاثة عشر حافلة", "fifty trucks and thirteen buses", "cinquante camions et treize bus"),
]  # fmt: skip


@pytest.mark.parametrize(("arabic", "english", "french"), SAME)
def test_the_same_number_written_otherwise_is_no_fault(arabic: str, english: str, french: str) -> None:
    assert check(Pair(arabic, english, "ar", "en"), ("numbers",)) == ()
    assert check(Pair(arabic, french, "ar", "fr"), ("numbers",)) == ()


@pytest.mark.parametrize(
    ("arabic", "english", "message"),
    [
        ("فر 250 جهادياً", "350 jihadists fled.", "250 became 350"),
        ("فر 250 جهادياً", "Jihadists fled.", "250 is missing"),
        ("فر جهاديون", "250 jihadists fled.", "250 is not in the source"),
        ("خرجت خمسون شاحنة", "Fifteen trucks left.", "خمسون became Fifteen"),
        ("نحو 4 آلاف شخص", "about 4 people", "4 آلاف became 4"),
    ],
)
def test_what_became_of_a_number_is_said(arabic: str, english: str, message: str) -> None:
    assert [found.message for found in check(Pair(arabic, english, "ar", "en"), ("numbers",))] == [message]


def test_the_alignment_says_which_number_became_which() -> None:
    arabic, english = "قتل 30 شخصا وجرح 40 آخرون", "50 people were killed and 60 hurt"
    links = ((1, 0), (2, 1), (4, 5))
    found = check(Pair(arabic, english, "ar", "en", links), ("numbers",))
    assert [finding.message for finding in found] == ["30 became 50", "40 became 60"]


@given(st.integers(3, 999_999))
def test_any_number_in_digits_is_kept_or_missed(value: int) -> None:
    arabic = f"وصل {value} شخصا إلى المدينة"
    assert check(Pair(arabic, f"{value:,} people reached the city", "ar", "en"), ("numbers",)) == ()
    changed = check(Pair(arabic, f"{value + 1234567} people reached the city", "ar", "en"), ("numbers",))
    assert [finding.check for finding in changed] == ["numbers"]


PERCENTAGES = [
    ("ارتفعت الأسعار 25 في المئة هذا العام", "Prices rose {} this year.", "25%", "25"),
    ("ارتفعت الأسعار خمسة بالمئة هذا العام", "Prices rose {} this year.", "five per cent", "five"),
    ("ارتفعت الأسعار ٢٥٪ هذا العام", "Les prix ont augmenté de {} cette année.", "25 %", "25"),
    ("زادت الحصة 3 نقاط مئوية", "La part a augmenté de {}.", "3 points de pourcentage", "3"),
    ("بين 20 و30 في المائة من السكان", "between {} of the population", "20 and 30 percent", "20 and 30"),
]


@pytest.mark.parametrize(("source", "frame", "share", "bare"), PERCENTAGES)
def test_a_percentage_stays_one(source: str, frame: str, share: str, bare: str) -> None:
    language = "fr" if frame.startswith("L") else "en"

    def told(target: str) -> list[str]:
        found = check(Pair(source, frame.format(target), "ar", language), ("numbers",))
        return [finding.message for finding in found]

    assert told(share) == []
    assert len(told(bare)) == 1
    assert "percentage" in told(bare)[0]


def test_a_bare_number_does_not_become_a_percentage() -> None:
    found = check(Pair("حضر 25 نائبا الجلسة", "25% of deputies attended", "ar", "en"), ("numbers",))
    assert [finding.message for finding in found] == ["25 is no percentage in the source"]
