"""From nothing to an installed model: pulled, verified, converted, tested, carried; and what stops it on the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import huggingface_hub.constants
import pytest

from mtpipe import models
from mtpipe.cli import run
from mtpipe.models.catalogue import read_pins
from mtpipe.models.passport import read_passport
from mtpipe.translator import Engine
from tests.conftest import REPOSITORY
from tests.families import make_opus_folder, zipped
from tests.hub import COMMIT, Fault, Hub, serving

BUILT_IN = REPOSITORY / "models" / "builtin"
# The built-in model under another name: real weights that pass the self-test, in a ready-made repository.
READY = {
    "config.json": "config.json",
    "model.bin": "model.bin",
    "source_vocabulary.json": "source_vocabulary.json",
    "target_vocabulary.json": "target_vocabulary.json",
    "src.spm.model": "source.spm",
    "tgt.spm.model": "target.spm",
}
CATALOGUE = """
schema: mtpipe.catalogue/1
models:
  tiny: &tiny
    kind: opus
    title: random weights
    sources: [ar]
    targets: [en]
    licence: CC-BY-4.0
    commercial: true
    positions: 512
    origins: [{{opus: "{hub}/zips/tiny.zip", revision: "1"}}]
  multi:
    <<: *tiny
    targets: {{fr: ">>fra<<"}}
    origins: [{{opus: "{hub}/zips/multi.zip", revision: "1"}}]
  limited:
    <<: *tiny
    licence: CC-BY-NC-4.0
    commercial: false
  wrong:
    <<: *tiny
    origins: [{{opus: "{hub}/zips/tiny.zip", revision: "1", sha256: '{zeros}'}}]
  ready: &ready
    kind: ctranslate2
    title: somebody converted it
    sources: [ar]
    targets: {{en: "<2en>", fr: "<2fr>"}}
    licence: Apache-2.0
    commercial: true
    conventions: {{target_prefix: ["{{target}}"], max_source: 120, max_target: 254}}
    origins: [{{hub: me/ready, files: &ready_files [config.json, model.bin, source_vocabulary.json,
      target_vocabulary.json, src.spm.model, tgt.spm.model]}}]
  by-address:
    <<: *ready
    origins: [{{url: "{hub}/ready", files: *ready_files}}]
  no-eos:
    <<: *ready
    conventions: {{source_suffix: ["</s>", "</s>"], target_prefix: ["{{target}}"], max_target: 254}}
  odd-tag:
    <<: *ready
    targets: {{en: "<2xx>"}}
  hugging:
    <<: *tiny
    kind: marian
    origins: [{{hub: me/marian, files: [config.json, vocab.json, source.spm, target.spm, weights]}}]
"""


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("opus")
    tags = [">>fra<<", ">>ita<<"]
    return {
        "tiny": zipped(make_opus_folder(folder / "tiny")),
        "multi": zipped(make_opus_folder(folder / "multi", target="fr", tags=tags)),
    }


@pytest.fixture
def hub(zips: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with models, a home to install them in, and a catalogue that names them."""
    with serving() as running:
        running.files = {f"/zips/{name}.zip": data for name, data in zips.items()}
        ready = {name: (BUILT_IN / own).read_bytes() for name, own in READY.items()}
        running.repositories = {"me/ready": ready}
        running.files |= {f"/ready/{name}": data for name, data in ready.items()}
        home = tmp_path / "models"
        home.mkdir()
        text = CATALOGUE.format(hub=running.address, zeros="0" * 64)
        (home / "catalogue.yaml").write_text(text, "utf-8")
        monkeypatch.setenv("MTPIPE_MODELS", str(home))
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        # What the library read from HF_ENDPOINT and HF_HOME when it was imported.
        template = running.address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", running.address)
        monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
        monkeypatch.chdir(tmp_path)
        yield running


@pytest.fixture
def home(hub: Hub, tmp_path: Path) -> Path:
    return tmp_path / "models"


def passes(*arguments: str) -> None:
    assert run(["models", *arguments]) == 0, arguments


def refused(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    """Run a command that must fail; return its one line."""
    capsys.readouterr()
    assert run(["models", *arguments]) == code
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("mtpipe: ")]
    assert len(lines) == 1
    return lines[0]


def nothing_half_made(home: Path, name: str) -> None:
    """No model of that name, and no conversion left that nobody works on."""
    assert not (home / name).exists()
    assert list((home / ".work").glob("*/build-*")) == []
    assert name not in {folder.name for folder in models.installed()}


