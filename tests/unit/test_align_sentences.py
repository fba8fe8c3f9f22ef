"""Sentences are aligned as whoever split, merged, left out, added and moved them meant it."""

from __future__ import annotations

import pytest

from benchmarks.generated_bitext import generate, move_blocks
from mtpipe.aligner import Link, link_sentences, score_links
from mtpipe.aligner.confidence import calibrated
from mtpipe.aligner.features import name_features
from mtpipe.errors import UsageError

ENGLISH = [
    "The harbour of Saida woke before the sun on Monday.",
    "Three fishermen repaired their nets near the old customs house.",
    "Karim Haddad counted 47 crates of sardines and wrote the number down.",
    "Nobody spoke about the storm that had taken two boats in March.",
    "At seven the market opened its green gates.",
    "A teacher from Beirut bought two kilos and asked for a receipt.",
    "The price had doubled since 2019, she said.",
    "Her pupils would draw the fish before eating them.",
]
FRENCH = [
    "Le port de Saida s'est réveillé avant le soleil lundi.",
    "Trois pêcheurs réparaient leurs filets près de la douane."
    " Karim Haddad a compté 47 caisses de sardines et noté le nombre.",
    "Personne ne parlait de la tempête qui avait emporté deux bateaux en mars.",
    "À sept heures,",
    "le marché a ouvert ses portes vertes.",
    "Le ciel restait gris, mais on entendait déjà les mouettes au loin.",
    "Une institutrice de Beyrouth a acheté deux kilos et demandé un reçu.",
    "Le prix a doublé depuis 2019, dit-elle.",
    "Ses élèves dessineraient les poissons avant de les manger.",
]
VIA = [
    "Le port de Saida s'est levé avant le soleil le lundi.",
    "Trois pêcheurs ont réparé leurs filets près de la vieille maison des douanes.",
    "Karim Haddad comptait 47 caisses de sardines et écrivait le nombre.",
    "Personne n'a parlé de la tempête qui avait pris deux bateaux en mars.",
    "À sept heures le marché ouvrait ses portes vertes.",
    "Une enseignante de Beyrouth a acheté deux kilos et a demandé un reçu.",
    "Le prix avait doublé depuis 2019, a-t-elle dit.",
    "Ses élèves dessineraient le poisson avant de le manger.",
]


def pairs(links: list[Link]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(tuple(range(*link.source)), tuple(range(*link.target))) for link in links]


def test_merged_split_and_added_sentences_are_found_with_translations() -> None:
    assert pairs(link_sentences(ENGLISH, FRENCH, via=VIA)) == [
        ((0,), (0,)),
        ((1, 2), (1,)),
        ((3,), (2,)),
        ((4,), (3, 4)),
        ((), (5,)),
        ((5,), (6,)),
        ((6,), (7,)),
        ((7,), (8,)),
    ]


def test_without_translations_numbers_names_and_length_carry_something() -> None:
    gold = pairs(link_sentences(ENGLISH, FRENCH, via=VIA))
    assert score_links([gold], [pairs(link_sentences(ENGLISH, FRENCH))]).lax.f1 >= 0.6


def test_identical_texts_are_aligned_one_to_one_and_surely() -> None:
    links = link_sentences(ENGLISH, ENGLISH)
    assert pairs(links) == [((k,), (k,)) for k in range(len(ENGLISH))]
    assert min(link.confidence for link in links) > 0.95


def test_unrelated_texts_are_left_unaligned() -> None:
    first, second = generate(60, seed=1), generate(50, seed=2)
    links = link_sentences(first.hypotheses, second.targets)
    assert sum(link.real for link in links) <= 2


@pytest.mark.parametrize(("sources", "targets"), [(0, 0), (3, 0), (0, 2)])
def test_an_empty_side_leaves_the_other_unaligned(sources: int, targets: int) -> None:
    links = link_sentences(ENGLISH[:sources], FRENCH[:targets])
    assert len(links) == sources + targets
    assert not any(link.real for link in links)


def test_one_sentence_a_side_is_a_pair() -> None:
    assert pairs(link_sentences(ENGLISH[:1], FRENCH[:1])) == [((0,), (0,))]


