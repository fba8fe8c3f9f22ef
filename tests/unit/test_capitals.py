"""A row that begins a sentence begins with a capital letter; one that goes on does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mtpipe.cli import run
from mtpipe.data import Attempt, Flag, Hypothesis, Passport, Role, Translation
from mtpipe.pipeline.capitals import capitalised
from tests.conftest import make_document

PASSPORT = Passport("m", "made", "1", "CC0", "0" * 64, ("en", "fr"))
SENTENCE = "عاد الصيادون إلى الميناء."


def first_of(text: str, source: str = SENTENCE, role: Role = Role.BODY, target: str = "en") -> str:
    made = Translation(make_document([(source, "ar", role)]), target, (Hypothesis(text, -1.0),), PASSPORT)
    return capitalised(made).hypotheses[0].text


def after(before: tuple[str, Role], text: str, *, same_paragraph: bool) -> str:
    document = make_document([(before[0], "ar", before[1]), (SENTENCE, "ar", Role.BODY)])
    paragraphs = (0, 0 if same_paragraph else 1)
    segments = tuple(
        replace(segment, paragraph=number)
        for segment, number in zip(document.segments, paragraphs, strict=True)
    )
    hypotheses = (Hypothesis("One.", -1.0), Hypothesis(text, -1.0))
    made = Translation(replace(document, segments=segments), "en", hypotheses, PASSPORT)
    return capitalised(made).hypotheses[1].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the fishermen came back.", "The fishermen came back."),
        ("« été au port »", "« Été au port »"),
        ('"we are back"', '"We are back"'),
        ("al-Nour came back", "Al-Nour came back"),
        ("l’armée est là", "L’armée est là"),
        ("The fishermen", "The fishermen"),
        ("12 boats", "12 boats"),
        ("🔴 urgent: back", "🔴 Urgent: back"),
        ("• and back", "• And back"),
        ("1. they came back", "1. They came back"),
        ("'s boats", "'s boats"),
        ("iPhone sales", "iPhone sales"),
        ("example.org is back", "example.org is back"),
        ("", ""),
    ],
)
def test_a_sentence_begins_with_a_capital(text: str, expected: str) -> None:
    assert first_of(text) == expected


@pytest.mark.parametrize("role", [Role.TITLE, Role.HEADING, Role.LIST])
def test_so_does_a_heading(role: Role) -> None:
    assert first_of("return to port", "العودة إلى الميناء", role) == "Return to port"


def test_what_the_source_writes_in_latin_letters_stays() -> None:
    assert first_of("mtpipe translates", "mtpipe يترجم") == "mtpipe translates"
    assert first_of("mtpipe translates", "يترجم mtpipe") == "mtpipe translates"
    assert first_of("by the editor", "المحرر", Role.AUTHOR) == "by the editor"


def test_a_row_that_continues_the_one_before_stays() -> None:
    assert after(("قال الرجل،", Role.BODY), "that they came.", same_paragraph=False) == "that they came."
    assert after(("قال الرجل", Role.BODY), "that they came.", same_paragraph=True) == "that they came."
    assert after(("قال الرجل.", Role.BODY), "they came.", same_paragraph=True) == "They came."
    assert after(("قال الرجل", Role.BODY), "they came.", same_paragraph=False) == "They came."
    assert after(("أخبار الميناء:", Role.HEADING), "they came.", same_paragraph=False) == "They came."


def test_rows_that_no_model_made_stay_and_attempts_follow() -> None:
    passed = Hypothesis("see below", flags=(Flag.OTHER_LANGUAGE,))
    healed = Hypothesis(
        "they came.", -1.0, (Flag.HEALED,), (Attempt("first", "they they", -1.0), Attempt("six", "they came.", -1.0))
    )  # fmt: skip
    document = make_document([("see below", "en", Role.BODY), (SENTENCE, "ar", Role.BODY)])
    kept, begun = capitalised(Translation(document, "en", (passed, healed), PASSPORT)).hypotheses
    assert kept == passed
    assert (begun.text, begun.how) == ("They came.", "six")
    assert begun.attempts[0].text == "they they"


def test_what_is_written_begins_so_and_is_sealed(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(f"{SENTENCE}\n" * 3, encoding="utf-8")
    arguments = ["translate", "a.txt", "--lines", "--model", str(tiny_model), "--format", "tsv"]
    assert run([*arguments, "--output", "a.tsv"]) == 0
    rows = [line.split("\t") for line in Path("a.tsv").read_text("utf-8").splitlines()[1:]]
    assert all(not text[:1].islower() for row in rows for text in row[-2:])
    assert run(["verify", "a.tsv", "--source", "a.txt"]) == 0
