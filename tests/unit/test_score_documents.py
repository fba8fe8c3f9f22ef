"""A reference that is a document: cut, aligned, and scored by its beads."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from mtpipe.errors import InputError
from mtpipe.evaluator import Settings
from mtpipe.pipeline.scoring import evaluation_report, task_of_files
from mtpipe.report import Evaluation, EvaluationReport, Pairing
from tests.score_corpus import garbled
from tests.unit.test_score_reading import translation_jsonl

_EXAMPLES = Path(__file__).parents[2] / "examples"
_SETTINGS = Settings(metrics=("chrF2",), resamples=0, audit=False)
_ONLY_THERE = (
    "The newspaper had sent its own photographer to the harbour that morning.",
    "Readers who wish to comment may write to the editor before the end of April.",
)


def _example(code: str) -> list[str]:
    return (_EXAMPLES / f"article.{code}.txt").read_text(encoding="utf-8").splitlines()


def _segments() -> list[dict[str, object]]:
    text = (_EXAMPLES / "article.segments.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _translation(folder: Path, code: str, rate: float = 0.3) -> str:
    chance = random.Random(7)
    lines = [garbled(line, chance, rate) or line for line in _example(code)]
    segments = _segments()
    sources, roles = [str(item["text"]) for item in segments], [str(item["role"]) for item in segments]
    path = folder / f"t.{code}.jsonl"
    path.write_text(translation_jsonl({code: lines}, sources, roles), encoding="utf-8")
    return str(path)


def _running_text(lines: list[str]) -> str:
    """Print the lines as the source has its paragraphs: sentences of one paragraph on one line."""
    paragraphs: dict[object, list[str]] = {}
    for line, item in zip(lines, _segments(), strict=True):
        if line:
            paragraphs.setdefault(item["paragraph"], []).append(line)
    return "".join(" ".join(part) + "\n\n" for part in paragraphs.values())


def _report(translation: str, *, lines: str | None = None, document: Path | None = None) -> EvaluationReport:
    documents = [str(document)] if document else []
    return evaluation_report(task_of_files([translation], [lines] if lines else [], documents), _SETTINGS)


def _chrf(evaluation: Evaluation) -> float:
    return evaluation.systems[0].scores[0].value


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_lines_and_running_text_score_alike(tmp_path: Path, code: str, rate: float) -> None:
    document = tmp_path / f"newspaper.{code}.txt"
    document.write_text(_running_text(_example(code)), encoding="utf-8")
    report = _report(
        _translation(tmp_path, code, rate), lines=str(_EXAMPLES / f"article.{code}.txt"), document=document
    )
    by_lines, by_beads = report.evaluations
    assert (by_lines.pairing, by_beads.pairing) == (Pairing.LINE, Pairing.BEAD)
    assert abs(_chrf(by_lines) - _chrf(by_beads)) < 1.5
    assert by_lines.findings[0].startswith("Line-aligned") and by_beads.findings[0].startswith("Bead-aligned")
    assert by_beads.coverage.source_share > 0.97 and by_beads.coverage.reference_share > 0.97


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coverage_of_a_freely_adapted_reference(tmp_path: Path, seed: int) -> None:
    lines = _example("en")
    chance = random.Random(seed)
    body = list(range(8, 46))
    dropped = set(chance.sample(body, 7))
    merged = {index for index in chance.sample(body, 12) if index not in dropped and index + 1 not in dropped}
    kept = ["" if index in dropped else line for index, line in enumerate(lines)]
    for index in sorted(merged):
        if kept[index] and kept[index + 1]:
            kept[index + 1], kept[index] = kept[index].rstrip(".") + ", and " + kept[index + 1], ""
    moved = _running_text(kept).split("\n\n")
    block = moved[-6:-3]
    text = "\n\n".join([*moved[:8], *block, *moved[8:-6], *_ONLY_THERE, *moved[-3:]])
    document = tmp_path / "newspaper.en.txt"
    document.write_text(text, encoding="utf-8")
    (evaluation,) = _report(_translation(tmp_path, "en"), document=document).evaluations
    sources = [str(item["text"]) for item in _segments()]
    there = 1 - sum(len(sources[index]) for index in dropped) / sum(map(len, sources))
    total = sum(len(line) for index, line in enumerate(lines) if index not in dropped)
    taking_part = 1 - sum(map(len, _ONLY_THERE)) / (total + sum(map(len, _ONLY_THERE)))
    covered = evaluation.coverage
    assert abs(covered.source_share - there) < 0.05
    assert abs(covered.reference_share - taking_part) < 0.05
    listed = {item.index for item in covered.omitted}
    assert len(listed & dropped) >= len(dropped) - 1
    assert {item.text for item in covered.added} & set(_ONLY_THERE)
    assert evaluation.rows[0].confidence is not None


def test_an_unrelated_document_does_not_score_by_accident(tmp_path: Path) -> None:
    document = tmp_path / "other.en.txt"
    document.write_text(
        "Bees dance. " * 3 + "The hive is full of honey, and winter is far away.\n", encoding="utf-8"
    )
    try:
        (evaluation,) = _report(_translation(tmp_path, "en"), document=document).evaluations
    except InputError as error:
        assert "nothing to score" in str(error)
    else:
        assert evaluation.coverage.source_share < 0.1


def test_the_date_is_now_unless_given_or_refused(tmp_path: Path) -> None:
    task = task_of_files([_translation(tmp_path, "en")], [str(_EXAMPLES / "article.en.txt")], [])
    given = datetime(2026, 3, 4, 7, 8, tzinfo=timezone(timedelta(hours=2)))
    assert evaluation_report(task, _SETTINGS, created=given).created == "2026-03-04 05:08 UTC"
    assert evaluation_report(task, _SETTINGS, created=None).created == ""
    assert evaluation_report(task, _SETTINGS).created.startswith(f"{datetime.now(UTC):%Y-}")


def test_a_document_in_another_language_is_refused(tmp_path: Path) -> None:
    french = _EXAMPLES / "article.fr.txt"
    with pytest.raises(InputError, match="French"):
        _report(_translation(tmp_path, "en"), document=french)


def test_several_systems_share_the_beads_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    translations = [_translation(tmp_path, "en"), _translation(tmp_path / "b", "en", 0.5)]
    document = tmp_path / "newspaper.en.txt"
    document.write_text(_running_text(_example("en")), encoding="utf-8")
    (evaluation,) = evaluation_report(
        task_of_files(translations, [], [str(document)]),
        Settings(metrics=("chrF2",), resamples=100, trials=200, audit=False),
    ).evaluations
    assert any("share the beads" in note for note in evaluation.notes)
    assert _chrf(evaluation) > evaluation.systems[1].scores[0].value
    assert evaluation.pairs[0].p_randomisation < 0.05
