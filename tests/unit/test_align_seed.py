"""A dictionary that ships with the package aligns Arabic with English and French where nothing was translated."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import pytest

from mtpipe.aligner import Link, link_sentences
from mtpipe.aligner.features import normalise, tokens, words
from mtpipe.aligner.seed import Gloss, gloss
from mtpipe.aligner.stems import arabic_stem, arabic_stems

ARABIC = [
    "قالت الحكومة إن الأسعار ارتفعت بسبب الجفاف.",
    "وأغلقت المدارس أبوابها أمام التلاميذ في القرى البعيدة.",
    "ويخشى الفلاحون أن يخسروا محصول القمح.",
    "وطلب الوزير مساعدة عاجلة من الدول المجاورة.",
    "سقط المطر أخيرا على الجبال صباح اليوم.",
    "وفرح الأطفال وركضوا في الشوارع.",
]
ENGLISH = [
    "The government said prices had risen because of the drought.",
    "Farmers fear they will lose the wheat harvest.",
    "The minister asked for urgent help",
    "from neighbouring countries.",
    "My sister plays the violin every evening.",
    "Rain finally fell on the mountains this morning.",
    "The children were happy and ran through the streets.",
]
FRENCH = [
    "Le gouvernement a déclaré que les prix avaient augmenté à cause de la sécheresse.",
    "Les écoles ont fermé leurs portes aux élèves des villages éloignés.",
    "Les agriculteurs craignent de perdre la récolte de blé.",
    "Le ministre a demandé une aide urgente aux pays voisins.",
    "La pluie est enfin tombée sur les montagnes ce matin, et les enfants ont couru de joie dans les rues.",
]
OTHERS = {
    "German": "Die Regierung sagte, die Preise seien wegen der Dürre gestiegen. Die Schulen schlossen ihre Türen.",
    "Spanish": "El gobierno dijo que los precios habían subido a causa de la sequía. Las escuelas cerraron.",
    "Italian": "Il governo ha detto che i prezzi erano saliti a causa della siccità. Le scuole hanno chiuso.",
    "Turkish": "Hükümet, kuraklık nedeniyle fiyatların arttığını söyledi. Okullar kapılarını kapattı.",
}


def pairs(links: Sequence[Link]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(tuple(range(*link.source)), tuple(range(*link.target))) for link in links if link.real]


def latin_stems(lines: list[str]) -> list[str]:
    return [word[:6] for line in lines for word in words(normalise(line))]


def glossed(arabic: list[str], latin: list[str]) -> Gloss | None:
    return gloss(tokens(arabic), tokens(latin), arabic_first=True, floor=1e-3)


def test_english_is_aligned_without_a_translation() -> None:
    assert pairs(link_sentences(ARABIC, ENGLISH)) == [
        ((0,), (0,)), ((2,), (1,)), ((3,), (2, 3)), ((4,), (5,)), ((5,), (6,)),
    ]  # fmt: skip


def test_french_is_aligned_without_a_translation_and_the_other_way_round() -> None:
    wanted = [((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3,), (3,)), ((4, 5), (4,))]
    assert pairs(link_sentences(ARABIC, FRENCH)) == wanted
    assert pairs(link_sentences(FRENCH, ARABIC)) == [(target, source) for source, target in wanted]


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_that_the_dictionary_does_not_know_is_left_alone(language: str) -> None:
    assert glossed(ARABIC, OTHERS[language].split(". ")) is None


@pytest.mark.parametrize(("latin", "word"), [(ENGLISH, "govern"), (FRENCH, "gouver")])
def test_the_dictionary_of_the_language_at_hand_is_taken(latin: list[str], word: str) -> None:
    found = glossed(ARABIC, latin)
    assert found is not None
    government = found.target.index[latin_stems(latin).index(word)]
    assert government in found.said[0].index


def test_a_side_without_words_has_no_dictionary() -> None:
    assert glossed(ARABIC, ["!"]) is None


@pytest.mark.parametrize(
    ("word", "stem"),
    [("والحكومة", "حكوم"), ("للحكومة", "حكوم"), ("بالمدارس", "مدارس"), ("وزير", "وزير"), ("مستشفى", "مستشف")],
)
def test_forms_meet_in_one_stem(word: str, stem: str) -> None:
    assert arabic_stems(normalise(word))[0] == stem


def test_a_particle_is_taken_off_where_only_the_rest_is_known() -> None:
    assert arabic_stem("وقال", {"قال"}) == "قال"
    assert arabic_stem("وقال", {"قال", "وقال"}) == "وقال"
    assert arabic_stem("وقال", set()) == "وقال"


def test_the_dictionary_stays_small() -> None:
    assert len(files("mtpipe.aligner").joinpath("seed.tsv.gz").read_bytes()) < 600_000