def test_five_sentences_to_one_are_merged() -> None:
    text = generate(60, seed=3, lone=0, merged=0)
    merged = [" ".join(text.targets[k : k + 5]) for k in range(0, 60, 5)]
    found = pairs(link_sentences(text.hypotheses, merged))
    gold = [(tuple(range(5 * k, 5 * k + 5)), (k,)) for k in range(12)]
    assert score_links([gold], [found]).strict.f1 == 1.0


def test_a_text_with_every_fifth_sentence_is_aligned_and_the_rest_left_alone() -> None:
    text = generate(60, seed=4, lone=0, merged=0)
    found = pairs(link_sentences(text.hypotheses, text.targets[::5]))
    gold = [((k,), (k // 5,) if k % 5 == 0 else ()) for k in range(60)]
    assert score_links([gold], [found]).strict_all.f1 > 0.9


@pytest.mark.parametrize(
    "size", [60, pytest.param(500, marks=pytest.mark.slow), pytest.param(3000, marks=pytest.mark.slow)]
)
def test_generated_texts_are_aligned_and_a_long_one_as_well_as_a_short_one(size: int) -> None:
    text = generate(size, seed=size)
    found = pairs(link_sentences(text.hypotheses, text.targets))
    assert score_links([text.links], [found]).strict.f1 > 0.95


def test_moved_blocks_are_linked_and_declared() -> None:
    text = generate(90, seed=5)
    targets, links = move_blocks(text.targets, text.links, seed=5)
    monotone = link_sentences(text.hypotheses, targets, moves=False)
    found = link_sentences(text.hypotheses, targets)
    assert score_links([links], [pairs(monotone)]).strict.f1 < 0.8
    assert score_links([links], [pairs(found)]).strict.f1 > 0.9
    assert any(link.moved for link in found)
    assert not any(link.moved for link in monotone)


def test_a_text_in_order_has_no_moves() -> None:
    text = generate(60, seed=6)
    assert not any(link.moved for link in link_sentences(text.hypotheses, text.targets))


@pytest.mark.slow
def test_sure_beads_are_mostly_right() -> None:
    text = generate(300, seed=7, kept=0.35, lone=0.1, merged=0.12)
    gold = set(text.links)
    sure = [link for link in link_sentences(text.hypotheses, text.targets) if link.confidence >= 0.9]
    assert len(sure) > 150
    assert sum(pair in gold for pair in pairs(sure)) >= 0.9 * len(sure)


def test_confidence_keeps_the_order_of_probabilities() -> None:
    links = [Link((0, 1), (0, 1), p / 20) for p in range(21)]
    found = [link.confidence for link in calibrated(links)]
    assert found == sorted(found)
    assert 0 <= found[0] < 0.05
    assert 0.95 < found[-1] <= 1


def test_paragraphs_decide_where_words_do_not() -> None:
    same = ["alpha beta gamma delta."] * 4
    links = link_sentences(
        same, same[:2], source_paragraphs=[0, 0, 1, 1], target_paragraphs=[0, 1], moves=False
    )
    crossing = [link for link in links if link.real and link.source[0] < 2 < link.source[1]]
    assert not crossing


def test_translations_of_another_length_are_refused() -> None:
    with pytest.raises(UsageError, match="7 translations for 8 sentences"):
        link_sentences(ENGLISH, FRENCH, via=VIA[:-1])


@pytest.mark.parametrize(
    ("arabic", "latin"), [("منصور", "mansour"), ("وكريم", "karim"), ("بركات", "barakat"), ("2019", "2019")]
)
def test_names_meet_across_scripts(arabic: str, latin: str) -> None:
    assert set(name_features(arabic)) & set(name_features(latin))


def test_other_words_do_not_meet_across_scripts() -> None:
    assert not set(name_features("مدرسة")) & set(name_features("harbour"))


def test_an_arabic_text_is_aligned_by_names_and_numbers_alone() -> None:
    names = [("سمير", "Samir"), ("كريم", "Karim"), ("بركات", "Barakat"), ("منصور", "Mansour")]
    arabic = [f"وصل {names[k % 4][0]} إلى البيت رقم {100 + 7 * k} مساء." for k in range(40)]
    english = [f"{names[k % 4][1]} came to house number {100 + 7 * k} at night." for k in range(40)]
    found = pairs(link_sentences(arabic, english[5:]))
    gold = [((k,), (k - 5,) if k >= 5 else ()) for k in range(40)]
    assert score_links([gold], [found]).strict.f1 > 0.9
