"""``mtpipe score`` as a user types it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from mtpipe.cli.score import score
from mtpipe.errors import InputError, MtpipeError, UsageError
from tests.score_corpus import corpus
from tests.unit.test_score_reading import translation_jsonl

_APP = typer.Typer()
_APP.command()(score)
_MADE = {code: corpus(code, 15, seed=31, references=2) for code in ("ar", "en", "fr")}


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(_APP, ["--resamples", "50", *arguments], input=stdin)


def _error(*arguments: str) -> MtpipeError:
    result = _run(*arguments)
    assert isinstance(result.exception, MtpipeError), result.output
    assert "\n" not in str(result.exception)
    return result.exception


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    paths: dict[str, str] = {}
    for code, made in _MADE.items():
        for name, lines in (("s", made.systems[0]), ("r", made.references[0]), ("r2", made.references[1])):
            path = tmp_path / f"{name}.{code}"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            paths[f"{name}.{code}"] = str(path)
    both = translation_jsonl(
        {code: list(_MADE[code].systems[0]) for code in ("en", "fr")}, list(_MADE["ar"].references[0])
    )
    (tmp_path / "t.jsonl").write_text(both, encoding="utf-8")
    return paths | {"t.jsonl": str(tmp_path / "t.jsonl")}


def test_plain_text_to_standard_output(files: dict[str, str]) -> None:
    result = _run(files["s.en"], "--reference", files["r.en"])
    assert result.exit_code == 0
    assert "line-aligned" in result.stdout and "BLEU|nrefs:1|bs:50|seed:12345" in result.stdout
    assert "scoring 15 rows" in result.stderr


def test_standard_input_and_two_references(files: dict[str, str]) -> None:
    text = Path(files["s.en"]).read_text(encoding="utf-8")
    result = _run("-", "-r", files["r.en"], "-r", files["r2.en"], "--quiet", stdin=text)
    assert result.exit_code == 0 and result.stderr == ""
    assert "nrefs:2" in result.stdout and "standard input" in result.stdout


def test_the_arabic_tokenizer_is_chosen_and_said(files: dict[str, str]) -> None:
    result = _run(files["s.ar"], "-r", files["r.ar"])
    assert "tok:intl" in result.stdout and "because 13a leaves the Arabic marks" in result.stdout
    assert "tok:13a" in _run(files["s.ar"], "-r", files["r.ar"], "--tokenize", "13a").stdout


def test_two_targets_make_one_report_with_two_parts(files: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    result = _run(files["t.jsonl"], "-r", f"en={files['r.en']}", "-r", f"fr={files['r.fr']}", "-o", str(out))
    assert result.exit_code == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert [(part["target"], part["source"]) for part in report["evaluations"]] == [
        ("en", "ar"),
        ("fr", "ar"),
    ]
    assert report["evaluations"][0]["rows"][0]["source"] == _MADE["ar"].references[0][0]
    assert report["evaluations"][0]["rows"][1]["hypotheses"][0]["flags"] == ["loop"]


def test_two_references_for_one_of_two_targets(files: dict[str, str]) -> None:
    result = _run(files["t.jsonl"], "-r", f"en={files['r.en']}", "-r", f"en={files['r2.en']}", "-m", "bleu")
    assert result.exit_code == 0 and "nrefs:2" in result.stdout and "French" not in result.stdout


def test_the_suffix_chooses_the_format(files: dict[str, str], tmp_path: Path) -> None:
    for name, start in (
        ("a.html", "<!DOCTYPE html>"),
        ("a.md", "# "),
        ("a.tsv", "system\tBLEU"),
        ("a.txt", "s.en "),
    ):
        assert (
            _run(files["s.en"], "-r", files["r.en"], "-m", "bleu", "-o", str(tmp_path / name)).exit_code == 0
        )
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert not list(tmp_path.glob("*.part"))


def test_nothing_is_overwritten_unasked(files: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "a.md"
    out.write_text("mine", encoding="utf-8")
    assert "--force" in str(_error(files["s.en"], "-r", files["r.en"], "-o", str(out)))
    assert out.read_text(encoding="utf-8") == "mine"
    assert _run(files["s.en"], "-r", files["r.en"], "-m", "bleu", "-o", str(out), "--force").exit_code == 0


def test_no_input_is_overwritten_even_with_force(files: dict[str, str]) -> None:
    for output in ("s.en", "r.en", "r.ar"):
        before = Path(files[output]).read_bytes()
        arguments = [
            files["s.en"],
            "-r",
            f"en={files['r.en']}",
            "--source",
            files["r.ar"],
            "-f",
            "md",
            "--force",
        ]
        assert "is what is being read" in str(_error(*arguments, "-o", files[output]))
        assert Path(files[output]).read_bytes() == before


@pytest.mark.parametrize("form", ["html", "json", "md", "txt"])
def test_a_reproducible_report_has_the_same_bytes_again(
    files: dict[str, str], tmp_path: Path, form: str
) -> None:
    for name in ("a", "b"):
        out = str(tmp_path / f"{name}.{form}")
        assert _run(files["s.en"], "-r", files["r.en"], "--reproducible", "-o", out).exit_code == 0
    text = (tmp_path / f"a.{form}").read_text(encoding="utf-8")
    assert text == (tmp_path / f"b.{form}").read_text(encoding="utf-8")
    assert "UTC" not in text


def test_a_report_bears_its_date_unless_told_otherwise(files: dict[str, str]) -> None:
    held = json.loads(_run(files["s.en"], "-r", files["r.en"], "-f", "json", "-q").stdout)
    made = datetime.strptime(held["created"], "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=2)
    assert held["command"].split()[0] == "mtpipe"


def test_sacrebleu_json(files: dict[str, str]) -> None:
    result = _run(files["s.en"], "-r", files["r.en"], "--sacrebleu-json", "-m", "bleu", "--width", "4", "-q")
    held = json.loads(result.stdout)
    assert held["name"] == "BLEU" and held["bs"] == "50" and "confidence_mean" in held


def test_source_lines_are_shown_beside(files: dict[str, str]) -> None:
    result = _run(files["s.en"], "-r", files["r.en"], "--source", files["r.ar"], "-f", "json", "-q")
    held = json.loads(result.stdout)["evaluations"][0]
    assert held["source"] == "ar" and held["source_direction"] == "rtl"
    assert held["rows"][0]["source"] == _MADE["ar"].references[0][0]


def test_comet_absent_is_said_and_the_rest_is_scored(files: dict[str, str], tmp_path: Path) -> None:
    result = _run(
        files["s.en"], "-r", files["r.en"], "-m", "bleu", "-m", "comet", "--comet-environment", str(tmp_path)
    )
    assert result.exit_code == 0 and "COMET not computed: no comet-score in" in result.stdout


def test_what_a_user_can_do_wrong_is_one_line(files: dict[str, str], tmp_path: Path) -> None:
    assert isinstance(_error(files["s.en"], "-r", str(tmp_path / "none.en")), InputError)
    for arguments, words in (
        ([files["s.en"]], "give --reference"),
        ([files["s.en"], "-r", files["r.en"], "-m", "meteor"], "'meteor': not a metric"),
        ([files["s.en"], "-r", files["r.en"], "-f", "pdf"], "'pdf': not a format"),
        ([files["s.en"], "-r", files["r.en"], "-o", "a.docx"], "no format has the suffix '.docx'"),
        ([files["s.en"], "-r", files["r.en"], "--tokenize", "x"], "'x': not a tokenizer"),
        ([files["t.jsonl"], "-r", files["r.en"]], "say what a reference is in, as en=FILE"),
        ([files["t.jsonl"], "-r", f"de={files['r.en']}"], "the translation is in en, fr"),
        ([files["s.en"], "-r", f"en={files['r.en']}", "-r", f"fr={files['r.fr']}"], "say --target-language"),
        (
            [files["s.en"], "-r", f"en={files['r.en']}", "--target-language", "fr"],
            "every reference is for another",
        ),
    ):
        error = _error(*arguments)
        assert isinstance(error, UsageError) and words in str(error)


def test_standard_input_is_read_once(files: dict[str, str]) -> None:
    for arguments in (["-", "-r", "-"], ["-", "-r", "en=-"], [files["s.en"], "-r", "-", "--source", "-"]):
        assert "only one text can come from standard input" in str(_error(*arguments))


@pytest.mark.parametrize("form", ["html", "json", "md", "tsv", "txt"])
def test_names_that_are_no_utf8_are_written_another_way(
    files: dict[str, str], tmp_path: Path, form: str
) -> None:
    odd = tmp_path / os.fsdecode(b"\xe3.en")
    odd.write_bytes(Path(files["s.en"]).read_bytes())
    result = _run(str(odd), "-r", files["r.en"], "-f", form, "-o", str(tmp_path / "report"))
    assert result.exit_code == 0, result.exception
    assert "udce3" in (tmp_path / "report").read_text("utf-8")


def test_formats_that_contradict_each_other(files: dict[str, str]) -> None:
    assert "not --format html" in str(
        _error(files["s.en"], "-r", files["r.en"], "--sacrebleu-json", "-f", "html")
    )


@pytest.mark.parametrize("name", ["spm", "flores101", "flores200"])
def test_no_tokenizer_is_fetched(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("mtpipe.evaluator.metrics.SACREBLEU_DIR", str(tmp_path))
    error = _error(files["s.en"], "-r", files["r.en"], "--tokenize", name)
    assert f"--tokenize {name}: its model is not here" in str(error)
