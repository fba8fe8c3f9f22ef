"""Writes ``mtpipe/guard/names.tsv``: Arabic names with how they begin in English and French, from the corpus.

Beside it ``capitalised.tsv``: words that English and French write with a capital at times, but oftener without.
``python -m corpus.gazetteer``. A name is kept where its renderings are steady: where the corpus has sentences
that hold it, one of them stands in nine of ten.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from mtpipe.guard.dates import NAMES
from mtpipe.guard.name_matching import bare, fold, skeleton, sounds_like, stem
from mtpipe.guard.number_words import plain

_HERE = Path(__file__).parent
_OUT = _HERE.parent / "mtpipe" / "guard" / "names.tsv"
_CAPITALISED = _OUT.with_name("capitalised.tsv")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“«(]\s*)$")
_LATIN = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[^\W\d_]+")
_SMALL = {"the", "of", "and", "le", "la", "les", "l", "de", "du", "des", "d", "al", "el", "at", "et"}
_STEADY = 0.9
_SHORTEST = 4  # letters: shorter capitalised words are not looked at
# The EU, the Premier League, the UN; and what is more often another word.
_NOT_NAMES = {
    "الاوروبي",
    "الاوروبيه",
    "اوروبي",
    "الانجليزي",
    "المتحده",
    "تدمر",
    "كيلو",
    "سعيد",
    "الافريقيه",
    "الافريقي",
    "الانجيل",
    "انجيل",
    "الاوسكار",
    "رمسيس",
    "الصوفيون",
    "ماركس",
    "شارع",
    "ستريت",
    "ساترداي",
    "ناكورنو",
}
_OFTEN = 3  # sentences from which on their word counts
# What a name's adjective or its short form begins with, where that is another stem.
_MORE = """
فرنسا fren fran|fran
انجلترا engl brit uk phe|angl engl brit
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
اوروبا euro cham|euro cham
امريكا amer us usa unit|amer usa etat
"""
_Stems = dict[str, tuple[set[str], set[str]]]


def main() -> None:
    """Read the corpus and write the table."""
    rows = list(_rows())
    ordinary = {fold(w) for _, english, _ in rows for w in _LATIN.findall(english) if w[0].islower()}
    table = _entries(rows, ordinary)
    _from_sentences(rows, ordinary, table)
    for line in plain(_MORE).strip().splitlines():
        name, _, rest = line.partition(" ")
        english, french = (set(side.split()) for side in rest.split("|"))
        old = table.setdefault(name, (set(), set()))
        table[name] = (old[0] | english, old[1] | french)
    lines = [
        "\t".join([name, *(" ".join(sorted(stems)) for stems in table[name])]) + "\n"
        for name in sorted(set(_steady(table, rows)) - set(NAMES["ar"]) - _NOT_NAMES)
    ]
    _OUT.write_text("".join(lines), "utf-8")
    print(f"{len(table)} candidates, {len(lines)} names → {_OUT}")
    words = [f"{code}\t{' '.join(_both(rows, column))}\n" for code, column in (("en", 1), ("fr", 2))]
    _CAPITALISED.write_text("".join(words), "utf-8")


def _both(rows: list[tuple[str, str, str]], column: int) -> list[str]:
    """Return the words that stand with a capital inside a sentence somewhere, but oftener without one."""
    small, large = Counter[str](), Counter[str]()
    for row in rows:
        for match in _LATIN.finditer(row[column]):
            word = match.group()
            if len(word) < _SHORTEST:
                continue
            if word[0].islower():
                small[fold(word)] += 1
            elif not _SENTENCE_START.search(row[column][: match.start()]):
                large[fold(word)] += 1
    return sorted(word for word in large if small[word] >= large[word])


def _rows() -> Iterator[tuple[str, str, str]]:
    for path in sorted(_HERE.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            parts = line.split("\t")
            if len(parts) in (3, 4):  # persons have a fourth: given name or surname
                yield parts[0], parts[1], parts[2]


def _entries(rows: list[tuple[str, str, str]], ordinary: set[str]) -> _Stems:
    """Take names of one word, and from those of several the words that sound alike."""
    table: _Stems = {}
    for arabic, english, french in rows:
        names = _ARABIC.findall(plain(arabic))
        sides = [[w for w in _LATIN.findall(text) if fold(w) not in _SMALL] for text in (english, french)]
        if len(names) > 4 or not all(sides) or not all(word[0].isupper() for word in sides[0]):
            continue
        if ordinary & {fold(word) for word in sides[0]}:
            continue
        alone = len(names) == len(sides[0]) == len(sides[1]) == 1
        for name in names:
            found = [
                {stem(w) for w in side if alone or (w[0].isupper() and sounds_like(name, w))}
                for side in sides
            ]
            if len(name) >= 4 and all(found):
                old = table.setdefault(name, (set(), set()))
                table[name] = (old[0] | found[0], old[1] | found[1])
    return table


def _from_sentences(rows: list[tuple[str, str, str]], ordinary: set[str], table: _Stems) -> None:
    """Add what sounds alike in all three languages of a sentence, and is no ordinary word."""
    for arabic, english, french in rows:
        words = [word for word in _ARABIC.findall(plain(arabic)) if len(word) >= 4]
        if len(words) < 4:
            continue
        named = [
            w for w in _LATIN.findall(english) if w[0].isupper() and len(w) >= 4 and fold(w) not in ordinary
        ]
        for word in words:
            name = bare(word)[-1]
            if len(skeleton(name)) < 3 or name in table:
                continue
            mine = {stem(w) for w in named if skeleton(w) == skeleton(name)}
            yours = {stem(w) for w in _LATIN.findall(french) if w[0].isupper() and sounds_like(name, w)}
            if mine and yours:
                table[name] = (mine, yours)


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
