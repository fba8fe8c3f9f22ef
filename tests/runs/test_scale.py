"""A run's cost per segment and its memory do not grow with its size: up to a million segments, with an echo."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

# A process of its own for each size, so that the height of its memory is its own.
_ECHO = """
import json, resource, sys, time
from mtpipe import batch
from mtpipe.batch.plain import Made
from mtpipe.config import load
from mtpipe.data import Hypothesis

class Echo:
    def results(self, windows):
        for window in windows:
            yield window
            for one in window.batches:
                yield Made(one, tuple(Hypothesis(text, -0.5) for text, _ in one.jobs), ("",) * len(one.jobs), 0.0)

class Quiet:
    def progress(self, tally): pass
    def failed(self, label, reason): raise SystemExit(f"{label}: {reason}")
    def say(self, text): pass

before = time.process_time()
outcome = batch.execute(load(sys.argv[1]), Quiet(), executor=lambda run: Echo())
height = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"cpu": time.process_time() - before, "height": height, "translated": outcome.tally.translated}))
"""
_TEXT = "ذهب الولد إلى المدرسة في الصباح الباكر وعاد أهل القرية من الحقول قبل غروب الشمس ثم جلسوا يتحدثون"
_WORDS = _TEXT.split()
_SEGMENTS_A_DOCUMENT = 50
# MTPIPE_SCALE=1000000 goes to a million, which takes five minutes.
_MOST = int(os.environ.get("MTPIPE_SCALE", "100000"))


def measured(folder: Path, size: int, times: int) -> dict[str, float]:
    """Run over ``size`` distinct segments in JSON lines; return processor seconds and the height of resident memory.

    The least of several times: what else the machine does only ever adds.
    """
    home = folder / str(size)
    home.mkdir()
    _write(home, size)
    found = [_run(home, size) for _ in range(times)]
    return {name: min(one[name] for one in found) for name in ("cpu", "height")}


def _write(home: Path, size: int) -> None:
    chance = random.Random(size)
    with (home / "shard.jsonl").open("w", encoding="utf-8") as out:
        for start in range(0, size, _SEGMENTS_A_DOCUMENT):
            lines = [
                " ".join(chance.choices(_WORDS, k=chance.randint(4, 12))) + f" {number}."
                for number in range(start, start + _SEGMENTS_A_DOCUMENT)
            ]
            out.write(json.dumps({"text": "\n".join(lines)}, ensure_ascii=False) + "\n")
    (home / "run.yaml").write_text(
        "name: scale\ninputs: [{path: shard.jsonl, text: text, lines: true}]\ntargets: [en]\n"
        "output: {directory: run, formats: [jsonl]}\n"
    )


def _run(home: Path, size: int) -> dict[str, float]:
    shutil.rmtree(home / "run", ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-c", _ECHO, str(home / "run.yaml")],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert found["translated"] == size
    return found


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_cost_and_memory_do_not_grow(tmp_path: Path) -> None:
    sizes = {1_000: 3, 10_000: 3, 40_000: 2, 100_000: 2, 1_000_000: 1}
    found = {size: measured(tmp_path, size, times) for size, times in sizes.items() if size <= _MOST}
    # What a run of a hundredth costs is mostly its start: it is taken off.
    start = found[1_000]["cpu"]
    costs = {
        size: (one["cpu"] - start) / (size - 1_000) * 1000 for size, one in found.items() if size > 1_000
    }
    # Ten thousand segments are two windows; from five on as many are in memory as ever will be.
    heights = {size: one["height"] for size, one in found.items() if size >= 40_000}
    print({"cpu ms a segment": costs, "height in MB": heights})  # noqa: T201
    # Single runs differ by a fifth for the same size (docs/batches.md); what grows with the corpus would double.
    assert max(costs.values()) <= 1.35 * min(costs.values()), costs
    assert max(heights.values()) <= 1.1 * min(heights.values()), heights
