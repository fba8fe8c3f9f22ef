"""The report in each of its formats."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from mtpipe.evaluator import (
    Comparison,
    Settings,
    evaluate,
    line_comparison,
    named_apart,
    parse_reference,
    read_outputs,
)
from mtpipe.report import SCHEMA, Evaluation, EvaluationReport, Pairing
from mtpipe.writer.report_html import render_html
from mtpipe.writer.report_json import json_schema, render_json
from mtpipe.writer.report_md import render_md
from mtpipe.writer.report_txt import render_tsv, render_txt
from tests.score_corpus import corpus

_SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report.schema.json"
_EVIL = "</script><img src=x onerror=alert(1)> & \u2028 “quoted”"


def _report(evaluation: Evaluation) -> EvaluationReport:
    return EvaluationReport(
        "A <b>title</b>", "2026-11-28 12:00 UTC", "0.1.0", "mtpipe score x", (evaluation,)
    )


def _comparison(folder: Path, systems: int, *, evil: bool = False) -> Comparison:
    made = corpus("en", 24, seed=21, systems=systems)
    reference = folder / "ref.en"
    reference.write_text("\n".join(made.references[0]) + "\n", encoding="utf-8")
    outputs = []
    for number, texts in enumerate(made.systems):
        path = folder / f"news.{'abc'[number]}.en"
        lines = [f"{text} {_EVIL}" if evil and line == 3 else text for line, text in enumerate(texts)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        output = read_outputs(str(path))[0]
        flags = ((),) * 20 + (("loop",),) * 4 if number == 0 else ((),) * 24
        roles = ("title",) + ("body",) * 23
        sources = tuple(f"الجملة رقم {line}." for line in range(24))
        outputs.append(replace(output, flags=flags, roles=roles, sources=sources, source_language="ar"))
    return line_comparison(named_apart(outputs), [parse_reference(str(reference))], target="en")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    comparison = _comparison(tmp_path_factory.mktemp("pair"), 2)
    return evaluate(comparison, Settings(resamples=100, trials=200))


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(_comparison(tmp_path_factory.mktemp("single"), 1, evil=True), Settings(resamples=50))


@pytest.mark.parametrize(("documents", "said"), [(200, False), (203, True)])
def test_documents_left_out_of_the_breakdown_are_said(tmp_path: Path, documents: int, said: bool) -> None:
    lines = "".join(f"This is line {number}.\n" for number in range(documents))
    path = tmp_path / "lines.en"
    path.write_text(lines, encoding="utf-8")
    output = replace(read_outputs(str(path))[0], documents=tuple(f"d{number}" for number in range(documents)))
    comparison = line_comparison([output], [parse_reference(str(path))], target="en")
    evaluation = evaluate(comparison, Settings(metrics=("BLEU",), resamples=0, audit=False))
    shown = [group for group in evaluation.systems[0].groups if group.by == "document"]
    assert len(shown) == 200
    note = "the scores by document are of the 200 largest of 203 documents"
    assert (note in evaluation.notes) is said


def test_a_report_without_a_date_begins_with_the_version(single: Evaluation) -> None:
    report = replace(_report(single), created="")
    assert "\nmtpipe 0.1.0\n" in render_md(report)
    assert '<p class="facts">mtpipe 0.1.0' in render_html(report)


def test_the_stored_schema_is_that_of_the_types() -> None:
    assert json.loads(_SCHEMA_FILE.read_text(encoding="utf-8")) == json_schema()


def test_json_holds_everything_and_fits_its_schema(pair: Evaluation, single: Evaluation) -> None:
    for evaluation in (pair, single):
        loaded = json.loads(render_json(_report(evaluation)))
        jsonschema.validate(loaded, json_schema())
        assert loaded["schema"] == SCHEMA
        (held,) = loaded["evaluations"]
        assert len(held["rows"]) == held["n"] == 24
        assert [score["metric"] for score in held["systems"][0]["scores"]] == [
            "BLEU",
            "chrF2",
            "chrF++",
            "TER",
        ]
        assert all(
            score["signature"] and score["low"] <= score["high"] for score in held["systems"][0]["scores"]
        )


def test_no_score_without_its_signature_in_any_format(pair: Evaluation) -> None:
    signature = pair.systems[0].scores[0].signature
    report = _report(pair)
    for text in (render_html(report), render_md(report), render_txt(report), render_json(report)):
        assert signature in text


def test_html_needs_nothing_outside_itself(single: Evaluation) -> None:
    page = render_html(_report(single))
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#)""", page)
    assert not re.search(r"https?://", page.replace("http-equiv", ""))
    assert "@import" not in page and "url(" not in page
    assert "default-src 'none'" in page


