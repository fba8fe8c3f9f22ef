"""What is read, and what is refused in one line that names file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtpipe.errors import InputError, MtpipeError, UsageError
from mtpipe.evaluator import (
    Output,
    Settings,
    evaluate,
    line_comparison,
    named_apart,
    parse_reference,
    read_outputs,
)
from mtpipe.evaluator.lines import read_lines
from mtpipe.report import Pairing
from tests.score_corpus import corpus

_MADE = corpus("en", 12, seed=11)
_TMX = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header/><body>
<tu><tuv xml:lang="ar"><seg>مرحبا بكم.</seg></tuv>
<tuv xml:lang="en"><seg>Welcome <bpt i="1">&lt;b&gt;</bpt>all.</seg></tuv></tu>
<tu><tuv xml:lang="ar"><seg>إلى اللقاء.</seg></tuv><tuv xml:lang="en-GB"><seg>We will see
 you again.</seg></tuv></tu>
</body></tmx>
"""


def _file(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def _lines(texts: tuple[str, ...], end: str = "\n") -> str:
    return "".join(text + end for text in texts)


def _compare(system: str, *references: str, target: str = "en") -> object:
    return line_comparison(
        read_outputs(system), [parse_reference(name) for name in references], target=target
    )


def translation_jsonl(texts: dict[str, list[str]], sources: list[str], roles: list[str] | None = None) -> str:
    """Write mtpipe's translation format by hand, as its readers must take it."""
    header: dict[str, object] = {
        "schema": "mtpipe.translation/1",
        "document": {"id": "doc", "source_language": "ar"},
        "targets": [*texts],
    }
    rows = [header]
    for number, source in enumerate(sources):
        translations = [
            {
                "target": target,
                "model": "toy",
                "text": lines[number],
                "score": -0.5,
                "flags": ["loop"] if number == 1 else [],
            }
            for target, lines in texts.items()
        ]
        role = roles[number] if roles else "body"
        rows.append(
            {
                "source": source,
                "role": role,
                "paragraph": number,
                "language": "ar",
                "translations": translations,
            }
        )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _row(item: str = '"role": "body"', entry: str = '"flags": []') -> str:
    return "{" + item + ', "translations": [{"target": "en", "text": "x", ' + entry + "}]}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_marks_and_line_ends_make_no_difference(tmp_path: Path, end: str, mark: bytes) -> None:
    path = _file(tmp_path, "a.en", mark + _lines(_MADE.systems[0], end).encode())
    assert read_lines(path) == _MADE.systems[0]


def test_mixed_line_ends_and_no_end_at_the_end(tmp_path: Path) -> None:
    assert read_lines(_file(tmp_path, "a", "one\r\ntwo\n\nfour")) == ("one", "two", "", "four")


def test_utf16_with_a_mark(tmp_path: Path) -> None:
    assert read_lines(_file(tmp_path, "a", "أهلا\nhello\n".encode("utf-16"))) == ("أهلا", "hello")


def test_separators_that_are_no_line_ends(tmp_path: Path) -> None:
    assert len(read_lines(_file(tmp_path, "a", "a\u2028b\x0cc\x85d\nsecond\n"))) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"good\nbad \xff byte\n", "line 2: not valid utf-8 (byte 0xff)"),
        (b"one\ntwo\rthree\n", "line 2: a carriage return inside the line"),
        (b"one\n\x00\n", "line 2: holds a NUL"),
        (b"", "holds no text (the file is empty)"),
        (b"\n\n\n", "holds no text (all 3 lines are empty)"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = _file(tmp_path, "bad.en", content)
    with pytest.raises(InputError) as caught:
        read_lines(path)
    assert str(caught.value).startswith(path) and words in str(caught.value)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(InputError, match=r"no such file|is a directory"):
            read_outputs(path)


@pytest.mark.parametrize("lost", [0, 4, 10])
def test_a_lost_line_is_found(tmp_path: Path, lost: int) -> None:
    system = _file(tmp_path, "s.en", _lines(_MADE.systems[0]))
    left = (*_MADE.references[0][:lost], *_MADE.references[0][lost + 1 :])
    with pytest.raises(InputError) as caught:
        _compare(system, _file(tmp_path, "r.en", _lines(left)))
    text = str(caught.value)
    assert "r.en: 11 lines, but" in text and "has 12" in text and "line 12 of" in text
    assert f"part at line {lost + 1};" in text


def test_a_reference_in_another_language_is_refused(tmp_path: Path) -> None:
    system = _file(tmp_path, "s.en", _lines(_MADE.systems[0]))
    french = _file(tmp_path, "r.fr", _lines(corpus("fr", 12, seed=1).references[0]))
    with pytest.raises(InputError, match=r"r\.fr: line 1 is French, like most others, not English"):
        _compare(system, french)


def test_empty_reference_lines_are_counted_and_said(tmp_path: Path) -> None:
    system = _file(tmp_path, "s.en", _lines(_MADE.systems[0]))
    holes = ("", *_MADE.references[0][1:5], "", *_MADE.references[0][6:])
    comparison = line_comparison(
        read_outputs(system), [parse_reference(_file(tmp_path, "r.en", _lines(holes)))], target="en"
    )
    assert len(comparison.rows) == 12
    assert "2 of 12 reference lines are empty (first: line 1)" in comparison.notes[0]


def test_translation_jsonl_gives_one_output_a_target(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "t.jsonl",
        translation_jsonl({"en": ["Hi.", "Bye."], "fr": ["Salut.", "Adieu."]}, ["أ", "ب"]),
    )
    english, french = read_outputs(path)
    assert (english.target, english.texts, english.sources) == ("en", ("Hi.", "Bye."), ("أ", "ب"))
    assert french.texts == ("Salut.", "Adieu.") and french.flags == ((), ("loop",))
    assert english.model == "toy" and english.documents == ("doc", "doc")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"source": "x"', "line 2: not JSON"),
        ('["x"]', "line 2: a JSON list where an object was expected"),
        ('{"source": "x"}', "line 2: no list of translations"),
        ('{"translations": [{"target": "en"}]}', "line 2: a translation without 'text'"),
        (_row(item='"paragraph": "x"'), "line 2: 'paragraph' is \"x\", not a whole number"),
        (_row(item='"paragraph": null'), "line 2: 'paragraph' is null, not a whole number"),
        (_row(item='"paragraph": true'), "line 2: 'paragraph' is true, not a whole number"),
        (_row(item='"source": null'), "line 2: 'source' is null, not a text"),
        (_row(item='"role": 3'), "line 2: 'role' is 3, not a text"),
        (_row(entry='"flags": null'), "line 2: 'flags' is null, not a list"),
        (_row(entry='"flags": "loop"'), "line 2: 'flags' is \"loop\", not a list"),
        (_row(entry='"flags": [1]'), "line 2: 'flags' holds 1, which is not a text"),
        (_row(entry='"model": {}'), "line 2: 'model' is {}, not a text"),
    ],
)
def test_damaged_jsonl_is_refused(tmp_path: Path, line: str, words: str) -> None:
    path = _file(tmp_path, "t.jsonl", '{"schema": "mtpipe.translation/1"}\n' + line + "\n")
    with pytest.raises(InputError) as caught:
        read_outputs(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(path) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("null", "line 1: 'document' is null, not an object"),
        ('"news"', "line 1: 'document' is \"news\", not an object"),
        ('{"id": null}', "line 1: 'id' is null, not a text"),
        ('{"source_language": ["ar"]}', "line 1: 'source_language' is [\"ar\"], not a text"),
    ],
)
def test_a_damaged_header_is_refused(tmp_path: Path, document: str, words: str) -> None:
    header = '{"schema": "mtpipe.translation/1", "document": ' + document + "}\n"
    path = _file(tmp_path, "t.jsonl", header + _row() + "\n")
    with pytest.raises(InputError) as caught:
        read_outputs(path)
    assert str(caught.value) == f"{path}: {words}"


