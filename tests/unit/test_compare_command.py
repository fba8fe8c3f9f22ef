"""``mtpipe compare`` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mtpipe.cli.compare import compare
from mtpipe.errors import MtpipeError
from tests.score_corpus import corpus

_APP = typer.Typer()
_APP.command()(compare)
_MADE = corpus("en", 40, seed=17, systems=3)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(_APP, ["--resamples", "200", "--trials", "400", *arguments])


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return a reference and three systems; the last writes apostrophes as entities."""
    texts = [
        _MADE.references[0],
        *_MADE.systems[:2],
        [text.replace("'", "&#39;") for text in _MADE.references[0]],
    ]
    paths = [tmp_path / name for name in ("ref.en", "out.good.en", "out.bad.en", "out.html.en")]
    for path, lines in zip(paths, texts, strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(map(str, paths))


def test_all_pairs_are_tested_in_all_metrics(files: list[str]) -> None:
    result = _run(*files[1:], "-r", files[0], "-f", "json", "-q")
    assert result.exit_code == 0
    (evaluation,) = json.loads(result.stdout)["evaluations"]
    pairs = {(test["metric"], test["first"], test["second"]) for test in evaluation["pairs"]}
    assert len(pairs) == 4 * 3
    test = next(t for t in evaluation["pairs"] if (t["metric"], t["second"]) == ("BLEU", "bad"))
    assert test["first"] == "good" and test["difference"] < 0 < test["losses"]
    assert test["low"] <= test["difference"] <= test["high"]


def test_typography_is_named_where_it_is_the_gap(files: list[str], tmp_path: Path) -> None:
    clean = tmp_path / "out.clean.en"
    clean.write_text("\n".join(_MADE.references[0]) + "\n", encoding="utf-8")
    result = _run(files[3], str(clean), "-r", files[0], "-m", "bleu")
    gap = next(line for line in result.stdout.splitlines() if "are HTML entities" in line)
    words = gap.split()
    assert words[0] == words[3] and words[4] == "BLEU"


def test_markdown_shows_the_rows_that_differ_most(files: list[str]) -> None:
    text = _run(*files[1:3], "-r", files[0], "-f", "md", "-m", "chrf").stdout
    assert "### Segments that differ most" in text and "**" in text.split("differ most")[1]
    assert "| metric | A | B | B − A |" in text


def test_paired_sacrebleu_json(files: list[str]) -> None:
    held = json.loads(_run(*files[1:3], "-r", files[0], "--sacrebleu-json", "-m", "bleu", "-q").stdout)
    assert held[0]["system"].startswith("Baseline: ") and held[0]["BLEU"]["p_value"] is None
    assert 0 < held[1]["BLEU"]["p_value"] <= 1


def test_a_reproducible_comparison_has_the_same_bytes_again(files: list[str], tmp_path: Path) -> None:
    texts = []
    for name in ("a.html", "b.html"):
        result = _run(*files[1:3], "-r", files[0], "--reproducible", "-o", str(tmp_path / name))
        assert result.exit_code == 0
        texts.append((tmp_path / name).read_bytes())
    assert texts[0] == texts[1]


def test_wrong_uses_are_one_line(files: list[str], tmp_path: Path) -> None:
    short = tmp_path / "short.en"
    short.write_text("one line\n", encoding="utf-8")
    for arguments, words in (
        ([files[1]], "two translations or more"),
        ([files[1], files[1]], "is named twice"),
        ([files[1], str(short)], "short.en: 1 lines, but"),
    ):
        result = _run(*arguments, "-r", files[0])
        assert isinstance(result.exception, MtpipeError)
        assert words in str(result.exception) and "\n" not in str(result.exception)