def test_html_text_stays_text(single: Evaluation) -> None:
    page = render_html(_report(single))
    assert "<b>title</b>" not in page and "&lt;b&gt;title" in page
    assert "<img" not in page
    assert page.count("</script>") == 2
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    rows = json.loads(data[1])[0]["rows"]
    text = "".join(piece[0] for piece in rows[3]["hypotheses"][0]["runs"])
    assert text.endswith(_EVIL)


def test_markdown_tables_are_rectangular(pair: Evaluation) -> None:
    text = render_md(_report(pair))
    tables = re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE)
    assert len(tables) >= 4
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1
    assert re.search(r"\| a +\| 4?\d+\.\d \[", text)


def test_tsv_is_read_back_by_a_csv_reader(pair: Evaluation) -> None:
    blocks = render_tsv(_report(pair)).split("\n\n")
    first = list(csv.reader(io.StringIO(blocks[0]), delimiter="\t"))
    assert first[0] == ["system", "BLEU", "chrF2", "chrF++", "TER ↓"]
    assert {row[0] for row in first[1:]} == {"a", "b"}
    second = list(csv.reader(io.StringIO(blocks[1]), delimiter="\t"))
    assert [row[0] for row in second[1:]] == ["BLEU", "chrF2", "chrF++", "TER"]
    assert all(int(row[8]) + int(row[9]) + int(row[10]) == 24 for row in second[1:])


def test_the_overview_says_what_was_compared_and_counts_flags(pair: Evaluation) -> None:
    assert pair.pairing is Pairing.LINE
    assert pair.findings[0].startswith("Line-aligned: 24 rows")
    assert "a: 4 segments are flagged (loop 4)." in pair.findings
    assert [row.hypotheses[0].flags for row in pair.rows if row.hypotheses[0].flags] == [("loop",)] * 4


def test_groups_hold_every_row_once(pair: Evaluation) -> None:
    for system in pair.systems:
        assert {group.name: group.n for group in system.groups} == {"title": 1, "body": 23}


def test_wins_ties_and_losses_are_of_segments(pair: Evaluation) -> None:
    for test in pair.pairs:
        assert test.wins + test.ties + test.losses == 24
        column = pair.metrics.index(test.metric)
        sign = -1 if test.metric == "TER" else 1
        scores = [[hypothesis.scores[column] for hypothesis in row.hypotheses] for row in pair.rows]
        assert abs(test.wins - sum(sign * (b - a) > 0.006 for a, b in scores)) <= 1


def test_few_detailed_rows_are_chosen_and_said(tmp_path: Path) -> None:
    evaluation = evaluate(
        _comparison(tmp_path, 2), Settings(metrics=("chrF2",), resamples=0, detailed=9, audit=False)
    )
    coloured = [row for row in evaluation.rows if row.hypotheses[0].runs]
    assert len(coloured) == 9 and len(evaluation.rows) == 24
    assert "Shown are 9 of 24 rows" in render_html(_report(evaluation))
    worst = min(evaluation.rows, key=lambda row: sum(hypothesis.scores[0] for hypothesis in row.hypotheses))
    assert worst in coloured
