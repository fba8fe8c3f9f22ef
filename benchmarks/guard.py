"""How well the checks tell good translations from bad ones, and what they cost.

``python -m benchmarks.guard references`` flags human translations, ``faults`` flags 200 planted faults of each kind,
``unseen`` the same made from a set that hardly anything was tuned on, ``systems`` the output of real systems;
``overhead`` measures time, ``unlike`` how much unrelated sentences have in common. The sets lie under
``MTPIPE_DATA/eval``.
"""

from __future__ import annotations

import itertools
import math
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from benchmarks.marian_base import make_marian_base
from benchmarks.model_speed import decoding, held_back
from mtpipe import models
from mtpipe.evaluator import likeness
from mtpipe.guard import CHECKS, Pair, check

_EVAL = Path(os.environ.get("MTPIPE_DATA", Path(__file__).parents[2] / "shared")) / "eval"
_SETS = ("flores-dev", "ntrex-dev")
_TARGETS = ("en", "fr")
_PLANTED = 200
_SEED = 20261129
Fault = Callable[
    [random.Random, str, str, str], str | None
]  # random, source, target, language → worse target


def lines(name: str) -> list[str]:
    """Read a set's file, one text a line."""
    return (_EVAL / name).read_text("utf-8").split("\n")[:-1]


def pairs(sets: Iterable[str], target: str) -> list[Pair]:
    """Return sources with their human translations."""
    return [
        Pair(source, reference, "ar", target)
        for name in sets
        for source, reference in zip(lines(f"{name}.ar"), lines(f"{name}.{target}"), strict=True)
    ]


def flagged(rows: Iterable[Pair]) -> tuple[int, Counter[str]]:
    """Return how many pairs are flagged, and by which checks."""
    total, by = 0, Counter[str]()
    for row in rows:
        found = {finding.check for finding in check(row)}
        total += bool(found)
        by.update(found)
    return total, by


def references() -> None:
    """Print the share of human translations that each check flags."""
    print(f"| set | n | any | {' | '.join(CHECKS)} |\n|---|---|---|{'---|' * len(CHECKS)}")
    for name in (*_SETS, "tico19-dev"):
        for target in _TARGETS:
            rows = pairs([name], target)
            total, by = flagged(rows)
            shares = " | ".join(f"{100 * by[c] / len(rows):.2f}" if by[c] else "0" for c in CHECKS)
            print(f"| {name} → {target} | {len(rows)} | {100 * total / len(rows):.2f} % | {shares} |")


def systems() -> None:
    """Print what is flagged in real systems' translations of flores-dev."""
    source = lines("flores-dev.ar")
    print(f"| system | any | {' | '.join(CHECKS)} |\n|---|---|{'---|' * len(CHECKS)}")
    for path in sorted((_EVAL / "systems").glob("flores-dev.ar-en.*.en")):
        texts = path.read_text("utf-8").split("\n")[:-1]
        rows = [Pair(s, t, "ar", "en") for s, t in zip(source, texts, strict=True)]
        total, by = flagged(rows)
        print(f"| {path.name.split('.')[2]} | {total} | {' | '.join(str(by[c]) for c in CHECKS)} |")
        for number, row in enumerate(rows, 1):
            for finding in check(row, ("repetition",)):
                print(f"|   | line {number}: {finding.message} |")


_NUMBER = re.compile(
    r"\d[\d.,]*\d|\d|\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred"
    r"|trois|quatre|cinq|six|sept|huit|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|cents)\b"
)
_WORDS = {"en": "three four five six seven eight nine ten twelve twenty thirty fifty hundred", "fr": (
    "trois quatre cinq six sept huit dix onze douze quinze vingt trente cinquante"
)}  # fmt: skip
_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]{3,}\b")
_NEGATIONS = {
    "en": re.compile(r"\b(?:not|never) |n['’]t\b|\bno (?=\w)"),
    "fr": re.compile(r"\b(?:ne |n['’])((?:\w+ ){0,3}?\w+) (?:pas|jamais|plus|rien)\b"),
}


