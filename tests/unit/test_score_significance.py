"""Resampling in blocks is resampling at once, and the corrections do what they say."""

from __future__ import annotations

import numpy as np
import pytest

from mtpipe.evaluator import significance
from mtpipe.evaluator.metrics import values
from mtpipe.evaluator.statistics import reference_count, statistics
from tests.score_corpus import corpus


def test_blocks_do_not_change_any_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    made = corpus("en", 23, seed=5, systems=2)
    rows = [(text,) for text in made.references[0]]
    counted = statistics(made.systems, rows, metrics=("BLEU", "TER"), tokenizer="13a")
    whole = significance.resample(counted, resamples=90)
    whole_tests = significance.paired_tests(counted, whole, [(0, 1)], trials=200)
    monkeypatch.setattr(significance, "_CELLS", 23 * 40)
    pieces = significance.resample(counted, resamples=90)
    assert all((whole[m][s] == pieces[m][s]).all() for m in whole for s in (0, 1))
    assert significance.paired_tests(counted, pieces, [(0, 1)], trials=200) == whole_tests


def test_the_resamples_are_numpys_choice() -> None:
    drawn = np.random.default_rng(12345).choice(17, size=(50, 17), replace=True)
    made = corpus("fr", 17, seed=6)
    counted = statistics(
        made.systems, [(text,) for text in made.references[0]], metrics=("chrF2",), tokenizer="13a"
    )
    expected = values("chrF2", counted["chrF2"][0][drawn].sum(axis=1).astype(np.float32))
    assert (significance.resample(counted, resamples=50)["chrF2"][0] == expected).all()


def test_equal_systems_are_not_told_apart() -> None:
    made = corpus("en", 40, seed=7)
    same = (made.systems[0], made.systems[0])
    counted = statistics(same, [(text,) for text in made.references[0]], metrics=("BLEU",), tokenizer="13a")
    tests = significance.paired_tests(counted, significance.resample(counted), [(0, 1)], trials=100)
    assert tests["BLEU"][0].difference == 0
    assert (tests["BLEU"][0].low, tests["BLEU"][0].high) == (0, 0)


def test_a_clear_winner_has_the_smallest_p_there_is() -> None:
    made = corpus("en", 80, seed=9)
    systems = (made.systems[0], made.references[0])
    counted = statistics(
        systems, [(text,) for text in made.references[0]], metrics=("chrF2",), tokenizer="13a"
    )
    test = significance.paired_tests(counted, significance.resample(counted), [(0, 1)], trials=500)["chrF2"][
        0
    ]
    assert test.p_bootstrap == pytest.approx(1 / 1001)
    assert test.p_randomisation == pytest.approx(1 / 501)
    assert 0 < test.low < test.difference < test.high


def test_holm_multiplies_steps_down_and_never_sinks() -> None:
    assert significance.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert significance.holm([0.5, 0.9]) == [1.0, 1.0]
    assert significance.holm([]) == []


def test_chrf2_from_chrf_plus_plus_is_chrf2() -> None:
    made = corpus("ar", 30, seed=2)
    rows = [(text,) for text in made.references[0]]
    both = statistics(made.systems, rows, metrics=("chrF2", "chrF++"), tokenizer="intl")
    alone = statistics(made.systems, rows, metrics=("chrF2",), tokenizer="intl")
    assert (both["chrF2"][0] == alone["chrF2"][0]).all()


def test_references_may_be_missing_in_places() -> None:
    assert reference_count([("a", "b"), ("a", None)]) == -1
    assert reference_count([("a", "b"), ("c", "d")]) == 2
    counted = statistics([["a b c d"]], [(None, "a b c d")], metrics=("BLEU",), tokenizer="13a")
    assert values("BLEU", counted["BLEU"][0])[0] == pytest.approx(100)
