"""``mtpipe run`` checks, heals and keeps to a glossary as ``mtpipe translate`` does. Real engine, tiny weights."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mtpipe.batch import driver
from mtpipe.batch.plain import Made
from mtpipe.cli import run
from mtpipe.data import Flag
from mtpipe.errors import InputError
from tests.unit.test_run import WORDS, Stops, article, configure, execute, outputs

GLOSSARY = "ar\ten\tfr\nالمدرسة\tthe school\tl'école\nالقرية\tthe village | hamlet\tle village\n"


@pytest.fixture
def configured(tmp_path: Path, tiny_model: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number in range(4):
        text = article(number, 4) + " ".join(WORDS[(number * 5 + word) % 14] for word in range(30)) + ".\n"
        (tmp_path / "in" / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "terms.tsv").write_text(GLOSSARY, encoding="utf-8")
    return configure(tmp_path, tiny_model, healing=True)


def rows_of(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()[1:]]


def translations(folder: Path) -> list[dict[str, Any]]:
    """Return every translation in the outputs of a run."""
    return [
        made
        for name, data in outputs(folder).items()
        if name.endswith(".jsonl")
        for row in rows_of(data)
        for made in row["translations"]
    ]


@pytest.mark.parametrize("glossary", [False, True])
def test_a_run_gives_what_translate_gives(
    configured: Path, tiny_model: Path, glossary: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Everything may be tried again: else the last digits of a score may decide whom the allowance leaves out.
    monkeypatch.setattr("mtpipe.pipeline.healing._FLOOR", 1_000_000)
    # One batch for all: then nothing but the order of the jobs differs.
    settings = ["decoding.batch_pieces=100000", f"inputs=[{configured.parent}/in/001.txt]"]
    more = []
    if glossary:
        settings.append(f"glossary={configured.parent}/terms.tsv")
        more = ["--glossary", str(configured.parent / "terms.tsv")]
    execute(configured, *settings)
    alone = configured.parent / "alone.jsonl"
    article_ = str(configured.parent / "in" / "001.txt")
    assert (
        run(["translate", article_, "--model", str(tiny_model), "--quiet", "--output", str(alone), *more])
        == 0
    )
    here, there = (
        rows_of(data) for data in (outputs(configured.parent / "run")["001.jsonl"], alone.read_bytes())
    )
    scores: list[list[float]] = [[], []]
    for rows, found in zip((here, there), scores, strict=True):
        for made in (one for row in rows for one in row["translations"]):
            found.append(made.pop("score"))
            made["attempts"] = [attempt["how"] for attempt in made["attempts"]]
    assert here == there
    # What shares a batch decides the last digits of a score.
    assert scores[0] == pytest.approx(scores[1], abs=0.05)
    assert any(Flag.HEALED in made["flags"] for row in here for made in row["translations"])
    assert any(made["terms"] for row in here for made in row["translations"]) == glossary


def test_what_was_interrupted_is_healed_as_if_it_had_not_been(
    configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So little may be decoded again that it matters who comes first.
    monkeypatch.setattr("mtpipe.pipeline.healing._FLOOR", 40_000)
    whole = "output.directory=" + str(configured.parent / "whole")
    execute(configured, whole, "executor.threads=1")
    for session in range(100):
        try:
            execute(configured, executor=lambda run: Stops(run, session % 3 + 4))  # noqa: B023
            break
        except KeyboardInterrupt:
            continue
    assert outputs(configured.parent / "run") == outputs(configured.parent / "whole")
    made = translations(configured.parent / "run")
    assert any(len(one["attempts"]) == 1 for one in made), "some that nothing was left for"
    assert any(Flag.HEALED in one["flags"] for one in made)


def test_retries_of_a_batch_stay_within_its_share(configured: Path) -> None:
    allowed: list[float] = []

    def watching(run: driver.Run) -> Any:
        inner = driver.plain_executor(run)

        class Watch:
            def results(self, windows: Any) -> Any:
                for event in inner.results(windows):
                    if isinstance(event, Made):
                        allowed.append(event.batch.allowed)
                    yield event

        return Watch()

    execute(configured, executor=watching)
    assert len(allowed) > 4
    assert sum(allowed) == pytest.approx(2_000), "a small run may take as much as a few paragraphs"


def test_a_memory_knows_how_rows_came_about(configured: Path) -> None:
    first, _ = execute(configured)
    changed, _ = execute(configured, "healing=false")
    assert changed.tally.translated == first.tally.translated
    assert not any(Flag.HEALED in made["flags"] for made in translations(configured.parent / "run"))
    assert any(made["findings"] for made in translations(configured.parent / "run")), "checked all the same"
    termed, _ = execute(configured, f"glossary={configured.parent}/terms.tsv")
    assert termed.tally.translated == first.tally.translated
    (configured.parent / "terms.tsv").write_text(GLOSSARY.replace("hamlet", "place"), encoding="utf-8")
    again, _ = execute(configured, f"glossary={configured.parent}/terms.tsv")
    assert again.tally.translated == first.tally.translated, "another glossary of the same name"
    back, _ = execute(configured)
    assert (back.tally.translated, back.tally.skipped) == (0, 0), "from memory, written anew"


def test_words_stay_linked_when_another_format_is_asked_for(configured: Path) -> None:
    plain, _ = execute(configured, "output.formats=[tsv]")
    linked, _ = execute(configured, "output.formats=[html]")
    assert linked.tally.translated == plain.tally.translated
    again, _ = execute(configured, "output.formats=[tsv]")
    assert again.tally.translated == 0
    unlinked, _ = execute(configured, "output.formats=[tsv]", "decoding.links=false")
    assert unlinked.tally.translated == 0, "the memory has them from the first time"


def test_the_report_says_what_was_doubted_and_healed(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", str(configured), "--set", f"glossary={configured.parent}/terms.tsv"]) == 0
    folder = configured.parent / "run"
    made = translations(folder)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    healed = [one for one in made if Flag.HEALED in one["flags"]]
    assert report["healing"] == {
        "doubted": sum(bool(one["attempts"]) for one in made),
        "replaced": len(healed),
        "healed": sum(not one["findings"] for one in healed),
    }
    assert report["flagged"] == sum(
        bool(one["findings"]) or bool({"truncated", "empty"} & {*one["flags"]}) for one in made
    )
    for check in report["checks"]:
        assert check["segments"] == sum(
            check["check"] in {found["check"] for found in one["findings"]} for one in made
        )
    assert report["doubts"][0]["findings"]
    for model in report["models"]:
        mine = [one for one in made if one["target"] == model["target"]]
        assert model["high"] + model["medium"] + model["low"] == len(mine)
        assert model["terms"] == sum(len(one["terms"]) for one in mine) > 0
        assert model["terms_kept"] == sum(bool(term["used"]) for one in mine for term in one["terms"])
    for name in ("report.html", "report.md"):
        text = (folder / name).read_text("utf-8")
        assert "Healing" in text and "Checks" in text and "terms" in text
    said = capsys.readouterr().err
    assert f"{report['flagged']} to look at" in said
    header, *rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf-8").splitlines())
    assert header["glossary"]["name"] == "terms.tsv"
    assert sum(row["healed"] for row in rows) == report["healing"]["healed"]


def test_what_is_wrong_with_a_glossary_names_its_line(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured.write_text(configured.read_text() + "glossary: none.tsv\n")
    for extra in ([], ["--dry-run"]):
        assert run(["run", str(configured), *extra]) == 2
        assert re.fullmatch(
            r"mtpipe: \S*run\.yaml:\d+: glossary: \S*none\.tsv: no such file\n", capsys.readouterr().err
        )
    (configured.parent / "none.tsv").write_text("ar\ten\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"run.yaml:\d+: glossary: .*none.tsv: holds no term"):
        execute(configured)
