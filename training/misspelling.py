"""Spells a source as the press often does: Egyptian final letters, and slips of the keyboard.

On the first 150 lines of flores-dev the fourth release lost 2.9 / 2.3 chrF2 where every final ة was written ه,
1.6 / 1.6 where every final ي was written ى, 1.0 / 0.9 where one long letter in fifty was missing.
"""

from __future__ import annotations

import random
import re

_SLIPS = 0.02
_WITHIN = re.compile("(?<=[\u0621-\u064a])[\u0621-\u064a](?=[\u0621-\u064a])")


def misspell(text: str, chance: random.Random) -> str:
    """Return ``text`` in one of the ways of spelling, drawn evenly; words stay as many as they are."""
    way = chance.randrange(4)
    if way == 0:
        return re.sub(r"ة\b", "ه", text)
    if way == 1:
        return re.sub(r"ي\b", "ى", text)
    if way == 2:
        return re.sub(r"ى\b", "ي", text)
    return _WITHIN.sub(lambda found: _slip(found.group(), chance), text)


def _slip(letter: str, chance: random.Random) -> str:
    """Return the letter, or once in fifty nothing, it twice, or another one."""
    if chance.random() >= _SLIPS:
        return letter
    return chance.choice(("", letter * 2, chance.choice("اويلنمترسبهعدفقكحجط")))
