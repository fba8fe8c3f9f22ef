"""Each check on what it should find, and on what it should leave alone."""

from __future__ import annotations

import pytest

from mtpipe.guard import CHECKS, Pair, check

SOURCE = "أعلنت الحكومة أمس أن وفدا من وزارة الخارجية سيزور دمشق الأسبوع المقبل لبحث عودة اللاجئين."
ENGLISH = (
    "The government announced yesterday that a delegation of the Foreign Ministry "
    "will visit Damascus next week to discuss the return of refugees."
)
FRENCH = (
    "Le gouvernement a annoncé hier qu'une délégation du ministère des Affaires étrangères se rendra à Damas "
    "la semaine prochaine pour examiner le retour des réfugiés."
)


def names(source: str, target: str, language: str = "en") -> list[str]:
    return [finding.check for finding in check(Pair(source, target, "ar", language))]


def test_a_good_translation_has_no_finding() -> None:
    assert names(SOURCE, ENGLISH) == []
    assert names(SOURCE, FRENCH, "fr") == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("", "empty"),
        ("...", "empty"),
        (SOURCE, "copy"),
        ("政府昨天宣布外交部的一个代表团将于下周访问大马士革", "script"),
        (FRENCH, "language"),
        (ENGLISH.replace("to discuss", "to discuss to discuss to discuss"), "repetition"),
        (ENGLISH + " " + ENGLISH, "repetition"),
        ("The governmentnanananananana announced it." + ENGLISH[20:], "repetition"),
        (ENGLISH[:45], "length"),
        (ENGLISH + ENGLISH[10:].replace("e", "o").replace(" the", " tha"), "length"),
        (ENGLISH[: ENGLISH.index(" will visit")] + ",", "length"),
        (ENGLISH[ENGLISH.index("will visit") :], "length"),
        (ENGLISH.replace("Damascus", "Baghdad"), "names"),
    ],
)
def test_what_is_wrong_is_found(target: str, expected: str) -> None:
    assert expected in names(SOURCE, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("كانون الثاني/يناير 2016", "janvier 2016"),
        ("الأربعاء 14 تشرين الأول/أكتوبر 2017", "mercredi 14 octobre 2017"),
    ],
)
def test_a_date_that_french_begins_small_is_whole(source: str, target: str) -> None:
    assert names(source, target, "fr") == []
    assert "length" in names("قالت الحكومة إنها ستجتمع يوم الأربعاء", "mercredi", "fr")


def test_a_source_that_repeats_itself_may_be_repeated() -> None:
    assert names("لا لا لا لا، قال الرجل", "No, no, no, no, said the man") == []
    assert "repetition" in names("لا، قال الرجل في الدار", "No, no, no, no, said the man in the house")


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("في 14 تشرين الثاني", "on 14 December", "تشرين الثاني became December"),
        ("في 14 نوفمبر 2017", "on 14 2017", "نوفمبر is missing"),
        ("في 3 رمضان", "on 3 Shawwal", "رمضان became Shawwal"),
        ("يوم الثلاثاء", "on Monday", "الثلاثاء became Monday"),
        ("بيروت 14/10/2017", "Beirut 14/2017", "14/10/2017 became 14/2017"),
        ("بيروت ١٤/١٠/٢٠١٧", "Beirut, 14 May 2017", "14/10/2017 is missing"),
        ("بيروت ١٤/١٠/٢٠١٧م", "Beirut 14/2017", "14/10/2017 became 14/2017"),
        ("بيروت 2017-10-14", "Beirut 2017-14", "2017-10-14 became 2017-14"),
        ("بيروت 14.10.2017", "Beirut, 2017", "14.10.2017 is missing"),
    ],
)
def test_dates(source: str, target: str, message: str) -> None:
    assert [finding.message for finding in check(Pair(source, target, "ar", "en"), ("dates",))] == [message]


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("في 12 أكتوبر/تشرين الأول", "on 12 October"),
        ("في 14 نوفمبر 2017", "on 14/11/2017"),
        ("في 14/10/2017", "on 14 October 2017"),
        ("في 3/10/2017", "on 10/3/2017"),
        ("القراران 242/338/1973", "resolutions 242 and 338"),  # no day, no month
        ("الهاتف 02-12-34", "by telephone"),
        ("بمعدل 10-11-12 حالة", "some cases a day"),
        ("في 14 / 10 / 2017", "on 14/10/2017"),
        ("كانون الثاني", "January"),
        ("مارس الرجل الرياضة", "The man did sports in April"),  # مارس is "practised" here
        ("في أيار الماضي", "last May"),
    ],
)
def test_dates_that_are_the_same(source: str, english: str) -> None:
    assert check(Pair(source, english, "ar", "en"), ("dates",)) == ()


