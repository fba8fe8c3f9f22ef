"""Writes ``mtpipe/guard/names.tsv``: Arabic names with how they begin in English and French, from the corpus.

``python -m corpus.gazetteer``. A name is kept where its renderings are steady: where the corpus has sentences
that hold it, one of them stands in nine of ten.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from mtpipe.guard.dates import _NAMES
from mtpipe.guard.name_matching import bare, fold, sounds_like, stem
from mtpipe.guard.number_words import plain

_HERE = Path(__file__).parent
_OUT = _HERE.parent / "mtpipe" / "guard" / "names.tsv"
_LATIN = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[^\W\d_]+")
_SMALL = {"the", "of", "and", "le", "la", "les", "l", "de", "du", "des", "d", "al", "el", "at", "et"}
_STEADY = 0.9
_ABBREVIATED = {"الاوروبي", "الانجليزي", "المتحده"}  # the EU, the Premier League, the UN
_OFTEN = 3  # sentences from which on their word counts
# What a name's adjective or its short form begins with, where that is another stem.
_MORE = """
فرنسا fren fran|fran
بريطانيا brit uk engl|brit angl roya
هولندا neth dutc holl|neer pays holl
اسبانيا spai span|espa
اليونان gree|grec
ويلز wale wels|gall
اسكتلندا scot|ecos
ايرلندا irel iris|irla
المجر hung|hong
الدنمارك denm dani|dane
سويسرا swit swis|suis
المانيا germ|alle
بولندا pola poli|polo
تركيا turk|turq turc
"""
_Stems = dict[str, tuple[set[str], set[str]]]


def main() -> None:
    """Read the corpus and write the table."""
    rows = list(_rows())
    table = _entries(rows)
    for line in plain(_MORE).strip().splitlines():
        name, _, rest = line.partition(" ")
        english, french = (set(side.split()) for side in rest.split("|"))
        old = table.setdefault(name, (set(), set()))
        table[name] = (old[0] | english, old[1] | french)
    common = [_common(text for row in rows for text in (row[side],)) for side in (1, 2)]
    lines = []
    for name in sorted(set(_steady(table, rows)) - set(_NAMES["ar"]) - _ABBREVIATED):
        sides = [
            sorted(entry + ("" if entry in ordinary else "*") for entry in stems)
            for stems, ordinary in zip(table[name], common, strict=True)
        ]
        lines.append("\t".join([name, *map(" ".join, sides)]) + "\n")
    _OUT.write_text("".join(lines), "utf-8")
    print(f"{len(table)} candidates, {len(lines)} names → {_OUT}")


def _rows() -> Iterator[tuple[str, str, str]]:
    for path in sorted(_HERE.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            parts = line.split("\t")
            if len(parts) == 3:
                yield parts[0], parts[1], parts[2]


def _common(texts: Iterable[str]) -> set[str]:
    """Return the stems with which ordinary words begin: "isla" is an island's, "lond" London's alone."""
    return {stem(word) for text in texts for word in _LATIN.findall(text) if word[0].islower() and len(word) >= 4}


def _entries(rows: list[tuple[str, str, str]]) -> _Stems:
    """Take names of one word, and from those of several the words that sound alike."""
    table: _Stems = {}
    for arabic, english, french in rows:
        names = _ARABIC.findall(plain(arabic))
        sides = [[w for w in _LATIN.findall(text) if fold(w) not in _SMALL] for text in (english, french)]
        if len(names) > 4 or not all(sides) or not all(word[0].isupper() for word in sides[0]):
            continue
        alone = len(names) == len(sides[0]) == len(sides[1]) == 1
        for name in names:
            found = [
                {stem(w) for w in side if alone or (w[0].isupper() and sounds_like(name, w))} for side in sides
            ]
            if len(name) >= 4 and all(found):
                old = table.setdefault(name, (set(), set()))
                table[name] = (old[0] | found[0], old[1] | found[1])
    return table


def _steady(table: _Stems, rows: list[tuple[str, str, str]]) -> list[str]:
    seen: dict[str, list[bool]] = defaultdict(list)
    for arabic, english, french in rows:
        words = _ARABIC.findall(arabic)
        if len(words) < 5:
            continue
        stems = [{stem(word) for word in _LATIN.findall(text)} for text in (english, french)]
        for word in words:
            name = next((form for form in bare(word) if form in table), None)
            if name is not None:
                seen[name].append(all(there & mine for there, mine in zip(stems, table[name], strict=True)))
    return [
        name
        for name in table
        if (len(seen[name]) < _OFTEN and len(name) >= 5 and all(seen[name]))
        or (len(seen[name]) >= _OFTEN and sum(seen[name]) >= _STEADY * len(seen[name]))
    ]


if __name__ == "__main__":
    main()
