"""Files from a server that fails: resumed, tried again, verified; never a wrong or half a file under its name."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mtpipe.errors import ModelError, WorkError
from mtpipe.models.download import Remote, fetch
from tests.hub import Fault, Hub, serving

DATA = bytes(range(256)) * 800
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving() as running:
        running.files["/x.bin"] = DATA
        yield running


class Clock:
    """Counts the pauses instead of waiting."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)


def remote(hub: Hub, **facts: object) -> Remote:
    return Remote("x.bin", f"{hub.address}/x.bin", declared_by="pinned in the catalogue", **facts)  # type: ignore[arg-type]


def test_a_file_with_its_progress(hub: Hub, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    found = fetch(remote(hub, sha256=SHA), tmp_path / "x.bin", progress=lambda *step: steps.append(step))
    assert found == SHA
    assert (tmp_path / "x.bin").read_bytes() == DATA
    assert steps[-1] == (len(DATA), len(DATA))
    assert list(tmp_path.iterdir()) == [tmp_path / "x.bin"]
    assert fetch(remote(hub), tmp_path / "x.bin") == SHA
    assert hub.served("/x.bin") == 1, "what is there is not fetched again"


def test_a_connection_cut_at_every_tenth_is_gone_on_from(hub: Hub, tmp_path: Path) -> None:
    tenth = len(DATA) // 10
    hub.faults = [Fault("/x.bin", cut=tenth, times=9)]
    clock, said = Clock(), list[str]()
    fetch(remote(hub, sha256=SHA), tmp_path / "x.bin", pause=clock, say=said.append)
    assert (tmp_path / "x.bin").read_bytes() == DATA
    assert hub.ranges("/x.bin") == ["all", *(f"bytes={n * tenth}-" for n in range(1, 10))]
    assert clock.waited == [0.1] * 9
    assert "trying again" in said[0]


@pytest.mark.parametrize("tenth", range(10))
def test_an_interrupted_command_goes_on_from_where_it_was(hub: Hub, tmp_path: Path, tenth: int) -> None:
    cut = len(DATA) * tenth // 10
    hub.faults = [Fault("/x.bin", cut=cut), Fault("/x.bin", cut=0, times=9)]
    with pytest.raises(WorkError, match=rf"given up after 6 tries, {cut} bytes are kept") as raised:
        fetch(remote(hub, sha256=SHA), tmp_path / "x.bin", pause=Clock())
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "x.bin").exists()
    hub.faults, hub.asked = [], []
    assert fetch(remote(hub, sha256=SHA), tmp_path / "x.bin") == SHA
    assert hub.ranges("/x.bin") == [f"bytes={cut}-" if cut else "all"]


def test_another_file_under_the_same_address_starts_from_its_beginning(hub: Hub, tmp_path: Path) -> None:
    hub.faults = [Fault("/x.bin", cut=1000), Fault("/x.bin", cut=0, times=9)]
    with pytest.raises(WorkError):
        fetch(remote(hub), tmp_path / "x.bin", pause=Clock())
    hub.faults = []
    hub.files["/x.bin"] = DATA[::-1]
    fetch(remote(hub), tmp_path / "x.bin")
    assert (tmp_path / "x.bin").read_bytes() == DATA[::-1]


def test_what_is_longer_than_the_file_is_not_gone_on_from(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "x.bin.part").write_bytes(DATA + b"more")
    assert fetch(remote(hub, sha256=SHA), tmp_path / "x.bin", pause=Clock()) == SHA
    (tmp_path / "x.bin").unlink()
    (tmp_path / "x.bin.part").write_bytes(DATA + b"more")
    assert fetch(remote(hub, sha256=SHA, size=len(DATA)), tmp_path / "x.bin") == SHA


def test_a_whole_file_that_had_not_got_its_name(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "x.bin.part").write_bytes(DATA)
    assert fetch(remote(hub, sha256=SHA, size=len(DATA)), tmp_path / "x.bin") == SHA
    assert hub.asked == []


def test_a_wrong_checksum_is_said_and_dropped(hub: Hub, tmp_path: Path) -> None:
    hub.faults = [Fault("/x.bin", corrupt=True)]
    with pytest.raises(ModelError, match=rf"x\.bin: wrong checksum: .* instead of {SHA[:16]}… \(pinned in"):
        fetch(remote(hub, sha256=SHA), tmp_path / "x.bin")
    assert list(tmp_path.iterdir()) == []
    assert fetch(remote(hub, sha256=SHA), tmp_path / "x.bin") == SHA


