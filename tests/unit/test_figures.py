"""Figures that a model changed are put right from the source; what is no such figure stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtpipe import models
from mtpipe.data import Flag, Hypothesis
from mtpipe.guard import Pair, check
from mtpipe.pipeline.figures import grouped, put_right, timed
from mtpipe.pipeline.healing import Healing
from mtpipe.translator import Engine


def made(text: str, *links: tuple[int, int]) -> Hypothesis:
    return Hypothesis(text, -0.5, links=links)


@pytest.mark.parametrize(
    ("source", "target", "text", "fixed"),
    [
        ("خرجت 50 شاحنة", "en", "There left 500 lorries.", "There left 50 lorries."),
        ("خرجت ٥٠ شاحنة", "fr", "500 camions sont partis.", "50 camions sont partis."),
        ("يتسع لنحو 55000 برميل", "en", "It holds some 5,500 barrels.", "It holds some 55000 barrels."),
        ("اتصلوا بالرقم 0501234567", "en", "Call 51234567.", "Call 0501234567."),
        (
            "هاتف 0112345678 أو 00963112 أو 055",
            "en",
            "phone 01123468 or 0096312 or 055",
            "phone 0112345678 or 00963112 or 055",
        ),
        ("بنسبة 0.500 فقط", "en", "only 0.550", "only 0.500"),
        ("بنسبة 3.125 فقط", "fr", "seulement 3,225", "seulement 3,125"),
        ("يتسع لنحو 55,000 برميل", "fr", "Il contient 5\u202f500 barils.", "Il contient 55\u202f000 barils."),
        ("عام 1789 سقطت", "en", "In 6187 it fell.", "In 1789 it fell."),
        ("بلغ 7.5 درجات", "fr", "Il a atteint 75 degrés.", "Il a atteint 7,5 degrés."),
        ("نحو ٪75 من البيوت", "en", "some $75 of the houses", "some 75% of the houses"),
        ("نحو 75% من البيوت", "fr", "quelque 75 des maisons", "quelque 75\u00a0% des maisons"),
        ("بيروت 14/10/2017", "en", "Beirut, 14/2017", "Beirut, 14/10/2017"),
        ("بيروت 12/03/2017", "en", "Beirut, 12/2017", "Beirut, 12/03/2017"),
    ],
)
def test_a_changed_figure_is_written_as_the_source_has_it(
    source: str, target: str, text: str, fixed: str
) -> None:
    hypothesis = made(text)
    better = put_right(source, target, hypothesis, "ar")
    assert better.text == fixed
    assert [attempt.text for attempt in better.attempts] == [text, fixed]
    assert Flag.HEALED in better.flags
    assert check(Pair(source, fixed, "ar", target)) == ()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("خرجت 50 شاحنة", "There left 50 lorries."),
        ("خرجت خمسون شاحنة", "There left 500 lorries."),  # not in digits
        ("خرجت 50 شاحنة", "There left five hundred lorries."),
        ("خرجت 50 شاحنة و13 حافلة", "There left 500 lorries and 33 buses."),  # nothing says which
        ("بكفالة 350,000 دولار", "on bail of 3 5,000 dollars"),  # a figure in pieces
        ("ارتفعت خلال 5 سنوات بنسبة 5%", "In 5 years it rose by 5"),  # nothing says which of the two
        ("ارتفعت 5 نقاط مئوية", "It rose 5 points"),
        ("بعد هجمات 11 سبتمبر كتب في 14/5/2017 رسالة", "After the 9/11 attacks he wrote a letter"),
        ("بعد 14/5/2017 يعمل دائما", "Afterwards it works 24/7"),
    ],
)
def test_what_is_no_plain_change_stays(source: str, text: str) -> None:
    hypothesis = made(text)
    assert put_right(source, "en", hypothesis, "ar") is hypothesis


def test_a_telephone_number_in_pieces_is_not_one_figure_of_the_source() -> None:
    source = "الاتصال على رقم 101 أو على الرقم 111 555 0800 مع ذكر سجل 247."
    hypothesis = made("contacter le 101 ou le 111 555 080 avec le registre 247.", (7, 5), (8, 6), (9, 7))
    assert put_right(source, "fr", hypothesis, "ar") is hypothesis


def test_the_links_say_which_of_several_figures_is_which_and_move_with_the_words() -> None:
    source = "خرجت 50,000 شاحنة و13 حافلة"
    hypothesis = made("Ont quitté 500 camions et 33 bus.", (0, 1), (1, 2), (2, 3), (3, 5), (4, 6))
    better = put_right(source, "fr", hypothesis, "ar")
    assert better.text == "Ont quitté 50\u202f000 camions et 13 bus."
    assert better.links == ((0, 1), (1, 2), (2, 4), (3, 6), (4, 7))


def test_thousands_are_set_apart_in_french_where_the_source_has_a_comma() -> None:
    source = "نحو 3,500 مدني و1,609 كيلومتر"
    hypothesis = made("Quelque 3,500 civils, 0,125 et 3,5005.", (0, 0), (1, 1), (2, 2))
    better = grouped(source, "fr", hypothesis)
    assert better.text == "Quelque 3\u202f500 civils, 0,125 et 3,5005."
    assert better.links == ((0, 0), (1, 1), (2, 3))
    assert grouped(source, "en", hypothesis) is hypothesis
    assert grouped("نحو 1.800 مدني", "fr", made("Quelque 1,800 civils.")).text == "Quelque 1\u202f800 civils."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("بلغ اليورو 1.085 دولار", "L’euro a atteint 1,085 dollar"),
        ("بنسبة 2,125% أمس", "de 2,125 % hier"),
        ("العنوان 192.168.100.101", "L’adresse 192.168.100.101"),
        ("راجع https://site.com/a/1,234.html", "Voir https://site.com/a/1,234.html"),
    ],
)
def test_what_may_be_a_fraction_or_an_address_is_not_set_apart(source: str, text: str) -> None:
    hypothesis = made(text)
    assert grouped(source, "fr", hypothesis) is hypothesis


class Wrong(Engine):
    """The real engine, but for the figures and addresses of what it translates first."""

    def translate(self, jobs, source, **options):  # type: ignore[no-untyped-def]
        found = super().translate(jobs, source, **options)
        return [
            Hypothesis("Fifty lorries and 500 cars left the town; see the page.", -0.5)
            if "http" in text
            else one
            for (text, _), one in zip(jobs, found, strict=True)
        ]


def test_healing_translates_around_addresses_with_a_real_engine() -> None:
    engine = Wrong(models.find(models.BUILT_IN), threads=1)
    text = "انظر الصفحة https://example.org/a?b=1 وراسلوا الصحيفة."
    (healed,) = Healing(engine).translate([(text, "en")], "ar")
    assert " https://example.org/a?b=1 " in healed.text
    assert healed.how == "around addresses"
    before, behind = healed.text.split(" https://example.org/a?b=1 ")
    plain = Engine(engine.model, threads=1)
    alone = [one.text for one in plain.translate([("انظر الصفحة", "en"), ("وراسلوا الصحيفة.", "en")], "ar")]
    assert before == alone[0].rstrip(".")
    assert behind.casefold() == alone[1].casefold()


def test_healing_puts_figures_right_with_a_tiny_engine(tiny_model: Path) -> None:
    class Slips(Engine):
        def translate(self, jobs, source, **options):  # type: ignore[no-untyped-def]
            return [Hypothesis("The convoy of 500 lorries left the town.", -0.5) for _ in jobs]

    (healed,) = Healing(Slips(models.find(str(tiny_model)), threads=1), retry=True).translate(
        [("خرجت من المدينة قافلة من 50 شاحنة", "en")], "ar"
    )
    assert healed.text == "The convoy of 50 lorries left the town."
    assert healed.how == "figure put right"
    assert healed.findings == ()


@pytest.mark.parametrize(
    ("source", "text", "fixed"),
    [
        ("الساعة 14:05", "hour 14:005", "hour 14:05"),
        ("عند الساعة ٢١:٠٠ مساء", "à l’heure de 21\u202f000.", "à l’heure de 21:00."),
        ("عند الساعة 21:00 مساء", "at 21:000, in the evening", "at 21:00, in the evening"),
        ("عند الساعة 21:00", "at 21:00 for 21,000 people", "at 21:00 for 21,000 people"),
        ("21,000 شخص عند الساعة 21:00", "21,000 people at nine", "21,000 people at nine"),
        ("عند الساعة 8:30", "at 8.300", "at 8:30"),
        ("وصل 21,000 شخص", "21,000 people", "21,000 people"),
    ],
)
def test_times_of_day_lose_what_is_too_much(source: str, text: str, fixed: str) -> None:
    assert timed(source, made(text)).text == fixed


def test_fractions_with_a_point_keep_it_in_english() -> None:
    assert grouped("اليورو 51.25 51.48", "en", made("Euro 51.25 51,48")).text == "Euro 51.25 51.48"
    assert grouped("نسبة ٧٣٫٤ وعدد 1,500", "en", made("73,4 and 1,500")).text == "73.4 and 1,500"
    assert grouped("الأسئلة 3,4", "en", made("Questions 3,4")).text == "Questions 3,4"
