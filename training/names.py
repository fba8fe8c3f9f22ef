"""Changes names, on all sides of a sentence alike, so that the model learns to spell them instead of guessing.

A slot is an Arabic word whose only counterpart is one capitalised word, spelt alike in English and French and
sounding like the Arabic. Which names can stand there: given names, surnames and places from ``corpus/``, the towns of
GeoNames where that package is installed.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from mtpipe.guard.name_matching import fold, skeleton
from training.examples import Example

_CORE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ARABIC = re.compile("[\u0621-\u064a]+")
# ب and the like before a name: a letter of its own skeleton, so that بوتين is not taken for ب and وتين.
_CLITICS = ("", "و", "ل", "ب", "ف", "ك", "ول", "وب")
_PLACE_WORDS = frozenset(
    {"in", "at", "from", "to", "near", "of", "around", "towards", "across"}
    | {"leave", "left", "reach", "reached", "city", "town", "village"}
)
# Lists of single names among the examples, and the kind of names they hold.
LISTS = {
    "own/given": "given",
    "own/surnames": "surname",
    "own/names2": "surname",  # of all kinds; a sentence does not mind
    "own/places": "place",
    "open/geonames": "place",
}
_ENDS = (".", "!", "?", ":", '"', "»", "«", "“")


class Name(NamedTuple):
    """A name as the three languages spell it, without clitics."""

    arabic: str
    english: str
    french: str


@dataclass(slots=True, frozen=True)
class Slot:
    """Where a name stands: the number of its whitespace-separated word on each side, and what it is."""

    places: tuple[int, int, int]
    clitic: str
    name: Name
    kind: str  # given, surname or place


def find_slots(example: Example) -> list[Slot]:
    """Return the names of a sentence that can be changed; none where English or French or links are missing."""
    if not all(example.links.get(language) and language in example.targets for language in ("en", "fr")):
        return []
    arabic = example.source.split()
    english, french = (example.targets[language].split() for language in ("en", "fr"))
    english_cores, french_cores = _cores(english), _cores(french)
    slots: list[Slot] = []
    for at, core in enumerate(english_cores):
        if not _may_be_name(english, english_cores, at) or core not in french_cores:
            continue
        other = french_cores.index(core)
        sources = {left for left, right in example.links["en"] if right == at}
        also = {left for left, right in example.links["fr"] if right == other}
        if french_cores.count(core) != 1 or len(sources) != 1 or not also <= sources:
            continue
        place = sources.pop()
        if place >= len(arabic) or any(left == place and right != at for left, right in example.links["en"]):
            continue
        found = _spelling(arabic[place], core)
        if found is not None:
            slots.append(
                Slot(
                    (place, at, other),
                    found[0],
                    Name(found[1], core, core),
                    _kind(english, english_cores, at),
                )
            )
    return slots


def _cores(words: list[str]) -> list[str]:
    """Return each word without punctuation, English 's and French d', l', qu'."""
    cores = []
    for word in words:
        parts = _CORE.findall(word)
        long = [part for part in parts if len(part) > 2]
        cores.append(
            long[0] if len(long) == 1 and all(len(part) < 3 for part in parts if part != long[0]) else ""
        )
    return cores


def _may_be_name(words: list[str], cores: list[str], at: int) -> bool:
    core = cores[at]
    return (
        at > 0
        and core[:1].isupper()
        and core[1:2].islower()
        and not words[at - 1].endswith(_ENDS)
        and cores.count(core) == 1
    )


def _spelling(word: str, latin: str) -> tuple[str, str] | None:
    """Return the clitic and the name of an Arabic word that sounds like ``latin`` with the same consonants."""
    parts = _ARABIC.findall(word)
    if len(parts) != 1 or parts[0].startswith(("ال", "لل", "وال", "بال")):
        return None
    theirs = skeleton(latin)
    for clitic in _CLITICS:
        rest = parts[0][len(clitic) :]
        if parts[0].startswith(clitic) and len(rest) > 2 and skeleton(rest) == theirs and len(theirs) > 1:
            return clitic, rest
    return None


def _kind(words: list[str], cores: list[str], at: int) -> str:
    if at + 1 < len(words) and cores[at + 1][:1].isupper() and not words[at].endswith((",", ".")):
        return "given"
    return "place" if fold(words[at - 1]) in _PLACE_WORDS else "surname"


class Names:
    """The names to choose from, and where in the sentences they can stand."""

    def __init__(self, examples: list[Example]) -> None:
        """Take in the lists among ``examples`` (``LISTS``), and the names that our own sentences hold."""
        known: dict[str, dict[Name, None]] = {kind: {} for kind in LISTS.values()}
        self._slots: dict[int, list[Slot]] = {}
        for example in examples:
            if example.name in LISTS:
                name = Name(example.source, example.targets["en"], example.targets["fr"])
                known[LISTS[example.name]].setdefault(name)
            elif example.name.startswith("own/"):
                slots = find_slots(example)
                for slot in slots:
                    known[slot.kind].setdefault(slot.name)
                if slots:
                    self._slots[id(example)] = slots
        self.known = {kind: list(names) for kind, names in known.items()}

    def vary(self, example: Example, chance: random.Random, latin: float = 0.0) -> Example:
        """Return ``example`` with other names in its slots; the words keep their number, so links stay right.

        ``latin`` is the share of names that are written in Latin letters in the Arabic, too.
        """
        slots = self._slots.get(id(example))
        return vary_names(example, slots, self.known, chance, latin) if slots else example


def vary_names(
    example: Example,
    slots: list[Slot],
    names: dict[str, list[Name]],
    chance: random.Random,
    latin: float = 0.0,
) -> Example:
    """Return ``example`` with other names of the same kinds in ``slots``."""
    sides = [example.source.split(), example.targets["en"].split(), example.targets["fr"].split()]
    for slot in slots:
        new = _other(slot, names[slot.kind], chance)
        if new is None:
            continue
        if chance.random() < latin:
            spelling = chance.choice((new.english, new.french))
            new = Name(spelling, spelling, spelling)
        for words, place, old, name in zip(sides, slot.places, slot.name, new, strict=True):
            words[place] = words[place].replace(old, name, 1)
    source, english, french = (" ".join(words) for words in sides)
    return replace(example, source=source, targets={"en": english, "fr": french})


def _other(slot: Slot, names: list[Name], chance: random.Random) -> Name | None:
    """Draw a name whose French begins with a vowel if the old one does: de and d', que and qu' stay right."""
    for _ in range(20):
        name = chance.choice(names)
        if _vowel(name.french) == _vowel(slot.name.french):
            return name
    return None


def _vowel(word: str) -> bool:
    return fold(word)[:1] in "aeiouyh"