def test_what_a_row_leaves_out_is_not_missed(tmp_path: Path) -> None:
    (output,) = read_outputs(_file(tmp_path, "t.jsonl", '{"schema": "mtpipe.translation/1"}\n' + _row()))
    assert (output.texts, output.sources, output.paragraphs, output.flags) == (("x",), ("",), (0,), ((),))


def test_empty_lines_are_rows_like_others_and_no_fault(tmp_path: Path) -> None:
    made = translation_jsonl(
        {"en": ["The bridge is old.", "", "", "It rained."]}, ["جسر قديم.", "", "سطر.", "مطر."]
    )
    system = _file(tmp_path, "t.jsonl", made)
    reference = _file(tmp_path, "r.en", "The bridge was old.\n\nA line.\nIt was raining.\n")
    comparison = line_comparison(read_outputs(system), [parse_reference(reference)], target="en")
    evaluation = evaluate(comparison, Settings(resamples=20))
    assert evaluation.n == 4 and evaluation.rows[1].source == evaluation.rows[1].hypotheses[0].text == ""
    # The third row has a source but no text; the second has neither.
    assert "t.jsonl: 1 of 4 translations are empty (first: row 3)" in evaluation.notes


def test_another_version_of_the_format_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "t.jsonl", '{"schema": "mtpipe.translation/9"}\n')
    with pytest.raises(InputError, match=r"this version reads 'mtpipe\.translation/1'"):
        read_outputs(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.tmx", _TMX),
        ("r.tsv", "مرحبا بكم.\tWelcome all.\nإلى اللقاء.\tWe will see you again.\n"),
        ("r2.tsv", "id\tar\ten\n1\tمرحبا بكم.\tWelcome all.\n2\tإلى اللقاء.\tWe will see you again.\n"),
        (
            "r3.tsv",
            "#ar\ten\tconfidence\tmoved\ttext:ar\ttext:en\n0\t0\t0.9\t0\tمرحبا بكم.\tWelcome all.\n"
            "1\t-\t0.2\t0\tسطر وحيد.\t\n2\t1\t0.9\t0\tإلى اللقاء.\tWe will see you again.\n",
        ),
        (
            "r2.jsonl",
            '{"type": "header", "columns": [{"language": "ar"}, {"language": "fr"}, {"language": "en"}]}\n'
            '{"source": [0], "targets": [[0], [0]], "texts": ["مرحبا بكم.", "Bienvenue.", "Welcome all."]}\n'
            '{"source": [1], "targets": [[], [1]], "texts": ["إلى اللقاء.", "", "We will see you again."]}\n',
        ),
        (
            "r.jsonl",
            '{"schema": "mtpipe.bitext/1"}\n{"source": "مرحبا بكم.", "target": "Welcome all."}\n'
            '{"source": ["إلى اللقاء."], "target": ["We will see", "you again."]}\n',
        ),
    ],
)
def test_bitexts_find_their_segments_by_source(tmp_path: Path, name: str, content: str) -> None:
    sources = ["إلى اللقاء.", "جملة بلا مرجع.", "مرحبا بكم."]
    made = translation_jsonl({"en": ["See you.", "No reference here.", "Welcome everybody."]}, sources)
    system = _file(tmp_path, "t.jsonl", made)
    comparison = line_comparison(
        read_outputs(system), [parse_reference(_file(tmp_path, name, content))], target="en"
    )
    assert comparison.pairing is Pairing.LINE
    assert [(row.segments, row.references) for row in comparison.rows] == [
        ((0,), ("We will see you again.",)),
        ((2,), ("Welcome all.",)),
    ]
    assert [item.text for item in comparison.coverage.omitted] == ["جملة بلا مرجع."]


