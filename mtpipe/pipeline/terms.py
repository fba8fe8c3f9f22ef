"""Ways to make a translation say what the glossary wants: the term put in its place, or begun again at the term."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mtpipe.data import Hypothesis, Translation
from mtpipe.guard import Pair
from mtpipe.guard.name_matching import fold
from mtpipe.guard.number_reading import numbers
from mtpipe.guard.number_words import plain
from mtpipe.guard.terms import Occurrence, Terms, without_article
from mtpipe.pipeline.rungs import Rung, ladder_for
from mtpipe.translator import Decoding, Engine, Job, Translator
from mtpipe.typesetting import typeset

_BEFORE = {"en": ("the", "a", "an"), "fr": ("le", "la", "les", "l'", "un", "une")}
# What is left of a French preposition when its article goes, and what both together are written.
_PARTS = {"du": "de", "des": "de", "au": "à", "aux": "à"}
_CONTRACTIONS = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}
_VOWELS = frozenset("aeiouy")
# An Arabic preposition is one word with its noun, so that what renders it is linked to the term too.
_PREPOSITIONS = {
    "en": re.compile(r"(?i)(?:of|in|to|from|by|for|with|on|at|into|against|between|about|and|as)$"),
    "fr": re.compile(
        r"(?i)(?:de|du|des|d'|à|aux?|en|dans|par|pour|avec|sur|contre|vers|entre|chez|et|comme)$"
    ),
}
_NEGATIONS = frozenset({"not", "no", "never", "nor", "ne", "pas", "ni", "jamais"})
_DATIVE = {"en": "to", "fr": "à"}
_ELIDED = re.compile(r"^(d|qu|jusqu|lorsqu|puisqu)['’](?=\w)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s(?=\W*$)")
# Behind these no article stands: Morocco's, its, their.
_DETERMINED = re.compile(
    r"(?i)(?:['’]s|s['’]|^(?:its|his|her|their|our|this|that|son|sa|ses|leurs?|ce|cette|ces))$"
)
_TRAILING = re.compile(r"[\s\u00a0]*[^\w\s]+$")
_RAW = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'", "«": '"', "»": '"', "“": '"', "”": '"'})


def term_put_in(terms: Terms, source: str) -> Rung:
    """Return the rung that writes a missing term where its words are linked to, which decodes nothing."""
    return Rung(
        "term put in", lambda jobs, best: _put_in(jobs, best, terms, source), 0.0, frozenset({"terms"})
    )


def begun_again(translator: Translator, terms: Terms, source: str, *, planned: bool = False) -> list[Rung]:
    """Return the rungs that begin a translation again at a missing term; a model in CTranslate2 has two, else none."""
    if not isinstance(translator, Engine):
        return []
    again = Rung(
        "begun again at the term",
        lambda jobs, best: _begun_again(translator, jobs, best, terms, source, planned),
        1.0,
        frozenset({"terms"}),
    )
    return [again, again]


def ladder_with_terms(
    translator: Translator, terms: Terms, source: str, *more: Rung, planned: bool = False
) -> list[Rung]:
    """Return a translator's ladder with the rungs for missing terms: first what keeps the rest of a sentence.

    What the other rungs make is tried with the missing terms put in, too.
    """
    again = begun_again(translator, terms, source, planned=planned)
    ladder = ladder_for(translator, source, *more, *again, planned=planned)
    return [term_put_in(terms, source), *(_with_terms_put_in(rung, terms, source) for rung in ladder)]


def _with_terms_put_in(rung: Rung, terms: Terms, source: str) -> Rung:
    def retry(jobs: Sequence[Job], best: Sequence[Hypothesis]) -> list[list[Hypothesis]]:
        return [
            [*made, *(put for one in made for put in _put_in([job], [one], terms, source)[0])]
            for job, made in zip(jobs, rung.retry(jobs, best), strict=True)
        ]

    return replace(rung, retry=retry)


def told_terms(translations: Sequence[Translation]) -> list[str]:
    """Return for each translation one line: how many terms were there, how many are kept to, which are not."""
    lines = []
    for translation in translations:
        numbered = [(n, term) for n, h in enumerate(translation.hypotheses, 1) for term in h.terms]
        missed = [
            f"row {number}: {term.source} is not {term.wanted}" for number, term in numbered if not term.used
        ]
        if numbered:
            kept = f"{len(numbered) - len(missed)} of {len(numbered)} glossary terms kept to"
            lines.append("; ".join([f"{translation.target}: {kept}", *missed]))
    return lines


def _missing(job: Job, hypothesis: Hypothesis, terms: Terms, source: str) -> list[tuple[Occurrence, str]]:
    """Return the occurrences that are not rendered as wanted, with the rendering, in the order of the source."""
    text, target = job
    judged = terms.judge(Pair(text, hypothesis.text, source, target))
    rendered = [o for o in terms.occurrences(text) if o.entry.renderings.get(target)]
    return [
        (occurrence, term.wanted) for occurrence, term in zip(rendered, judged, strict=True) if not term.used
    ]


def _opposite(hypothesis: Hypothesis, places: Sequence[int]) -> tuple[int, int] | None:
    """Return the stretch of target words that the source words ``places`` are linked to, the longest without a gap.

    A word that is linked to other source words too (the museum in London) is left out where there are others, and so
    are numbers and negations: whatever the links say, a term is none.
    """
    words = hypothesis.text.split()
    found = {there for here, there in hypothesis.links if here in places and there < len(words)}
    others = {there for here, there in hypothesis.links if here not in places}
    found = {there for there in found - others or found if not _no_term(words[there])}
    linked = sorted(found)
    if not linked:
        return None
    runs: list[list[int]] = [[linked[0]]]
    for there in linked[1:]:
        if there - runs[-1][-1] <= 1:
            runs[-1].append(there)
        else:
            runs.append([there])
    best = max(runs, key=len)
    return best[0], best[-1] + 1


def _no_term(word: str) -> bool:
    core = _TRAILING.sub("", word).lower()
    return core in _NEGATIONS or any(numbers(core, language) for language in ("en", "fr") if core)


def _begun_again(
    engine: Engine, jobs: Sequence[Job], best: Sequence[Hypothesis], terms: Terms, source: str, planned: bool
) -> list[list[Hypothesis]]:
    """Keep what stands before the first missing term, force the term, and let the model go on from there."""
    begins: dict[int, str] = {}
    for number, (job, hypothesis) in enumerate(zip(jobs, best, strict=True)):
        for occurrence, wanted in _missing(job, hypothesis, terms, source)[:1]:
            at = _place(hypothesis, occurrence)
            if at is not None:
                before = _head(hypothesis.text.split(), at, job[1])
                before = _with_preposition(before, occurrence, job[1])
                begins[number] = _joined(before, wanted, job[1]).translate(_RAW)
    asked = list(begins)
    decoding = Decoding(exact=True, begins=[begins[number] for number in asked])
    again = [jobs[number] for number in asked]
    made = engine.alternatives(again, source, decoding, planned=planned) if asked else []
    found = dict(zip(asked, made, strict=True))
    return [found.get(number, []) for number in range(len(jobs))]


def _place(hypothesis: Hypothesis, occurrence: Occurrence) -> int | None:
    """Return before which target word the term belongs: what it is linked to, else after what the word before is."""
    stretch = _opposite(hypothesis, occurrence.places)
    if stretch is not None:
        return stretch[0]
    before = [there for here, there in hypothesis.links if here == occurrence.places[0] - 1]
    return max(before) + 1 if before else None


def _put_in(
    jobs: Sequence[Job], best: Sequence[Hypothesis], terms: Terms, source: str
) -> list[list[Hypothesis]]:
    """Replace the words that a missing term is linked to by its rendering."""
    found = []
    for job, hypothesis in zip(jobs, best, strict=True):
        made = hypothesis
        for occurrence, wanted in reversed(_missing(job, hypothesis, terms, source)):
            made = _with_term(made, occurrence, wanted, job[1])
        found.append([] if made is hypothesis else [replace(made, text=typeset(made.text, job[1]))])
    return found


def _with_term(hypothesis: Hypothesis, occurrence: Occurrence, wanted: str, language: str) -> Hypothesis:
    stretch = _opposite(hypothesis, occurrence.places)
    if stretch is None:
        return hypothesis
    start, end = stretch
    words = hypothesis.text.split(" ")
    if len(words) != len(hypothesis.text.split()):
        words = hypothesis.text.split()
    mark = _TRAILING.search(words[end - 1])
    owner = _POSSESSIVE.search(words[end - 1]) if language == "en" else None
    before = _with_preposition(_head(words, start, language), occurrence, language)
    if owner and before and before[-1].lower() == "the" and without_article(wanted, "en") == wanted:
        before = before[:-1]
    head = _joined(before, wanted + "'s" if owner else wanted, language).split()
    rest = words[end:] if mark else _without_repeat(wanted, words[end:], language)
    if rest and words[end - 1].lower() in ("of", "de") and rest[0].lower() in _BEFORE.get(language, ()):
        rest = rest[1:]  # the families of the …
    text = " ".join(head) + (mark.group() if mark else "") + (" " + " ".join(rest) if rest else "")
    end = len(words) - len(rest)
    shift = len(head) - end
    kept = [(here, there) for here, there in hypothesis.links if there < start]
    kept += [(here, there + shift) for here, there in hypothesis.links if there >= end]
    size = len(wanted.split())
    kept += [(here, there) for here in occurrence.places for there in range(len(head) - size, len(head))]
    return replace(hypothesis, text=text, links=tuple(sorted(set(kept))))


def _head(words: list[str], start: int, language: str) -> list[str]:
    """Return the words before a term, and the preposition or conjunction that is linked to it: "to Tunisia", d'Irak."""
    if start >= len(words):
        return words
    if language in _PREPOSITIONS and _PREPOSITIONS[language].match(words[start]):
        return words[: start + 1]
    elided = _ELIDED.match(words[start]) if language == "fr" else None
    return [*words[:start], elided[1] + "e"] if elided else words[:start]


