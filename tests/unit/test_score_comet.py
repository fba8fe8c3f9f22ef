"""COMET is called as a program; what it says lands in the report, and its absence is said."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mtpipe.errors import WorkError
from mtpipe.evaluator import (
    Comet,
    Comparison,
    Settings,
    evaluate,
    find_comet,
    line_comparison,
    parse_reference,
    read_outputs,
)
from tests.score_corpus import corpus

# Stands in for comet-score: same options, same output; the score is the share of shared words.
_PROGRAM = """#!{python}
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-s"); parser.add_argument("-t"); parser.add_argument("-r")
parser.add_argument("--model"); parser.add_argument("--gpus")
given = parser.parse_args()
read = lambda path: open(path, encoding="utf-8").read().splitlines()
if given.model == "broken":
    raise SystemExit("CUDA is out of memory")
scores = []
for number, (source, text, reference) in enumerate(zip(read(given.s), read(given.t), read(given.r))):
    words = set(text.split())
    scores.append(len(words & set(reference.split())) / max(1, len(words)))
    print(f"{{given.t}}\\tSegment {{number}}\\tscore: {{scores[-1]:.4f}}")
print(f"{{given.t}}\\tscore: {{sum(scores) / len(scores):.4f}}")
"""


def _environment(folder: Path) -> Path:
    program = folder / "bin" / "comet-score"
    program.parent.mkdir(parents=True)
    program.write_text(_PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return folder


def _comparison(folder: Path, *, sources: bool = True) -> Comparison:
    made = corpus("en", 9, seed=5, empty=True)
    system, reference = folder / "s.en", folder / "r.en"
    system.write_text("\n".join(made.systems[0]) + "\n", encoding="utf-8")
    reference.write_text("\n".join(made.references[0]) + "\n", encoding="utf-8")
    (output,) = read_outputs(str(system))
    if sources:
        output = replace(output, sources=made.references[0])
    return line_comparison([output], [parse_reference(str(reference))], target="en")


def test_comet_is_scored_and_signed(tmp_path: Path) -> None:
    comet = find_comet(str(_environment(tmp_path / "env")))
    assert isinstance(comet, Comet)
    evaluation = evaluate(_comparison(tmp_path), Settings(metrics=("BLEU",), comet=comet, audit=False))
    assert evaluation.metrics == ("BLEU", "COMET")
    score = evaluation.systems[0].scores[-1]
    assert score.metric == "COMET" and score.n == 9
    assert score.signature == "model:Unbabel/wmt22-comet-da|version:unknown"
    assert score.value == pytest.approx(
        sum(row.hypotheses[0].scores[1] for row in evaluation.rows) / 9, abs=0.01
    )


def test_absence_is_one_clear_line(tmp_path: Path) -> None:
    absent = find_comet(str(tmp_path))
    assert isinstance(absent, str) and str(tmp_path) in absent and "pip install unbabel-comet" in absent
    evaluation = evaluate(_comparison(tmp_path), Settings(metrics=("BLEU",), comet=absent, audit=False))
    assert absent in evaluation.notes and evaluation.metrics == ("BLEU",)


def test_without_sources_comet_says_so(tmp_path: Path) -> None:
    comet = find_comet(str(_environment(tmp_path / "env")))
    assert isinstance(comet, Comet)
    settings = Settings(metrics=("BLEU",), comet=comet, audit=False)
    evaluation = evaluate(_comparison(tmp_path, sources=False), settings)
    assert any("needs the source texts" in note for note in evaluation.notes)


def test_a_failing_comet_is_a_failed_run(tmp_path: Path) -> None:
    comet = find_comet(str(_environment(tmp_path / "env")), model="broken")
    assert isinstance(comet, Comet)
    with pytest.raises(WorkError, match=r"exit code 1, 0 of 9 segments scored: CUDA is out of memory"):
        evaluate(_comparison(tmp_path), Settings(metrics=("BLEU",), comet=comet, audit=False))
