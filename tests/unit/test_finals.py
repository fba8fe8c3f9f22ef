"""Words get the last letters that most of the press writes; texts that write them get nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtpipe.text import clean, for_model
from mtpipe.text.finals import with_known_finals

_EXAMPLE = Path(__file__).parents[2] / "examples" / "article.ar.txt"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("وزير الخارجيه المصرى فى القاهره", "وزير الخارجية المصري في القاهرة"),
        ("مؤكدا اهميه دور الجامعه العربيه", "مؤكدا اهمية دور الجامعة العربية"),
        ("ستقدم مساعدات بقيمه كبيره", "ستقدم مساعدات بقيمة كبيرة"),
        ("حتي المستشفى", "حتي المستشفى"),  # who writes ى once knows it
        ("وصل الي مستشفي قريب", "وصل الي مستشفى قريب"),
        ("المسئول عن شئون اللاجئين", "المسؤول عن شؤون اللاجئين"),
        ("مدينه هادئه", "مدينة هادئة"),
        ("زار المدينة الجميله", "زار المدينة الجميلة"),
    ],
)
def test_last_letters_become_those_of_most_of_the_press(text: str, wanted: str) -> None:
    assert with_known_finals(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "قال له أخوه إن لديه كتابه ووجهه ووالده معه",
        "إلى المستشفى الأعلى في المدى القريب حتى يلقى أخاه موسى",
        "الله والمياه والاتجاه والوجه",
        "رأى علي أن كندي بقي في وادي حلفا",
        "في المدينة لقبه وبيانه ومنشوره والتزامه",
        "وزنه وكتابه عنده",
        "هُدى ويُلقى مَدينه",  # whoever writes vowels writes the rest with care
        "شئونج",
        "رفض تشويه الحقيقة وقال إن التشويه خطيئة في رأيي",
        "ألحق الأذى بالمدنيين",
        "الكريه والمتشابه والأشباه والوجيه والرؤى والسلوى",
        "في الطريق رأى المتغاوى",  # unknown, in a text that has ي
    ],
)
def test_other_words_stay(text: str) -> None:
    assert with_known_finals(text) == text


def test_the_example_article_stays() -> None:
    text = clean(_EXAMPLE.read_text("utf-8")).text
    assert with_known_finals(text) == text


@given(st.text(st.sampled_from("ابةتهىيملفو الئءسشن\u064e،."), max_size=60))
def test_letters_stay_as_many_as_they_are(text: str) -> None:
    made = with_known_finals(text)
    assert len(made) == len(text)
    changed = {(old, new) for old, new in zip(text, made, strict=True) if old != new}
    assert changed <= {("ه", "ة"), ("ى", "ي"), ("ي", "ى"), ("ئ", "ؤ"), ("ء", "ؤ")}
    assert with_known_finals(made) == made


def test_the_model_sees_them() -> None:
    assert for_model("فى القاهره") == "في القاهرة"