def _with_preposition(before: list[str], occurrence: Occurrence, language: str) -> list[str]:
    """Add what renders the ل that is written to a term (لتونس), where no preposition stands before its place."""
    name = plain(occurrence.entry.source).removeprefix("ال")
    clitics = occurrence.text[: max(0, occurrence.text.find(name))]
    if clitics.lstrip("وف") not in ("ل", "لل") or not before or language not in _DATIVE:
        return before
    last = before[-1] if before[-1].lower() not in _BEFORE[language] else " ".join(before[-2:-1])
    if not last or _PREPOSITIONS[language].match(last) or not last[-1].isalnum():
        return before
    kept = before if last == before[-1] else before[:-1]
    return [*kept, _DATIVE[language]]


def _joined(before: Sequence[str], wanted: str, language: str) -> str:
    """Put a rendering behind what stands before it: one article, and a capital only where a sentence begins."""
    kept = list(before)
    bare = without_article(wanted, language)
    if kept and _DETERMINED.search(kept[-1]):
        wanted = bare
    elif kept and (bare != wanted or (language == "fr" and wanted[:1].isupper())):
        kept = _without_article_at_end(kept, language)  # par des → par Ankara
    elif kept and language == "en" and kept[-1].lower() in ("a", "an"):
        kept[-1] = kept[-1][0] + ("n" if wanted[0].lower() in _VOWELS else "")
    if kept and _same_word(kept[-1], wanted.split()[0]):
        kept = kept[:-1]
    if language == "fr":
        kept, wanted = _contracted(kept, wanted)
    if not kept:
        wanted = wanted[:1].upper() + wanted[1:]
    return " ".join([*kept, wanted])


