"""How well a glossary is kept to: 300 occurrences of the example glossary's terms in sentences of our own.

``python -m benchmarks.terms [OCCURRENCES]`` prints how many are rendered as wanted without and with the
glossary, what that does to chrF2 and to the checks, and 30 sentences to read.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path

import sacrebleu

from mtpipe import models
from mtpipe.guard import Pair, check
from mtpipe.guard.glossary import read_glossary
from mtpipe.guard.terms import Terms
from mtpipe.pipeline.healing import heal
from mtpipe.pipeline.rungs import ladder_for
from mtpipe.pipeline.terms import ladder_with_terms
from mtpipe.text import for_model
from mtpipe.translator import Engine

_HOME = Path(__file__).parents[1]
_FILES = ("news", "reports", "politics", "conflict", "mideast", "society")
_OCCURRENCES, _READ, _SEED = 300, 30, 9


def sentences(terms: Terms, column: int, wanted: int) -> list[tuple[str, str]]:
    """Return sentences with terms, and their references, until there are enough occurrences."""
    rows = [
        line.split("\t")
        for name in _FILES
        for line in (_HOME / "corpus" / f"{name}.tsv").read_text("utf-8").splitlines()
    ]
    random.Random(_SEED).shuffle(rows)
    chosen, count, seen = [], 0, Counter[str]()
    for row in rows:
        source = for_model(row[0])
        found = terms.occurrences(source)
        # No term more than ten times: the glossary shall be tried, not its commonest word.
        if not found or len(source.split()) < 6 or any(seen[o.entry.source] >= 10 for o in found):
            continue
        seen.update(o.entry.source for o in found)
        chosen.append((source, row[column]))
        count += len(found)
        if count >= wanted:
            break
    return chosen


def main() -> None:
    """Measure and print."""
    glossary = read_glossary(str(_HOME / "examples" / "glossary.mideast.tsv"))
    terms = Terms(glossary)
    wanted = int(sys.argv[1]) if sys.argv[1:] else _OCCURRENCES
    engine = Engine(models.find(), links=True)
    chrf = sacrebleu.CHRF()
    print("| target | occurrences | kept to without | with | chrF2 | rows with other findings | time |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for column, target in ((1, "en"), (2, "fr")):
        rows = sentences(terms, column, wanted)
        jobs = [(source, target) for source, _ in rows]
        started = time.process_time()
        first = engine.translate(jobs, "ar")
        plain = time.process_time() - started
        usual = heal(jobs, first, "ar", ladder_for(engine, "ar"))
        started = time.process_time()
        made = heal(jobs, first, "ar", ladder_with_terms(engine, terms, "ar"), terms)
        extra = time.process_time() - started
        pairs = [
            [Pair(s, h.text, "ar", target) for (s, _), h in zip(rows, hs, strict=True)]
            for hs in (usual.hypotheses, made.hypotheses)
        ]
        kept = [sum(bool(t.used) for pair in side for t in terms.judge(pair)) for side in pairs]
        total = sum(len(terms.judge(pair)) for pair in pairs[0])
        references = [reference for _, reference in rows]
        scores = [chrf.corpus_score([p.target for p in side], [references]).score for side in pairs]
        doubted = [sum(bool(check(p)) for p in side) for side in pairs]
        print(
            f"| {target} | {total} | {kept[0]} ({kept[0] / total:.1%}) | {kept[1]} ({kept[1] / total:.1%}) "
            f"| {scores[0]:.2f} → {scores[1]:.2f} | {doubted[0]} → {doubted[1]} | +{extra / plain:.0%} |"
        )
        how = Counter(h.how for h in made.hypotheses if h.how)
        print(f"|   | | | {', '.join(f'{way} {n}' for way, n in how.most_common())} |")
        changed = [i for i, h in enumerate(made.hypotheses) if h.text != usual.hypotheses[i].text]
        for i in random.Random(_SEED).sample(changed, min(_READ // 2, len(changed))):
            print(f"  {jobs[i][0]}\n    - {usual.hypotheses[i].text}")
            print(f"    + {made.hypotheses[i].text}  [{made.hypotheses[i].how}]")


if __name__ == "__main__":
    main()