def test_latin_names_and_addresses() -> None:
    source = "كتبت صحيفة Le Point على موقعها lepoint.fr وعلى حساب @lepoint"
    assert names(source, "Le Point wrote on its site lepoint.fr and on the account @lepoint") == []
    assert names(source, "The newspaper wrote on its site and on the account") == ["names", "links", "links"]


def test_a_name_is_not_replaced_by_a_common_word_with_a_capital() -> None:
    source = "زار ماكرون العاصمة وألقى كلمة أمام النواب"
    assert "names" in names(source, "He visited the capital and Merkel spoke to the deputies")
    assert "names" not in names(source, "He visited the capital and spoke to deputies on Thursday")


def test_quotations_are_closed() -> None:
    source = 'وقال: "عدنا إلى المدينة".'
    assert names(source, 'He said: "We came back to the city.') == ["quotes"]
    assert names(source, 'He said: "We came back to the city."') == []
    assert names('وقال: "عدنا إلى المدينة.', 'He said: "We came back to the city.') == []


@pytest.mark.parametrize(
    ("source", "target", "language", "lost"),
    [
        ("لم يحضر رئيس الوزراء الجلسة.", "The prime minister attended the session.", "en", True),
        ("لم يحضر رئيس الوزراء الجلسة.", "The prime minister did not attend the session.", "en", False),
        ("لم يحضر رئيس الوزراء الجلسة.", "Le Premier ministre a assisté à la séance.", "fr", True),
        ("لم يحضر رئيس الوزراء الجلسة.", "Le Premier ministre n’a pas assisté à la séance.", "fr", False),
        ("لا يزال الرئيس في منصبه.", "The president is still in office.", "en", False),
        ("لم يحضر إلا الرئيس.", "The president alone attended.", "en", False),
        ("أوصت الحكومة بعدم السفر إلى الصين.", "The government recommended travelling to China.", "en", True),
        (
            "أوصت الحكومة بعدم السفر إلى الصين.",
            "The government advised against travelling to China.",
            "en",
            False,
        ),
        ("إلا أن الرئيس حضر.", "The president attended, however.", "en", False),
        # ألا is "not to", إلا "except".
        ("يجب ألا يحضر الرئيس.", "The president must attend.", "en", True),
        # One of two is lost.
        ("لم يحضر الرئيس، لأنه لن يلقي كلمة.", "The president did attend, as he will not speak.", "en", True),
        (
            "لم يحضر الرئيس، لأنه لن يلقي كلمة.",
            "The president did not attend, as he will not speak.",
            "en",
            False,
        ),
        ("لم يحضر الرئيس، لأنه لن يلقي كلمة.", "Le président ne viendra pas, car il parlera.", "fr", True),
        # Joined by "and" they may share one.
        ("لم يحضر الرئيس ولم يلق كلمة.", "The president did not attend or speak.", "en", False),
        # "Only" and "against" speak for فقط and ضد.
        ("قال إنه لن يحضر ضد إرادته.", "He said that he will attend against his will.", "en", True),
        # "Only" at the other end of the sentence is no rendering of the negation.
        (
            "لم يحضر رئيس الوزراء الجلسة التي عقدها مجلس النواب أمس في العاصمة ودامت ساعة واحدة فقط.",
            "The prime minister attended the session that parliament held yesterday and lasted only one hour.",
            "en",
            True,
        ),
    ],
)
def test_negation(source: str, target: str, language: str, lost: bool) -> None:
    assert ("negation" in names(source, target, language)) is lost


def test_every_check_takes_anything() -> None:
    for source in ("", "؟", "٣", "a", "\u200f", "é" * 3000):
        for target in ("", "!", "3", "ا", "«", "x " * 900):
            for language in ("en", "fr", "ar"):
                for name in CHECKS:
                    check(Pair(source, target, "ar", language), (name,))


def test_a_hashtag_may_stay_in_arabic() -> None:
    source = "تابعونا على @news أو #القدس_عاصمة_فلسطين"
    assert names(source, "Follow us on @news or #القدس_عاصمة_فلسطين") == []
    assert names(source, "Follow us on news or Jerusalem").count("links") == 2
