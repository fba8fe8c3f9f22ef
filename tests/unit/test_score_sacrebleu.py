"""Numbers equal sacrebleu's own, to every digit it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.significance import PairedTest

from mtpipe.evaluator import (
    Settings,
    line_comparison,
    parse_reference,
    read_outputs,
    sacrebleu_json,
    significance,
)
from mtpipe.evaluator.metrics import choose_tokenizer, values
from mtpipe.evaluator.statistics import statistics
from tests.score_corpus import Corpus, corpus

# language, size, references, empty lines
_CASES = [
    (language, size, references, empty)
    for language in ("en", "fr", "ar")
    for size, references, empty in (
        (1, 1, False),
        (7, 1, False),
        (40, 1, True),
        (61, 2, False),
        (25, 3, True),
        (130, 1, False),
    )
] + [("ar", 300, 2, True), ("en", 700, 1, True)]


def _write(folder: Path, made: Corpus) -> tuple[list[str], list[str]]:
    systems: list[str] = []
    references: list[str] = []
    for kind, streams, paths in (("sys", made.systems, systems), ("ref", made.references, references)):
        for number, lines in enumerate(streams):
            path = folder / f"{kind}{number}.{made.language}"
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            paths.append(str(path))
    return systems, references


def _command(*arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "sacrebleu", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return run.stdout


def _compare_with_command(folder: Path, case: tuple[str, int, int, bool], width: str) -> None:
    language, size, count, empty = case
    systems, references = _write(folder, corpus(language, size, seed=size, references=count, empty=empty))
    tokenizer = choose_tokenizer(language, None)[0]
    options = ["-tok", tokenizer, "-w", width, "--confidence", "--confidence-n", "200"]
    printed = _command(*references, "-i", systems[0], "-m", "bleu", "chrf", "ter", *options)
    outputs = read_outputs(systems[0])
    comparison = line_comparison(outputs, [parse_reference(path) for path in references], target=language)
    settings = Settings(metrics=("BLEU", "chrF2", "TER"), resamples=200)
    assert json.loads(sacrebleu_json(comparison, settings, width=int(width))) == json.loads(printed)


@pytest.mark.parametrize("case", [_CASES[2], _CASES[10], _CASES[15]], ids=str)
def test_json_is_what_the_command_prints(tmp_path: Path, case: tuple[str, int, int, bool]) -> None:
    _compare_with_command(tmp_path, case, "3")


@pytest.mark.slow
@pytest.mark.parametrize("case", _CASES, ids=str)
def test_json_is_what_the_command_prints_on_twenty_pairs(
    tmp_path: Path, case: tuple[str, int, int, bool]
) -> None:
    _compare_with_command(tmp_path, case, "4")


def test_the_text_is_the_same_too(tmp_path: Path) -> None:
    systems, references = _write(tmp_path, corpus("en", 30, seed=4))
    printed = _command(*references, "-i", systems[0], "-m", "bleu", "-w", "2")
    comparison = line_comparison(read_outputs(systems[0]), [parse_reference(references[0])], target="en")
    assert sacrebleu_json(comparison, Settings(metrics=("BLEU",), resamples=0), width=2) == printed.rstrip(
        "\n"
    )


def test_paired_bootstrap_json_is_what_the_command_prints(tmp_path: Path) -> None:
    systems, references = _write(tmp_path, corpus("en", 60, seed=8, systems=3))
    options = ["--paired-bs", "--paired-bs-n", "300", "-w", "4", "-f", "json"]
    printed = json.loads(_command(*references, "-i", *systems, "-m", "bleu", *options))
    outputs = [output for path in systems for output in read_outputs(path)]
    comparison = line_comparison(outputs, [parse_reference(references[0])], target="en")
    ours = json.loads(sacrebleu_json(comparison, Settings(metrics=("BLEU",), resamples=300)))
    assert [item["system"] for item in ours] == [item["system"] for item in printed]
    for mine, theirs in zip(ours, printed, strict=True):
        # sacrebleu 2.6 cannot print the JSON of chrF and TER here: it chokes on its own float32.
        assert mine["BLEU"] == pytest.approx(theirs["BLEU"], abs=1e-9)


@pytest.mark.parametrize("count", [1, 2])
def test_segment_scores_are_sacrebleus_sentence_scores(count: int) -> None:
    made = corpus("fr", 40, seed=3, references=count, empty=True)
    rows = list(zip(*made.references, strict=True))
    ours = statistics(made.systems, rows, metrics=("BLEU", "chrF2", "chrF++", "TER"), tokenizer="13a")
    scorers = {
        "BLEU": BLEU(effective_order=True),
        "chrF2": CHRF(),
        "chrF++": CHRF(word_order=2),
        "TER": TER(),
    }
    for metric, scorer in scorers.items():
        expected = [
            scorer.sentence_score(text, list(row)).score
            for text, row in zip(made.systems[0], rows, strict=True)
        ]
        assert values(metric, ours[metric][0], segments=True).tolist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("kind", ["bs", "ar"])
@pytest.mark.parametrize(("size", "seed"), [(5, 1), (33, 2), (90, 3)])
def test_paired_p_values_are_sacrebleus(kind: str, size: int, seed: int) -> None:
    made = corpus("en", size, seed=seed, systems=3)
    named: list[tuple[str, Sequence[str]]] = [
        (str(number), list(system)) for number, system in enumerate(made.systems)
    ]
    scorers = {"BLEU": BLEU(references=made.references), "CHRF": CHRF(references=made.references)}
    samples = 200 if kind == "bs" else 400
    _, expected = PairedTest(named, scorers, None, test_type=kind, n_samples=samples)()
    rows = [(text,) for text in made.references[0]]
    counted = statistics(made.systems, rows, metrics=("BLEU", "chrF2"), tokenizer="13a")
    resampled = significance.resample(counted, resamples=200)
    tests = significance.paired_tests(counted, resampled, [(0, 1), (0, 2)], trials=400)
    for metric, results in tests.items():
        ours = [test.p_bootstrap if kind == "bs" else test.p_randomisation for test in results]
        theirs = [result.p_value for result in expected[metric][1:]]  # type: ignore[union-attr]
        assert ours == theirs
        if kind == "bs":
            means = [float(np.mean(resampled[metric][number])) for number in (1, 2)]
            assert means == pytest.approx([result.mean for result in expected[metric][1:]], abs=1e-4)  # type: ignore[union-attr]
