"""A system's links and gold links become precision, recall and F1.

Strict: the very same link (Sennrich and Volk 2011; Thompson and Koehn 2019). Lax: a link that shares
a sentence pair with one of the other side. Precision counts a system's empty
links, recall does not count the gold's; ``strict_all`` counts them on both sides,
``null`` compares the unaligned sentences one by one, sentences that an
alignment does not name among them, and ``pairs`` all sentence pairs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from mtpipe.aligner.indices import Pair


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and F1, each between 0 and 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class TypeCount:
    """How many links of one shape there are, and how many the other side holds exactly and in part."""

    links: int = 0
    exact: int = 0
    lax: int = 0


@dataclass(frozen=True, slots=True)
class AlignmentScore:
    """All figures; ``gold_types`` and ``system_types`` are by shape, "1-2" for one source, two target sentences."""

    strict: Rates
    lax: Rates
    strict_all: Rates
    null: Rates
    pairs: Rates
    gold_types: dict[str, TypeCount]
    system_types: dict[str, TypeCount]


def score_links(gold: Sequence[Sequence[Pair]], system: Sequence[Sequence[Pair]]) -> AlignmentScore:
    """Score documents' links against gold links; counts are pooled over the documents."""
    counts: Counter[str] = Counter()
    gold_types: defaultdict[str, Counter[str]] = defaultdict(Counter)
    system_types: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for gold_links, system_links in zip(gold, system, strict=True):
        truth, found = sorted(set(gold_links)), sorted(set(system_links))
        _count_links(counts, truth, found)
        _count_types(gold_types, truth, found)
        _count_types(system_types, found, truth)
        _overlap(counts, "all", set(truth), set(found))
        _overlap(counts, "null", _nulls(truth, truth), _nulls(found, truth))
        _overlap(counts, "pair", _pairs(truth), _pairs(found))
    return AlignmentScore(
        strict=_rates(counts["strict"], counts["found"], counts["strict_gold"], counts["true"]),
        lax=_rates(counts["lax"], counts["found"], counts["lax_gold"], counts["true"]),
        strict_all=_same(counts, "all"),
        null=_same(counts, "null"),
        pairs=_same(counts, "pair"),
        gold_types=_frozen(gold_types),
        system_types=_frozen(system_types),
    )


def _hits(links: Iterable[Pair], others: Sequence[Pair]) -> list[tuple[bool, bool]]:
    """Return for each link whether it is among the others, and whether it shares a sentence pair with one."""
    exact = set(others)
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for source, target in others:
        for i in source:
            partners[i].update(target)
    return [
        (link in exact, link in exact or any(not partners[i].isdisjoint(link[1]) for i in link[0]))
        for link in links
    ]


def _count_links(counts: Counter[str], truth: list[Pair], found: list[Pair]) -> None:
    counts["found"] += len(found)
    for strict, lax in _hits(found, truth):
        counts["strict"] += strict
        counts["lax"] += lax
    real = [link for link in truth if link[0] and link[1]]
    counts["true"] += len(real)
    for strict, lax in _hits(real, [link for link in found if link[0] and link[1]]):
        counts["strict_gold"] += strict
        counts["lax_gold"] += lax


def _count_types(types: defaultdict[str, Counter[str]], links: list[Pair], others: list[Pair]) -> None:
    for link, (strict, lax) in zip(links, _hits(links, others), strict=True):
        count = types[f"{len(link[0])}-{len(link[1])}"]
        count.update(links=1, exact=int(strict), lax=int(lax))


def _frozen(types: dict[str, Counter[str]]) -> dict[str, TypeCount]:
    return {name: TypeCount(count["links"], count["exact"], count["lax"]) for name, count in types.items()}


def _overlap(counts: Counter[str], name: str, truth: AbstractSet[object], found: AbstractSet[object]) -> None:
    counts[f"{name}_gold"] += len(truth)
    counts[f"{name}_system"] += len(found)
    counts[f"{name}_both"] += len(truth & found)


def _nulls(links: list[Pair], gold: list[Pair]) -> set[tuple[int, int]]:
    """Return unaligned sentences as (side, number), those that no link names included."""
    out: set[tuple[int, int]] = set()
    for side in (0, 1):
        size = 1 + max((number for link in gold for number in link[side]), default=-1)
        named = {number for link in links for number in link[side]}
        out |= {(side, number) for number in range(size) if number not in named}
        out |= {(side, number) for link in links if not link[1 - side] for number in link[side]}
    return out


def _pairs(links: list[Pair]) -> set[tuple[int, int]]:
    return {(i, j) for source, target in links for i in source for j in target}


def _same(counts: Counter[str], name: str) -> Rates:
    both = counts[f"{name}_both"]
    return _rates(both, counts[f"{name}_system"], both, counts[f"{name}_gold"])


def _rates(hits: int, of_system: int, gold_hits: int, of_gold: int) -> Rates:
    precision = hits / of_system if of_system else 0.0
    recall = gold_hits / of_gold if of_gold else 0.0
    total = precision + recall
    return Rates(precision, recall, 2 * precision * recall / total if total else 0.0)


def score_table(score: AlignmentScore) -> str:
    """Return the figures as lines of text: the rates, then the links by shape."""
    lines = ["            P      R      F1"]
    for name in ("strict", "lax", "strict_all", "null", "pairs"):
        rates: Rates = getattr(score, name)
        lines.append(f"{name:<10} {rates.precision:.3f}  {rates.recall:.3f}  {rates.f1:.3f}")
    lines += ["", "type   gold  exact    lax | system  exact    lax"]
    none = TypeCount()
    names = sorted(
        {*score.gold_types, *score.system_types},
        key=lambda name: (-score.gold_types.get(name, none).links, name),
    )
    for name in names:
        gold, system = score.gold_types.get(name, none), score.system_types.get(name, none)
        lines.append(
            f"{name:<5} {gold.links:5d} {_percent(gold.exact, gold.links)} {_percent(gold.lax, gold.links)} |"
            f" {system.links:6d} {_percent(system.exact, system.links)} {_percent(system.lax, system.links)}"
        )
    return "\n".join(lines) + "\n"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:6.1f}%" if whole else "      -"
