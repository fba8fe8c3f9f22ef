"""What healing does to a model's translations, and how well confidence tells good rows from bad ones.

``python -m benchmarks.healing [MODEL] [--every N] [--write]`` translates the development sets (every Nth line), the
real article and clean text of our own, prints chrF2 before and after, and calibrates confidence; ``--write`` puts the
calibration into the package.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import sacrebleu

from mtpipe import models, pipeline
from mtpipe.aligner import rendered
from mtpipe.data import Hypothesis
from mtpipe.guard import CHECKS, Pair, check
from mtpipe.guard.confidence import features
from mtpipe.pipeline.healing import Healed, heal, ladder_for
from mtpipe.text import for_model
from mtpipe.translator import Engine

_HOME = Path(__file__).parents[1]
_DATA = Path(os.environ.get("MTPIPE_DATA", _HOME.parent / "shared"))
_TABLE = _HOME / "mtpipe" / "guard" / "confidence.json"
_TARGETS = ("en", "fr")
_SETS = ("flores-dev", "ntrex-dev")
_OWN = "held-out news of our own"
# Expected chrF2 that parts low, medium and high: below 35 a row hardly gives the gist, above 50 it mostly reads right.
# Fixed, not shares of a set, so that a weak model is not called trustworthy for being better than itself.
_LOW, _HIGH = 35.0, 50.0
Rows = tuple[list[str], list[str]]  # sources, references


def development(name: str, target: str) -> Rows:
    """Return a development set's sources and references."""
    sides = [
        (_DATA / "eval" / f"{name}.{code}").read_text("utf-8").split("\n")[:-1] for code in ("ar", target)
    ]
    return [for_model(text) for text in sides[0]], sides[1]


def clean_text(target: str) -> Rows:
    """Return lines that the model was not trained on, but of the kind it was: every 50th of our own news."""
    column = 1 + _TARGETS.index(target)
    rows = [
        line.split("\t")
        for name in ("news", "reports", "politics", "conflict", "society")
        for line in (_HOME / "corpus" / f"{name}.tsv").read_text("utf-8").splitlines()[49::50]
    ]
    return [for_model(row[0]) for row in rows], [row[column] for row in rows]


def healed(engine: Engine, rows: Rows, target: str) -> tuple[list[Hypothesis], Healed]:
    """Translate, then heal; return the first hypotheses and what became of them."""
    jobs = [(source, target) for source in rows[0]]
    first = engine.translate(jobs, "ar")
    return first, heal(jobs, first, "ar", ladder_for(engine, "ar"))


def report(name: str, target: str, rows: Rows, first: list[Hypothesis], made: Healed) -> None:
    """Print one line of the table."""
    chrf = sacrebleu.CHRF()
    scores = [
        chrf.corpus_score([h.text for h in texts], [rows[1]]).score for texts in (first, made.hypotheses)
    ]
    changed = [i for i, h in enumerate(made.hypotheses) if h.text != first[i].text]
    parts = [
        chrf.corpus_score([texts[i].text for i in changed], [[rows[1][i] for i in changed]]).score
        if changed
        else 0.0
        for texts in (first, made.hypotheses)
    ]
    print(
        f"| {name} → {target} | {len(first)} | {made.doubted} | {made.healed} | {made.better} "
        f"| {scores[0]:.2f} → {scores[1]:.2f} | {parts[0]:.1f} → {parts[1]:.1f} | {made.extra:.1%} |"
    )
    before = Counter(
        kind
        for source, h in zip(rows[0], first, strict=True)
        for kind in {f.check for f in check(Pair(source, h.text, "ar", target, h.links))}
    )
    after = Counter(kind for h in made.hypotheses for kind in {f.check for f in h.findings})
    told = ", ".join(f"{kind} {before[kind]}→{after[kind]}" for kind in CHECKS if before[kind])
    how = Counter(made.hypotheses[i].how for i in changed)
    print(f"|   | | {told}; kept: {', '.join(f'{way} {n}' for way, n in how.most_common())} |")