def test_a_bitext_that_joins_segments_is_bead_aligned(tmp_path: Path) -> None:
    system = _file(
        tmp_path, "t.jsonl", translation_jsonl({"en": ["One.", "Two.", "Three."]}, ["أ", "ب", "ج"])
    )
    bitext = _file(tmp_path, "r.tsv", "أ ب\tThe one and the two.\nج\tAnd the three.\n")
    comparison = line_comparison(read_outputs(system), [parse_reference(bitext)], target="en")
    assert comparison.pairing is Pairing.BEAD
    assert [(row.segments, row.bead) for row in comparison.rows] == [((0, 1), "2-1"), ((2,), "1-1")]
    assert comparison.texts(0) == ["One. Two.", "Three."]


def test_empty_segments_belong_to_no_unit_of_a_bitext(tmp_path: Path) -> None:
    made = translation_jsonl({"en": ["One.", "", "Two.", "", "Three."]}, ["أ", "", "ب", "", "ج"])
    system = _file(tmp_path, "t.jsonl", made)
    bitext = _file(tmp_path, "r.tsv", "أ\tThe one.\nب\tAnd the two.\nج\tAnd the three.\n")
    comparison = line_comparison(read_outputs(system), [parse_reference(bitext)], target="en")
    assert comparison.pairing is Pairing.LINE
    assert [row.segments for row in comparison.rows] == [(0,), (2,), (4,)]


