"""Writes ``mtpipe/pipeline/spellings.tsv``: Arabic names of one word with their spelling in English and French.

``python -m corpus.spellings``. From the lists of names, then from the sentences: where one Arabic word alone and one
capitalised word alone of each translation have the same consonants, they are one name. The third field is empty where
French spells as English does. Beside it ``capitals.txt``: every other word, without accents, that the corpus has with
a capital somewhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from mtpipe.guard.name_matching import bare, fold, skeleton
from mtpipe.guard.number_words import plain
from mtpipe.pipeline.known_names import CORE

_HERE = Path(__file__).parent
_OUT = _HERE.parent / "mtpipe" / "pipeline" / "spellings.tsv"
_CAPITALS = _OUT.with_name("capitals.txt")
# The commoner first: where an Arabic spelling serves two names the first one stays. What was added behind the line
# given comes after all else.
_LISTS = {"names": None, "places": 5240, "surnames": 4154, "given": 2672, "names2": 0}
_LATIN = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_ARABIC = re.compile("[\u0621-\u0652\u0670]{3,}")
_SHORTEST = 4  # letters of a name taken from a sentence, in either script
_STEADY = 0.75  # share of the sentences with a name in which it is spelled the same
_HELD = 50
Triple = tuple[str, str, str]


def main() -> None:
    """Read the corpus and write the table and the words."""
    files = {path.stem: _triples(path) for path in sorted(_HERE.glob("*.tsv"))}
    table: dict[str, tuple[str, str]] = {}
    parts = [files[name][:end] for name, end in _LISTS.items()]
    parts += [files[name][end:] for name, end in _LISTS.items() if end is not None]
    for part in parts:
        for arabic, english, french in part:
            capitals = all(_LATIN.fullmatch(word) and word[0].isupper() for word in (english, french))
            if capitals and _ARABIC.fullmatch(arabic):
                table.setdefault(plain(arabic), (english, french))
    listed = len(table)
    triples = [triple for lines in files.values() for triple in lines]
    # Lines held back are to show how translations of unknown text come out.
    open_lines = [triple for lines in files.values() for number, triple in enumerate(lines, 1) if number % _HELD]
    for name, spelled in _from_sentences(open_lines).items():
        table.setdefault(name, spelled)
    rows = [f"{a}\t{en}\t{'' if fr == en else fr}\n" for a, (en, fr) in sorted(table.items())]
    _OUT.write_text("".join(rows), "utf-8")
    print(f"{len(rows)} names, {len(rows) - listed} of them from sentences → {_OUT}")
    spelled_words = {fold(name) for names in table.values() for name in names}
    capitals = {
        fold(word)
        for triple in triples
        for text in triple[1:]
        for word in CORE.findall(text)
        if word[0].isupper() and len(word) > 2
    }
    words = sorted(capitals - spelled_words)
    _CAPITALS.write_text("".join(f"{word}\n" for word in words), "utf-8")
    print(f"{len(words)} words → {_CAPITALS}")


def _triples(path: Path) -> list[Triple]:
    lines = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return [(arabic, english, french) for arabic, english, french in lines]


def _from_sentences(triples: list[Triple]) -> dict[str, tuple[str, str]]:
    """Return name → its spellings, of names that the sentences spell steadily."""
    small = {
        fold(word)
        for triple in triples
        for text in triple[1:]
        for word in CORE.findall(text)
        if word[0].islower()
    }
    uses: dict[str, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    for triple in triples:
        for name, english, french in _names(triple, small):
            uses[name][0][english] += 1
            uses[name][1][french] += 1
    kept = {}
    for name, (english_uses, french_uses) in uses.items():
        (english, often), (french, also) = english_uses.most_common(1)[0], french_uses.most_common(1)[0]
        if min(often, also) >= _STEADY * english_uses.total():
            kept[name] = english, french
    return kept


def _names(triple: Triple, small: set[str]) -> Iterator[Triple]:
    """Yield (Arabic, English, French) of the names that sound like nothing else in their sentence."""
    arabic, *translations = triple
    words = list(dict.fromkeys(_ARABIC.findall(arabic)))
    sounds = Counter(sound for word in words for sound in {skeleton(form) for form in bare(word)})
    capitals = [
        list(
            dict.fromkeys(
                word
                for word in CORE.findall(text)
                if word[0].isupper() and len(word) >= _SHORTEST and fold(word) not in small
            )
        )
        for text in translations
    ]
    for word in words:
        forms = bare(word)
        by_sound = {skeleton(form): form for form in reversed(forms)}
        found = [[latin for latin in latins if skeleton(latin) in by_sound] for latins in capitals]
        if any(form.startswith("ال") for form in forms) or any(len(latins) != 1 for latins in found):
            continue
        english, french = found[0][0], found[1][0]
        sound = skeleton(english)
        # Where both fit, whether «و» is "and" cannot be told.
        unsure = len({skeleton(form) for form in forms}) < len(forms)
        name = by_sound[sound]
        if len(sound) > 1 and sounds[sound] == 1 and not unsure and len(name) >= _SHORTEST:
            yield name, english, french


if __name__ == "__main__":
    main()
