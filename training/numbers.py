"""Changes numbers in digits, on all sides of a sentence alike, so that the model learns to copy instead of to guess."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace

from training.examples import Example

_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
_DIGITS = re.compile(r"\d+")


def _shared(example: Example) -> set[str]:
    """Return the groups of digits that stand equally often on every side."""
    sides = [
        Counter(_DIGITS.findall(text.translate(_ASCII)))
        for text in (example.source, *example.targets.values())
    ]
    return {digits for digits, count in sides[0].items() if all(side[digits] == count for side in sides)}


def has_numbers(example: Example) -> bool:
    """Tell whether ``vary_numbers`` would find something to change."""
    return any(_other(digits, None) is None for digits in _shared(example))


def vary_numbers(example: Example, chance: random.Random) -> Example:
    """Return ``example`` with the groups of digits that all sides share replaced by others of the same kind.

    A year stays a year, a day of the month stays one, and the grammar of
    counting is respected: 3–9 and 11–99 keep their class, 0–2 and 10 stay.
    """
    new = {digits: _other(digits, chance) or digits for digits in _shared(example)}
    if not new:
        return example

    def swap(text: str) -> str:
        return _DIGITS.sub(lambda found: new.get(found[0], found[0]), text.translate(_ASCII))

    return replace(
        example,
        source=swap(example.source),
        targets={language: swap(text) for language, text in example.targets.items()},
    )


def _other(digits: str, chance: random.Random | None) -> str | None:
    """Return another number of the same kind, or ``digits`` where it stays; None: may change, but no ``chance``."""
    value = int(digits)
    if len(digits) == 1 or digits.startswith("0") or value == 10:
        low, high = (3, 9) if len(digits) == 1 and value > 2 else (value, value)
    elif len(digits) == 2:
        low, high = (11, 31) if value <= 31 else (32, 99)
    elif len(digits) == 4 and 1850 <= value <= 2050:
        low, high = 1850, 2049
    elif len(digits) <= 6:
        low, high = 10 ** (len(digits) - 1), 10 ** len(digits) - 1
    else:
        low = high = value
    if low == high:
        return digits
    return None if chance is None else str(chance.randint(low, high))
