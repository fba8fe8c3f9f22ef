"""Alignment scores follow their definition, counted here by hand."""

from __future__ import annotations

import pytest

from mtpipe.aligner import parse_links, score_links, score_table
from mtpipe.errors import InputError

GOLD = "0\t0\n1 2\t1\n3\t-\n4\t2 3\n-\t4\n5\t5\n"
SYSTEM = "0\t0\n1\t1\n2\t-\n3\t-\n4\t2 3\n5\t4 5\n"


def test_rates_by_hand() -> None:
    score = score_links([parse_links(GOLD)], [parse_links(SYSTEM)])
    # exact: 0-0, 3-null, 4-2,3 of six links; the gold has four real links, two found exactly
    assert (score.strict.precision, score.strict.recall) == (3 / 6, 2 / 4)
    # lax precision: 1-1 and 5-4,5 share a pair as well; 2-null does not
    assert (score.lax.precision, score.lax.recall) == (5 / 6, 1.0)
    assert score.strict_all.f1 == pytest.approx(3 / 6)
    # unaligned: gold source 3, target 4; system source 2, 3
    assert (score.null.precision, score.null.recall) == (1 / 2, 1 / 2)
    # pairs: gold 6, system 6, both 0-0 1-1 4-2 4-3 5-5
    assert (score.pairs.precision, score.pairs.recall) == (5 / 6, 5 / 6)
    assert score.gold_types["1-2"].exact == 1
    assert score.system_types["1-0"].links == 2


def test_the_table_shows_three_digits() -> None:
    text = score_table(score_links([parse_links(GOLD)], [parse_links(SYSTEM)]))
    assert "strict     0.500  0.500  0.500" in text
    assert "1-1       2   50.0%  100.0% |      2   50.0%  100.0%" in text


@pytest.mark.parametrize(
    "text",
    [
        "0\t0\n1 2\t1\n-\t2\n",
        "[0]:[0]:0.1\n[1, 2]:[1]:0.25\n[]:[2]:0.0\n",
        "0\t0\t0.5\n1\t1\t0.2\n3\t2\t0.9\n3\t3\t1\n",
        '{"links": [[[0], [0]], [[1, 2], [1]], [[], [2]]]}',
        '{"source": [0], "target": [0]}\n{"source": [1, 2], "target": [1]}\n{"source": [], "target": [2]}\n',
    ],
)
def test_all_index_formats_say_the_same(text: str) -> None:
    assert parse_links(text) == [((0,), (0,)), ((1, 2), (1,)), ((), (2,))]


@pytest.mark.parametrize("text", ["hello\n", "0 0 zero\tx\n", '{"links": 3}', "[0]:[0]:1\nnonsense\n"])
def test_what_is_no_alignment_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"gold\.txt"):
        parse_links(text, name="gold.txt")
