"""Knows how names are spelled, and puts right those that a model misspelled.

A small model hears a name («ترامب») and writes what it hears ("Tramb"). Our own corpus knows the spelling: it stands
in ``spellings.tsv`` (Arabic, English, French where it differs), and every other capitalised word of the corpus in
``capitals.txt``, so that a spelling that somebody bears is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib.resources import files

from mtpipe.data import Hypothesis
from mtpipe.guard.name_matching import bare, distance, fold, skeleton, sounds_like
from mtpipe.guard.number_words import plain
from mtpipe.languages import is_stop_word
from mtpipe.pipeline.mending import mended

ARABIC = re.compile("[\u0621-\u0652\u0670]+")
CORE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
SHORTEST = 4  # letters of an Arabic word that may be a strange name
_ENDS = (".", "!", "?", ":")
_ELISION = re.compile(r"(?<![^\W\d_])(?:[LlDd]|[Qq]u)['’](?=[^\W\d_])")
_POSSESSIVE = re.compile(r"['’]s(?=\W*$)")
_ELIDED = re.compile(r"(?P<word>[lLdD])['’]$")  # before a vowel only
_VOWELS = "aeiouyh"
_NEAR_ENOUGH = 0.33  # of the letters are right: "Hous" for Hughes, both of which هيوز sounds like
_NEARER = 0.5  # where the table has the Arabic name in another spelling only
_VARIED = 7  # letters of an Arabic name that may have a long vowel more or less
_HOW = "name spelled as known"


def spelling(form: str) -> dict[str, str] | None:
    """Return target language → spelling of an Arabic name of one word; None where the table has it not."""
    return table().get(plain(form))


def spelled_as_known(source: str, target: str, made: Hypothesis, terms: Collection[int] = ()) -> Hypothesis:
    """Return the hypothesis with misspelled names as the table spells them.

    A capitalised word is misspelled that no text of ours has with a capital, that sounds like an Arabic word it is
    linked to (without links: like any) and that resembles what the table has for that word. ``terms`` are the places
    of source words that a glossary renders: they are left alone.
    """
    ours = source.split()
    # From the last to the first: « de » put in moves the places behind it.
    for place, core in reversed(list(possible_names(made.text, target))):
        if is_spelling(core):
            continue
        linked = [here for here, there in made.links if there == place and here < len(ours)]
        places = [here for here in linked or range(len(ours)) if here not in terms]
        words = [word for here in places for word in ARABIC.findall(ours[here])]
        found = [
            (likeness, name)
            for word in words
            for likeness, name in _spellings(word, core, target)
            # What stands there already is no other word's spelling, unless the links say so.
            if linked or name not in made.text
        ]
        if found:
            _, name = max(found)
            made = with_name(made, place, core, name, _HOW)
    return made


def _spellings(word: str, core: str, target: str) -> Iterator[tuple[float, str]]:
    """Yield (likeness to ``core``, name) of what the table has for an Arabic word that sounds like ``core``."""
    forms = bare(word)
    article = any(form.startswith("ال") for form in forms)
    whole = distance(skeleton(forms[0]), skeleton(core))
    for form in forms:
        # «الأصغر» is "the younger", not Mr Asghar; «فاينشتاين» is Feinstein, not «ف» and Einstein.
        if len(form) < SHORTEST or (article and not form.startswith("ال")) or not sounds_like(form, core):
            continue
        if distance(skeleton(form), skeleton(core)) > whole:
            continue
        exact = spelling(form)
        for known in [exact] if exact else map(spelling, _varied(form)):
            name = (known or {}).get(target, "")
            likeness = _likeness(core, name)
            # «إيفانوفيتش» is Ivanovic in Belgrade, and Ivanovitch or Ivanovich in Moscow.
            russian = re.sub("t?ch$", "c", fold(core)) == fold(name)
            if (
                likeness >= (_NEAR_ENOUGH if exact else _NEARER)
                and ("-" not in core or "-" in name)
                and not russian
            ):
                yield likeness, name


def _varied(form: str) -> list[str]:
    """Return the names of the table that may be ``form`` in another spelling.

    «جلاسجو» is «غلاسغو» in Egypt, and a long name may have a vowel letter more or less («سومرسيت», «سومرست»).
    """
    return [other for other in _by_consonants().get(_consonants(form), ()) if _same_name(form, other)]


def _same_name(one: str, other: str) -> bool:
    shorter, longer = sorted((one.replace("ج", "غ"), other.replace("ج", "غ")), key=len)
    if len(longer) != len(shorter) + 1:
        return shorter == longer
    return len(longer) >= _VARIED and any(
        longer[place] in "اوي" and longer[:place] + longer[place + 1 :] == shorter
        for place in range(1, len(longer) - 1)
    )


def _consonants(form: str) -> str:
    return re.sub("(?<!^)[اوي]", "", form.replace("ج", "غ"))


def _likeness(one: str, other: str) -> float:
    return 1 - distance(fold(one), fold(other)) / max(len(one), len(other), 1)


def possible_names(text: str, target: str) -> Iterator[tuple[int, str]]:
    """Yield (place among the words, word without elision and marks) of every word that may be a name.

    At the beginning of a sentence short words are rather any word.
    """
    words = text.split()
    for place, word in enumerate(words):
        cores = CORE.findall(_POSSESSIVE.sub("", _ELISION.sub("", word, count=1)))
        begins = place == 0 or words[place - 1].endswith(_ENDS)
        if (
            len(cores) == 1
            and len(cores[0]) > (4 if begins else 2)
            and cores[0][0].isupper()
            and not is_stop_word(cores[0], target)
        ):
            yield place, cores[0]


def with_name(made: Hypothesis, place: int, core: str, name: str, how: str) -> Hypothesis:
    """Put ``name`` where ``core`` stands in the word at ``place``; French articles follow its first letter."""
    words = re.split(r"(\s+)", made.text.strip())
    before, found, behind = words[2 * place].partition(core)
    if not found:
        return made
    links = made.links
    elided = _ELIDED.search(before)
    if elided and fold(name)[0] not in _VOWELS:
        # « l'Irak » is "Raqqa" now, « d'Alep » « de Raqqa ».
        before = before[: elided.start()]
        if elided["word"] in "dD":
            name = f"{elided['word']}e {name}"
            links = tuple((here, there + (there >= place)) for here, there in links)
    words[2 * place] = before + name + behind
    return mended(made, "".join(words), how, links)


def is_spelling(word: str) -> bool:
    """Tell whether some text of ours has the word with a capital."""
    return fold(word) in _capitals()


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    """Return Arabic name in plain spelling → target language → its spelling there."""
    table = {}
    for line in files("mtpipe.pipeline").joinpath("spellings.tsv").read_text("utf-8").splitlines():
        name, english, french = line.split("\t")
        table[name] = {"en": english, "fr": french or english}
    return table


@lru_cache(maxsize=1)
def _by_consonants() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in table():
        found.setdefault(_consonants(name), []).append(name)
    return found


@lru_cache(maxsize=1)
def _capitals() -> frozenset[str]:
    """Return all words that are known with a capital, folded."""
    words = files("mtpipe.pipeline").joinpath("capitals.txt").read_text("utf-8").split()
    return frozenset([*words, *(fold(name) for names in table().values() for name in names.values())])
