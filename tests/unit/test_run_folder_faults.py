"""A run folder after faults: who is locked out, what a refused configuration leaves, what can be run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mtpipe.batch.folder import RunFolder
from mtpipe.batch.state import State
from mtpipe.cli import run
from mtpipe.config import load, plain
from mtpipe.errors import OutputError, UsageError
from tests.unit.test_run import article, configure, execute, outputs


@pytest.fixture
def configured(tmp_path: Path, tiny_model: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number:03d}.txt").write_text(article(number, 2), encoding="utf-8")
    return configure(tmp_path, tiny_model, targets=["en"])


def test_a_folder_that_was_hardly_made_is_taken_again(tmp_path: Path) -> None:
    (tmp_path / "run" / "documents").mkdir(parents=True)
    RunFolder(tmp_path / "run").close()
    assert (tmp_path / "run" / "run.lock").is_file()


def test_the_mark_of_a_run_folder_is_made_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mkdir = Path.mkdir

    def full(self: Path, *args: Any, **options: Any) -> None:
        if self.name == "documents":
            raise OSError(28, "No space left on device")
        mkdir(self, *args, **options)

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(OutputError, match="No space left"):
        RunFolder(tmp_path / "run")
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["run.lock"]
    RunFolder(tmp_path / "run").close()


def test_a_folder_with_somebodys_documents_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "run" / "documents").mkdir(parents=True)
    (tmp_path / "run" / "documents" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty and no run folder"):
        RunFolder(tmp_path / "run")


@pytest.mark.parametrize("there", ["a file", "a folder of others", "a run at work"])
def test_what_is_wrong_with_the_folder_names_file_and_line(configured: Path, there: str) -> None:
    folder = configured.parent / "run"
    held = None
    if there == "a file":
        folder.write_text("x")
    elif there == "a folder of others":
        folder.mkdir()
        (folder / "mine.txt").write_text("mine")
    else:
        held = RunFolder(folder)
    with pytest.raises(UsageError, match=r"run\.yaml:\d+: output\.directory: ") as caught:
        execute(configured)
    if held is None:
        assert "a new or empty folder, or one of an earlier run" in str(caught.value)
    else:
        held.close()


def test_inputs_that_match_nothing_leave_no_folder(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (configured.parent / "none").mkdir()
    setting = f"inputs=[{configured.parent / 'in'}, {configured.parent / 'none'}]"
    assert run(["run", str(configured), "--set", setting]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "inputs[1]: " in said and "matches no file" in said
    assert not (configured.parent / "run").exists()


def test_a_refused_configuration_changes_nothing(configured: Path) -> None:
    execute(configured)
    resolved = configured.parent / "run" / "config.resolved.yaml"
    before = resolved.read_bytes()
    with pytest.raises(UsageError, match="matches no file"):
        execute(configured, "decoding.batch_pieces=99", "inputs.0=typo")
    assert resolved.read_bytes() == before
    again, _ = execute(configured)
    assert again.tally.skipped == 3


def test_a_plan_that_fails_leaves_the_resolved_configuration(
    configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(configured)
    resolved = configured.parent / "run" / "config.resolved.yaml"
    before = resolved.read_bytes()

    def full(self: State, *_: Any) -> int:
        raise OutputError(f"{self.path}: cannot be written: database or disk is full")

    monkeypatch.setattr(State, "plan", full)
    with pytest.raises(OutputError):
        execute(configured, "decoding.batch_pieces=99")
    assert resolved.read_bytes() == before


def test_the_resolved_configuration_can_be_run(
    configured: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (configured.parent / "refs").mkdir()
    configure(configured.parent, tiny_model, targets=["en"], references={"en": "refs/{id}.txt"})
    monkeypatch.chdir(configured.parent)
    execute(Path("run.yaml"))
    before = outputs(Path("run"))
    # From another folder: nothing in it may start from where somebody stood.
    monkeypatch.chdir("/")
    resolved = configured.parent / "run" / "config.resolved.yaml"
    again, _ = execute(resolved)
    assert (again.tally.documents, again.tally.skipped, again.tally.translated) == (3, 3, 0)
    assert outputs(configured.parent / "run") == before
    assert dict(load(str(resolved)).references) == {"en": str(configured.parent / "refs" / "{id}.txt")}


@pytest.mark.parametrize(
    "name", ["${HOME}", "$${HOME}", "a ${X:-y} b", "$${X:-${Y}}", "${", "$$${Z}", "€ $5"]
)
def test_dollars_are_read_again_as_they_were(tmp_path: Path, tiny_model: Path, name: str) -> None:
    from mtpipe.config.nodes import escaped

    path = configure(tmp_path, tiny_model, inputs=[{"path": "in", "text": escaped(name)}])
    config = load(str(path), variables={})
    assert config.inputs[0].text == name
    folder = RunFolder(tmp_path / "run")
    folder.put_config(config, {})
    folder.close()
    again = load(str(tmp_path / "run" / "config.resolved.yaml"), variables={})
    assert plain(again) == plain(config)


def test_another_input_leaves_what_is_done(configured: Path, tiny_model: Path) -> None:
    execute(configured)
    before = outputs(configured.parent / "run")
    (configured.parent / "more").mkdir()
    for number in (7, 8):
        (configured.parent / "more" / f"{number:03d}.txt").write_text(article(number, 2), encoding="utf-8")
    more = {"path": "more", "lines": True}
    for inputs in (["in", more], [more, "in"]):
        configure(configured.parent, tiny_model, targets=["en"], inputs=inputs)
        execute(configured)
    outcome, _ = execute(configured)
    assert (outcome.tally.documents, outcome.tally.skipped) == (5, 5)
    sessions = json.loads((configured.parent / "run" / "report.json").read_text("utf-8"))["sessions"]
    assert [session["documents"] for session in sessions] == [3, 2, 0, 0]
    after = outputs(configured.parent / "run")
    assert {name: after[name] for name in before} == before


def test_an_entry_that_is_read_otherwise_is_done_again(configured: Path, tiny_model: Path) -> None:
    (configured.parent / "more").mkdir()
    (configured.parent / "more" / "007.txt").write_text(article(7, 2), encoding="utf-8")
    configure(configured.parent, tiny_model, targets=["en"], inputs=["in", "more"])
    execute(configured)
    inputs = ["in", {"path": "more", "lines": True}]
    configure(configured.parent, tiny_model, targets=["en"], inputs=inputs)
    outcome, _ = execute(configured)
    assert (outcome.tally.done, outcome.tally.skipped) == (4, 3)


def test_documents_gone_from_the_memory_are_said_and_old_scores_removed(
    configured: Path, tiny_model: Path
) -> None:
    (configured.parent / "refs").mkdir()
    for number in range(3):
        (configured.parent / "refs" / f"{number:03d}.txt").write_text("a line\n" * 4, encoding="utf-8")
    configure(
        configured.parent, tiny_model, targets=["en"], references={"en": "refs/{id}.txt"}, metrics=["chrF2"]
    )
    execute(configured)
    folder = configured.parent / "run"
    assert (folder / "scores.html").is_file()
    assert run(["memory", "purge", str(folder / "memory.sqlite"), "--all"]) == 0
    execute(configured)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert report["scores"] == []
    assert "3 documents are no longer in the memory and were not scored" in report["notes"]
    assert not list(folder.glob("scores.*"))


def test_paths_of_models_start_from_the_configurations_folder(
    configured: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (configured.parent / "own").symlink_to(tiny_model)
    monkeypatch.chdir("/")
    found = str(configured.parent / "own")
    for written, read in [
        ("./own", found),
        ("in/../own", str(configured.parent / "in" / ".." / "own")),
        ("builtin", "builtin"),
        (found, found),
        ("~/own", str(Path.home() / "own")),
    ]:
        configure(configured.parent, written, targets=["en"])  # type: ignore[arg-type]
        assert load(str(configured)).model_for("en") == read
    configure(configured.parent, tiny_model, models={"en": "./own"}, targets=["en"])
    assert load(str(configured)).model_for("en") == found
    assert load(str(configured), ["models=./own"]).model_for("en") == "/own", "--set: the current folder"
    outcome, _ = execute(configured)
    assert outcome.tally.done == 3