def article(engine: Engine) -> None:
    """Print how many rows of the real article are doubted and healed; it has no reference."""
    path = _DATA / "article" / "article.ar.txt"
    document = pipeline.load_document(str(path))
    texts = [for_model(s.text) for s in document.segments if s.language == "ar"]
    for target in _TARGETS:
        first, made = healed(engine, (texts, texts), target)
        print(
            f"| the article → {target} | {len(first)} | {made.doubted} | {made.healed} | {made.better} "
            f"| no reference | | {made.extra:.1%} |"
        )


def calibrate(seen: dict[tuple[str, str], tuple[Any, Any]], *, write: bool) -> None:
    """Fit expected chrF2 on each set, test it on the other; print levels; fit on both for the package."""
    table: dict[str, Any] = {}
    print(
        "\n| fitted on | tested on | correlation | low: rows, chrF2 | medium | high | best twentieth |\n"
        "|---|---|---|---|---|---|---|"
    )
    for target in _TARGETS:
        for fitted, tested in (_SETS, _SETS[::-1], (_SETS[0], _OWN)):
            row = fit(*seen[fitted, target])
            inputs, scores = seen[tested, target]
            told = predict(row, inputs)
            bad = told < row["low"]
            good = (told >= row["high"]) & (inputs[:, 1] == 0)
            cells = [
                f"{group.sum()}, {scores[group].mean():.1f}" if group.any() else "0"
                for group in (bad, ~bad & ~good, good)
            ]
            best = scores[np.argsort(-told)[: max(1, len(told) // 20)]].mean()
            r = np.corrcoef(told, scores)[0, 1]
            print(f"| {fitted} | {tested} → {target} | {r:.2f} | {' | '.join(cells)} | {best:.1f} |")
        table[target] = fit(
            *(np.concatenate([seen[name, target][side] for name in (*_SETS, _OWN)]) for side in (0, 1))
        )
    if write:
        _TABLE.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
        print(f"wrote {_TABLE}")


def fit(inputs: Any, scores: Any) -> dict[str, Any]:
    """Return means, weights, bias and thresholds of a linear regression; what is not known counts as the mean."""
    mean = np.nanmean(inputs, 0)
    design = np.c_[np.nan_to_num(inputs - mean), np.ones(len(inputs))]
    solved = np.linalg.lstsq(design, scores, rcond=None)[0]
    row = {
        "mean": mean.round(4).tolist(),
        "weight": solved[:-1].round(4).tolist(),
        "bias": round(float(solved[-1]), 3),
    }
    return row | {"low": _LOW, "high": _HIGH}


def predict(row: dict[str, Any], inputs: Any) -> Any:
    """Return the expected chrF2 of each row of features."""
    return np.nan_to_num(inputs - np.array(row["mean"])) @ np.array(row["weight"]) + row["bias"]


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default=models.BUILT_IN)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    engine = Engine(models.find(arguments.model), links=True)
    chrf = sacrebleu.CHRF()
    seen: dict[tuple[str, str], tuple[Any, Any]] = {}
    print(f"{engine.model.passport.id}, revision {engine.model.passport.revision}\n")
    print("| text | rows | doubted | healed | replaced | chrF2, all | chrF2, replaced | extra decoding |")
    print("|---|---|---|---|---|---|---|---|")
    for name in (*_SETS, _OWN):
        for target in _TARGETS:
            rows = clean_text(target) if name == _OWN else development(name, target)
            if name != _OWN:
                rows = rows[0][:: arguments.every], rows[1][:: arguments.every]
            first, made = healed(engine, rows, target)
            report(name, target, rows, first, made)
            inputs = [
                features(
                    Pair(source, h.text, "ar", target, h.links),
                    h.score or 0.0,
                    h.findings,
                    rendered(source, h.text, target),
                )
                for source, h in zip(rows[0], made.hypotheses, strict=True)
            ]
            scores = [
                chrf.sentence_score(h.text, [ref]).score
                for h, ref in zip(made.hypotheses, rows[1], strict=True)
            ]
            seen[name, target] = (np.array(inputs, dtype=float), np.array(scores))
    article(engine)
    calibrate(seen, write=arguments.write)


if __name__ == "__main__":
    main()
