"""The columns compared by way of a further model: what is shown, and what it may do to confidence. Tiny weights."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mtpipe import models
from mtpipe.cli import run
from mtpipe.data import Flag, Hypothesis, Role, Translation
from mtpipe.pipeline.triangle import Bridge, compared, told_triangle
from mtpipe.translator import Engine
from tests.conftest import make_document
from tests.tiny import make_tiny_model

ENGLISH = "The boy went to school"
ARTICLE = "ذهب الولد إلى المدرسة.\nعاد أهل القرية من الحقول.\n12:30\n"


@pytest.fixture(scope="module")
def models_of_two_pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a tiny model from Arabic and one between English and French."""
    folder = tmp_path_factory.mktemp("triangle")
    for seed, (name, sources, targets) in enumerate(
        (("from-ar", ["ar"], ["en", "fr"]), ("en-fr", ["en"], ["fr"]))
    ):
        path = make_tiny_model(folder / name, seed=seed) / "passport.json"
        passport = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(passport | {"id": name, "sources": sources, "targets": targets}), "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path, models_of_two_pairs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(models_of_two_pairs, tmp_path / "models")
    monkeypatch.setenv("MTPIPE_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(ARTICLE, "utf-8")
    return tmp_path


def columns(bridge: Engine, *rows: tuple[Hypothesis, Hypothesis]) -> tuple[Translation, Translation]:
    document = make_document([("ذهب الولد إلى المدرسة", "ar", Role.BODY)] * len(rows))
    english, french = zip(*rows, strict=True)
    return (
        Translation(document, "en", english, bridge.passport),
        Translation(document, "fr", french, bridge.passport),
    )


def test_columns_that_are_hardly_alike_are_at_most_medium_and_nothing_is_lifted(
    models_of_two_pairs: Path,
) -> None:
    engine = Engine(models.find(str(models_of_two_pairs / "en-fr")))
    same = engine.translate([(ENGLISH, "fr")], "en")[0].text
    high = Hypothesis(ENGLISH, -0.1, confidence="high")
    low = replace(high, confidence="low")
    passed = Hypothesis("12:30", flags=(Flag.NO_LETTERS,))
    other = Hypothesis("0 1 2 x", -0.1, confidence="high")
    made = columns(
        engine,
        (high, Hypothesis(same, -0.1, confidence="high")),
        (low, Hypothesis(same, -0.1, confidence="medium")),
        (high, other),
        (low, other),
        (passed, passed),
    )
    english, french = compared(made, Bridge("en", "fr", engine))
    assert [h.confidence for h in english.hypotheses] == ["high", "low", "medium", "low", ""]
    assert [h.confidence for h in french.hypotheses] == ["high", "medium", "medium", "medium", ""]
    found = [h.triangle for h in french.hypotheses]
    assert [h.triangle for h in english.hypotheses] == found
    assert [one and (one.text, one.likeness, one.unlike) for one in found[:2]] == [(same, 100.0, False)] * 2
    assert [one is not None and one.unlike for one in found] == [False, False, True, True, False]
    assert [h.text for h in french.hypotheses] == [h.text for h in made[1].hypotheses]
    assert "triangle en→fr with en-fr: 4 rows compared" in told_triangle((english, french))
    assert "2 hardly alike" in told_triangle((english, french))


def test_the_command_shows_what_it_gave(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["translate", "a.txt", "--lines", "--model", "from-ar", "--reproducible", "--no-heal"]
    assert run([*arguments, "--output", "plain.jsonl"]) == 0
    assert run([*arguments, "--triangle", "--output", "a.jsonl", "--memory", "kept.db"]) == 0
    assert "a.txt: triangle en→fr with en-fr: 2 rows compared, chrF2 " in capsys.readouterr().err
    rows = [
        json.loads(line)["translations"] for line in (home / "a.jsonl").read_text("utf-8").splitlines()[1:]
    ]
    plain = [
        json.loads(line)["translations"]
        for line in (home / "plain.jsonl").read_text("utf-8").splitlines()[1:]
    ]
    engine = Engine(models.find("en-fr"))
    for english, french in rows[:2]:
        assert french["triangle"] == english["triangle"]
        assert (french["triangle"]["from"], french["triangle"]["model"]) == ("en", "en-fr")
        assert french["triangle"]["text"] == engine.translate([(english["text"], "fr")], "en")[0].text
    assert all("triangle" not in made for row in (rows[2], *plain) for made in row)
    assert [[made["text"] for made in row] for row in rows] == [
        [made["text"] for made in row] for row in plain
    ]
    assert run(["verify", "a.jsonl", "--source", "a.txt"]) == 0
    # Remembered rows are compared anew.
    assert run([*arguments, "--triangle", "--output", "b.jsonl", "--memory", "kept.db"]) == 0
    assert (home / "b.jsonl").read_bytes() == (home / "a.jsonl").read_bytes()
    assert run([*arguments, "--triangle", "--output", "a.html"]) == 0
    page = (home / "a.html").read_text("utf-8")
    assert "<dt>Triangle</dt><dd>en → fr with en-fr" in page
    assert "columns alike: " in page


def test_a_run_gives_what_translate_gives(home: Path) -> None:
    arguments = [
        "translate",
        "a.txt",
        "--lines",
        "--model",
        "from-ar",
        "--reproducible",
        "--no-heal",
        "--triangle",
    ]
    assert run([*arguments, "--output", "alone.jsonl"]) == 0
    config = {
        "name": "one",
        "inputs": [{"path": "a.txt", "lines": True}],
        "models": "from-ar",
        "healing": False,
        "triangle": True,
        "output": {"directory": "run", "formats": ["jsonl"]},
    }
    (home / "run.yaml").write_text(json.dumps(config), "utf-8")
    assert run(["run", "run.yaml", "--quiet"]) == 0
    (made,) = (home / "run" / "documents").rglob("*.jsonl")
    first = made.read_bytes()
    shown, alone = (
        [[one.get("triangle") for one in json.loads(line)["translations"]] for line in text.splitlines()[1:]]
        for text in (first.decode(), (home / "alone.jsonl").read_text("utf-8"))
    )
    assert shown == alone
    assert sum(one is not None for row in shown for one in row) == 4
    # Without it the document is written anew, from the memory.
    assert run(["run", "run.yaml", "--quiet", "--set", "triangle=false"]) == 0
    assert b'"triangle"' not in made.read_bytes()
    assert run(["run", "run.yaml", "--quiet"]) == 0
    assert made.read_bytes() == first


def test_what_it_needs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["translate", "a.txt", "--lines", "--triangle", "--output", "a.jsonl"]
    assert run([*arguments, "--model", "from-ar", "--to", "fr"]) == 2
    assert "--triangle compares two targets" in capsys.readouterr().err
    path = home / "models" / "from-ar" / "passport.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"targets": ["en"]}), "utf-8")
    assert run(arguments) == 2
    assert (
        "the column fr came by way of another language already (from-ar → en-fr)" in capsys.readouterr().err
    )
    shutil.rmtree(home / "models" / "en-fr")
    assert run(arguments) == 2
    assert "no installed model translates en→fr or fr→en; mtpipe models pull " in capsys.readouterr().err
    assert not (home / "a.jsonl").exists()
    (home / "run.yaml").write_text(
        "name: x\ninputs: [a.txt]\nmodels: {en: from-ar, fr: builtin}\ntriangle: true\noutput: {directory: run}\n",
        "utf-8",
    )
    assert run(["run", "run.yaml"]) == 2
    assert "run.yaml:4: triangle: no installed model translates en→fr or fr→en" in capsys.readouterr().err
