"""Writes ``mtpipe/pipeline/spellings.tsv``: Arabic names of one word with their spelling in English and French.

``python -m corpus.spellings``. From the lists of names; the third field is empty where French spells as English does.
Beside it ``capitals.txt``: every other word, without accents, that the corpus has with a capital somewhere.
"""

from __future__ import annotations

import re
from pathlib import Path

from mtpipe.guard.name_matching import fold
from mtpipe.guard.number_words import plain

_HERE = Path(__file__).parent
_OUT = _HERE.parent / "mtpipe" / "pipeline" / "spellings.tsv"
# The commoner first: where an Arabic spelling serves two names the first one stays. What was added behind the line
# given comes after all else.
_LISTS = {"names": None, "places": 5240, "surnames": 4154, "given": 2672}
_CAPITALS = _OUT.with_name("capitals.txt")
_LATIN_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LATIN = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_ARABIC = re.compile("[\u0621-\u0652\u0670]{3,}")


def main() -> None:
    """Read the lists and write the table."""
    table: dict[str, tuple[str, str]] = {}
    lists = {name: (_HERE / f"{name}.tsv").read_text("utf-8").splitlines() for name in _LISTS}
    parts = [lists[name][:end] for name, end in _LISTS.items()]
    parts += [lists[name][end:] for name, end in _LISTS.items() if end is not None]
    for part in parts:
        for line in part:
            arabic, english, french = line.split("\t")
            capitals = all(_LATIN.fullmatch(word) and word[0].isupper() for word in (english, french))
            if capitals and _ARABIC.fullmatch(arabic):
                table.setdefault(plain(arabic), (english, french))
    rows = [f"{a}\t{en}\t{'' if fr == en else fr}\n" for a, (en, fr) in sorted(table.items())]
    _OUT.write_text("".join(rows), "utf-8")
    print(f"{len(rows)} names → {_OUT}")
    spelled = {fold(name) for names in table.values() for name in names}
    capitals = sorted(_capitals() - spelled)
    _CAPITALS.write_text("".join(f"{word}\n" for word in capitals), "utf-8")
    print(f"{len(capitals)} words → {_CAPITALS}")


def _capitals() -> set[str]:
    found = set()
    for path in _HERE.glob("*.tsv"):
        for line in path.read_text("utf-8").splitlines():
            for text in line.split("\t")[1:]:
                found |= {fold(word) for word in _LATIN_WORD.findall(text) if word[0].isupper() and len(word) > 2}
    return found


if __name__ == "__main__":
    main()
