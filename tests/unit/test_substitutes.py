"""Characters that a model cannot read are written another way; what it can read stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtpipe import models
from mtpipe.text import Substitutes
from mtpipe.translator import Decoding, Engine

_PLAIN = set(
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأإؤئ0123456789.,%-/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ«» "
)


def lacks(character: str) -> bool:
    return character not in _PLAIN


@pytest.mark.parametrize(
    ("text", "written", "origins"),
    [
        ("بلغ $95 أمس", "بلغ 95 دولار أمس", (0, 1, 1, 2)),
        ("بلغ 95$ أمس", "بلغ 95 دولار أمس", (0, 1, 1, 2)),
        ("خسر €1.5 مليون أمس", "خسر 1.5 مليون يورو أمس", (0, 1, 2, 1, 3)),
        ("خسر 40 ألف £ أمس", "خسر 40 ألف جنيه أمس", (0, 1, 2, 3, 4)),
        ("من $5 إلى €7", "من 5 دولار إلى 7 يورو", (0, 1, 1, 2, 3, 3)),
        ("بلغ 20$ 3 مرات", "بلغ 20 دولار 3 مرات", (0, 1, 1, 2, 3)),
        ("من 20$ 30$ €40", "من 20 دولار 30 دولار 40 يورو", (0, 1, 1, 2, 2, 3, 3)),
        ("نحو 12 € 2024", "نحو 12 يورو 2024", (0, 1, 2, 3)),
        ("نحو $ 12", "نحو 12 دولار", (0, 2, 1)),
        ("النبي ﷺ 5$", "النبي صلى الله عليه وسلم 5 دولار", (0, 1, 1, 1, 1, 2, 2)),
        ("بنسبة ٪12", "بنسبة %12", (0, 1)),
        ("ڤيينا وگوردستان", "فيينا وكوردستان", (0, 1)),
        ("قال François Łukasz", "قال Francois Lukasz", (0, 1, 2)),
        ("الأخبار | الرياضة", "الأخبار - الرياضة", (0, 1, 2)),
        ("حرارة 40° أمس", "حرارة 40 درجة أمس", (0, 1, 1, 2)),
        ("المادة § 12", "المادة 12", (0, 2)),
        ("نحو ½ لتر", "نحو 1/2 لتر", (0, 1, 2)),
        ("كتب Жук أمس", "كتب Жук أمس", (0, 1, 2)),  # no other way to write it
    ],
)
def test_what_a_vocabulary_lacks_is_written_another_way(
    text: str, written: str, origins: tuple[int, ...]
) -> None:
    assert Substitutes(lacks).written(text) == (written, origins)


@pytest.mark.parametrize(
    ("text", "written", "origins"),
    [
        ("قال د. سامر إن", "قال الدكتور سامر إن", (0, 1, 2, 3)),
        ("قال د.سامر إن", "قال الدكتور سامر إن", (0, 1, 1, 2)),
        ("وأوضح أ.د. محمود حسن", "وأوضح الأستاذ الدكتور محمود حسن", (0, 1, 1, 2, 3)),
        ("وأضافت د. ليلى أن", "وأضافت الدكتورة ليلى أن", (0, 1, 2, 3)),
        ("وزير الصحة د. حسن", "وزير الصحة الدكتور حسن", (0, 1, 2, 3)),
        (
            "حضر كل من د. سامر ود. ليلى وم. عادل",
            "حضر كل من الدكتور سامر والدكتور ليلى والمهندس عادل",
            tuple(range(9)),
        ),
        ("بلغ 14,500 ل.س للدولار", "بلغ 14,500 ليرة سورية للدولار", (0, 1, 2, 2, 3)),
        ("بلغ 5 ملايين د.ك.", "بلغ 5 ملايين دينار كويتي.", (0, 1, 2, 3, 3)),
        ("من 10:30 ص حتى 4:00م", "من 10:30 صباحا حتى 4:00 بعد الظهر", (0, 1, 2, 3, 4, 4, 4)),
        (
            "يبدأ الساعة 10 ص، وينتهي الساعة ٩ م.",
            "يبدأ الساعة 10 صباحا، وينتهي الساعة ٩ مساء.",
            tuple(range(8)),
        ),
        ("قال د. سامر: 5$", "قال الدكتور سامر: 5 دولار", (0, 1, 2, 3, 3)),
    ],
)
def test_abbreviations_are_written_out(text: str, written: str, origins: tuple[int, ...]) -> None:
    assert Substitutes(lambda character: character == "$").written(text) == (written, origins)


@pytest.mark.parametrize(
    "text",
    [
        "التقى فرانكلين د. روزفلت وزيره",  # a middle initial
        "د. المشاركة في الانتخابات",  # a list item
        "قال ج. د. سالينجر",
        "على بعد 5 م من النهر",
        "عام 1990 م.",
        "بين د. إلى م.",
        "قال م. ج. عادل",
    ],
)
def test_what_may_be_no_abbreviation_stays(text: str) -> None:
    assert Substitutes(lambda _: False).written(text) == (text, None)


def test_what_the_model_can_read_stays() -> None:
    text = "بلغ 95 دولار"
    assert Substitutes(lacks).written(text) == (text, None)
    assert Substitutes(lambda _: False).written("بلغ $95 | ٪12") == ("بلغ $95 | ٪12", None)


@given(st.text(st.sampled_from("ابت دصملسو:$€£٪×°éßЖ|~ \u00a01234.,"), max_size=40))
def test_every_word_has_an_origin_and_signs_are_gone(text: str) -> None:
    written, origins = Substitutes(lacks).written(text)
    if origins is None:
        assert written == text
        return
    assert len(origins) == len(written.split())
    assert all(0 <= one < max(1, len(text.split())) for one in origins)
    assert not set(written) & set("$€£٪×°é|~")


def test_the_builtin_model_says_what_currency_an_amount_is_in() -> None:
    engine = Engine(models.find(), links=True, threads=1)
    source = "ارتفع سعر البرميل إلى $95 بعد أن كان €80، أي بنسبة ٪19."
    (english,), (french,) = (
        engine.alternatives([(source, target)], "ar", Decoding({})) for target in ("en", "fr")
    )
    for made in (english[0], french[0]):
        words = made.text.replace(",", "").replace("$95", "95 dollars").replace("€80", "80 euros")
        assert {"dollars", "euros", "95", "80"} <= set(words.split())
        assert "&" not in made.text
        assert all(here < len(source.split()) for here, _ in made.links)
