"""Names that a model lost are asked for by themselves, and put where the lost ones stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mtpipe import models
from mtpipe.data import Flag, Hypothesis
from mtpipe.models import Model
from mtpipe.pipeline.healing import Healing
from mtpipe.pipeline.known_names import spelled_as_known, table
from mtpipe.pipeline.spelling import Ask, respelled
from mtpipe.translator import Engine, Job

SOURCE = "قال كروغلوفسكي إن هيئة الدفاع ستطعن في الحكم"


def pieces(words: Sequence[str]) -> list[int]:
    return [len(word) // 2 for word in words]


def answers(text: str) -> tuple[list[Job], Ask]:
    asked: list[Job] = []

    def ask(jobs: Sequence[Job]) -> list[str]:
        asked.extend(jobs)
        return [text] * len(jobs)

    return asked, ask


def made(text: str, *links: tuple[int, int]) -> Hypothesis:
    return Hypothesis(text, -0.5, links=links)


def test_a_strange_name_is_asked_for_alone_and_put_in() -> None:
    asked, ask = answers("Kruglovsky.")
    hypothesis = made("Istanbul, said the defence, would appeal.", (1, 0), (3, 3))
    [fixed], cost = respelled([(SOURCE, "en")], [hypothesis], ask, pieces)
    assert fixed.text == "Kruglovsky, said the defence, would appeal."
    assert asked[0] == ("كروغلوفسكي", "en")
    assert cost == sum(len(text) for text, _ in asked)
    assert Flag.HEALED in fixed.flags
    assert [attempt.text for attempt in fixed.attempts] == [hypothesis.text, fixed.text]
    assert fixed.links == hypothesis.links


@pytest.mark.parametrize(
    ("text", "fixed", "links"),
    [
        ("L’avocat d’Istanbul parle.", "L’avocat de Kruglovsky parle.", ((1, 2), (3, 3))),
        ("Selon l’Istanbul, on plaide.", "Selon Kruglovsky, on plaide.", ((1, 1), (3, 3))),
    ],
)
def test_articles_lose_their_elision_before_a_consonant(
    text: str, fixed: str, links: tuple[tuple[int, int], ...]
) -> None:
    _, ask = answers("Kruglovsky")
    last = 2 if "d’" in text else 3
    [better], _ = respelled([(SOURCE, "fr")], [made(text, (1, 1), (3, last))], ask, pieces)
    assert (better.text, better.links) == (fixed, links)


@pytest.mark.parametrize(
    ("text", "links", "answer"),
    [
        ("Krugloski said the defence would appeal.", [(1, 0)], "Kruglovsky"),  # near enough already
        ("Istanbul said so.", [(1, 0)], "the orchard"),  # the model does not know either
        ("Istanbul said so.", [(1, 0)], "Constantinople"),  # nor does this sound like it
        ("The defence would appeal.", [(1, 0)], "Kruglovsky"),  # a stop word is no name
        ("He named the board Istanbul.", [(1, 4), (3, 4)], "Kruglovsky"),  # linked to two words
        ("Istanbul said so.", [], "Kruglovsky"),  # nothing says what it stands for
        ("Istanbul and Kruglovsky said so.", [(1, 0)], "Kruglovsky"),  # it is there already
        ("Istanbul will judge.", [(7, 0)], "Hukm"),  # known to the vocabulary
    ],
)
def test_what_is_no_lost_name_stays(text: str, links: list[tuple[int, int]], answer: str) -> None:
    _, ask = answers(answer)
    hypothesis = made(text, *links)
    assert respelled([(SOURCE, "en")], [hypothesis], ask, pieces)[0] == [hypothesis]


def test_known_names_are_not_asked_for_and_keep_their_french() -> None:
    asked, ask = answers("")
    jobs = [("زار إيفانوفيتش ليفربول", "fr"), ("وصل يلتسين مساء", "fr"), ("وصل يلتسين مساء", "en")]
    hypotheses = [
        made("Ivanovitch a visité Istanbul.", (2, 3)),
        made("Le Caire est arrivé.", (1, 1)),
        made("Istanbul arrived.", (1, 0)),
    ]
    fixed, cost = respelled(jobs, hypotheses, ask, lambda words: [3] * len(words))
    assert [h.text for h in fixed] == [
        "Ivanovitch a visité Liverpool.",
        "Le Eltsine est arrivé.",
        "Yeltsin arrived.",
    ]
    assert (asked, cost) == ([], 0)


def test_clitics_are_taken_off_before_a_name_is_asked_for() -> None:
    asked, ask = answers("Kruglovsky")
    [fixed], _ = respelled(
        [("اتصلوا بكروغلوفسكي أمس", "en")],
        [made("They called Istanbul.", (1, 2))],
        ask,
        pieces,
    )
    assert fixed.text == "They called Kruglovsky."
    assert ("كروغلوفسكي", "en") in asked


def test_a_capital_that_its_place_alone_made_is_no_lost_name() -> None:
    asked, ask = answers("Wovka.")
    hypothesis = made("According to the agency, 47 ships lie there.", (0, 0))
    [kept], cost = respelled([("ووفقا للوكالة، ترسو 47 سفينة هناك", "en")], [hypothesis], ask, pieces)
    assert kept == hypothesis
    assert (asked, cost) == ([], 0)


@pytest.mark.parametrize(
    ("source", "target", "text", "links", "fixed"),
    [
        ("قال ترامب إنه", "en", "Tramb said he", [(1, 0)], "Trump said he"),
        ("خطة ترامب", "en", "Tramb's plan", [(1, 0)], "Trump's plan"),
        ("رأي ترامب", "fr", "L'avis de Tramb", [(1, 2)], "L'avis de Trump"),
        ("وزار كولومبيا", "fr", "Il visite la Colombiya.", [(1, 3)], "Il visite la Colombie."),
        (
            "رأي ترامب وجونسون",
            "fr",
            "l'avis d'Etramb et de Jonsun",
            [(1, 1), (2, 4)],
            "l'avis de Trump et de Johnson",
        ),
        ("في أوكلاند", "fr", "près d'Okland", [(1, 1)], "près d'Oakland"),
        (
            "وصل إلى جلاسجو",
            "en",
            "He came to Glasgu.",
            [(2, 3)],
            "He came to Glasgow.",
        ),  # غلاسغو in the table
        ("قال فاينشتاين", "en", "Fainstein said", [(1, 0)], "Feinstein said"),  # not «ف» and Einstein
        (
            "قال ترامب إنه",
            "en",
            "And so Tramb said",
            [],
            "And so Trump said",
        ),  # nothing says what it stands for
    ],
)
def test_a_misspelled_name_is_spelled_as_the_corpus_does(
    source: str, target: str, text: str, links: list[tuple[int, int]], fixed: str
) -> None:
    better = spelled_as_known(source, target, made(text, *links))
    assert better.text == fixed
    assert better.how == "name spelled as known"
    assert Flag.HEALED in better.flags


@pytest.mark.parametrize(
    ("source", "target", "text", "links"),
    [
        ("زار لويس", "en", "Lewis came", [(1, 0)]),  # somebody's name, though the table has another
        ("زار إيفانوفيتش", "fr", "Ivanovitch vint", [(1, 0)]),  # French for a Russian
        ("الأخ الأصغر", "en", "Asgher came", [(1, 0)]),  # an article: it may be any word
        ("قال فأدلر", "en", "Fadler said", [(1, 0)]),  # not «ف» and Adler
        ("قال ترامب", "en", "Johansen said", [(1, 0)]),  # sounds like something else
        ("قال ترامب", "en", "he said tramb", [(1, 2)]),  # no capital
        ("قال تراكمبوش", "en", "Trakmbosh said", [(1, 0)]),  # nobody knows
    ],
)
def test_what_may_be_right_is_not_respelled(
    source: str, target: str, text: str, links: list[tuple[int, int]]
) -> None:
    hypothesis = made(text, *links)
    assert spelled_as_known(source, target, hypothesis) is hypothesis


def test_the_renderings_of_a_glossary_are_not_respelled() -> None:
    hypothesis = made("Tramb said", (1, 0))
    assert spelled_as_known("قال ترامب", "en", hypothesis, terms={1}) is hypothesis


def test_a_model_that_misspells_names_gets_more_of_them_right() -> None:
    model = models.find()
    assert model.misspells_names, "the built-in model writes what it hears"
    names = list(table().items())[::1400]
    jobs = [(f"التقى {arabic} رئيس الوزراء في باريس أمس.", "en") for arabic, _ in names]

    def right(model: Model) -> int:
        made = Healing(Engine(model, links=True)).translate(jobs, "ar")
        return sum(spelled["en"] in h.text for h, (_, spelled) in zip(made, names, strict=True))

    assert right(model) > right(replace(model, misspells_names=False))
