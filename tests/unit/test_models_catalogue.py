"""The catalogue: what ships, what users add, what is pinned, what is refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mtpipe.cli import run
from mtpipe.errors import ModelError
from mtpipe.models import store
from mtpipe.models.catalogue import (
    NEED_TRANSFORMERS,
    find_entry,
    load_catalogue,
    read_pins,
    user_pins,
    write_pins,
)

BUILT_IN = Path(__file__).parents[2] / "models" / "builtin"
WANTED = (
    "builtin opus-mt-ar-en opus-mt-ar-fr opus-mt-tc-big-ar-en opus-mt-tc-big-ar-itc opus-mt-en-fr "
    "nllb-200-distilled-600M nllb-200-distilled-1.3B nllb-200-3.3B m2m100_418M madlad400-3b-mt quickmt-ar-en"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTPIPE_MODELS", str(tmp_path))
    monkeypatch.delenv("MTPIPE_CATALOGUE", raising=False)
    return tmp_path


def test_what_ships() -> None:
    entries = load_catalogue()
    assert set(WANTED.split()) <= set(entries)
    for entry in entries.values():
        assert entry.licence != "unknown"
        assert entry.commercial is not None
        assert entry.origins or entry.id == "builtin"
        for origin in entry.origins:
            assert origin.sha256 == {}, "nothing is invented: nobody has pinned it yet"
            assert origin.type != "hub" or (origin.revision is None and origin.files)
        assert all(score.source for score in entry.scores)
    assert {e.id for e in entries.values() if not e.commercial} == {
        "nllb-200-distilled-600M",
        "nllb-200-distilled-1.3B",
        "nllb-200-3.3B",
    }
    # What gives publication quality comes first without torch.
    for name in ("opus-mt-tc-big-ar-en", "opus-mt-tc-big-ar-itc", "opus-mt-ar-en", "opus-mt-en-fr"):
        assert entries[name].origins[0].kind not in NEED_TRANSFORMERS
    assert entries["opus-mt-tc-big-ar-itc"].targets == {"fr": ">>fra<<"}
    assert entries["nllb-200-3.3B"].published("ar", "en") is not None


def test_users_add_and_replace(home: Path) -> None:
    (home / "catalogue.yaml").write_text(
        "schema: mtpipe.catalogue/1\nmodels:\n"
        "  mine: {kind: opus, sources: [ar], targets: [en], licence: MIT, origins: [{opus: 'http://x/y.zip'}]}\n"
        "  opus-mt-ar-en: {kind: opus, sources: [ar], targets: [en], title: other}\n"
    )
    entries = load_catalogue()
    assert entries["mine"].origins[0].location == "http://x/y.zip"
    assert entries["mine"].commercial is None
    assert entries["opus-mt-ar-en"].title == "other"


def test_pins_are_merged_and_fill_what_the_catalogue_leaves_open() -> None:
    place = "hub:facebook/m2m100_418M"
    write_pins(user_pins(), {"m2m100_418M": {place: {"revision": "abc", "sha256": {"vocab.json": "0" * 64}}}})
    write_pins(user_pins(), {"other": {"opus:x": {"revision": "1", "sha256": {}}}})
    assert set(read_pins(user_pins())) == {"m2m100_418M", "other"}
    origin = find_entry("m2m100_418M").origins[0]
    assert (origin.revision, origin.sha256) == ("abc", {"vocab.json": "0" * 64})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models: {}", "schema is None, not 'mtpipe.catalogue/1'"),
        ("- 1", "not a table but list"),
        ("a: [", "cannot be read as YAML"),
        ("schema: mtpipe.catalogue/1\nmodels: 3", "'models' is no table of models"),
        ("{m: {kind: magic}}", "model 'm': 'kind' is 'magic' (known: opus, marian, nllb"),
        (
            "{m: {kind: opus, sources: [ar], targets: [xx]}}",
            "model 'm': unknown language 'xx' (known: ar, en, fr)",
        ),
        ("{m: {kind: opus, sources: ar, targets: [en]}}", "'sources' is 'ar', not a list of languages"),
        ("{m: {kind: opus, targets: []}}", "'targets' is [], not a table of languages"),
        (
            "{m: {kind: opus, sources: [ar], targets: [en], size: 3}}",
            "unknown key 'size' (known: commercial,",
        ),
        ("{m: {kind: opus, sources: [ar], targets: [en], commercial: perhaps}}", "'commercial' is 'perhaps'"),
        (
            "{m: {kind: opus, sources: [ar], targets: [en], positions: 3}}",
            "'positions' is 3, not a number of",
        ),
        (
            "{m: {kind: opus, sources: [ar], targets: [en], parameters: x}}",
            "'parameters' is 'x', not a number",
        ),
        (
            "{m: {kind: opus, sources: [ar], targets: [en], origins: [{}]}}",
            "an origin names one of opus, hub, url",
        ),
        (
            "{m: {kind: opus, sources: [ar], targets: [en], origins: [{opus: x, sha256: abc}]}}",
            "sha256 of x is 'abc', not 64 hexadecimal digits",
        ),
        (
            "{m: {kind: opus, sources: [ar], targets: [en], scores: [{pair: ar-en, bleu: 3}]}}",
            "a score without its source",
        ),
        ("{'../m': {kind: opus}}", "model '../m': not a name"),
        ("{m: {kind: opus, sources: [[ar]], targets: [en]}}", "unknown language ['ar']"),
        ("{m: {kind: opus, sources: [ar], targets: [[en]]}}", "unknown language ['en']"),
        ("{m: {kind: opus, sources: [ar], targets: [en], source_tokens: [ar]}}", "['ar'] is no table"),
        ("{m: {kind: opus, sources: [ar], targets: [en], scores: 5}}", "'scores' is 5, not a list"),
        (
            "{m: {kind: opus, sources: [ar], targets: [en], origins: [{hub: x, files: abc}]}}",
            "'files' is 'abc', not a list",
        ),
        ("{m: {kind: opus, sources: [ar], targets: [en], parameters: .nan}}", "'parameters' is nan"),
        ("[" * 5000, "cannot be read as YAML"),
    ],
)
def test_faults_of_a_users_catalogue_are_named(home: Path, text: str, message: str) -> None:
    if text.startswith("{"):
        text = f"schema: mtpipe.catalogue/1\nmodels: {text}"
    (home / "catalogue.yaml").write_text(text)
    with pytest.raises(ModelError, match=re.escape(message)) as raised:
        load_catalogue()
    assert "catalogue.yaml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_list_and_show(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    table = {line.split()[0]: line for line in lines}
    assert "CC-BY-NC-4.0 (no commercial use)" in table["nllb-200-3.3B"]
    assert "42.8 / 67.2" in table["opus-mt-tc-big-ar-en"]
    assert table["builtin"].endswith("yes")
    assert run(["models", "list", "--pair", "en-fr"]) == 0
    assert "opus-mt-ar-en" not in capsys.readouterr().out
    assert run(["models", "list", "--json"]) == 0
    assert {row["id"] for row in json.loads(capsys.readouterr().out)} >= set(WANTED.split())
    assert run(["models", "show", "nllb-200-3.3B"]) == 0
    shown = capsys.readouterr().out
    assert "commercial use: NOT allowed" in shown
    assert "revision not pinned yet" in shown
    assert run(["models", "show", "builtin"]) == 0
    assert '"id": "mtpipe-ar-enfr' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "gpt"], "'gpt' is not in the catalogue (there: builtin,"),
        (["list", "--pair", "arfr"], "--pair arfr: not a pair of languages, as ar-fr"),
        (["list", "--pair", "ar-xx"], "(known: ar, en, fr)"),
    ],
)
def test_bad_input(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("pins", ["5", "{builtin: 5}", "{builtin: {a: [b]}}", "{builtin: {a: {sha256: 5}}}"])
def test_faults_of_pins_are_named(pins: str) -> None:
    user_pins().write_text(f"schema: mtpipe.pins/1\npins: {pins}\n")
    with pytest.raises(ModelError, match=r"pins\.yaml"):
        load_catalogue()


def test_a_catalogue_that_is_named_must_be_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("MTPIPE_CATALOGUE", "./none.yaml")
    with pytest.raises(ModelError, match=r"none\.yaml: no such file \(MTPIPE_CATALOGUE\)"):
        load_catalogue()


def test_a_date_is_listed_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = "{kind: opus, sources: [ar], targets: [en], conventions: {since: 2020-01-01}}"
    (home / "catalogue.yaml").write_text(f"schema: mtpipe.catalogue/1\nmodels: {{m: {entry}}}")
    assert run(["models", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[-1]["conventions"] == {"since": "2020-01-01"}


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_what_is_no_name_of_a_model(home: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (home / ".work" / "begun").mkdir(parents=True)
    for arguments in (["remove", name], ["convert", str(home), "--id", name], ["import", name or "."]):
        assert run(["models", *arguments]) in (1, 2)
    assert run(["models", "verify", name, "--files-only"]) == 2
    assert run(["models", "export", name]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert (home / ".work" / "begun").is_dir()


def test_an_export_keeps_links_and_devices(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "link").symlink_to("target")
    (home / "target").write_bytes(b"before")
    assert run(["models", "export", "builtin", "--output", str(home / "link"), "--force"]) == 0
    assert (home / "link").is_symlink()
    os.mkfifo(home / "pipe")
    with (home / "piped").open("wb") as out, subprocess.Popen(["cat", home / "pipe"], stdout=out):
        assert run(["models", "export", "builtin", "--output", str(home / "pipe")]) == 0
    assert (home / "piped").read_bytes() == (home / "target").read_bytes()
    assert (home / "pipe").is_fifo()
    assert run(["models", "import", str(home / "target"), "--skip-self-test"]) == 0


def test_a_second_import_waits(home: Path) -> None:
    archive = home / "builtin.mtmodel"
    store.export("builtin", archive)
    code = "import sys; from mtpipe.cli import run; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "models", "import", str(archive), "--skip-self-test"]
    with store.locked(".import"):
        half = store.build_folder(".import") / "half"
        half.write_text("of another model")
        second = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert second.stderr is not None
        assert "another import is at work" in second.stderr.readline()
        assert half.is_file()
    second.communicate()
    assert second.returncode == 0


def test_a_model_that_the_catalogue_does_not_know(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(BUILT_IN, home / "mine")
    shutil.copytree(BUILT_IN, home / "spoilt")
    (home / "spoilt" / "passport.json").write_text("{")
    assert run(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.search(r"^mine +ar → en, fr +Apache-2\.0 +yes$", "\n".join(lines), re.MULTILINE)
    assert any(re.match(r"spoilt +\? .*without a sound passport$", line) for line in lines)


@pytest.mark.parametrize("value", ["~/models", "/tmp/" + "x" * 300])
def test_the_folder_of_models_as_it_is_named(
    value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copytree(BUILT_IN, tmp_path / "models" / "mine")
    monkeypatch.setenv("MTPIPE_MODELS", value)
    assert run(["models", "list"]) == 0
    assert ("\nmine " in capsys.readouterr().out) == value.startswith("~")
    assert run(["models", "verify", "other"]) == 2
    assert "other: not installed" in capsys.readouterr().err


def test_where_nothing_can_be_written(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.export("builtin", home / "builtin.mtmodel")
    (home / "file").write_text("")
    monkeypatch.setenv("MTPIPE_MODELS", str(home / "file"))
    assert run(["models", "import", str(home / "builtin.mtmodel")]) == 1
    assert "cannot be written" in capsys.readouterr().err
