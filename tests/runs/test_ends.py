"""What ends beside a run does not end the run: who reads what it says, a process that reads its documents."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runs.generated import outputs, write_articles, write_config

_RUN = [sys.executable, "-m", "mtpipe", "run"]


@pytest.mark.slow
def test_a_run_goes_on_when_nobody_reads_what_it_says(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 3)
    # Listed first, said first.
    (tmp_path / "in" / "0.txt").write_bytes(b"")
    config = write_config(tmp_path / "run.yaml")
    there, here = os.pipe()
    os.close(there)
    process = subprocess.Popen([*_RUN, str(config)], stdout=here, stderr=here)
    os.close(here)
    assert process.wait(300) == 1, "one document failed, as it would have with a reader"
    assert len(outputs(tmp_path / "run")) == 3
    assert (tmp_path / "run" / "report.json").is_file()


@pytest.mark.slow
def test_a_run_goes_on_without_a_reader_process_that_was_killed(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 120, sentences=40)
    config = write_config(
        tmp_path / "run.yaml", targets=["en"], executor={"threads": 1, "readers": 1}, healing=False
    )
    process = subprocess.Popen([*_RUN, str(config)], stderr=subprocess.PIPE, text=True)
    os.kill(_reader(process.pid), signal.SIGKILL)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    assert len(outputs(tmp_path / "run")) == 120
    assert "a reader process was ended" in (tmp_path / "run" / "run.log").read_text(encoding="utf-8")


def _reader(parent: int) -> int:
    """Wait for the process that ``parent`` has started to read, and return its number."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        for path in Path("/proc").glob("[0-9]*"):
            try:
                started_by = int((path / "stat").read_text().rpartition(") ")[2].split()[1])
                command = (path / "cmdline").read_bytes()
            except (OSError, ValueError):
                continue
            if started_by == parent and b"spawn_main" in command:
                return int(path.name)
        time.sleep(0.02)
    raise AssertionError("no process reads")
