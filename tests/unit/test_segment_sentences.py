"""Sentences of a paragraph, case by case."""

from __future__ import annotations

import time

import pytest

from mtpipe.segmenter import segment_text

# "|" stands between two sentences.
_ARABIC = [
    "وصلت السفن.| ثم عادت.| لماذا؟| لا أحد يعرف!",
    "قال: «وصلت السفن».| ثم مضى.",
    'قال: "وصلت السفن."| ثم مضى.',
    "قال: « وصلت السفن . »| ثم مضى.",
    "»هل وصلت السفن؟«| سؤال صعب.",
    "هل وصلت السفن ؟ .| نعم .",
    "وصلت السفن، وعادت القوارب؛ أما الصيادون: فلا.",
    "اكتب إلى ص.ب. 12 بيروت.",
    "كتب هـ. ج. ويلز القصة سنة 1316 هـ.| وقرأها د. هـ. لورنس.| ثم عاد.",
    "قال أ.د. سعيد ود. منى ذلك.| ولا بد.| هذا أكبر بلد.| انتهى.",
    "نقلته وكالة أ.ف.ب. عن مصدر رسمي.",
    "فر 250 شخصا وفق بي بي سي.| وعاد الباقون.",
    "بلغ السعر 3.5 دولارات و1.250 ليرة.| انتهى.",
    "زار موقع Amazon.com وشركة Hart Inc. في طنجة.| ثم عاد.",
    "«أين أنت؟» سأل الحارس.| لم يجب أحد.",
    "وصلت السفن.[12]| ثم عادت.",
    "أولا... ثانيا... ثالثا.",
    "وصلت السفن.ثم عادت القوارب.".replace(".ث", ".|ث"),
]
_ENGLISH = [
    "Mr. Lind met Dr. A. B. Moss at 5 p.m. on Sept. 3.| They spoke.",
    "He flew to the U.S. Senate.| He flew to the U.S.| They stayed.",
    '"Is it a shark?" Hammel asked.| "It is!"| Nobody moved.',
    "It costs 3.50 dollars (approx. 40 per cent more).| Why?| Nobody knows...",
    "See fig. 3 and e.g. Smith et al. Moss agrees.",
    "Visit www.example.org or write to a.b@example.org.| Thanks.",
    "Well... maybe. [3]| The end.",
    "Great game! :-)| Thanks a lot.",
]
_FRENCH = [
    "M. Roux et Mme Blanc sont là.| Ils attendent J.-P. Morel.",
    "« Est-ce un requin ? » demanda-t-il.| « Non ! »| Il partit.",
    "Il mourut en 30 av. J.-C. à Rome.| Voir p. 12, art. 3, etc.| Le reste est perdu.",
    "Il vend des habits, etc. et des chapeaux.| C’est tout !",
    "Le no. 5 est à 3,5 km… mais le no. 6 est loin.",
]
_OTHERS = [
    ("de", "Herr M. Roux kam an.| Er blieb lange.| Warum?"),
    ("zh", "你好。|再见！|真的？"),
    ("hi", "वह आया।| वह गया।"),
    ("fa", "کشتی‌ها رسیدند.| چرا؟| نمی‌دانم."),
]


@pytest.mark.parametrize(
    ("language", "marked"),
    [("ar", m) for m in _ARABIC] + [("en", m) for m in _ENGLISH] + [("fr", m) for m in _FRENCH] + _OTHERS,
)
def test_sentences_end_where_a_reader_ends_them(language: str, marked: str) -> None:
    assert segment_text(marked.replace("|", ""), language) == [part.strip() for part in marked.split("|")]


def test_nothing_is_changed_in_a_sentence() -> None:
    text = "وصلت\u200f السفن\u00a0 . ثمـ عادت ."
    assert segment_text(text) == ["وصلت\u200f السفن\u00a0 .", "ثمـ عادت ."]


def test_no_text_has_no_sentences() -> None:
    assert segment_text("") == segment_text(" \n ") == []


@pytest.mark.parametrize("unit", ['."', "A. ", ".[1]", "باريس ــ ", "- ", "word It is ", "! a "])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_time_grows_with_the_text_only(unit: str, language: str) -> None:
    text = unit * (30_000 // len(unit))
    begun = time.process_time()
    segment_text(text, language)
    assert time.process_time() - begun < 5
