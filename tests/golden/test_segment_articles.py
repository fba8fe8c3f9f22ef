"""Whole articles with their quirks, against segments set by hand."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from mtpipe.data import Document, Origin
from mtpipe.reader import read
from mtpipe.segmenter import segment
from mtpipe.text import apply, clean, undo

_ARTICLES = sorted(Path(__file__).with_name("articles").glob("*.txt"))
_GOLD = Path(os.environ.get("MTPIPE_DATA", "../shared"), "gold", "seg")
_REAL = Path(os.environ.get("MTPIPE_DATA", "../shared"), "article")


def _segment(source: str) -> Document:
    return segment(Document("made", "ar", source, Origin("made.txt", "0" * 64, "utf-8", 0)))


@pytest.mark.parametrize("article", _ARTICLES, ids=lambda path: path.stem)
def test_own_articles(article: Path) -> None:
    document = _segment(article.read_bytes().decode("utf-8"))
    found = [f"{s.role}\t{s.language}\t{s.paragraph}\t{s.text}" for s in document.segments]
    gold = article.with_suffix(".segments.tsv").read_text(encoding="utf-8").splitlines()
    assert found == gold


def test_there_are_five_articles() -> None:
    assert len(_ARTICLES) == 5


@pytest.mark.skipif(not _REAL.is_dir(), reason="the real article is not here")
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256"])
def test_the_real_article(encoding: str, tmp_path: Path) -> None:
    source = (_REAL / "article.ar.txt").read_bytes().decode("utf-8")
    path = tmp_path / "article.txt"
    path.write_bytes(source.encode(encoding))
    starts = [0, *(match.end() for match in re.finditer("\n", source))]
    gold = [
        (row["role"].removeprefix("source_"), row["text"][start:end], (begin + left, begin + right))
        for row, raw in zip(_rows("segments.jsonl"), _rows("segments_raw.jsonl"), strict=True)
        for (start, end), (left, right) in zip(row["sents"], raw["sents"], strict=True)
        for begin in [starts[raw["line"] - 1]]
    ]
    document = segment(read(str(path)))
    assert document.origin.encoding == encoding
    assert [(s.role.value, s.text, tuple(s.span)) for s in document.segments] == gold


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_REAL / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
@pytest.mark.skipif(not _GOLD.is_dir(), reason="the gold sets are not here")
def test_every_gold_file_comes_back() -> None:
    files = sorted(_GOLD.glob("*.jsonl"))
    assert files
    for path in files:
        source = "\n".join(json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines())
        cleaned = clean(source)
        assert apply(source, cleaned.edits) == cleaned.text
        assert undo(cleaned.text, cleaned.edits) == source
        assert "".join("".join(s.text.split()) for s in _segment(source).segments) == "".join(
            cleaned.text.split()
        )
