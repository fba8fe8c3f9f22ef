"""``mtpipe clean`` and ``mtpipe segment`` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from mtpipe.cli.clean import clean
from mtpipe.cli.segment import segment
from mtpipe.data import Edit, Span
from mtpipe.errors import UsageError
from mtpipe.text import apply

_APP = typer.Typer()
_APP.command("clean")(clean)
_APP.command("segment")(segment)
_ARTICLE = "عودة السفن\nليلى قباني\nوصلت الســفن\u200f إلى د. حسن . ثم عادت القوارب كلها .\n"


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "article.txt"
    path.write_text(_ARTICLE, encoding="utf-8")
    return str(path)


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(_APP, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_clean_prints_the_cleaned_text(article: str) -> None:
    assert _run("clean", article) == "عودة السفن\nليلى قباني\nوصلت السفن إلى د. حسن. ثم عادت القوارب كلها.\n"


def test_the_printed_ledger_leads_to_the_cleaned_text(article: str) -> None:
    rows = [json.loads(line) for line in _run("clean", article, "--ledger", "--format", "jsonl").splitlines()]
    edits = [Edit(row["rule"], Span(row["start"], row["end"]), row["before"], row["after"]) for row in rows]
    assert apply(_ARTICLE, edits) == _run("clean", article)


def test_the_ledger_shows_what_cannot_be_seen(article: str) -> None:
    table = _run("clean", article, "--ledger").splitlines()
    assert table[0].split("\t") == ["start", "end", "rule", "before", "after"]
    assert '"<U+200F>"' in table[2]


def test_clean_writes_a_file(article: str, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    assert _run("clean", article, "--output", str(out)) == ""
    assert out.read_text(encoding="utf-8") == _run("clean", article)
    with pytest.raises(UsageError, match="exists already"):
        _run("clean", article, "--output", str(out))


@pytest.mark.parametrize("command", ["clean", "segment"])
def test_the_article_is_never_overwritten(article: str, command: str) -> None:
    with pytest.raises(UsageError, match="is what is being read"):
        _run(command, article, "--output", article, "--force")
    assert Path(article).read_text(encoding="utf-8") == _ARTICLE


def test_a_dash_is_standard_output(article: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("clean", "segment"):
        assert _run(command, article, "--output", "-") == _run(command, article)
    assert not (tmp_path / "-").exists()


def test_segment_prints_json_lines(article: str) -> None:
    rows = [json.loads(line) for line in _run("segment", article).splitlines()]
    assert [row["role"] for row in rows] == ["title", "author", "body", "body"]
    assert rows[2]["text"] == "وصلت السفن إلى د. حسن."
    start, end = rows[2]["span"]
    assert _ARTICLE[start:end] == "وصلت الســفن\u200f إلى د. حسن ."
    assert {row["language"] for row in rows} == {"ar"}
    assert [row["paragraph"] for row in rows] == [0, 1, 2, 2]


def test_segment_prints_text_and_lines(article: str) -> None:
    assert _run("segment", article, "--format", "txt").splitlines()[3] == "ثم عادت القوارب كلها."
    assert _run("segment", article, "--lines", "--format", "txt").splitlines()[2] == _ARTICLE.splitlines()[2]


def test_segment_explains(article: str) -> None:
    rows = [line.split("\t") for line in _run("segment", article, "--explain").splitlines()]
    assert ["no end", "abbreviation-title"] in [row[1:3] for row in rows]
    assert all(row[3] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clean", "--format", "xml"], "tsv, jsonl"),
        (["clean", "--ledger", "--for-model"], "exclude each other"),
        (["segment", "--format", "xml"], "jsonl, txt"),
        (["segment", "--explain", "--lines"], "exclude each other"),
        (["segment", "--explain", "--format", "jsonl"], "--explain and --format exclude each other"),
        (["segment", "--explain", "--format", "txt"], "--explain and --format exclude each other"),
        (["clean", "--format", "jsonl"], "--format jsonl: .* give --ledger"),
        (["clean", "--format", "tsv", "--for-model"], "--format tsv: .* give --ledger"),
    ],
)
def test_a_wrong_option_is_named(article: str, arguments: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        _run(*arguments, article)
