"""A run killed twenty times at random moments, in every way, ends with the texts of one that was left in peace."""

from __future__ import annotations

import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runs.generated import outputs, write_articles, write_config

_RUN = [sys.executable, "-m", "mtpipe", "run"]


def start(config: Path, *settings: str, limit: int | None = None) -> subprocess.Popen[str]:
    """Start a run; with ``limit`` no file may grow beyond so many bytes, as on a full disk."""

    def limited() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    chosen = [part for setting in settings for part in ("--set", setting)]
    return subprocess.Popen(
        [*_RUN, str(config), *chosen],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limited,  # noqa: PLW1509  (no other thread runs here)
    )


def whole(path: Path) -> None:
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()


def remembered(path: Path) -> set[tuple[object, ...]]:
    base = sqlite3.connect(path)
    rows = set(base.execute("SELECT text, circumstances, hypothesis, score, more, batch FROM unit"))
    base.close()
    return rows


def killed(process: subprocess.Popen[str], after: float) -> None:
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate(timeout=60)


def interrupted(process: subprocess.Popen[str], after: float) -> None:
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (0, 130, -signal.SIGINT), said
    assert process.returncode != 130 or said.endswith("mtpipe: interrupted\n"), said


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_kills_change_no_text_and_lose_nothing(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 60)
    config = write_config(tmp_path / "run.yaml", executor={"threads": 2})
    began = time.monotonic()
    peaceful = start(config, f"output.directory={tmp_path / 'whole'}")
    _, said = peaceful.communicate(timeout=900)
    assert peaceful.returncode == 0, said
    lasts = time.monotonic() - began
    chance = random.Random(8)
    done: set[tuple[object, ...]] = set()
    sizes: list[int] = []

    def full_disk() -> None:
        # Beyond what the memory has grown to, but not far.
        files = [path for path in (tmp_path / "run").glob("*.sqlite*") if path.exists()]
        size = max((path.stat().st_size for path in files), default=0)
        process = start(config, limit=max(60_000, size + chance.randrange(30_000)))
        _, said = process.communicate(timeout=900)
        assert process.returncode in (0, 1), said
        assert process.returncode == 0 or "cannot be written" in said, said
        assert "Traceback" not in said

    for _ in range(20):
        way = chance.choice(["kill", "kill", "interrupt", "full"])
        moment = chance.uniform(0.3, 0.6 * lasts)
        if way == "kill":
            killed(start(config), moment)
        elif way == "interrupt":
            interrupted(start(config), moment)
        else:
            full_disk()
        if (tmp_path / "run" / "memory.sqlite").exists():
            whole(tmp_path / "run" / "memory.sqlite")
            now = remembered(tmp_path / "run" / "memory.sqlite") if _has_units(tmp_path / "run") else set()
            assert done <= now, "what was finished once is never done again, nor lost"
            done = now
            sizes.append(len(done))
    everything = len(remembered(tmp_path / "whole" / "memory.sqlite"))
    assert len({size for size in sizes if 0 < size < everything}) > 2, (
        f"kills in mid-work: {sizes} of {everything}"
    )
    last = start(config)
    _, said = last.communicate(timeout=900)
    assert last.returncode == 0, said
    whole(tmp_path / "run" / "memory.sqlite")
    whole(tmp_path / "run" / "state.sqlite")
    assert outputs(tmp_path / "run") == outputs(tmp_path / "whole")
    assert {row[:3] for row in remembered(tmp_path / "run" / "memory.sqlite")} == {
        row[:3] for row in remembered(tmp_path / "whole" / "memory.sqlite")
    }


def _has_units(folder: Path) -> bool:
    base = sqlite3.connect(folder / "memory.sqlite")
    found = base.execute("SELECT count(*) FROM sqlite_master WHERE name = 'unit'").fetchone()[0]
    base.close()
    return bool(found)


@pytest.mark.slow
def test_readers_of_their_own_give_the_same_and_end_with_a_killed_run(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 40)
    config = write_config(tmp_path / "run.yaml", executor={"threads": 1, "readers": 2})
    plain = start(config, f"output.directory={tmp_path / 'plain'}", "executor.readers=0")
    assert plain.wait(600) == 0
    process = start(config)
    time.sleep(4)
    children = _children(process.pid)
    process.kill()
    process.communicate(timeout=60)
    until = time.monotonic() + 20
    while time.monotonic() < until and any(_alive(child) for child in children):
        time.sleep(0.2)
    assert not any(_alive(child) for child in children)
    assert start(config).wait(600) == 0
    assert outputs(tmp_path / "run") == outputs(tmp_path / "plain")


def _children(parent: int) -> list[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def _alive(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text().split(") ")[-1][0] != "Z"
    except OSError:
        return False
