"""Turns the corpus into a list of its faults: ``python -m corpus.check`` prints them and exits 1 if there are any."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

_HOME = Path(__file__).parent
_ARABIC = re.compile("[\u0621-\u064a]")
_LATIN = re.compile("[A-Za-zÀ-ÿ]")
_DIGITS = re.compile(r"\d+")
_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
# Words and names may be short, alike and of any length ratio; sentences may not.
_WORD_LISTS = {"lexicon", "names", "grammar", "given", "surnames", "places"}
_LONG = 30


def near_key(text: str) -> str:
    """Return what two near-repeats share: the letters and digits of the text's head, vocalisation dropped."""
    return re.sub(r"[\W\u064b-\u0652\u0640]+", "", text).casefold()[:60]


def faults(fields: list[str], *, word_list: bool) -> Iterator[str]:
    """Yield what is wrong with one line, given as its tab-separated fields."""
    if len(fields) != 3 or not all(field.strip() for field in fields):
        yield f"{len(fields)} fields, or an empty one (wanted: Arabic, English, French)"
        return
    arabic, *latin = fields
    if not _ARABIC.search(arabic):
        yield "no Arabic in the first field"
    if any(_ARABIC.search(text) for text in latin):
        yield "Arabic in a translation"
    if any(not _LATIN.search(text) and not text.strip().isdigit() for text in latin):
        yield "a translation without letters"
    if any(field != field.strip() or "  " in field for field in fields):
        yield "spaces at an end, or two in a row"
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn") for field in fields for char in field):
        yield "an invisible or control character"
    if not word_list and len(arabic) > _LONG:
        yield from _sentence_faults(arabic, latin)


def _sentence_faults(arabic: str, latin: list[str]) -> Iterator[str]:
    for name, text in zip(("English", "French"), latin, strict=True):
        ratio = len(text) / len(arabic)
        if not 0.55 < ratio < 2.9:
            yield f"{name} is {ratio:.2f} times as long as the Arabic"
    if latin[0] == latin[1]:
        yield "English and French are the same"
    long_numbers = [
        {number for number in _DIGITS.findall(text.translate(_ASCII)) if len(number) == 4}
        for text in (arabic, *latin)
    ]
    # A year stands in all three, or its translation is wrong (4,000 and 4 000 are not years).
    if any(
        number not in other for number in long_numbers[0] for other in long_numbers[1:] if number[0] in "12"
    ):
        joined = [re.sub(r"(?<=\d)[.,\s\u00a0\u202f](?=\d)", "", text) for text in latin]
        if any(number not in text for number in long_numbers[0] for text in joined):
            yield f"a four-digit number of the Arabic is missing: {', '.join(sorted(long_numbers[0]))}"


def check(folder: Path) -> list[str]:
    """Return one line a fault for all ``*.tsv`` of ``folder``, near-repeats between the files included."""
    found = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.tsv")):
        word_list = path.stem in _WORD_LISTS
        for number, line in enumerate(path.read_text("utf-8").split("\n")[:-1], 1):
            place = f"{path.name}:{number}"
            fields = line.split("\t")
            found += [f"{place}: {fault}: {line[:80]}" for fault in faults(fields, word_list=word_list)]
            key = near_key(fields[0])
            if not word_list and len(key) > _LONG:
                if key in seen:
                    found.append(f"{place}: repeats {seen[key]}: {line[:80]}")
                seen[key] = place
    return found


def main() -> int:
    """Check the corpus beside this file."""
    found = check(_HOME)
    for line in found:
        print(line, file=sys.stderr)
    files = sorted(_HOME.glob("*.tsv"))
    lines = [line.split("\t")[0] for path in files for line in path.read_text("utf-8").splitlines()]
    words = sum(len(line.split()) for line in lines)
    print(f"corpus: {len(lines)} triples, {words} Arabic words, {len(files)} files, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
