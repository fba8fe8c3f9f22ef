"""Times mtpipe's scoring beside sacrebleu's own command, and reproduces the seven systems of flores-dev.

python benchmarks/scoring.py systems               scores and significant pairs of the seven systems
python benchmarks/scoring.py speed [--segments N]  seconds and memory of both, same metrics and resamples
python benchmarks/scoring.py memory                memory and seconds at 25, 50 and 100 thousand segments
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

DATA = Path(os.environ.get("MTPIPE_DATA", "../shared")) / "eval"
EXPECTED = {
    "argos": 30.0,
    "opusmt": 33.9,
    "nllb": 37.5,
    "bergamot-base-memory": 38.3,
    "bergamot-base": 39.6,
    "microsoft": 44.0,
    "google": 46.0,
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command: seconds on the clock and of the processor, peak memory in MB, what it printed."""

    seconds: float
    cpu: float
    memory: float
    output: str


def measured(command: list[str]) -> Run:
    """Run ``command`` and measure it."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"exit code {process.returncode}: {' '.join(command)}")
        out.seek(0)
        return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read())


def large_pair(folder: Path, segments: int) -> tuple[str, str]:
    """Write a system and a reference of so many segments: flores-dev's systems, each line made unique by two words."""
    reference = (DATA / "flores-dev.en").read_text(encoding="utf-8").splitlines()
    systems = [
        path.read_text(encoding="utf-8").splitlines() for path in sorted((DATA / "systems").glob("*.en"))
    ]
    chance = random.Random(1)
    words = sorted({word for line in reference for word in line.split()})
    paths = (folder / "system.en", folder / "reference.en")
    with paths[0].open("w", encoding="utf-8") as left, paths[1].open("w", encoding="utf-8") as right:
        for number in range(segments):
            line = number % len(reference)
            extra = " ".join(chance.choices(words, k=2))
            left.write(f"{extra} {systems[number // len(reference) % len(systems)][line]}\n")
            right.write(f"{extra} {reference[line]}\n")
    return str(paths[0]), str(paths[1])


def mtpipe_command(system: str, reference: str, metrics: list[str], *rest: str) -> list[str]:
    """Return the command line that scores with mtpipe."""
    options = [option for metric in metrics for option in ("--metric", metric)]
    return [
        sys.executable,
        "-m",
        "mtpipe",
        "score",
        system,
        "--reference",
        f"en={reference}",
        *options,
        *rest,
    ]


def sacrebleu_commands(system: str, reference: str, metrics: list[str]) -> list[list[str]]:
    """Return the calls that give the same with sacrebleu, which knows one chrF at a time."""
    base = [sys.executable, "-m", "sacrebleu", reference, "-i", system, "--confidence", "-q", "-w", "4", "-m"]
    plain = [
        {"BLEU": "bleu", "chrF2": "chrf", "TER": "ter"}[metric] for metric in metrics if metric != "chrF++"
    ]
    calls = [[*base, *plain]] if plain else []
    return [*calls, [*base, "chrf", "--chrf-word-order", "2"]] if "chrF++" in metrics else calls


def speed(segments: int, metrics: list[str]) -> None:
    """Time both on the same files."""
    with tempfile.TemporaryDirectory() as name:
        system, reference = large_pair(Path(name), segments)
        runs = [measured(command) for command in sacrebleu_commands(system, reference, metrics)]
        seconds, cpu = sum(run.seconds for run in runs), sum(run.cpu for run in runs)
        print(
            f"{segments} segments, {', '.join(metrics)}, 1000 resamples: seconds on the clock, of the processor, MB"
        )
        print(
            f"sacrebleu                     {seconds:7.1f} {cpu:7.1f} {max(run.memory for run in runs):7.0f}"
        )
        html = str(Path(name) / "report.html")
        for title, rest in (
            ("scores and intervals", ["--no-audit", "--format", "txt"]),
            ("sacrebleu's JSON", ["--sacrebleu-json"]),
            ("the whole HTML report", ["--output", html]),
        ):
            run = measured(mtpipe_command(system, reference, metrics, *rest))
            shares = f"{run.seconds / seconds:.2f} / {run.cpu / cpu:.2f} of sacrebleu's"
            print(
                f"mtpipe, {title:22}{run.seconds:7.1f} {run.cpu:7.1f} {run.memory:7.0f}   {shares}",
                flush=True,
            )


def memory(metrics: list[str]) -> None:
    """Show that memory and time grow with the number of segments, and no faster."""
    with tempfile.TemporaryDirectory() as name:
        for segments in (25_000, 50_000, 100_000):
            system, reference = large_pair(Path(name), segments)
            command = mtpipe_command(system, reference, metrics, "--no-audit", "--format", "txt")
            run = measured(command)
            print(f"{segments:7d} segments  {run.cpu:6.1f} s of the processor  {run.memory:6.0f} MB")


def systems() -> None:
    """Score the seven systems, and say which pairs differ."""
    paths = [str(DATA / "systems" / f"flores-dev.ar-en.{name}.en") for name in EXPECTED]
    command = [
        sys.executable,
        "-m",
        "mtpipe",
        "compare",
        *paths,
        "--reference",
        f"en={DATA / 'flores-dev.en'}",
    ]
    run = measured([*command, "--metric", "BLEU", "--metric", "chrF2", "--format", "txt"])
    text = run.output
    print(text)
    found = dict(re.findall(r"^(\S+) +(\d+\.\d) \[", text, re.MULTILINE))
    wrong = [name for name, value in EXPECTED.items() if found.get(name) != f"{value:.1f}"]
    print(
        f"{run.seconds:.1f} s; BLEU as published: {'all seven' if not wrong else 'not ' + ', '.join(wrong)}"
    )


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("systems", "speed", "memory"))
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--metrics", nargs="+", default=["BLEU", "chrF2", "chrF++"])
    given = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA}: no such folder; set MTPIPE_DATA")
    if given.what == "speed":
        speed(given.segments, given.metrics)
    elif given.what == "memory":
        memory(given.metrics)
    else:
        systems()


if __name__ == "__main__":
    main()