# -- pulls that work --------------------------------------------------------------------------------------------------


def test_an_opus_zip_without_torch(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passes("pull", "tiny", "--skip-self-test")
    said = capsys.readouterr().err
    assert "licence CC-BY-4.0, commercial use allowed" in said
    assert "checksums as first fetched, nobody having pinned them; recorded in" in said
    passport = read_passport(home / "tiny")
    assert passport["converter"] == "ctranslate2.converters.OpusMTConverter"
    assert passport["conventions"] == {"max_source": 400, "max_target": 400}, "the engine appends </s> itself"
    assert json.loads((home / "tiny" / "config.json").read_text())["add_source_eos"] is True
    assert passport["self_test"] == {"result": "skipped"}
    assert list((home / ".work").iterdir()) == [home / ".work" / "tiny.lock"]
    assert Engine(models.find("tiny")).translate([("السلام", "en")], "ar")[0].score is not None
    # `make test` sets up no torch, so all this went without; where it is installed, CTranslate2's converters load it.
    passes("pull", "tiny")
    assert "installed already" in capsys.readouterr().err
    assert hub.served("/zips/tiny.zip") == 1


def test_a_tag_for_the_target_stands_before_the_source(hub: Hub, home: Path) -> None:
    passes("pull", "multi", "--skip-self-test", "--quantisation", "float32")
    model = models.find("multi")
    assert model.conventions.frame(["▁x"], "ar", "fr") == [">>fra<<", "▁x"]
    assert model.conventions.forced("ar", "fr") == []
    assert read_passport(home / "multi")["quantisation"] == "float32"


def test_a_ready_model_of_the_hub_passes_its_test(
    hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passes("pull", "ready")
    assert "checksums as the hub declares them; recorded in" in capsys.readouterr().err
    passport = read_passport(home / "ready")
    assert (passport["revision"], passport["self_test"]["result"]) == (COMMIT, "passed")
    assert set(passport["self_test"]["samples"]) == {"ar-en", "ar-fr"}
    assert "president" in passport["self_test"]["samples"]["ar-en"]
    pins = read_pins(home / "pins.yaml")["ready"]["hub:me/ready"]
    assert pins["revision"] == COMMIT
    assert set(pins["sha256"]) == set(READY)
    passes("verify", "ready")
    assert "ready: all files as in the passport, self-test passed" in capsys.readouterr().out


def test_a_folder_of_files_at_an_address(hub: Hub, home: Path) -> None:
    passes("pull", "by-address")
    assert (home / "by-address" / "source.spm").read_bytes() == (BUILT_IN / "source.spm").read_bytes()


def test_what_another_tool_fetched_is_not_fetched_again(hub: Hub, home: Path, tmp_path: Path) -> None:
    huggingface_hub.hf_hub_download(
        "me/ready", "model.bin", revision=COMMIT, endpoint=hub.address, cache_dir=tmp_path / "hf" / "hub"
    )
    hub.asked.clear()
    passes("pull", "ready")
    assert not any(path.endswith("model.bin") for _, path, _ in hub.asked)
    assert not (home / "ready" / "model.bin").is_symlink()


@pytest.mark.slow
def test_a_mirror_and_a_token_by_the_environment(hub: Hub, home: Path) -> None:
    """As a user sets them: the whole command in a process of its own."""
    hub.token = "secret"
    environment = {**os.environ, "HF_TOKEN": "secret"}
    done = subprocess.run(
        [sys.executable, "-m", "mtpipe", "models", "pull", "ready"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    sent = {path.split("/")[1]: headers.get("authorization") for _, path, headers in hub.asked}
    assert sent["api"] == sent["me"] == "Bearer secret"
    assert sent["cdn"] is None
    assert not any("telemetry" in path for _, path, _ in hub.asked)


@pytest.mark.slow
def test_a_proxy_is_respected(hub: Hub, home: Path) -> None:
    """What cannot be reached is asked of the proxy: here it is the hub itself that gets the proxy's request."""
    catalogue = (
        (home / "catalogue.yaml").read_text().replace(hub.address + "/zips/tiny", "http://far.invalid/tiny")
    )
    (home / "catalogue.yaml").write_text(catalogue)
    environment = {**os.environ, "http_proxy": hub.address, "no_proxy": ""}
    command = [sys.executable, "-m", "mtpipe", "models", "pull", "tiny", "--skip-self-test"]
    hub.files["/tiny.zip"] = hub.files["/zips/tiny.zip"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [headers["host"] for _, _, headers in hub.asked] == ["far.invalid"]


def test_another_revision(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no revision 'v9'" in refused(capsys, 2, "pull", "ready", "--revision", "v9")
    passes("pull", "ready", "--revision", "main")
    assert read_passport(home / "ready")["revision"] == COMMIT


# -- licences and checksums -------------------------------------------------------------------------------------------


def test_a_licence_against_commercial_use_is_accepted_first(
    hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(capsys, 2, "pull", "limited", "--skip-self-test")
    assert "limited: its licence CC-BY-NC-4.0 forbids commercial use; give --accept-licence" in line
    assert hub.asked == [], "nothing is fetched before"
    passes("pull", "limited", "--skip-self-test", "--accept-licence")
    assert read_passport(home / "limited")["commercial"] is False
    passes("export", "limited")
    passes("remove", "limited")
    assert "forbids commercial use" in refused(capsys, 2, "import", "limited.mtmodel", "--skip-self-test")
    passes("import", "limited.mtmodel", "--skip-self-test", "--accept-licence")
    (home.parent / "a.txt").write_text("وصل الوفد إلى المدينة.\n", "utf-8")
    for form in ("html", "md"):
        assert run(["translate", "a.txt", "--to", "en", "--model", "limited", "--format", form]) == 0
        assert "no commercial use" in (home.parent / f"a.{form}").read_text("utf-8")


def test_a_checksum_of_the_catalogue_is_demanded(
    hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(capsys, 2, "pull", "wrong", "--skip-self-test")
    assert re.search(r"wrong checksum: [0-9a-f]{16}… instead of 0{16}… \(pinned in the catalogue\)", line)
    nothing_half_made(home, "wrong")


def test_what_was_fetched_first_is_demanded_ever_after(
    hub: Hub, home: Path, zips: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    passes("pull", "tiny", "--skip-self-test")
    passes("remove", "tiny")
    hub.files["/zips/tiny.zip"] = zips["multi"]
    assert "wrong checksum" in refused(capsys, 2, "pull", "tiny", "--skip-self-test")
    nothing_half_made(home, "tiny")


def test_what_the_hub_declares_is_demanded(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.faults = [Fault("/cdn/.*", corrupt=True)]
    assert "(declared by the hub); the file was dropped" in refused(capsys, 2, "pull", "ready")
    nothing_half_made(home, "ready")


def test_pins(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "name the models to pin, or give --all" in refused(capsys, 2, "pin")
    passes("pin", "ready", "tiny", "--output", "p.yaml")
    pins = read_pins(Path("p.yaml"))
    assert pins["ready"]["hub:me/ready"]["revision"] == COMMIT
    assert len(next(iter(pins["tiny"].values()))["sha256"]) == 1
    assert not any(path.startswith("/cdn/") for _, path, _ in hub.asked), (
        "declared checksums need no download"
    )
    assert not (home / ".work" / "tiny").exists()
    passes("pin", "tiny")
    passes("show", "tiny")
    assert "1 checksums pinned" in capsys.readouterr().out


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (Fault("/zips/.*", status=404), 2, "/zips/tiny.zip: no such file (404)"),
        (Fault("/zips/.*", status=403), 2, "/zips/tiny.zip: refused (403): accept the model's terms"),
    ],
)
def test_refusals_of_a_server(
    hub: Hub, home: Path, fault: Fault, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.faults = [fault]
    assert message in refused(capsys, code, "pull", "tiny", "--skip-self-test")
    nothing_half_made(home, "tiny")
    passes("pull", "tiny", "--skip-self-test")


def test_refusals_of_the_hub(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.token = "secret"
    assert "me/ready: gated: accept the model's terms there and set HF_TOKEN" in refused(
        capsys, 2, "pull", "ready"
    )
    hub.token = None
    kept = hub.repositories.pop("me/ready")
    assert "me/ready: no such repository" in refused(capsys, 2, "pull", "ready")
    hub.repositories["me/ready"] = {name: data for name, data in kept.items() if name != "model.bin"}
    assert "the repository has no model.bin (it has: config.json," in refused(capsys, 2, "pull", "ready")
    nothing_half_made(home, "ready")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(hub: Hub, home: Path, status: int) -> None:
    now = {"Retry-After": "0"}
    hub.faults = [Fault("/api/.*", status=status), Fault("/cdn/.*", status=status, headers=now, times=2)]
    passes("pull", "ready")


def test_a_hub_that_stays_busy(
    hub: Hub, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mtpipe.models.hub._WAITS", (0.0, 0.0))
    hub.faults = [Fault("/api/.*", status=500, times=99)]
    line = refused(capsys, 1, "pull", "ready")
    assert "me/ready: cannot be asked:" in line
    assert "given up after 3 tries" in line


def test_a_cut_connection_goes_on(hub: Hub, home: Path) -> None:
    hub.faults = [Fault("/zips/.*", cut=len(hub.files["/zips/tiny.zip"]) // 10, times=9)]
    passes("pull", "tiny", "--skip-self-test")
    assert len(hub.ranges("/zips/tiny.zip")) == 10


# A process that dies without a word when Python is about to do something for the n-th time.
_DYING = """
import os, signal, sys
what, needle, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
def watch(event, arguments):
    global count
    if event == what and needle in " ".join(map(str, arguments)):
        count -= 1
        if count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
from mtpipe.cli import run
sys.exit(run(sys.argv[4:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "needle", "count"),
    [
        ("open", "tiny.zip.part", 2),  # about to write what comes
        ("os.rename", "tiny.zip.part", 1),  # all there, not yet under its name
        ("open", "pins", 1),
        ("open", "unpacked/vocab.yml", 2),  # unpacked, the converter reads
        ("open", "build-", 12),
        ("open", "model.bin", 1),  # the converter writes
        ("open", "passport.json", 1),
        ("os.rename", "build-", 1),  # into place
    ],
)
def test_killed_at_any_point(hub: Hub, home: Path, what: str, needle: str, count: int) -> None:
    arguments = ["models", "pull", "tiny", "--skip-self-test"]
    done = subprocess.run([sys.executable, "-c", _DYING, what, needle, str(count), *arguments], check=False)
    assert done.returncode == -signal.SIGKILL, "it came as far as that"
    assert not (home / "tiny").exists()
    assert "tiny" not in {folder.name for folder in models.installed()}
    passes("pull", "tiny", "--skip-self-test")
    models.verify(home / "tiny")
    assert list((home / ".work").iterdir()) == [home / ".work" / "tiny.lock"]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
def test_killed_while_one_model_takes_the_place_of_another(hub: Hub, home: Path, count: int) -> None:
    passes("pull", "tiny", "--skip-self-test")
    before = (home / "tiny" / "passport.json").read_bytes()
    arguments = ["models", "pull", "tiny", "--skip-self-test", "--force", "--quantisation", "float32"]
    command = [sys.executable, "-c", _DYING, "os.rename", "/tiny", str(count + 1), *arguments]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert models.find("tiny").passport.quantisation == "int8"
    assert (home / "tiny" / "passport.json").read_bytes() == before
    passes(*arguments[1:])
    assert models.find("tiny").passport.quantisation == "float32"
    assert list((home / ".work").iterdir()) == [home / ".work" / "tiny.lock"]


@pytest.mark.slow
def test_two_pulls_at_once(hub: Hub, home: Path) -> None:
    command = [sys.executable, "-m", "mtpipe", "models", "pull", "tiny", "--skip-self-test"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert hub.served("/zips/tiny.zip") == 1
    assert any("installed already" in text for text in said)
    models.verify(home / "tiny")


@pytest.mark.slow
def test_waiting_for_another_pull_is_said(hub: Hub, home: Path) -> None:
    from mtpipe.models.store import locked

    command = [sys.executable, "-m", "mtpipe", "models", "pull", "tiny", "--skip-self-test"]
    with locked("tiny"):
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        assert "another pull of it is at work; waiting for it" in process.stderr.readline()
        time.sleep(0.1)
        assert process.poll() is None
    assert process.wait(timeout=60) == 0
    process.stderr.close()


@pytest.mark.slow
def test_a_disk_that_fills_up_during_the_conversion(hub: Hub, home: Path) -> None:
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (320_000, 320_000))\n"
        "from mtpipe.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "models", "pull", "tiny", "--skip-self-test"]
    done = subprocess.run(
        [*command, "--quantisation", "float32"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "cannot be written: File too large" in done.stderr.splitlines()[-1]
    nothing_half_made(home, "tiny")
    passes("pull", "tiny", "--skip-self-test")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda files: files.pop("source.spm"), "no source.spm in it"),
        (lambda files: files.pop("decoder.yml"), "no decoder.yml in it"),
        (lambda files: files.update({"model.npz": b"PK nonsense"}), "CTranslate2 cannot convert it"),
        (lambda files: files.update({"model.npz": files["model.npz"][:-3000]}), "damaged"),
    ],
)
def test_zips_that_are_no_models(
    hub: Hub, home: Path, tmp_path: Path, spoil: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(hub.files["/zips/tiny.zip"])) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    spoil(files)
    (tmp_path / "spoilt").mkdir()
    for name, data in files.items():
        (tmp_path / "spoilt" / name).write_bytes(data)
    hub.files["/zips/tiny.zip"] = zipped(tmp_path / "spoilt")
    assert message in refused(capsys, 2, "pull", "tiny", "--skip-self-test")
    nothing_half_made(home, "tiny")
    hub.files["/zips/tiny.zip"] = b"no zip"
    (home / "pins.yaml").unlink()
    shutil.rmtree(home / ".work")
    assert "not a zip, or damaged" in refused(capsys, 2, "pull", "tiny", "--skip-self-test")


def test_without_the_extras(
    hub: Hub, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mtpipe.models.conversion.find_spec", lambda _name: None)
    line = refused(capsys, 2, "pull", "hugging")
    assert "needs torch and transformers: pip install 'mtpipe[convert]'" in line
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert "needs the [hub] extra: pip install 'mtpipe[hub]'" in refused(capsys, 2, "pull", "ready")
    passes("pull", "tiny", "--skip-self-test")


# -- traps ------------------------------------------------------------------------------------------------------------


def test_random_weights_do_not_pass(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "tiny: the self-test failed: ar→en: 8 of 8 outputs: a loop, or no end" in refused(
        capsys, 2, "pull", "tiny"
    )
    nothing_half_made(home, "tiny")
    assert (home / ".work" / "tiny" / "download").is_dir(), "what was fetched is kept"


def test_unknown_language_codes_are_found(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, 2, "pull", "odd-tag")
    assert "the vocabulary does not fit: '<2xx>' is not in the target vocabulary" in line
    nothing_half_made(home, "odd-tag")


def test_an_end_that_stands_twice_is_found(
    hub: Hub, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the caller twice, or by the caller and the engine."""
    assert "</s> would stand 2 times after the source" in refused(capsys, 2, "pull", "no-eos")
    text = (home / "catalogue.yaml").read_text("utf-8")
    doubled = text.replace("    title: random weights\n", "    conventions: {source_suffix: ['</s>']}\n")
    (home / "catalogue.yaml").write_text(doubled, "utf-8")
    assert "</s> would stand 2 times" in refused(capsys, 2, "pull", "tiny", "--skip-self-test")
    nothing_half_made(home, "tiny")


def test_pieces_outside_the_vocabulary_are_found(
    hub: Hub, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the vocabulary lacks would become <unk> without a word."""
    folder = make_opus_folder(tmp_path / "lacking")
    vocabulary = (folder / "vocab.yml").read_text("utf-8")
    (folder / "vocab.yml").write_text(re.sub(r'"(▁ال|ة)":', r'"\1x":', vocabulary), "utf-8")
    hub.files["/zips/tiny.zip"] = zipped(folder)
    line = refused(capsys, 2, "pull", "tiny", "--skip-self-test")
    assert re.search(r"only 9\d\.\d\d% of the pieces of a ar sample text are in the source vocabulary", line)
    nothing_half_made(home, "tiny")


# -- carried, removed, verified ---------------------------------------------------------------------------------------


def test_from_one_machine_to_another(
    hub: Hub, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    passes("pull", "ready")
    passes("export", "ready", "--output", "one.mtmodel")
    passes("export", "ready", "--output", "two.mtmodel")
    assert Path("one.mtmodel").read_bytes() == Path("two.mtmodel").read_bytes()
    assert "exists already" in refused(capsys, 2, "export", "ready", "--output", "one.mtmodel")
    monkeypatch.setenv("MTPIPE_MODELS", str(tmp_path / "other"))
    hub.asked.clear()
    passes("import", "one.mtmodel")
    assert hub.asked == []
    assert (tmp_path / "other/ready/passport.json").read_bytes() == (
        home / "ready/passport.json"
    ).read_bytes()
    passes("import", "one.mtmodel")
    assert "installed already" in capsys.readouterr().err


def test_damaged_and_false_files_are_not_imported(
    hub: Hub, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passes("pull", "tiny", "--skip-self-test")
    passes("export", "tiny")
    whole = Path("tiny.mtmodel").read_bytes()
    passes("remove", "tiny")
    passport = bytes(json.dumps({}), "utf-8")
    for number, (data, message) in enumerate(
        [
            (whole[: len(whole) // 2], "not an exported model, or damaged"),
            (b"x" * 4000, "not an exported model, or damaged"),
            (whole.replace(b"add_source_eos", b"add_source_eon"), "config.json: damaged or swapped"),
            (_tar({"a": b"1"}), "no passport.json in it"),
            (_tar({"passport.json": passport}), "schema is None"),
            (_tar({"../evil": b"1"}), "holds '../evil': not an exported model"),
        ]
    ):
        path = tmp_path / f"{number}.mtmodel"
        path.write_bytes(data)
        assert message in refused(capsys, 2, "import", str(path), "--skip-self-test"), message
    nothing_half_made(home, "tiny")
    assert not (tmp_path / "evil").exists()
    assert "none.mtmodel: no such file" in refused(capsys, 2, "import", "none.mtmodel")


def _tar(files: dict[str, bytes]) -> bytes:
    import io

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_verify_names_what_was_swapped(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passes("pull", "tiny", "--skip-self-test")
    path = home / "tiny" / "model.bin"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert "1 of 2 models is broken" in refused(capsys, 1, "verify", "--files-only")
    run(["models", "verify", "--files-only"])
    out = capsys.readouterr().out
    assert re.search(r"tiny: BROKEN: .*model\.bin: damaged or swapped: sha256", out)
    assert "builtin: all files as in the passport" in out
    assert "--force replaces it" in refused(capsys, 2, "pull", "tiny")
    passes("pull", "tiny", "--skip-self-test", "--force")
    passes("verify", "tiny", "--files-only")


def test_removing(hub: Hub, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passes("pull", "tiny", "--skip-self-test", "--keep-download")
    assert (home / ".work" / "tiny").is_dir()
    passes("remove", "tiny")
    assert "tiny: removed, 1." in capsys.readouterr().err
    assert not (home / "tiny").exists()
    assert not (home / ".work" / "tiny").exists()
    assert "not installed in" in refused(capsys, 2, "remove", "tiny")
    passes("pull", "tiny", "--skip-self-test")
    assert "other: not installed in" in refused(capsys, 2, "remove", "tiny", "other")
    assert (home / "tiny").is_dir()  # all or none
    assert "builtin: comes with mtpipe and is not removed" in refused(capsys, 2, "remove", "builtin")
    assert "not the name of a model" in refused(capsys, 2, "remove", "../models")


def test_a_model_that_lies_on_this_machine(
    hub: Hub, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.zip").write_bytes(hub.files["/zips/multi.zip"])
    skip = "--skip-self-test"
    assert "say which languages it translates" in refused(
        capsys, 2, "convert", "mine.zip", "--id", "mine", skip
    )
    passes("convert", "mine.zip", "--id", "mine", "--from", "ar", "--to", "fr", "--licence", "CC0-1.0", skip)
    passport = read_passport(home / "mine")
    assert (passport["licence"], passport["targets"]) == ("CC0-1.0", ["fr"])
    assert passport["conventions"]["target_tokens"] == {"fr": ">>fra<<"}
    passes("convert", str(BUILT_IN), "--id", "ready")
    assert read_passport(home / "ready")["self_test"]["result"] == "passed"
    assert hub.asked == []
    for arguments, message in (
        (["none", "--id", "x"], "none: no such file or folder"),
        (["mine.zip", "--id", "../x"], "--id ../x: not the name of a model"),
        (["mine.zip", "--id", "x", "--kind", "y"], "--kind y: unknown (known: opus, marian"),
        (["mine.zip", "--id", "x", "--to", "xx"], "unknown language 'xx'"),
        (["mine.zip", "--id", "x", "--quantisation", "int2"], "--quantisation int2: unknown (known: int8"),
        ([str(tmp_path), "--id", "x"], "neither an OPUS zip or folder"),
    ):
        assert message in refused(capsys, 2, "convert", *arguments)


def test_names_that_are_not_there(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert "'gpt' is not in the catalogue" in refused(capsys, 2, "pull", "gpt")
    assert "builtin: comes with mtpipe" in refused(capsys, 2, "pull", "builtin")
    assert "tiny: no origin 'hub' (there: opus)" in refused(capsys, 2, "pull", "tiny", "--origin", "hub")
    assert "tiny: not installed (installed: builtin)" in refused(capsys, 2, "verify", "builtin", "tiny")
    assert "--quantisation int2: unknown" in refused(capsys, 2, "pull", "tiny", "--quantisation", "int2")
