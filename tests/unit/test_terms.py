"""Glossaries: what is read, what is found with its clitics, what counts as kept to, and how a term is put in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mtpipe import models
from mtpipe.cli import run
from mtpipe.data import Hypothesis
from mtpipe.errors import InputError
from mtpipe.guard import Pair
from mtpipe.guard.glossary import read_glossary
from mtpipe.guard.terms import Terms
from mtpipe.pipeline.healing import heal
from mtpipe.pipeline.terms import begun_again, ladder_with_terms, term_put_in
from mtpipe.translator import Engine
from tests.conftest import REPOSITORY

TSV = "ar\ten\tfr\nالعراق\tIraq\tl'Irak\nداعش\tISIS | Daesh\tDaech\nوزارة الخارجية\tthe Foreign Ministry\t\nBBC\t=\t=\n"


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    (tmp_path / "g.tsv").write_text(TSV, encoding="utf-8")
    return Terms(read_glossary(str(tmp_path / "g.tsv")))


def test_yaml_says_the_same_as_tsv(tmp_path: Path, terms: Terms) -> None:
    text = (
        "- {ar: العراق, en: Iraq, fr: l'Irak}\n- {ar: داعش, en: [ISIS, Daesh], fr: Daech}\n"
        "- {ar: وزارة الخارجية, en: the Foreign Ministry}\n- {ar: BBC, en: '=', fr: '='}\n"
    )
    (tmp_path / "g.yaml").write_text(text, encoding="utf-8")
    assert read_glossary(str(tmp_path / "g.yaml")).entries == terms.glossary.entries


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("سافر إلى العراق", ["العراق"]),
        ("والعراق وبالعراق وللعراق كالعراق", ["العراق"] * 4),
        ("للعراقيين في عراقي", []),
        ("مسلحو داعش، وداعش بداعش لداعش والداعش", ["داعش"] * 5),
        ("قالت وزارة الخارجية ووزارة  الخارجية", ["وزارة الخارجية"] * 2),
        ("وِزارة الخارجيّة", ["وزارة الخارجية"]),
        ("قالت BBC", ["BBC"]),
    ],
)
def test_terms_are_found_with_their_clitics(terms: Terms, text: str, found: list[str]) -> None:
    assert [occurrence.entry.source for occurrence in terms.occurrences(text)] == found


def test_the_places_are_those_of_the_words(terms: Terms) -> None:
    (occurrence,) = terms.occurrences("قال إن «وزارة الخارجية» ردت")
    assert occurrence.places == (2, 3)


@pytest.mark.parametrize(
    ("target", "language", "used"),
    [
        ("in Iraq.", "en", "Iraq"),
        ("in IRAQ's south", "en", "Iraq"),
        ("in Iran", "en", ""),
        ("en Irak", "fr", "l'Irak"),
        ("au sud de l’Irak", "fr", "l'Irak"),
    ],
)
def test_what_counts_as_kept_to(terms: Terms, target: str, language: str, used: str) -> None:
    (term,) = terms.judge(Pair("في العراق", target, "ar", language))
    assert (term.wanted, term.used) == ({"en": "Iraq", "fr": "l'Irak"}[language], used)
    assert [finding.check for finding in terms.findings(Pair("في العراق", target, "ar", language))] == (
        [] if used else ["terms"]
    )


def test_a_term_is_put_where_the_alignment_says(terms: Terms, tiny_model: Path) -> None:
    engine = Engine(models.find(str(tiny_model)), threads=1, links=True)
    job = ("زار الوزير العراق أمس", "en")
    first = Hypothesis(
        "The minister visited Arabia, yesterday.", -1.0, links=((0, 2), (1, 1), (2, 3), (3, 4))
    )
    ladder = ladder_with_terms(engine, terms, "ar")[:1]
    made = heal([job], [first], "ar", ladder, terms)
    (hypothesis,) = made.hypotheses
    assert hypothesis.text == "The minister visited Iraq, yesterday."
    assert hypothesis.links == first.links
    assert [term.used for term in hypothesis.terms] == ["Iraq"]
    assert hypothesis.findings == ()
    (begun,) = begun_again(engine, terms, "ar")[0].retry([job], [first])
    assert begun[0].text.startswith("The minister visited"), (
        "its pieces hold no I: the tiny model cannot say Iraq"
    )


def test_a_preposition_written_to_a_term_is_not_lost(terms: Terms) -> None:
    put_in = term_put_in(terms, "ar")
    job = ("قدم يورو للعراق", "fr")
    told = [
        Hypothesis("Il donne un euro Arabie aussi.", -1.0, links=((2, 4),)),
        Hypothesis("Il donne un euro à Arabie aussi.", -1.0, links=((2, 5),)),
    ]
    texts = [made.text for (made,) in put_in.retry([job, job], told)]
    assert texts == ["Il donne un euro à l’Irak aussi."] * 2


@pytest.mark.parametrize(
    ("language", "words", "places", "wanted"),
    [
        ("fr", "Le chef du Irakien est venu.", (3,), "Le chef de l’Irak est venu."),
        ("fr", "Le chef du pays arabe est venu.", (2, 3, 4), "Le chef de l’Irak est venu."),
        ("fr", "Les forces d’Arabie ont avancé.", (2,), "Les forces de l’Irak ont avancé."),
        ("en", "He sent euros to Arabs now.", (3, 4), "He sent euros to Iraq now."),
        ("en", "Yesterday the Arab's army came.", (2,), "Yesterday Iraq's army came."),
    ],
)
def test_what_stands_around_a_term_fits_it(
    terms: Terms, language: str, words: str, places: tuple[int, ...], wanted: str
) -> None:
    put_in = term_put_in(terms, "ar")
    first = Hypothesis(words, -1.0, links=tuple((1, there) for there in places))
    ((made,),) = put_in.retry([("جيش العراق", language)], [first])
    assert made.text == wanted


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("g.tsv", None, "g.tsv: no such file"),
        ("g.docx", "x", "g.docx: a glossary is .tsv, .yaml or .yml, not '.docx'"),
        (
            "g.tsv",
            "ar\tde\n",
            "g.tsv: line 1: the heading holds 'de' (allowed: ar, en, fr, note; parted by tabs)",
        ),
        ("g.tsv", "ar\ten\nعراق\tIraq\tx\n", "g.tsv: line 2: 3 cells under 2 headings"),
        ("g.tsv", "ar\ten\n\tIraq\n", "g.tsv: line 2: no term in the source language 'ar'"),
        (
            "g.tsv",
            "ar\ten\nعراق\t\n",
            "g.tsv: line 2: the term 'عراق' has no rendering (give one, or = to keep it)",
        ),
        ("g.tsv", "ar\ten\nعراق\tIraq | \n", "g.tsv: line 2: an empty rendering under 'en'"),
        ("g.tsv", "ar\ten\nعراق\tI\nعراق\tJ\n", "g.tsv: line 3: the term 'عراق' is there already"),
        ("g.tsv", "ar\ten\n", "g.tsv: holds no term"),
        ("g.yaml", "ar: x\n", "g.yaml: a glossary in YAML is a list of mappings"),
        ("g.yaml", "- {ar: x, de: y}\n", "g.yaml: entry 1: unknown key 'de' (allowed: ar, en, fr, note)"),
        ("g.yaml", "- [\n", "g.yaml: line 2: not YAML"),
    ],
)
def test_what_is_wrong_with_a_glossary_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str | None, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path(name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        read_glossary(name)


def test_the_example_glossary_reads() -> None:
    glossary = read_glossary(str(REPOSITORY / "examples" / "glossary.mideast.tsv"))
    assert len(glossary.entries) > 100
    assert all({"en", "fr"} <= set(entry.renderings) for entry in glossary.entries)


def test_translate_tells_what_it_kept_to(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("g.tsv").write_text(TSV, encoding="utf-8")
    Path("a.txt").write_text("زار الوزير العراق أمس وعاد إلى بلاده في المساء.\n", encoding="utf-8")
    arguments = [
        "translate",
        "a.txt",
        "--lines",
        "--model",
        str(tiny_model),
        "--glossary",
        "g.tsv",
        "--to",
        "en",
    ]
    assert run([*arguments, "--format", "html", "--format", "jsonl"]) == 0
    assert "glossary terms kept to" in capsys.readouterr().err
    assert "terms kept to</summary>" in Path("a.html").read_text("utf-8")
    assert '"wanted": "Iraq"' in Path("a.jsonl").read_text("utf-8")
