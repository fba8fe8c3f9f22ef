"""Which model makes which column: named, best installed, two in a row; and what the outputs say of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mtpipe import models
from mtpipe.cli import run
from mtpipe.data import Flag, Hypothesis, Passport
from mtpipe.pipeline import routes
from mtpipe.pipeline.pivot import Pivot
from mtpipe.translator import Engine, Job, Progress
from tests.tiny import make_tiny_model

ARTICLE = "انقطاع المياه\n\nأعلنت البلدية أن المياه ستعود. وقال المهندس إن الأنابيب قديمة ؟.\n13:19\n"
PAIRS = {"ar-en": (["ar"], ["en"]), "en-fr": (["en"], ["fr"]), "ar-fr": (["ar"], ["fr"])}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a tiny model for each of three pairs."""
    folder = tmp_path_factory.mktemp("pairs")
    for seed, (name, (sources, targets)) in enumerate(PAIRS.items()):
        path = make_tiny_model(folder / name, seed=seed) / "passport.json"
        passport = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(passport | {"id": name, "sources": sources, "targets": targets}), "utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTPIPE_MODELS", str(tmp_path / "models"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "article.txt").write_text(ARTICLE, "utf-8")
    return tmp_path


def install(home: Path, made: Path, pair: str, name: str | None = None) -> Path:
    return Path(shutil.copytree(made / pair, home / "models" / (name or pair)))


def translated(home: Path, *options: str) -> tuple[dict[str, Any], list[list[dict[str, Any]]]]:
    out = home / "out.jsonl"
    assert run(["translate", "article.txt", "--output", str(out), "--force", *options]) == 0
    header, *rows = map(json.loads, out.read_text("utf-8").splitlines())
    return header, [row["translations"] for row in rows]


def test_the_built_in_model_comes_last(home: Path, made: Path) -> None:
    assert [route.models[0].folder.name for route in routes("ar", ["en", "fr"])] == [models.BUILT_IN] * 2
    install(home, made, "ar-en")
    assert [route.name.split("-")[0] for route in routes("ar", ["en", "fr"])] == ["ar", "mtpipe"]


def test_the_best_by_published_score(home: Path, made: Path) -> None:
    install(home, made, "ar-en", "a-model-of-mine")
    install(home, made, "ar-en", "opus-mt-tc-big-ar-en")
    install(home, made, "ar-en", "opus-mt-ar-en")
    assert routes("ar", ["en"])[0].models[0].folder.name == "opus-mt-tc-big-ar-en"
    shutil.rmtree(home / "models" / "opus-mt-tc-big-ar-en")
    assert routes("ar", ["en"])[0].models[0].folder.name == "opus-mt-ar-en"


def test_a_damaged_model_is_named_when_its_turn_comes(
    home: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = install(home, made, "ar-en")
    (folder / "source.spm").write_bytes(b"x")
    assert run(["translate", "article.txt", "--to", "en"]) == 2
    assert "ar-en/source.spm: damaged: 1 bytes" in capsys.readouterr().err


def test_two_in_a_row(home: Path, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(home, made, "ar-en")
    install(home, made, "en-fr")
    header, rows = translated(home, "--to", "fr", "--no-heal")
    assert "ar→fr by way of en: ar-en → en-fr" in capsys.readouterr().err
    (passport,) = header["models"]
    assert passport["id"] == "ar-en → en-fr"
    assert [leg["id"] for leg in passport["via"]] == ["ar-en", "en-fr"]
    _, english = translated(home, "--to", "en", "--no-heal")
    assert len(rows) == len(english) == 4
    for (french,), (between,) in zip(rows[:3], english[:3], strict=True):
        # A column begins with a capital, what a model between is given is as the first one made it.
        assert french["pivot"].lower() == between["text"].lower()
        second = Engine(models.find(str(made / "en-fr")))
        if french["pivot"]:
            text = second.translate([(str(french["pivot"]), "fr")], "en")[0].text
            assert french["text"].lower() == text.lower()
    assert rows[3][0] == english[3][0] | {"target": "fr", "model": "ar-en → en-fr"}
    for form in ("html", "md"):
        assert run(["translate", "article.txt", "--to", "fr", "--format", form, "--force"]) == 0
        page = (home / f"article.{form}").read_text("utf-8")
        assert "ar-en" in page
        assert "en-fr" in page


def test_a_direct_model_is_preferred_to_two_in_a_row(home: Path, made: Path) -> None:
    for pair in PAIRS:
        install(home, made, pair)
    assert [route.name for route in routes("ar", ["fr", "en"])] == ["ar-fr", "ar-en"]
    both = {"fr": [str(made / "ar-en"), str(made / "en-fr")]}
    assert routes("ar", ["fr"], both)[0].via == "en"


def test_models_side_by_side(home: Path, made: Path) -> None:
    for name in ("x", "y"):
        install(home, made, "ar-en", name)
    install(home, made, "ar-fr")
    header, rows = translated(home, "--model", "x", "--model", "y", "--model", "ar-fr")
    listed = [(entry["target"], entry["id"]) for entry in header["models"]]
    assert [target for target, _ in listed] == ["en", "en", "fr"]
    assert all(len(row) == 3 for row in rows)
    assert (
        run(
            ["translate", "article.txt", "--format", "html", "--force", *["--model", "x", "--model", "ar-fr"]]
        )
        == 0
    )


def test_a_model_for_one_target_beside_models_for_all(home: Path, made: Path) -> None:
    install(home, made, "ar-fr")
    header, _ = translated(home, "--model", "builtin", "--model", "fr=ar-fr")
    names = [entry["id"] for entry in header["models"]]
    assert names[0].startswith("mtpipe-")
    assert names[1] == "ar-fr"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "ar-en", "--model", "ar-fr", "--to", "en"], "model 'ar-fr' does not translate ar→en"),
        (["--model", "ar-en", "--to", "fr"], "model 'ar-en' does not translate ar→fr (it translates ar→en)"),
        (
            ["--model", "ar-en", "--model", "x", "--to", "fr"],
            "no model named translates ar→fr, nor do two in a row: model 'ar-en'",
        ),
        (["--from", "fr", "--to", "en"], "no installed model translates fr→en; mtpipe models pull nllb-200-"),
        (["--from", "fr", "--to", "fr"], "the source is in that language already"),
    ],
)
def test_what_does_not_fit_is_said(
    home: Path, made: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    install(home, made, "ar-en")
    install(home, made, "ar-en", "x")
    install(home, made, "ar-fr")
    assert run(["translate", "article.txt", *options]) == 2
    assert message in capsys.readouterr().err


def test_one_line_says_what_would_be_better(
    home: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["translate", "article.txt"]) == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("better for")]
    assert (
        "en: opus-mt-tc-big-ar-en (chrF2 67.2 on flores200-devtest, CC-BY-4.0): mtpipe models pull opus"
        in line
    )
    assert "fr: opus-mt-tc-big-ar-itc (chrF2 59.7" in line
    install(home, made, "ar-en", "opus-mt-tc-big-ar-en")
    assert run(["translate", "article.txt", "--to", "en", "--force"]) == 0
    assert "better for" not in capsys.readouterr().err
    for quiet in (["--quiet"], ["--model", "builtin"]):
        assert run(["translate", "article.txt", "--force", *quiet]) == 0
        assert "better for" not in capsys.readouterr().err