def change_number(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Change one digit of one number, or a number word into another."""
    places = list(_NUMBER.finditer(target))
    if not places:
        return None
    place = rng.choice(places)
    text = place.group()
    if text[0].isdigit():
        at = rng.choice([i for i, char in enumerate(text) if char.isdigit()])
        new = rng.choice([d for d in "0123456789" if d != text[at] and (at or d != "0")])
        text = text[:at] + new + text[at + 1 :]
    else:
        text = rng.choice([word for word in _WORDS[language].split() if word != text])
    return target[: place.start()] + text + target[place.end() :]


def drop_half(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Keep the first or the second half of the words."""
    words = target.split()
    if len(words) < 8:
        return None
    middle = len(words) // 2
    return " ".join(words[:middle] if rng.random() < 0.5 else words[middle:])


def drop_clause(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Drop what stands between two marks, a fifth of the sentence at least and two thirds at most."""
    parts = re.split(r"(?<=[,;:]) ", target)
    fit = [i for i, part in enumerate(parts) if 0.2 <= len(part) / len(target) <= 0.67]
    if len(parts) < 2 or not fit:
        return None
    dropped = rng.choice(fit)
    return " ".join(part for i, part in enumerate(parts) if i != dropped)


def loop(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Repeat one to five words three to ten times, and lose what followed or keep it; or say the sentence twice."""
    words = target.split()
    if len(words) < 8:
        return None
    if rng.random() < 0.2:
        return f"{target} {target}"
    size, times = rng.randint(1, 5), rng.randint(3, 10)
    at = rng.randint(0, len(words) - size)
    rest = words[at + size :] if rng.random() < 0.5 else []
    return " ".join([*words[:at], *(words[at : at + size] * times), *rest])


def copy(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Give the source back, or its second half after the translation's first."""
    if rng.random() < 0.7:
        return source
    return " ".join(target.split()[: len(target.split()) // 4] + source.split()[len(source.split()) // 4 :])


def swap_name(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Put a name of another sentence in a name's place."""
    places = list(_NAME.finditer(target))
    if not places:
        return None
    place = rng.choice(places)
    others = [name for name in _names(language) if name[:4] != place.group()[:4] and name not in target]
    return target[: place.start()] + rng.choice(others) + target[place.end() :]


_NAMES: dict[str, list[str]] = {}


def _names(language: str) -> list[str]:
    if language not in _NAMES:
        texts = [row.target for row in pairs(_SETS, language)]
        _NAMES[language] = sorted({name for text in texts for name in _NAME.findall(text)})
    return _NAMES[language]


_PERCENT = re.compile(r"(?<=\d)[ \u00a0\u202f]?(?:%|per ?cent|pour cent)")


def lose_percent(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Make one percentage a bare number."""
    places = list(_PERCENT.finditer(target))
    if not places:
        return None
    place = rng.choice(places)
    return target[: place.start()] + target[place.end() :]


def remove_negation(rng: random.Random, source: str, target: str, language: str) -> str | None:
    """Take one negation out."""
    places = list(_NEGATIONS[language].finditer(target))
    if not places:
        return None
    place = rng.choice(places)
    kept = place.group(1) if language == "fr" else ""
    return target[: place.start()] + kept + target[place.end() :]


FAULTS: dict[str, tuple[Fault, str]] = {
    "number changed": (change_number, "numbers"),
    "percent sign lost": (lose_percent, "numbers"),
    "half dropped": (drop_half, "length"),
    "clause dropped": (drop_clause, "length"),
    "looped": (loop, "repetition"),
    "source copied": (copy, "copy"),
    "name swapped": (swap_name, "names"),
    "negation removed": (remove_negation, "negation"),
}


def faults(sets: Iterable[str] = _SETS) -> None:
    """Print how many planted faults are found, by the check meant for them and by any."""
    print("| fault | target | n | found by | recall | by any check |\n|---|---|---|---|---|---|")
    for title, (fault, meant) in FAULTS.items():
        for target in _TARGETS:
            rng = random.Random(_SEED)
            rows = pairs(sets, target)
            rng.shuffle(rows)
            planted = []
            for row in rows:
                worse = fault(rng, row.source, row.target, target)
                if worse and not check(row):
                    planted.append(Pair(row.source, worse, "ar", target))
                if len(planted) == _PLANTED:
                    break
            _, by = flagged(planted)
            caught = sum(bool(check(row)) for row in planted)
            print(
                f"| {title} | {target} | {len(planted)} | {meant} | {by[meant] / len(planted):.3f} "
                f"| {caught / len(planted):.3f} |"
            )


def unseen() -> None:
    """Print how many faults are found that were planted into a set that hardly anything was tuned on."""
    faults(("tico19-dev",))


def unlike() -> None:
    """Print the chrF2 of references with the next longer one of their set, unrelated sentences of one length."""
    print("| set | mean | 95th percentile |\n|---|---|---|")
    for name in _SETS:
        for target in _TARGETS:
            texts = sorted(lines(f"{name}.{target}"), key=len)
            found = sorted(likeness(one, other) for one, other in itertools.pairwise(texts))
            high = found[math.ceil(0.95 * len(found)) - 1]
            print(f"| {name} → {target} | {statistics.fmean(found):.1f} | {high:.1f} |")


def overhead() -> None:
    """Print the time of all checks against that of translating: the built-in model, and a random Marian base.

    The models write as many pieces as the human translations have (see benchmarks.model_speed);
    those are what is checked.
    """
    triples = held_back(60)
    pairs = [
        Pair(arabic, text, "ar", target)
        for arabic, *human in triples
        for target, text in zip(("en", "fr"), human, strict=True)
    ]
    checking = []
    for run in range(5):
        fresh = [replace(pair, source=pair.source + " " * run) for pair in pairs]
        started = time.process_time()
        for pair in fresh:
            check(pair)
        checking.append(time.process_time() - started)
    seconds = statistics.median(checking)
    with tempfile.TemporaryDirectory() as folder:
        for name, place in (
            ("built-in", models.find().folder),
            ("Marian base, random", make_marian_base(Path(folder) / "marian")),
        ):
            translate, _ = decoding(place, triples)
            started = time.process_time()
            translate()
            translating = time.process_time() - started
            print(
                f"{name}: {translating:.2f} s to translate, {seconds:.3f} s to check: {seconds / translating:.2%}"
            )


def main() -> None:
    """Run what is named on the command line, or all."""
    parts: dict[str, Callable[[], None]] = {
        "references": references, "faults": faults, "unseen": unseen, "systems": systems, "overhead": overhead,
        "unlike": unlike,
    }  # fmt: skip
    for name in sys.argv[1:] or parts:
        print(f"\n{name}\n")
        parts[name]()


if __name__ == "__main__":
    main()
