"""Alignment scores follow their definition, counted here by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtpipe.aligner import parse_links, read_links, score_links, score_table
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


def test_json_is_read_however_it_is_laid_out() -> None:
    links = [((0,), (0,)), ((1, 2), (1,))]
    assert parse_links("[\n [[0],\n  [0]],\n [[1, 2], [1]]\n]\n") == links
    rows = (
        '{"source": [0], "target": [0], "texts": ["a\u2028b", "c\x85d"]}\n{"source": [1, 2], "target": [1]}\n'
    )
    assert parse_links(rows) == links


@pytest.mark.parametrize("number", ["-1", "0.7", "1e400", "true", "null", '"x"'])
def test_what_is_no_number_of_a_sentence_is_refused(number: str) -> None:
    with pytest.raises(InputError, match=r"gold\.json"):
        parse_links(f"[[[0], [{number}]]]", name="gold.json")


@pytest.mark.parametrize("text", ["[" * 100_000, "0\t0\n1\t" + "9" * 5000])
def test_what_python_cannot_read_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "gold").write_text(text, "utf-8")
    with pytest.raises(InputError, match="not an alignment") as caught:
        read_links(str(tmp_path / "gold"))
    assert "\n" not in str(caught.value)


def test_a_ladder_does_not_fall() -> None:
    assert parse_links("0\t0\t1\n1\t2\t1\n2\t1\t1\n") == [((0,), (0,)), ((1,), (2,)), ((2,), (1,))]
    with pytest.raises(InputError):
        parse_links("0 0 1\n3 3 1\n1 1 1\n4 4 1\n")
