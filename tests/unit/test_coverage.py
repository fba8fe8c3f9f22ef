"""The proof: what is written proves itself, and whatever is done to it afterwards is named by row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtpipe import segment
from mtpipe.cli import run
from mtpipe.coverage import seals, uncovered, verify_text
from mtpipe.data import Hypothesis, Passport, Role, Translation
from mtpipe.errors import InputError
from mtpipe.pipeline.verification import verify_file
from mtpipe.reader import read
from mtpipe.text import clean
from mtpipe.writer import write_translations
from tests.conftest import EXAMPLE, make_document

FORMATS = ["html", "md", "tsv", "jsonl"]
PASSPORT = Passport("m", "made", "1", "CC0", "0" * 64, ("en",))
_WORDS = [
    "قال",
    "BBC",
    "<b>",
    "&amp;",
    "12/3",
    '"',
    "|",
    "`x`",
    "\\",
    "**",
    "x\x0cy",
    "a\x85b",
    "\u200f",
    "—",
    "# ",
]
_TEXTS = st.lists(
    st.lists(st.sampled_from(_WORDS), min_size=1, max_size=5).map(" ".join), min_size=1, max_size=9
)


def written(texts: list[str], form: str) -> str:
    roles = [Role.TITLE, *([Role.BODY] * (len(texts) - 1))]
    document = make_document([(text, "ar", role) for text, role in zip(texts, roles, strict=True)])
    columns = [
        Translation(
            document, code, tuple(Hypothesis(f"{code} {text} {n}") for n, text in enumerate(texts)), PASSPORT
        )
        for code in ("en", "fr")
    ]
    return write_translations(columns, form)


def rows_of(text: str, form: str) -> list[str]:
    """Cut an output into its head and its rows, each row one piece."""
    if form == "html":
        return re.split(r'(?=<div class="row \w+" id="s\d)', text)
    return re.split(r"(?<=\n)(?=\| \d)", text) if form == "md" else text.splitlines(keepends=True)


@pytest.mark.parametrize("form", FORMATS)
@given(texts=_TEXTS)
@settings(max_examples=40)
def test_every_format_proves_itself(form: str, texts: list[str]) -> None:
    verdict = verify_text(written(texts, form), "x")
    assert verdict.faults == ()
    assert verdict.segments == len(texts)
    assert [" ".join(text.split()) for text in verdict.sources] == [" ".join(text.split()) for text in texts]


@pytest.mark.parametrize("form", FORMATS)
@given(data=st.data())
@settings(max_examples=30)
def test_a_changed_word_is_named_by_row(form: str, data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.sampled_from(["قال الولد", "نعم", "BBC"]), min_size=2, max_size=6))
    row = data.draw(st.integers(1, len(texts)))
    code = data.draw(st.sampled_from(["en", "fr"]))
    changed = written(texts, form).replace(
        f"{code} {texts[row - 1]} {row - 1}", f"{code} {texts[row - 1]} 77", 1
    )
    if form == "html":  # words against the direction stand in an element of their own there
        changed = re.sub(
            rf"({code} (?:<bdi[^>]*>)?{texts[row - 1]}(?:</bdi>)?) {row - 1}\b", r"\1 77", changed, count=1
        )
    faults = verify_text(changed, "x").faults
    assert len(faults) == 1
    assert faults[0].startswith(f"row {row} was changed")


@pytest.mark.parametrize("form", FORMATS)
def test_missing_doubled_and_swapped_rows_are_named(form: str) -> None:
    head, *rows = rows_of(written(["واحد", "اثنان", "ثلاثة", "أربعة"], form), form)
    tail = "</html>" if form == "html" else ""
    assert len(rows) == 4
    assert verify_text(head + rows[0] + rows[2] + rows[3], "x").faults == ("row 2 missing before row 3",)
    assert (
        verify_text(head + "".join([rows[0], rows[1], *rows[1:]]), "x")
        .faults[0]
        .startswith("row 2 stands where row 3 should")
    )
    swapped = verify_text(head + rows[1] + rows[0] + rows[2] + rows[3], "x").faults
    assert swapped[0] == "row 1 missing before row 2"
    if form != "md":  # there the proof stands at the end
        assert verify_text(head + rows[0] + rows[1] + tail, "x").faults == (
            "rows 3 to 4 of 4 missing at the end",
        )


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_cut_anywhere_never_passes(form: str) -> None:
    whole = written(["واحد", "اثنان", "ثلاثة"], form)
    for cut in range(1, len(whole) - 2, 17):
        try:
            faults = verify_text(whole[:cut], "x").faults
        except InputError:
            continue
        assert faults, f"cut at {cut}"


def test_a_span_may_not_be_moved() -> None:
    text = written(["واحد", "اثنان"], "tsv").replace("\t5\t10\t", "\t4\t10\t")
    assert verify_text(text, "x").faults[0].startswith("row 2 was changed")


def test_the_same_rows_have_the_same_seals_and_others_have_others() -> None:
    document = make_document([("نعم", "ar", Role.BODY), ("نعم", "ar", Role.BODY)])
    one = seals(document, [["yes", "yes"]])
    assert one == seals(document, [["yes", "yes "]])
    assert len({*one, *seals(document, [["no", "yes"]])}) == 4, "a chain: the second differs with the first"


def test_nothing_of_an_article_is_outside_its_segments() -> None:
    document = segment(read(str(EXAMPLE)))
    spans = [segment.span for segment in document.segments]
    removed = [edit.span for edit in clean(document.source).edits if not edit.after.strip()]
    assert uncovered(document.source, spans, removed) == []
    assert uncovered(document.source, spans[1:], removed) == [(0, spans[1].start)]


@pytest.mark.parametrize("form", FORMATS)
def test_verify_against_the_article(
    form: str,
    tmp_path: Path,
    tiny_model: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("انقطاع المياه\n\nأعلنت البلدية أن الميـاه ستعود ؟.\n13:19\n", encoding="utf-8")
    assert run(["translate", "a.txt", "--model", str(tiny_model), "--output", f"a.{form}", "--quiet"]) == 0
    assert run(["verify", f"a.{form}", "--source", "a.txt"]) == 0
    assert (
        capsys.readouterr().out
        == f"a.{form}: 3 segments, each exactly once and in order, as a.txt has them\n"
    )
    Path("b.txt").write_text("نص آخر\n", encoding="utf-8")
    assert run(["verify", f"a.{form}", "--source", "b.txt"]) == 1
    assert "b.txt is not the source" in capsys.readouterr().out
    Path(f"a.{form}").write_text(
        Path(f"a.{form}").read_text("utf-8").replace("13:19", "13:20"), encoding="utf-8"
    )
    assert run(["verify", f"a.{form}"]) == 1
    assert "row 3 was changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.html", None, "none.html: no such file"),
        ("x.txt", b"hello", "x.txt: no output of mtpipe translate (known: html, md, tsv, jsonl)"),
        ("x.html", b"<!DOCTYPE html><p>", "x.html: carries no proof of coverage"),
        ("x.tsv", b"segment\tparagraph\n", "x.tsv: carries no proof of coverage"),
        ("x.jsonl", b"\xff{", "x.jsonl: not valid UTF-8"),
        ("x.jsonl", b'{"schema": "mtpipe.translation/1"}\n', "x.jsonl: carries no proof of coverage"),
    ],
)
def test_what_cannot_be_verified_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes | None, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path(name).write_bytes(content)
    with pytest.raises(InputError, match=re.escape(message)):
        verify_file(name)
