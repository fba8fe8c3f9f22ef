"""The translation memory's upkeep: an empty word purges nothing, a name is found however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtpipe.cli import run
from mtpipe.data import Attempt, Finding, Hypothesis, Term
from mtpipe.errors import UsageError
from mtpipe.memory import Circumstances, Memory, Selection, Unit, purge, units
from mtpipe.text import for_model

AR_EN = Circumstances("ar", "en", "a" * 64, "{}", "", "1")


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "memory.sqlite")


def remember(memory: Memory, source: str, hypothesis: Hypothesis) -> None:
    """Put a unit into the memory as a run does: under the model's view of its text."""
    memory.add([Unit(memory.circumstances(AR_EN), for_model(source), hypothesis)])


@pytest.mark.parametrize("option", ["--from", "--to", "--model", "--containing"])
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_value_purges_nothing(
    memory: Memory, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(memory, "نص", Hypothesis("text"))
    assert run(["memory", "purge", str(memory.path), option, value]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"{option} {value!r}: is empty" in said
    assert len(memory) == 1


def test_an_empty_model_exports_nothing(memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    remember(memory, "نص", Hypothesis("text"))
    assert run(["memory", "export", str(memory.path), "--model", ""]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("containing", ["", "ـ", "\u064b \u200f"])
def test_what_folds_to_nothing_chooses_nothing(memory: Memory, containing: str) -> None:
    remember(memory, "نص", Hypothesis("text"))
    with pytest.raises(UsageError, match="nothing to look for"):
        purge(memory, Selection(containing=containing))
    assert len(memory) == 1


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("قالت فاطمه إن المدينه كبيره.", "فاطمه"),
        ("قالت فاطمة إن المدينة كبيرة.", "فاطمه"),
        ("قال المصرى فى القاهره", "المصرى"),
        ("قال مصطفى إنه هنا", "مصطفي"),
        ("عاد أحمد من السفر", "احمد"),
        ("عاد احمد من السفر", "أحمد"),
        ("عاد مُحَمَّد من السفر", "مُحَمَّد"),
        ("عاد محمد من السفر", "محـمـد"),
        ("قال مسئول كبير", "مسئول"),
        ("قالت و أضافت نادية", "و أضافت"),
    ],
)
def test_a_name_is_purged_however_it_is_written(memory: Memory, source: str, wanted: str) -> None:
    remember(memory, source, Hypothesis("she said"))
    remember(memory, "جملة أخرى", Hypothesis("another sentence"))
    assert purge(memory, Selection(containing=wanted)) == 1
    assert [unit.text for unit in units(memory)] == [for_model("جملة أخرى")]


@pytest.mark.parametrize(
    "hypothesis",
    [
        Hypothesis("she said", attempts=(Attempt("beam 1", "Fatima said", -1.0),)),
        Hypothesis("elle dit", pivot="Fatima said"),
        Hypothesis("she said", findings=(Finding("names", "Fatima is missing"),)),
        Hypothesis("she said", terms=(Term("فلانة", "Fatima", ""),)),
    ],
)
def test_all_that_a_unit_holds_is_searched(memory: Memory, tmp_path: Path, hypothesis: Hypothesis) -> None:
    remember(memory, "قالت", hypothesis)
    assert purge(memory, Selection(containing="Fatima")) == 1
    memory.close()
    for path in tmp_path.iterdir():
        assert b"Fatima" not in path.read_bytes(), path


def test_the_programs_own_words_choose_nothing(memory: Memory) -> None:
    remember(memory, "قالت", Hypothesis("she said", flags=("split",), confidence="low"))
    assert purge(memory, Selection(containing="split")) == 0
    assert purge(memory, Selection(containing="confidence")) == 0


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--days", "inf"),
        ("--days", "nan"),
        ("--days", "1e30"),
        ("--megabytes", "inf"),
        ("--megabytes", "nan"),
        ("--units", "99999999999999999999"),
    ],
)
def test_limits_beyond_all_counting_are_refused(
    memory: Memory, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remember(memory, "نص", Hypothesis("text"))
    assert run(["memory", "limit", str(memory.path), option, value]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert option in said
    assert len(memory) == 1
