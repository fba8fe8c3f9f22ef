"""The translation memory: what is found again, what is exported, limited and purged, what is refused."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mtpipe.cli import run
from mtpipe.data import Attempt, Hypothesis
from mtpipe.errors import InputError, MtpipeError, OutputError
from mtpipe.memory import Circumstances, Memory, Selection, Unit, limit, purge, units

AR_EN = Circumstances("ar", "en", "a" * 64, "{}", "", "1")
AR_FR = Circumstances("ar", "fr", "b" * 64, "{}", "", "1")
_TEXT = st.lists(
    st.sampled_from(["ذهب", "الولد", "x<&>", "'\"", "\x00", "\ud800", "2017", "\n"]), max_size=5
).map(" ".join)
_HYPOTHESES = st.builds(
    Hypothesis,
    st.lists(st.sampled_from(["the", "boy", "went"]), max_size=4).map(" ".join),
    st.none() | st.floats(-9, 0),
    st.lists(st.sampled_from(["split", "empty"]), max_size=2).map(tuple),
    st.lists(
        st.builds(Attempt, st.just("beam 1"), st.just("a boy"), st.none() | st.floats(-9, 0)), max_size=2
    ).map(tuple),
)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    made = Memory(tmp_path / "memory.sqlite")
    english, french = made.circumstances(AR_EN), made.circumstances(AR_FR)
    made.add([Unit(english, f"نص {n}", Hypothesis(f"text {n}", -0.5)) for n in range(10)], b"one")
    made.add([Unit(french, f"نص {n}", Hypothesis(f"texte {n}", -0.5)) for n in range(5)], b"two")
    return made


@given(st.dictionaries(_TEXT.filter(lambda t: "\ud800" not in t), _HYPOTHESES, max_size=8))
@settings(max_examples=60, deadline=None)
def test_what_was_added_is_found_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, held: dict[str, Hypothesis]
) -> None:
    path = tmp_path_factory.mktemp("memory") / "m.sqlite"
    memory = Memory(path)
    number = memory.circumstances(AR_EN)
    memory.add([Unit(number, text, hypothesis) for text, hypothesis in held.items()], b"mark")
    memory.close()
    again = Memory(path)
    number = again.circumstances(AR_EN)
    found = again.find([(number, text) for text in held] + [(number, "never added")])
    assert {text: entry.hypothesis for (_, text), entry in found.items()} == held
    assert all(entry.batch == b"mark" for entry in found.values())


OTHERS = [
    {"source": "fr"}, {"target": "fr"}, {"model": "c" * 64}, {"decoding": '{"beam_size": 1}'}, {"glossary": "g"},
    {"cleaner": "2"},
]  # fmt: skip


@pytest.mark.parametrize("changed", OTHERS)
def test_other_circumstances_are_another_unit(memory: Memory, changed: dict[str, str]) -> None:
    other = Circumstances(**{name: changed.get(name, getattr(AR_EN, name)) for name in AR_EN.__slots__})
    number = memory.circumstances(other)
    assert memory.find([(number, "نص 1")]) == {}
    assert memory.circumstances(AR_EN) != number
    assert memory.find([(memory.circumstances(AR_EN), "نص 1")])


def test_a_transaction_that_fails_leaves_nothing(memory: Memory) -> None:
    number = memory.circumstances(AR_EN)
    wrong = Unit(number, "b", Hypothesis("y", object()))  # type: ignore[arg-type]
    with pytest.raises((MtpipeError, sqlite3.Error)):
        memory.add([Unit(number, "a", Hypothesis("x")), wrong])
    assert memory.find([(number, "a"), (number, "b")]) == {}
    memory.add([Unit(number, "a", Hypothesis("x"))])
    memory.check()


def test_units_are_grouped_by_source(memory: Memory) -> None:
    held = list(units(memory))
    assert len(held) == 10
    assert [target for target, *_ in held[0].translations] == ["en", "fr"]
    assert len(list(units(memory, Selection(target="fr")))) == 5


def test_limits_delete_the_oldest(memory: Memory) -> None:
    assert limit(memory, count=8) == 7
    assert len(memory) == 8
    assert memory.find([(memory.circumstances(AR_EN), "نص 0")]) == {}
    assert limit(memory, days=1) == 0
    assert limit(memory, days=0.0) in (0, 8)


def test_a_size_is_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    number = memory.circumstances(AR_EN)
    memory.add([Unit(number, f"{n} " + "كلمة " * 50, Hypothesis("word " * 50)) for n in range(2000)])
    before = memory.size()
    limit(memory, size=before // 3)
    assert memory.size() <= before // 3
    assert 300 < len(memory) < 700


def test_what_is_purged_is_gone_from_the_file(memory: Memory, tmp_path: Path) -> None:
    number = memory.circumstances(AR_EN)
    memory.add([Unit(number, "a secret source", Hypothesis("a secret translation"))])
    assert purge(memory, Selection(containing="secret")) == 1
    assert len(memory) == 15
    memory.close()
    for path in tmp_path.iterdir():
        assert b"secret" not in path.read_bytes(), path


def test_the_commands(memory: Memory, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "memory.sqlite")
    assert run(["memory", "export", path, "--output", str(tmp_path / "out.tmx")]) == 0
    parser = etree.XMLParser(load_dtd=False)
    root = etree.parse(str(tmp_path / "out.tmx"), parser).getroot()
    assert len(root.findall(".//tu")) == 10
    assert [seg.text for seg in root.findall(".//tu")[0].iter("seg")] == ["نص 0", "text 0", "texte 0"]
    assert run(["memory", "export", path, "--format", "jsonl", "--to", "fr"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 5
    assert rows[0]["translations"][0]["text"] == "texte 0"
    assert run(["memory", "limit", path, "--units", "9"]) == 0
    assert "6 deleted, 9 left" in capsys.readouterr().err
    assert run(["memory", "purge", path]) == 2
    assert run(["memory", "purge", path, "--all", "--to", "fr"]) == 2
    assert run(["memory", "limit", path]) == 2
    assert run(["memory", "export", path, "--format", "docx"]) == 2
    assert run(["memory", "export", str(tmp_path / "none.sqlite")]) == 2
    capsys.readouterr()
    assert run(["memory", "purge", path, "--to", "fr"]) == 0
    assert run(["memory", "purge", path, "--all"]) == 0
    assert "0 left" in capsys.readouterr().err


def test_another_programs_tmx_reader_reads_the_export(memory: Memory, tmp_path: Path) -> None:
    from translate.storage.tmx import tmxfile

    out = tmp_path / "out.tmx"
    assert run(["memory", "export", str(tmp_path / "memory.sqlite"), "--to", "en", "--output", str(out)]) == 0
    with out.open("rb") as data:
        store = tmxfile(data, "ar", "en")
    assert store.translate("نص 3") == "text 3"  # type: ignore[no-untyped-call]


def test_what_is_no_memory_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("no database at all, but long enough to be looked at " * 30)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as base:
        base.execute("CREATE TABLE mine (x)")
    base.close()
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(InputError, match="translation memory"):
            Memory(path)
        assert path.read_bytes() == before
    with pytest.raises(OutputError, match="no such directory"):
        Memory(tmp_path / "nowhere" / "m.sqlite")
    assert run(["memory", "purge", str(text), "--all"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


ARTICLE = "انقطاع المياه\n\nأعلنت البلدية أن المياه ستعود. وقال المهندس إن الأنابيب قديمة.\n"


def test_translate_takes_from_a_memory_only_when_asked(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mtpipe.translator import Engine

    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    asked: list[int] = []
    real = Engine.translate

    def counting(self: Engine, jobs: object, *args: object, **options: object) -> object:
        asked.append(len(list(jobs)))  # type: ignore[call-overload]
        return real(self, jobs, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "translate", counting)
    arguments = ["translate", "a.txt", "--model", str(tiny_model), "--format", "tsv", "--quiet", "--force"]
    arguments.append("--no-heal")
    assert run([*arguments, "--output", "plain.tsv"]) == 0
    assert not list(tmp_path.glob("*.sqlite*"))
    assert run([*arguments, "--output", "one.tsv", "--memory", "m.sqlite"]) == 0
    assert run([*arguments, "--output", "two.tsv", "--memory", "m.sqlite"]) == 0
    assert run([*arguments, "--output", "three.tsv", "--memory", "m.sqlite", "--beam-size", "2"]) == 0
    assert asked == [6, 6, 6], "the second time with the memory nothing is asked"
    assert (tmp_path / "one.tsv").read_text() == (tmp_path / "two.tsv").read_text()
    assert (tmp_path / "one.tsv").read_text() == (tmp_path / "plain.tsv").read_text()
