"""Turns sources, hypotheses and references into COMET scores, by the user's own ``comet-score`` program.

COMET pins old libraries, so it lives in its own environment and is called as a
program; which model and which version scored is part of the signature.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mtpipe.data import Score
from mtpipe.errors import WorkError

MODEL = "Unbabel/wmt22-comet-da"
_SEGMENT = re.compile(r"Segment (\d+)\s+score: (-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Comet:
    """A ``comet-score`` that was found: the program, its version, the model to score with."""

    program: Path
    version: str
    model: str

    @property
    def signature(self) -> str:
        """Return what makes its scores comparable."""
        return f"model:{self.model}|version:{self.version}"


def find(environment: str | None = None, *, model: str | None = None) -> Comet | str:
    """Find ``comet-score`` on the path or in ``environment`` (a folder), or say why there is none."""
    if environment is None:
        found = shutil.which("comet-score")
        where = "on the path"
    else:
        folder = Path(environment)
        candidates = (
            folder / "bin" / "comet-score",
            folder / "Scripts" / "comet-score.exe",
            folder / "comet-score",
        )
        found = next((str(candidate) for candidate in candidates if candidate.is_file()), None)
        where = f"in {environment}"
    if found is None:
        return (
            f"COMET not computed: no comet-score {where} "
            "(pip install unbabel-comet into an environment of its own, then --comet-environment FOLDER)"
        )
    program = Path(found)
    return Comet(program=program, version=_version(program), model=model or MODEL)


def _version(program: Path) -> str:
    """Ask the Python beside the program which COMET is installed there."""
    for name in ("python", "python3", "python.exe"):
        python = program.resolve().parent / name
        if python.is_file():
            question = "import importlib.metadata as m; print(m.version('unbabel-comet'))"
            command = [str(python), "-c", question]
            answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            if answer.returncode == 0:
                return answer.stdout.strip()
    return "unknown"


def comet_scores(
    comet: Comet, sources: Sequence[str], hypotheses: Sequence[str], references: Sequence[str]
) -> tuple[Score, tuple[float, ...]]:
    """Score with COMET: the corpus score (the mean) and one score a segment, times 100 as papers print it."""
    with tempfile.TemporaryDirectory(prefix="mtpipe-comet-") as folder:
        paths = [Path(folder) / name for name in ("source.txt", "hypothesis.txt", "reference.txt")]
        for path, lines in zip(paths, (sources, hypotheses, references), strict=True):
            text = "".join(" ".join(line.split()) + "\n" for line in lines)
            path.write_text(text, encoding="utf-8")
        command = [str(comet.program), "-s", str(paths[0]), "-t", str(paths[1]), "-r", str(paths[2])]
        command += ["--model", comet.model, "--gpus", "0"]
        run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603
    found = {int(number): float(value) for number, value in _SEGMENT.findall(run.stdout)}
    if run.returncode or sorted(found) != list(range(len(hypotheses))):
        last = (run.stderr.strip().splitlines() or ["no message"])[-1]
        raise WorkError(
            f"{comet.program}: exit code {run.returncode}, {len(found)} of {len(hypotheses)} segments "
            f"scored: {last}"
        )
    segments = tuple(100 * found[number] for number in range(len(hypotheses)))
    mean = sum(segments) / len(segments)
    return Score(metric="COMET", value=mean, signature=comet.signature, n=len(segments)), segments