def test_tmx_that_is_none_or_declares_entities(tmp_path: Path) -> None:
    system = _file(tmp_path, "t.jsonl", translation_jsonl({"en": ["One."]}, ["أ"]))
    bomb = '<!DOCTYPE tmx [<!ENTITY a "aaaa">]>\n<tmx><body/></tmx>'
    for content, words in (
        (_TMX[:250], "not TMX"),
        (bomb, "declares the entity 'a'"),
        ("<tmx/>", "holds no <tu>"),
    ):
        with pytest.raises(InputError) as caught:
            _compare(system, _file(tmp_path, "r.tmx", content))
        assert words in str(caught.value)
    with pytest.raises(InputError, match="no segments in the target language 'fr'"):
        _compare(system, _file(tmp_path, "r.tmx", _TMX), target="fr")


def test_one_language_prefix_and_names_with_equal_signs(tmp_path: Path) -> None:
    odd = _file(tmp_path, "en=x.txt", "text\n")
    assert parse_reference("en=some/file.txt").language == "en"
    assert parse_reference("en=some/file.txt").path == "some/file.txt"
    assert parse_reference(odd).path == odd


def test_names_are_as_short_as_they_can_be(tmp_path: Path) -> None:
    outputs: list[Output] = []
    for name in ("news.ar-en.alpha.en", "news.ar-en.beta.en"):
        outputs += read_outputs(_file(tmp_path, name, "text\n"))
    assert [output.name for output in named_apart(outputs)] == ["alpha", "beta"]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        outputs += read_outputs(_file(tmp_path, f"{folder}/out.en", "text\n"))
    assert [output.name for output in named_apart(outputs[2:])] == ["one/out", "two/out"]


def test_errors_are_one_line(tmp_path: Path) -> None:
    system = _file(tmp_path, "t.jsonl", translation_jsonl({"en": ["One."]}, ["أ"]))
    with pytest.raises(MtpipeError) as caught:
        _compare(system, _file(tmp_path, "a.tmx", _TMX), _file(tmp_path, "b.tmx", _TMX))
    assert isinstance(caught.value, UsageError) and "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["no-such-code", "gb2312", "base64"])
def test_tmx_in_an_encoding_that_is_not_read(tmp_path: Path, encoding: str) -> None:
    system = _file(tmp_path, "t.jsonl", translation_jsonl({"en": ["One."]}, ["أ"]))
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    with pytest.raises(InputError, match=r"r\.tmx: line 1: not TMX"):
        _compare(system, _file(tmp_path, "r.tmx", head + _TMX[_TMX.index("<tmx") :]))


def test_a_table_of_mtpipes_own_is_never_read_by_its_numbers(tmp_path: Path) -> None:
    made = translation_jsonl({"en": ["One of them.", "And two."]}, ["أ", "ب"])
    system = _file(tmp_path, "t.jsonl", made)
    table = (
        "#ar\t{0}\tconfidence\tmoved\ttext:ar\ttext:{0}\n0\t0\t1\t0\tأ\tThe one.\n1\t1\t1\t0\tب\tThe two.\n"
    )
    bitext = _file(tmp_path, "gb.tsv", table.format("en-GB"))
    comparison = line_comparison(read_outputs(system), [parse_reference(bitext)], target="en")
    assert [row.references for row in comparison.rows] == [("The one.",), ("The two.",)]
    with pytest.raises(InputError, match=r"no column is in 'en' \(found: ar, fr\)"):
        _compare(system, _file(tmp_path, "fr.tsv", table.format("fr")))


@pytest.mark.parametrize("line", ["[" * 100_000, '{"target": ' + "9" * 5000 + "}"])
def test_json_that_python_cannot_read_is_one_line(tmp_path: Path, line: str) -> None:
    made = translation_jsonl({"en": ["One."]}, ["أ"])
    with pytest.raises(InputError, match="line 1: not JSON"):
        _compare(_file(tmp_path, "t.jsonl", made), _file(tmp_path, "r.jsonl", line))
    with pytest.raises(InputError, match="not JSON"):
        read_outputs(_file(tmp_path, "t.jsonl", made + line))
