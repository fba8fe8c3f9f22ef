"""Model folders: found by name or path, checked against their passport, told by their looks without one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from mtpipe import models
from mtpipe.errors import ModelError
from mtpipe.models.conventions import guess
from mtpipe.models.conversion import guess_kind
from mtpipe.models.passport import vocabulary
from mtpipe.translator import Engine
from tests.tiny import make_tiny_model


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


def test_found_by_name_in_the_users_folder(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTPIPE_MODELS", str(copy.parent))
    model = models.find("copy")
    assert (model.folder, model.passport.id, model.passport.targets) == (copy, "tiny", ("en", "fr"))
    assert copy in list(models.installed())
    with pytest.raises(ModelError, match=r"unknown model 'nope' \(installed: .*copy"):
        models.find("nope")
    with pytest.raises(ModelError, match=r"no/such/folder: no such model folder"):
        models.find("no/such/folder")
    monkeypatch.chdir(copy)
    assert models.find(".").passport.id == "tiny"
    for name in ("x" * 300, ""):
        with pytest.raises(ModelError, match="unknown model"):
            models.find(name)


def test_without_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> None:
        raise RuntimeError("Could not determine home directory.")

    for name in ("MTPIPE_MODELS", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    assert models.find().folder.name == "builtin"
    assert [folder.name for folder in models.installed()] == ["builtin"]
    with pytest.raises(ModelError, match="no such model folder"):
        models.find("~no-such-user/model")


@pytest.mark.parametrize(
    "name", ["model.bin", "config.json", "source.spm", "target.spm", "target_vocabulary.json"]
)
def test_missing_damaged_and_swapped_files_are_named(copy: Path, name: str) -> None:
    path = copy / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match=f"{name}: damaged or swapped: sha256"):
        models.find(str(copy))
    path.write_bytes(data[:-1])
    with pytest.raises(ModelError, match=f"{name}: damaged: .* bytes, the passport says"):
        models.find(str(copy))
    path.unlink()
    with pytest.raises(ModelError, match=f"{name}: the file is missing"):
        models.find(str(copy))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "other/9"}, "schema is 'other/9'"),
        ({"files": {}}, "the list of files lacks one of model.bin"),
        ({"files": {"model.bin": {}}}, "the list of files lacks one of"),
        ({"licence": None}, "'licence' is missing or no text"),
        ({"targets": "en"}, "'targets' is missing or no list of language codes"),
        ({"misspells_names": "yes"}, "'misspells_names' is 'yes', not true or false"),
        ({"conventions": None}, "'conventions' is no object"),
        ({"conventions": {"max_source": "many"}}, "'max_source' is 'many', not a number of pieces"),
        ({"conventions": {"target_prefix": "x"}}, "'target_prefix' is no list of tokens"),
        ({"conventions": {"eos": True}}, "unknown convention 'eos'"),
        ({"decoding": {"beam": 3}}, "unknown decoding option 'beam' (known: beam_size"),
        ({"decoding": {"beam_size": 1.5}}, "'beam_size' is 1.5, not a whole number"),
        ({"decoding": {"beam_size": 10**12}}, "'beam_size' is 1000000000000 (allowed: 1 to 32)"),
        ({"decoding": {"length_penalty": float("nan")}}, "'length_penalty' is nan (allowed: -10 to 10)"),
        ({"decoding": []}, "'decoding' is no object"),
    ],
)
def test_passports_that_are_none(copy: Path, change: dict[str, object], message: str) -> None:
    path = copy / "passport.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ModelError, match=re.escape(message)) as raised:
        models.find(str(copy))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"), [("{", "cannot be read as JSON"), ("[]", "list instead of an object")]
)
def test_passports_that_are_no_object(copy: Path, text: str, message: str) -> None:
    (copy / "passport.json").write_text(text)
    with pytest.raises(ModelError, match=rf"passport\.json: .*{message}"):
        models.find(str(copy))


def test_a_file_without_facts_is_no_entry(copy: Path) -> None:
    path = copy / "passport.json"
    passport = json.loads(path.read_text("utf-8"))
    passport["files"]["model.bin"] = {}
    path.write_text(json.dumps(passport), "utf-8")
    with pytest.raises(ModelError, match=r"'model\.bin' has no 'bytes' and 'sha256'"):
        models.find(str(copy))


def test_without_a_passport_the_files_must_be_there_and_load(tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "bare", passport=False)
    model = models.find(str(folder))
    assert (model.passport.id, model.passport.licence) == ("bare", "unknown")
    assert Engine(model).translate([("السلام", "en")], "ar")[0].text
    (folder / "model.bin").write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"bare: the model cannot be loaded"):
        Engine(models.find(str(folder)))
    (folder / "source.spm").unlink()
    with pytest.raises(ModelError, match=r"source\.spm: the file is missing"):
        models.find(str(folder))


def test_families_are_told_by_their_vocabulary() -> None:
    nllb = guess(["<s>", "arb_Arab", "eng_Latn", "fra_Latn"], {})
    assert nllb.frame(["▁x"], "ar", "fr") == ["arb_Arab", "▁x", "</s>"]
    assert nllb.forced("ar", "fr") == ["fra_Latn"]
    m2m = guess(["__ar__", "__en__"], {})
    assert (m2m.frame(["▁x"], "ar", "en"), m2m.forced("ar", "en")) == (["__ar__", "▁x", "</s>"], ["__en__"])
    itc = guess([">>fra<<", ">>ita<<"], {"add_source_eos": True})
    assert (itc.frame(["▁x"], "ar", "fr"), itc.forced("ar", "fr")) == ([">>fra<<", "▁x"], [])
    opus = guess(["▁x"], {"add_source_eos": False})
    assert (opus.frame(["▁x"], "ar", "en"), opus.forced("ar", "en")) == (["▁x", "</s>"], [])


@pytest.mark.parametrize("text", ["5", '"a"', "null"])
def test_a_vocabulary_that_is_none(copy: Path, text: str) -> None:
    (copy / "target_vocabulary.json").write_text(text)
    with pytest.raises(ModelError, match=r"target_vocabulary\.json: not a list of tokens"):
        vocabulary(copy, "target")


def test_a_model_type_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": ["marian"]}')
    with pytest.raises(ModelError, match=r"model_type is \['marian'\] \(known: marian"):
        guess_kind(tmp_path)
