"""Numbers of a source and its translation: which are missing, changed or made up."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from mtpipe.data import Finding
from mtpipe.guard.number_reading import Number, numbers
from mtpipe.guard.pair import Pair

_SAME = 1e-6
_THOUSAND = 1000.0
_SMALL = 10.0
_HUNDRED = 100.0
_POINTS = re.compile(r"نق[اط]|points?\b", re.IGNORECASE)
_ROUNDED = 0.07
_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_LONG = 6  # digits of a number that no other is like by chance
_LIKE = 0.8  # share of the digits that two such numbers have in common, in order
_FACTORS = {"mile": (1.609344,), "foot": (0.3048, 30.48), "inch": (2.54, 25.4), "pound": (0.453592,)}
# An hour written on a clock of twelve; a year by its last two digits; halves as minutes or percent.
_HALVES = {0.5: (30.0, 50.0, 6.0), 0.25: (15.0, 25.0, 3.0), 0.75: (45.0, 75.0)}


def check_numbers(pair: Pair) -> list[Finding]:
    """Find numbers that are missing, that became others, or that the source does not hold."""
    pairs, strange = _paired(pair)
    findings = [
        Finding(
            "numbers",
            f"{number.text} is missing" if instead is None else f"{number.text} became {instead.text}",
        )
        for number, instead in pairs
    ]
    # A small number in words may be a turn of phrase: it counts as what another became, not as made up.
    made_up = [number for number in strange if number.digits or max(number.values) > _SMALL]
    findings += [Finding("numbers", f"{number.text} is not in the source") for number in made_up]
    findings += _percentages(pair)
    return list(dict.fromkeys(findings))


def changed_numbers(pair: Pair) -> list[tuple[Number, Number]]:
    """Return the numbers of the source that plainly became others, each with what stands in the translation instead.

    Plainly: the alignment says so, no other number is missing, or it is a long one (a telephone's) but for few digits.
    """
    pairs, _ = _paired(pair)
    return [
        (number, instead)
        for number, instead in pairs
        if instead is not None
        and (len(pairs) == 1 or (number.at, instead.at) in pair.links or _slipped(number, instead))
    ]


def _paired(pair: Pair) -> tuple[list[tuple[Number, Number | None]], list[Number]]:
    """Return the missing numbers, each with what stands instead if that is known, and the strange ones left over."""
    missing, strange, known = compare(pair.source, pair.target, pair.source_language, pair.target_language)
    if strange and not missing:
        missing = known[:1]
    pairs = []
    for number in missing:
        instead = _instead(pair, number, strange)
        if instead is not None:
            strange.remove(instead)
        pairs.append((number, instead))
    return pairs, strange


def _percentages(pair: Pair) -> list[Finding]:
    """Find percentages that are bare numbers in the translation, and bare numbers that became percentages."""
    ours, yours = numbers(pair.source, pair.source_language), numbers(pair.target, pair.target_language)
    lost = [n.text for n in ours if _only_percent_here(n, yours)]
    added = [n.text for n in yours if _only_percent_here(n, ours)]
    return [Finding("numbers", f"{text} is no percentage any more") for text in lost] + [
        Finding("numbers", f"{text} is no percentage in the source") for text in added
    ]


def bare_percentages(pair: Pair) -> list[tuple[Number, Number]]:
    """Return the percentages of the source that plainly are bare numbers in the translation, each with that number.

    Plainly: the number stands once on either side, or the alignment says so. Percentage points are left alone.
    """
    ours, yours = numbers(pair.source, pair.source_language), numbers(pair.target, pair.target_language)
    words, theirs = pair.source.split(), pair.target.split()
    found = []
    for number in ours:
        if not _only_percent_here(number, yours) or _POINTS.match(
            " ".join(words[number.at + 1 : number.at + 2])
        ):
            continue
        same = [other for other in yours if number.values & other.values]
        same = [o for o in same if not _POINTS.match(" ".join(theirs[o.at + 1 : o.at + 2]))]
        alone = len(same) == 1 and sum(bool(number.values & one.values) for one in ours) == 1
        linked = [other for other in same if (number.at, other.at) in pair.links]
        if alone or len(linked) == 1:
            found.append((number, same[0] if alone else linked[0]))
    return found


def _only_percent_here(number: Number, others: Sequence[Number]) -> bool:
    """Tell a percentage whose value stands on the other side, but nowhere as a percentage; "100%" is wholly."""
    if not number.percent or _HUNDRED in number.values:
        return False
    same = [other for other in others if number.values & other.values]
    return bool(same) and not any(other.near_percent for other in same)


def _instead(pair: Pair, number: Number, strange: list[Number]) -> Number | None:
    """Return which of the strange numbers stands where ``number`` should.

    The one that is a long number but for few digits, else by the alignment, else the only one.
    """
    slipped = [other for other in strange if _slipped(number, other)]
    if len(slipped) == 1:
        return slipped[0]
    opposite = {there for here, there in pair.links if here == number.at}
    aligned = next((other for other in strange if other.at in opposite), None)
    return aligned or (strange[0] if len(strange) == 1 else None)


def _slipped(number: Number, other: Number) -> bool:
    """Tell whether one is the other, a long number in digits, but for a few of these."""
    ours, yours = number.text.translate(_ASCII), other.text.translate(_ASCII)
    if not (number.digits and other.digits and ours.isdigit() and yours.isdigit()):
        return False
    return len(ours) >= _LONG and SequenceMatcher(None, ours, yours, autojunk=False).ratio() >= _LIKE


def compare(
    source: str, target: str, source_language: str, target_language: str
) -> tuple[list[Number], list[Number], list[Number]]:
    """Return the source's numbers without a counterpart, the target's, and the source's of things known.

    Weak numbers only help to match; those of things known («الأربع») may be lost, but not become others.
    """
    ours, yours = list(numbers(source, source_language)), list(numbers(target, target_language))
    missing, strange = _unmatched(ours, yours), _unmatched(yours, ours)
    missing, strange = _without_sums(missing, yours, ours), _without_sums(strange, ours, yours)
    known = [number for number in ours if number.definite and not any(_same(number, t) for t in yours)]
    return missing, strange, known


def _unmatched(wanted: Sequence[Number], there: Sequence[Number]) -> list[Number]:
    return [number for number in wanted if not number.weak and not any(_same(number, t) for t in there)]


def _without_sums(unmatched: list[Number], others: Sequence[Number], own: Sequence[Number]) -> list[Number]:
    """Drop what is the sum of two neighbours on the other side (3 million and 500,000), or a part of such a sum."""
    if not unmatched:
        return unmatched
    sums = _neighbour_sums(others)
    values = {value for number in others for value in number.values}
    kept = []
    for number in unmatched:
        if any(_close(value, total) for value in number.values for total in sums):
            continue
        at = own.index(number)
        pairs = _neighbour_sums(own[max(0, at - 1) : at + 2])
        if any(_close(total, value) for total in pairs for value in values):
            continue
        kept.append(number)
    return kept


def _neighbour_sums(there: Sequence[Number]) -> list[float]:
    return [
        a + b
        for first, second in itertools.pairwise(there)
        for a in first.values
        for b in second.values
        if max(a, b) >= _THOUSAND and min(a, b) >= 1
    ]


def _same(ours: Number, yours: Number) -> bool:
    if ours.values & yours.values:
        return True
    clock = ours.clock or yours.clock
    if any(_close(a, b) or _alike(a, b, clock=clock) for a in ours.values for b in yours.values):
        return True
    return _related(ours, yours) or _related(yours, ours)


def _related(one: Number, other: Number) -> bool:
    """Tell a century and its years, a round number and what it rounds, a measure and the same in other units."""
    for a in one.values:
        for b in other.values:
            if one.century and b >= 100 and b // 100 == a - 1:
                return True
            if one.vague and a <= b < a * 1.25:
                return True
            if one.unit and any(
                abs(b - made) <= max(_ROUNDED * made, 0.6) for made in _converted(a, one.unit)
            ):
                return True
    return False


def _converted(value: float, unit: str) -> tuple[float, ...]:
    if unit == "degree":
        return ((value - 32) / 1.8, value * 1.8 + 32)
    return tuple(value * factor for factor in _FACTORS[unit])


def _close(a: float, b: float) -> bool:
    return abs(a - b) <= _SAME * max(1.0, abs(a), abs(b))


def _alike(a: float, b: float, *, clock: bool) -> bool:
    small, large = sorted((a, b))
    if 1000 <= large < 2200 and small < 100 and small == large % 100:
        return True  # the nineties, '68
    if clock and large - small == 12 and large <= 24 and small > 0:
        return True  # three in the afternoon
    if small == 0.5 and large % 1 == 0.5:
        return True  # an hour and a half
    if clock and _minutes(small, large):
        return True
    return large in _HALVES.get(small, ())


def _minutes(small: float, large: float) -> bool:
    """Tell that one is a time in one piece (0230, 7.55) and the other its hour or minute."""
    if large >= 100:
        return large % 100 < 60 and small in (large // 100, large % 100)
    for time, part in ((small, large), (large, small)):
        hour, minutes = divmod(round(time * 100), 100)
        if time % 1 and minutes < 60 and part in (hour, minutes):
            return True
    return False