def _without_article_at_end(kept: list[str], language: str) -> list[str]:
    """Drop the article that the words end in; what is contracted with it stays: du is de, aux is à."""
    last = kept[-1].lower()
    if last in _BEFORE[language]:
        return kept[:-1]
    if last in _PARTS:
        return [*kept[:-1], _PARTS[last] if kept[-1].islower() else _PARTS[last].capitalize()]
    return kept


def _contracted(kept: list[str], wanted: str) -> tuple[list[str], str]:
    """Write de le as du, à les as aux, de Alep as d'Alep; "le" of a name (Le Caire) too."""
    if not kept or kept[-1].lower() not in ("de", "à", "d'"):
        return kept, wanted
    first, _, rest = wanted.partition(" ")
    short = _CONTRACTIONS.get((kept[-1].lower().replace("d'", "de"), first.lower()))
    if short and rest:
        return kept[:-1], f"{short if kept[-1].islower() else short.capitalize()} {rest}"
    if kept[-1].lower() in ("de", "d'"):
        if fold(first)[0] in _VOWELS and "'" not in first[:2]:
            return kept[:-1], f"{kept[-1][0]}'{wanted}"
        return [*kept[:-1], kept[-1][0] + "e"], wanted
    return kept, wanted


def _same_word(one: str, other: str) -> bool:
    """Tell the same word twice, as put in beside what stood there already."""
    core = fold(other)
    return len(core) > 2 and _TRAILING.sub("", fold(one)) == core


def _without_repeat(wanted: str, rest: list[str], language: str) -> list[str]:
    """Drop the words that follow where they are the rendering's own again: the Arab League (the Arab) states."""
    own = without_article(wanted, language).split()
    while rest:
        at = 1 if rest[0].lower() in _BEFORE.get(language, ()) else 0
        if (
            at >= len(rest)
            or _TRAILING.search(rest[at])
            or not any(_same_word(rest[at], word) for word in own)
        ):
            break
        rest = rest[at + 1 :]
    return rest
