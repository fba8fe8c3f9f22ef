"""What the self-test takes for a translation, and what it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtpipe import models
from mtpipe.data import Flag, Hypothesis
from mtpipe.models.conventions import Conventions
from mtpipe.models.coverage import WANTED, faults, measure, sample
from mtpipe.pipeline.self_test import judge, self_test
from tests.tiny import make_tiny_model

AR, EN, FR = (sample(code)[:8] for code in ("ar", "en", "fr"))


def judged(texts: list[str], source: str = "ar", target: str = "en", flag: Flag | None = None) -> str:
    made = [Hypothesis(text, -0.5, (flag,) if flag else ()) for text in texts]
    return "; ".join(judge({"ar": AR, "en": EN, "fr": FR}[source], made, source, target))


def test_the_sample_is_one_text_in_three_languages() -> None:
    assert len({len(sample(code)) for code in ("ar", "en", "fr")}) == 1
    assert sample("xx") == ()


def test_translations_pass() -> None:
    assert judged(list(EN)) == ""
    assert judged(list(FR), target="fr") == ""
    assert judged(list(AR), source="fr", target="ar") == ""
    assert judged([*EN[:6], "", "the the the the the"]) == "", "a small model may fail at one or two"


@pytest.mark.parametrize(
    ("texts", "target", "fault"),
    [
        ([""] * 8, "en", "8 of 8 outputs: no text"),
        (["..."] * 8, "en", "no text"),
        ([text + " never again" * 5 for text in EN], "en", "a loop, or no end, as"),
        ([text[:9] + "q" * 30 for text in EN], "en", "a loop, or no end"),
        (list(AR), "en", "the source copied"),
        ([f"{text} مرة" for text in sample("ar")[20:28]], "en", "not in the script of English"),
        (["The same of all."] * 8, "en", "the same as for another sentence"),
        (list(FR), "en", "most outputs are 'fr', not 'en'"),
        (list(EN), "fr", "most outputs are 'en', not 'fr'"),
        (list(sample("en")[30:38]), "en", "the outputs say nothing of the source"),
    ],
)
def test_what_is_no_translation(texts: list[str], target: str, fault: str) -> None:
    assert fault in judged(texts, target=target)


def test_outputs_without_an_end() -> None:
    assert "a loop, or no end" in judged(list(EN), flag=Flag.TRUNCATED)


def test_french_left_in_english_is_a_copy() -> None:
    assert "the source copied" in judged(list(EN), source="en", target="fr")


def test_the_built_in_model() -> None:
    model = models.find()
    verdict = self_test(model)
    assert (verdict["result"], verdict["faults"]) == ("passed", [])
    assert set(verdict["samples"]) == {"ar-en", "ar-fr"}
    assert faults(model.folder, model.conventions, ["ar"], ["en", "fr"]) == []
    assert all(coverage.share >= WANTED for coverage in measure(model.folder, ["ar"], ["en", "fr"]))


def test_an_end_that_is_missing_or_stands_twice(tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "tiny")

    def end(*suffix: str, own: bool = False, ended: bool = True) -> str:
        (folder / "config.json").write_text(json.dumps({"add_source_eos": own}))
        found = faults(folder, Conventions(source_suffix=suffix), ["ar"], ["en"], ended=ended)
        return " ".join(fault for fault in found if "</s>" in fault)

    assert "no </s> would stand" in end()
    assert "2 times" in end("</s>", own=True)
    assert end("</s>") == end(own=True) == end(ended=False) == ""
