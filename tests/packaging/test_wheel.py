"""The wheel and a plain install in a clean environment translate with the model they bring along."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import EXAMPLE, REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def called(*command: str | Path, folder: Path) -> str:
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    called(sys.executable, "-m", "build", "--wheel", "--outdir", folder, REPOSITORY, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_what_runs_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert all(top == "mtpipe" or top.endswith(".dist-info") for top in tops)
    for wanted in (
        "mtpipe/_models/builtin/model.bin",
        "mtpipe/_models/builtin/passport.json",
        "mtpipe/_models/builtin/README.md",
        "mtpipe/_models/catalogue.yaml",
        "mtpipe/writer/translation.css",
        "mtpipe/py.typed",
    ):
        assert wanted in names
    assert wheel.stat().st_size < 40_000_000


@pytest.mark.parametrize("what", ["wheel", "checkout"])
def test_installed_into_a_clean_environment(wheel: Path, tmp_path: Path, what: str) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python, mtpipe = home / "bin" / "python", home / "bin" / "mtpipe"
    target = wheel if what == "wheel" else REPOSITORY
    called(python, "-m", "pip", "install", "--quiet", target, folder=tmp_path)
    called(mtpipe, "translate", EXAMPLE, "--format", "jsonl", folder=tmp_path)
    assert len((tmp_path / "article.ar.jsonl").read_text("utf-8").splitlines()) == 55
    assert str(home) in called(python, "-c", "import mtpipe; print(mtpipe.__file__)", folder=tmp_path)
    assert "files intact" in called(mtpipe, "doctor", folder=tmp_path)
    assert "torch" not in called(python, "-m", "pip", "list", folder=tmp_path)
