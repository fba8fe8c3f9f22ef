"""Languages without a download."""

from __future__ import annotations

import pytest

from mtpipe.languages import identify


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("وصلت السفن إلى الميناء", "ar"),
        ("ﻓﻬﻞ ﻳﻘﺒﻞ", "ar"),
        ("قال الكاتب إن الملك الكبير زار المكتبة".replace("ك", "ک"), "ar"),
        (
            "في هذا اليوم التقى علي بأخيه الذي عاد من السفر إلى القاهرة".replace("ي", "ی").replace("ى", "ی"),
            "ar",
        ),
        ("ھذا ھو الكتاب الذي أھداه إلى أھله", "ar"),
        ("این نامه را دیروز از تهران برای دوستم فرستادم", "other"),
        ("او می‌داند که خانه بزرگ است", "other"),
        ("یہ کتاب میرے بھائی کی ہے", "other"),
        ("ئەم کتێبە هی برای منە", "other"),
        ("قال مدير شركة Ports إن العمل بدأ", "ar"),
        ("يدعم التطبيق Python وJavaScript وC++ وTypeScript أيضا", "ar"),
        ("The paper الوطن العربي reported on the ships of its port", "en"),
        ("The ships have come back to the port", "en"),
        ("Les bateaux sont revenus au port", "fr"),
        ("Le Point, 14/11/2017", "fr"),
        ("انظر: https://www.example.org/en/the-news?of=day وراسلونا على desk.of.the.news@example.org", "ar"),
        ("https://www.example.org/the-news", "en"),
        ("#صباح_الخير from all of us", "en"),
        ("Où est l’élève ?", "fr"),
        ("Die Schiffe sind nicht in den Hafen zurückgekehrt", "other"),
        ("Los barcos han vuelto al puerto con el pescado", "other"),
        ("کشتی‌ها به بندر برگشتند", "other"),
        ("Корабли вернулись", "other"),
        ("船回来了", "other"),
        ("2017 / 11 / 15 - 13:19", "und"),
        ("***", "und"),
        ("", "und"),
    ],
)
def test_the_language_is_found(text: str, code: str) -> None:
    assert identify(text) == code


@pytest.mark.parametrize("prefer", ["en", "fr"])
def test_a_bare_name_is_in_the_preferred_language(prefer: str) -> None:
    assert identify("Barack Obama", prefer) == prefer


def test_preference_does_not_outvote_words() -> None:
    assert identify("The ships have come back to the port", "fr") == "en"
    assert identify("وصلت السفن", "fr") == "ar"
