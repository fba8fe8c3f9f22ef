"""The Ray executor on a real cluster of two nodes (two raylets on this machine): a lost node loses nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.runs.generated import outputs, write_articles, write_config

pytest.importorskip("ray", reason="the Ray executor needs the [ray] extra")

# Ray's workers give way to everything else on the machine unless told not to: on a busy one they would hardly get on.
_SETTINGS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
# In a process of its own: a cluster leaves threads and settings behind.
_ON_TWO_NODES = """
import os, sys, threading, time
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
from ray.cluster_utils import Cluster
from mtpipe import batch
from mtpipe.batch.plain import Made
from mtpipe.config import load

class Watch:
    done = 0
    def progress(self, tally):
        Watch.done = tally.translated
        if kill and not killed and tally.translated > kill:
            killed.append(tally.translated)
            cluster.remove_node(second, allow_graceful=False)
            print("killed a node after", tally.translated, flush=True)
    def failed(self, label, reason): print("FAILED", label, reason, flush=True)
    def say(self, text): print(text, flush=True)

kill, killed = int(sys.argv[2]), []
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": 100 * 2**20})
second = cluster.add_node(num_cpus=1, object_store_memory=100 * 2**20)
cluster.wait_for_nodes()
settings = ["executor.kind=ray", "executor.actors=2", "executor.address=" + cluster.address]
outcome = batch.execute(load(sys.argv[1], settings), Watch())
print(outcome.summary, flush=True)
assert bool(kill) == bool(killed)
sys.stdout.flush()
os._exit(0 if outcome.tally.failed == 0 else 1)
"""


def on_two_nodes(config: Path, kill_after: int) -> str:
    program = config.with_name("on_two_nodes.py")
    program.write_text(textwrap.dedent(_ON_TWO_NODES), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program), str(config), str(kill_after)],
        capture_output=True, text=True, timeout=1500, check=False,
        env=os.environ | _SETTINGS | {"PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_two_nodes_give_the_same_texts_and_one_may_die(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 60)
    config = write_config(tmp_path / "run.yaml", executor={"threads": 1})
    plain = subprocess.run(
        [sys.executable, "-m", "mtpipe", "run", str(config), "--set", f"output.directory={tmp_path / 'plain'}"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert plain.returncode == 0, plain.stderr
    said = on_two_nodes(config, kill_after=100)
    assert "killed a node after" in said
    assert "60 of 60 documents done" in said
    assert outputs(tmp_path / "run") == outputs(tmp_path / "plain")


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_ray_starts_by_itself_on_one_machine_and_resumes_a_plain_run(tmp_path: Path) -> None:
    write_articles(tmp_path / "in", 20)
    config = write_config(tmp_path / "run.yaml")
    run = [sys.executable, "-m", "mtpipe", "run", str(config)]
    some = f"inputs=[{tmp_path / 'in' / '0000*.txt'}]"
    for setting in (some, "executor={kind: ray, actors: 1, address: local}"):
        done = subprocess.run(
            [*run, "--set", setting], check=False, capture_output=True, text=True, timeout=700,
            env=os.environ | _SETTINGS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert "20 of 20 documents done (10 before)" in done.stderr
    assert len(outputs(tmp_path / "run")) == 20
