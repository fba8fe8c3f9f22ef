"""Human references beside the translations: line by line, or aligned. Real engine, real aligner."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mtpipe.cli import run
from mtpipe.data import Flag, Hypothesis, Passport, Role, Translation
from mtpipe.errors import UsageError
from mtpipe.pipeline.references import parse_option, read_reference, reference_column
from tests.conftest import EXAMPLE, make_document

MODEL = Passport("m", "made", "1", "Apache-2.0", "0" * 64, ("en",))
ENGLISH = [
    "The mayor opened the new bridge over the river on Tuesday.",
    "Farmers from twelve villages came to see it.",
    "The bridge cost 4,000 dollars a metre, said the engineer Salim Haddad.",
    "Children threw flowers into the water.",
    "In the evening the rain began and everyone went home.",
]


def translated(hypotheses: list[str]) -> Translation:
    document = make_document([(f"جملة رقم {n}", "ar", Role.BODY) for n in range(len(hypotheses))])
    return Translation(document, "en", tuple(map(Hypothesis, hypotheses)), MODEL)


def test_a_file_with_a_line_a_segment_is_taken_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "ref.txt"
    path.write_text("\n".join(reversed(ENGLISH)), encoding="utf-8")
    column = reference_column(translated(ENGLISH), read_reference("en", str(path)))
    assert column.parallel
    assert [h.text for h in column.translation.hypotheses] == ENGLISH[::-1]
    assert column.translation.model.kind == "reference"


def test_empty_lines_are_rows_only_where_the_source_has_them(tmp_path: Path) -> None:
    path = tmp_path / "ref.txt"
    path.write_text("\n\n".join(ENGLISH) + "\n", encoding="utf-8")
    column = reference_column(translated(ENGLISH), read_reference("en", str(path)))
    assert column.parallel
    assert [h.text for h in column.translation.hypotheses] == ENGLISH
    # Nine segments without an empty one are no match for five lines and the four gaps between them.
    column = reference_column(translated([*ENGLISH, *ENGLISH[:4]]), read_reference("en", str(path)))
    assert not column.parallel

    spaced = [*ENGLISH[:2], "", *ENGLISH[2:]]
    document = make_document(
        [(f"جملة {n}" if text else "", "ar", Role.BODY) for n, text in enumerate(spaced)]
    )
    translation = Translation(document, "en", tuple(map(Hypothesis, spaced)), MODEL)
    path.write_text("\n".join(spaced), encoding="utf-8")
    column = reference_column(translation, read_reference("en", str(path)))
    assert column.parallel
    assert [h.text for h in column.translation.hypotheses] == spaced
    path.write_text(" ".join(ENGLISH), encoding="utf-8")
    column = reference_column(translation, read_reference("en", str(path)))
    assert not column.parallel
    assert [h.text for h in column.translation.hypotheses] == spaced
    assert column.translation.hypotheses[2].flags == ()


def test_running_text_is_aligned_and_says_what_is_missing_or_added(tmp_path: Path) -> None:
    path = tmp_path / "ref.txt"
    added = "The minister of finance stayed in the capital that day, because parliament was voting on taxes."
    path.write_text(f"{ENGLISH[0]} {ENGLISH[1]} {added} {ENGLISH[2]} {ENGLISH[4]}", encoding="utf-8")
    words = [text.replace("new", "recent").replace("came", "arrived") for text in ENGLISH]
    # One segment a sentence on our side, four of the five in the reference, and one of its own.
    ours = [*words, "A sixth sentence about whales in a distant ocean."]
    column = reference_column(translated(ours), read_reference("en", str(path)))
    assert not column.parallel
    texts = [h.text for h in column.translation.hypotheses]
    assert texts[0] == ENGLISH[0]
    assert texts[1].startswith(ENGLISH[1])
    assert texts[2].startswith(ENGLISH[2])
    assert texts[4] == ENGLISH[4]
    assert Flag.NOT_IN_REFERENCE in column.translation.hypotheses[3].flags
    assert Flag.NOT_IN_REFERENCE in column.translation.hypotheses[5].flags
    assert sum(f"[+ {added}]" in text for text in texts) == 1


def test_which_target_a_reference_is_for() -> None:
    assert parse_option("fr=lepoint.txt", ["en", "fr"]) == ("fr", "lepoint.txt")
    assert parse_option("a=b.txt", ["fr"]) == ("fr", "a=b.txt")
    with pytest.raises(UsageError, match=r"--reference x\.txt: say what it is in, as en=x\.txt"):
        parse_option("x.txt", ["en", "fr"])
    with pytest.raises(UsageError, match="'ar' is not among the targets"):
        parse_option("ar=x.txt", ["en", "fr"])


def test_translate_lays_and_scores_in_one_go(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    references = [f"--reference={code}={EXAMPLE.with_name(f'article.{code}.txt')}" for code in ("en", "fr")]
    arguments = [
        "translate",
        str(EXAMPLE),
        "--model",
        str(tiny_model),
        "--format",
        "jsonl",
        "--format",
        "html",
    ]
    assert run([*arguments, "--format", "tsv", *references, "--score", "--quiet"]) == 0
    header, *rows = map(json.loads, Path("article.ar.jsonl").read_text("utf-8").splitlines())
    assert [r["laid"] for r in header["references"]] == ["line by line", "line by line"]
    assert len(header["models"]) == 2
    english = EXAMPLE.with_name("article.en.txt").read_text("utf-8").splitlines()
    assert [row["references"][0]["text"] for row in rows] == english
    heading = Path("article.ar.tsv").read_text("utf-8").splitlines()[0].split("\t")
    assert heading[6:] == ["ar", "en", "en (reference)", "fr", "fr (reference)"]
    page = Path("article.ar.html").read_text("utf-8")
    assert page.count('<p class="cell') == 54 * 5
    assert "English, reference" in page
    report = Path("article.ar.report.html").read_text("utf-8")
    assert "chrF2" in report
    assert "article.fr.txt" in report


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--score"], "--score: nothing to score against"),
        (["--reference", "en=none.txt"], "none.txt: no such file"),
        (["--reference", "both.txt"], "say what it is in"),
    ],
)
def test_wrong_references(
    tmp_path: Path,
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["translate", str(EXAMPLE), "--model", str(tiny_model), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_score_report_without_date_is_reproducible(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ar.txt").write_text("ذهب الولد إلى المدرسة في الصباح الباكر.\n", encoding="utf-8")
    (tmp_path / "en.txt").write_text("The boy went to school early in the morning.\n", encoding="utf-8")
    arguments = [
        "translate",
        "ar.txt",
        "--lines",
        "--to",
        "en",
        "--model",
        str(tiny_model),
        "--reference",
        "en.txt",
    ]
    pages = []
    for _ in range(2):
        assert run([*arguments, "--score", "--reproducible", "--quiet", "--force"]) == 0
        pages.append(Path("ar.report.html").read_bytes())
    assert pages[0] == pages[1]
    assert f"{datetime.now(UTC):%Y-%m-%d}" not in pages[0].decode("utf-8")
