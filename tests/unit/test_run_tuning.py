"""``mtpipe doctor --tune``: what is measured is kept for this machine and used by runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mtpipe.batch import tuning
from mtpipe.cli import run


def test_a_tuning_is_measured_kept_and_used(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MTPIPE_TUNING", str(tmp_path / "kept" / "tuning.json"))
    monkeypatch.setattr(
        tuning, "_sentences", lambda: ["ذهب الولد إلى المدرسة.", "وعاد أهل القرية من الحقول."] * 3
    )
    monkeypatch.setattr(tuning, "_PIECES_CPU", (64, 128))
    assert run(["doctor", "--tune", "--model", str(tiny_model)]) == 0
    said = capsys.readouterr().out
    assert "best on " in said
    held = json.loads((tmp_path / "kept" / "tuning.json").read_text("utf-8"))["tunings"]
    assert len(held) == 1
    assert held[0]["batch_pieces"] in (64, 128)
    assert run(["doctor", "--tune", "--model", str(tiny_model)]) == 0
    held = json.loads((tmp_path / "kept" / "tuning.json").read_text("utf-8"))["tunings"]
    assert len(held) == 1, "the newer one stands in the older one's place"
    (tmp_path / "a.txt").write_text("ذهب الولد إلى المدرسة.", encoding="utf-8")
    config = tmp_path / "run.yaml"
    config.write_text(f"name: t\ninputs: [a.txt]\nmodels: {tiny_model}\noutput: {{directory: out}}\n")
    assert run(["run", str(config), "--quiet"]) == 0
    assert (
        f"batch_pieces: {held[0]['batch_pieces']}" in (tmp_path / "out" / "config.resolved.yaml").read_text()
    )


def test_a_damaged_tuning_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTPIPE_TUNING", str(tmp_path / "tuning.json"))
    for text in ("", "{}", "[]", '{"schema": "mtpipe.tuning/1", "tunings": [{}]}'):
        (tmp_path / "tuning.json").write_text(text)
        assert tuning.tuned("x", "cpu", "int8") is None