class Saying:
    """A translator that says what it is told, to reach what random weights do not."""

    def __init__(self, said: dict[str, Hypothesis]) -> None:
        self.said = said
        self.asked: list[str] = []

    @property
    def passport(self) -> Passport:
        return Passport("p", "s", "r", "MIT", "0" * 64, ("en",), commercial=True)

    def translate(
        self,
        jobs: list[Job],
        source: str,
        *,
        beam_size: int | None = None,
        planned: bool = False,
        progress: Progress | None = None,
    ) -> list[Hypothesis]:
        self.asked += [text for text, _ in jobs]
        if progress is not None:
            progress(len(jobs), max(1, len(jobs)))
        return [self.said[text] for text, _ in jobs]


def test_nothing_is_made_of_nothing() -> None:
    first = Saying({"a": Hypothesis("one", -0.5, (Flag.SPLIT,)), "b": Hypothesis("", -1.0, (Flag.EMPTY,))})
    second = Saying({"one": Hypothesis("un", -0.25, (Flag.TRUNCATED,))})
    steps: list[tuple[int, int]] = []
    made = Pivot(first, "en", second).translate(  # type: ignore[arg-type]
        [("a", "fr"), ("b", "fr")], "ar", progress=lambda *step: steps.append(step)
    )
    assert made[0] == Hypothesis("un", -0.75, (Flag.SPLIT, Flag.TRUNCATED), pivot="one")
    assert made[1] == Hypothesis("", -1.0, (Flag.EMPTY,), pivot="")
    assert second.asked == ["one"]
    assert steps == [(2, 4), (2, 2)]


def test_models_side_by_side_are_scored_apart(home: Path, made: Path) -> None:
    """Each model is a system of its own in the report, with its passport, just made or read back."""
    for name in ("x", "y"):
        passport = install(home, made, "ar-en", name) / "passport.json"
        passport.write_text(json.dumps(json.loads(passport.read_text("utf-8")) | {"id": name}), "utf-8")
    (home / "ref.txt").write_text(
        "Water cut\nThe town hall says water will return.\nOld pipes.\n13:19\n", "utf-8"
    )
    command = ["translate", "article.txt", "--to", "en", "--model", "x", "--model", "y", "--format", "jsonl"]
    assert run([*command, "--reference", "ref.txt", "--score"]) == 0
    assert run(["score", "article.jsonl", "--reference", "ref.txt", "--output", "report.json"]) == 0
    (evaluation,) = json.loads((home / "report.json").read_text("utf-8"))["evaluations"]
    assert [system["name"] for system in evaluation["systems"]] == ["x", "y"]
    for system in evaluation["systems"]:
        assert "revision 1, int8, Apache-2.0, weights " in system["model"]
    assert "Apache-2.0, weights" in (home / "article.report.html").read_text("utf-8")


def test_links_of_a_pivot_go_from_the_source_to_the_last_text() -> None:
    first = Saying({"a b c": Hypothesis("three two one", -0.5, links=((0, 2), (1, 1), (2, 0)))})
    second = Saying({"three two one": Hypothesis("trois deux un", -0.5, links=((0, 0), (1, 1), (2, 2)))})
    (made,) = Pivot(first, "en", second).translate([("a b c", "fr")], "ar")  # type: ignore[arg-type]
    assert made.links == ((0, 2), (1, 1), (2, 0))
