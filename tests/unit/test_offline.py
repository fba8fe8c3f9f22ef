"""Nothing but `models pull` and `models pin` opens a connection beyond this machine: every command, sockets guarded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mtpipe.offline import fetches, keep_offline
from tests.conftest import EXAMPLE, REPOSITORY
from tests.families import make_opus_folder

# Python runs this before anything else, in every process that a command starts too.
_GUARD = """
import os, socket, sys

def _far(address):
    host = address[0] if isinstance(address, tuple) else ""
    return bool(host) and not (str(host).startswith("127.") or host in ("::1", "localhost"))

def _watch(event, arguments):
    far = (
        event in ("socket.connect", "socket.sendto", "socket.sendmsg") and _far(arguments[1])
        or event == "socket.getaddrinfo" and _far((arguments[0] or "",))
        or event in ("socket.gethostbyname", "socket.gethostbyaddr") and _far((arguments[0],))
    )
    if far:
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(f"{event} {arguments!r} by {sys.argv!r}\\n")
        raise PermissionError(f"a connection beyond this machine: {arguments!r}")

sys.addaudithook(_watch)
"""


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment in which every process forbids itself connections, and tells of those it tried."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(_GUARD)
    (tmp_path / "guard.log").touch()
    return {
        **os.environ,
        "PYTHONPATH": f"{tmp_path / 'guard'}{os.pathsep}{REPOSITORY}",
        "GUARD_LOG": str(tmp_path / "guard.log"),
        "MTPIPE_MODELS": str(tmp_path / "models"),
        "HF_HOME": str(tmp_path / "hf"),
    }


def ran(environment: dict[str, str], folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=250,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_other_command_opens_nothing(guarded: dict[str, str], tmp_path: Path) -> None:
    caught = ran(guarded, tmp_path, "-c", "import urllib.request as u; u.urlopen('http://192.0.2.1/')")
    assert caught.returncode, "the guard bites"
    log = tmp_path / "guard.log"
    assert "192.0.2.1" in log.read_text()
    log.write_text("")
    make_opus_folder(tmp_path / "opus")
    article = tmp_path / "a.txt"
    article.write_text("وصل الوفد إلى المدينة. وقال المهندس إن المياه ستعود.\n", "utf-8")
    (tmp_path / "ref.txt").write_text(
        "The delegation arrived.\nThe engineer said water will return.\n", "utf-8"
    )
    (tmp_path / "other.txt").write_text("A delegation came.\nAn engineer spoke of water.\n", "utf-8")
    offered = _commands(ran(guarded, tmp_path, "-m", "mtpipe", "--help").stdout)
    models = _commands(ran(guarded, tmp_path, "-m", "mtpipe", "models", "--help").stdout)
    commands: dict[str, list[str]] = {
        "translate": ["a.txt", "--to", "en", "--format", "jsonl", "--reference", "ref.txt", "--score"],
        "clean": ["a.txt"],
        "segment": ["a.txt"],
        "align": ["a.txt", "ref.txt", "--output", "b.tsv"],
        "score": ["a.jsonl", "--reference", "ref.txt"],
        "compare": ["a.jsonl", "other.txt", "--reference", "ref.txt"],
        "doctor": [],
    }
    fetching: dict[str, list[str]] = {
        "list": [],
        "show": ["builtin"],
        "convert": ["opus", "--id", "mine", "--from", "ar", "--to", "en", "--skip-self-test"],
        "verify": ["builtin"],
        "export": ["builtin"],
        "import": ["builtin.mtmodel"],
        "remove": ["mine"],
    }
    (tmp_path / "run.yaml").write_text("name: x\ninputs: [a.txt]\noutput: {directory: run}\n", "utf-8")
    commands["run"] = ["run.yaml"]
    # What has commands of its own, or came later, is at least loaded.
    commands |= {name: ["--help"] for name in offered - set(commands)}
    assert set(fetching) | {"pull", "pin"} == models, "a new command is tried here too"
    for name, arguments in {**commands, **{f"models {n}": a for n, a in fetching.items()}}.items():
        done = ran(guarded, tmp_path, "-m", "mtpipe", *name.split(), *arguments)
        assert done.returncode == 0, (name, done.stderr)
    assert log.read_text() == ""
    pulled = ran(guarded, tmp_path, "-m", "mtpipe", "models", "pull", "quickmt-ar-en")
    assert pulled.returncode == 1, "this one may, and is stopped by the guard"
    assert "huggingface.co" in log.read_text()


@pytest.mark.slow
def test_from_python_nothing_is_opened_either(guarded: dict[str, str], tmp_path: Path) -> None:
    script = (
        "import mtpipe, sys; a = mtpipe.segment(mtpipe.read(sys.argv[1]));"
        "print(len(mtpipe.write(mtpipe.translate(a), 'html')))"
    )
    done = ran(guarded, tmp_path, "-c", script, EXAMPLE)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "guard.log").read_text() == ""


def test_libraries_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", dict(os.environ))
        keep_offline(["models", "pull", "x"])
        assert "HF_HUB_OFFLINE" not in os.environ
        assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == os.environ["DO_NOT_TRACK"] == "1"
        keep_offline(["translate", "x"])
        assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
    assert [fetches(line.split()) for line in ("models pin x", "models list", "doctor", "")] == [
        True,
        False,
        False,
        False,
    ]


def _commands(shown: str) -> set[str]:
    """Return the names of the commands that a help page lists."""
    listed = shown.split("Commands:")[1]
    return set(re.findall(r"^  ([a-z]+)  ", listed, re.MULTILINE))