def test_files_of_git_are_checked_too(hub: Hub, tmp_path: Path) -> None:
    oid = hashlib.sha1(b"blob %d\0" % len(DATA) + DATA).hexdigest()
    assert fetch(remote(hub, git_oid=oid), tmp_path / "x.bin") == SHA
    hub.faults = [Fault("/x.bin", corrupt=True)]
    with pytest.raises(ModelError, match="wrong checksum"):
        fetch(remote(hub, git_oid=oid), tmp_path / "y.bin")


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (404, ModelError, r"x\.bin: no such file \(404\)"),
        (401, ModelError, r"refused \(401\): accept the model's terms on its page and set HF_TOKEN"),
        (403, ModelError, r"refused \(403\): accept the model's terms"),
        (400, ModelError, "the server answered 400"),
    ],
)
def test_refusals(hub: Hub, tmp_path: Path, status: int, error: type[Exception], message: str) -> None:
    hub.faults = [Fault("/x.bin", status=status)]
    with pytest.raises(error, match=message):
        fetch(remote(hub), tmp_path / "x.bin", pause=Clock())
    assert hub.served("/x.bin") == 1
    assert not (tmp_path / "x.bin").exists()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(hub: Hub, tmp_path: Path, status: int) -> None:
    hub.faults = [Fault("/x.bin", status=status, times=3)]
    clock = Clock()
    assert fetch(remote(hub, sha256=SHA), tmp_path / "x.bin", pause=clock) == SHA
    assert clock.waited == [1, 2, 4]
    hub.faults = [Fault("/x.bin", status=status, times=99)]
    with pytest.raises(WorkError, match=f"the server answered {status} .*; given up after 6 tries"):
        fetch(remote(hub), tmp_path / "y.bin", pause=clock)


def test_the_servers_own_pause_is_kept(hub: Hub, tmp_path: Path) -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    for after, waited in (("7", 7.0), (date, 0.0), ("soon", 1.0)):
        hub.faults = [Fault("/x.bin", status=429, headers={"Retry-After": after})]
        clock = Clock()
        fetch(remote(hub), tmp_path / f"{waited}.bin", pause=clock)
        assert clock.waited == [waited]
    hub.faults = [Fault("/x.bin", status=429, headers={"Retry-After": "90000"})]
    with pytest.raises(WorkError, match="asks to come back in 90000 s"):
        fetch(remote(hub), tmp_path / "z.bin", pause=Clock())


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match=r"no connection: .*given up after 6 tries"):
        fetch(Remote("x", "http://127.0.0.1:9/x"), tmp_path / "x", pause=Clock())
    with pytest.raises(ModelError, match=r"not an http\(s\) address"):
        fetch(Remote("x", "file:///etc/passwd"), tmp_path / "x", pause=Clock())


def test_no_space_is_said_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(WorkError, match=r"no space for x\.bin: 0 MB needed, 0 MB free"):
        fetch(remote(hub, size=len(DATA)), tmp_path / "x.bin")
    assert hub.asked == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of processes")
def test_a_disk_that_fills_up_keeps_what_is_there(hub: Hub, tmp_path: Path) -> None:
    """A real write that fails, in a process that may write no more: the file stays as far as it came."""
    import subprocess
    import sys

    script = (
        "import resource, sys; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from mtpipe.models.download import Remote, fetch\n"
        "from mtpipe.errors import WorkError\n"
        "try: fetch(Remote('x.bin', sys.argv[1]), Path(sys.argv[2]))\n"
        "except WorkError as error: print(error)\n"
    )
    command = [sys.executable, "-c", script, f"{hub.address}/x.bin", str(tmp_path / "x.bin")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "x.bin.part: cannot be written: File too large; what is there is kept" in done.stdout
    assert not (tmp_path / "x.bin").exists()
    assert (tmp_path / "x.bin.part").stat().st_size <= 100_000
    assert fetch(remote(hub, sha256=SHA), tmp_path / "x.bin") == SHA
    assert hub.ranges("/x.bin")[-1] == "bytes=100000-"


def test_a_token_goes_to_the_hub_alone(hub: Hub, tmp_path: Path) -> None:
    hub.repositories["a/b"] = {"model.bin": DATA}
    fetch(
        Remote(
            "model.bin", f"{hub.address}/a/b/resolve/main/model.bin", headers={"authorization": "Bearer s"}
        ),
        tmp_path / "x.bin",
    )
    sent = {path.split("/")[1]: headers.get("authorization") for _, path, headers in hub.asked}
    assert sent == {"a": "Bearer s", "cdn": None}
