"""The example article, from the raw file to its rows, against what was written beside it by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mtpipe
from mtpipe.cli import run
from mtpipe.data import Flag
from tests.conftest import EXAMPLE

GOLD = [
    json.loads(line) for line in EXAMPLE.with_name("article.segments.jsonl").read_text("utf-8").splitlines()
]


def letters(text: str) -> list[str]:
    """Return letters and digits; tatweel, which the clean-up removes, is neither."""
    return [char for char in text if char.isalnum() and char != "ـ"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_segments_roles_and_spans(tmp_path: Path, codec: str, line_end: str) -> None:
    source = EXAMPLE.read_bytes().decode("utf-8").replace("\n", line_end)
    if codec == "windows-1256":
        # What that code page cannot write: Arabic-Indic digits.
        source = source.replace("١٤", "14")
    path = tmp_path / "article.ar.txt"
    path.write_bytes(source.encode(codec))
    document = mtpipe.segment(mtpipe.read(str(path)))
    wanted = [(row["text"], row["role"], row["paragraph"]) for row in GOLD]
    if codec == "windows-1256":
        wanted = [(text.replace("١٤", "14"), role, paragraph) for text, role, paragraph in wanted]
    assert [(s.text, s.role.value, s.paragraph) for s in document.segments] == wanted
    for segment in document.segments:
        raw = document.source[segment.span.start : segment.span.end]
        assert raw.strip() == raw, "a span begins and ends with its segment's text"
        # Letters and digits are the same on both sides, but for a stray mark that went with the stop before it.
        if raw.endswith(" ه") and not segment.text.endswith(" ه"):
            raw = raw.removesuffix(" ه")
        assert letters(raw) == letters(segment.text)


def test_references_have_a_line_a_segment() -> None:
    for language in ("en", "fr"):
        lines = EXAMPLE.with_name(f"article.{language}.txt").read_text("utf-8").splitlines()
        assert len(lines) == len(GOLD)
        assert all(line.strip() for line in lines)


def test_built_in_model_translates_every_row_the_same_way_twice(tmp_path: Path) -> None:
    """No model named, none configured: the one that ships is found."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        arguments = [
            "translate",
            str(EXAMPLE),
            "--format",
            "jsonl",
            "--format",
            "html",
            "--reproducible",
            "--quiet",
        ]
        assert run([*arguments, "--output", str(tmp_path / name)]) == 0
    for form in ("jsonl", "html"):
        first, second = (tmp_path / name / f"article.ar.{form}" for name in ("one", "two"))
        assert first.read_bytes() == second.read_bytes()
    header, *rows = map(json.loads, (tmp_path / "one" / "article.ar.jsonl").read_text("utf-8").splitlines())
    assert header["models"][0]["licence"] == "Apache-2.0"
    assert [row["source"] for row in rows] == [row["text"] for row in GOLD]
    for row in rows:
        english, french = row["translations"]
        assert (english["target"], french["target"]) == ("en", "fr")
        passed = {Flag.NO_LETTERS, Flag.OTHER_LANGUAGE} & set(english["flags"])
        for made in (english, french):
            assert made["text"].strip()
            assert (made["score"] is None) == bool(passed)
            if passed:
                assert made["text"] == row["source"]
            else:
                assert not any("\u0600" <= char <= "\u06ff" for char in made["text"]), (
                    "no Arabic in a translation"
                )
    unlike = [row for row in rows if row["translations"][0]["text"] != row["translations"][1]["text"]]
    assert len(unlike) > 40, "English and French are two languages"
