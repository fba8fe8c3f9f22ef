"""The text of one paragraph into its sentence ends, each with the rule that made or refused it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from mtpipe.segmenter.abbreviations import abbreviation
from mtpipe.segmenter.tables import Lexicon, lexicon


class Boundary(NamedTuple):
    """A place where a sentence may end: its position, whether it does, and by which rule."""

    position: int
    breaks: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the rules look at: the sentence so far, its stop and closing marks, what follows."""

    text: str
    start: int
    stop_at: int
    end: int
    stop: str
    close: str
    opening: str
    word: str
    worded: bool


_STOPS = ".!?؟۔…‥"
_CANDIDATE = re.compile(
    f'(?P<stop>[{_STOPS}]++(?:\\s?[.!?؟]++(?=[\\s"»”)\\]]|\\Z))*+)'
    "(?P<close>[\"'”’»«›)\\]}*_]*+(?:\\s{1,2}[»”›](?=[\\s.,،:;]|\\Z))?+(?:\\s?\\[(?:\\d{1,3}|[a-z])\\])*+)"
    "|(?P<wide>[。！？।።։][」』”’）】]*+)"
    "|(?P<smile>(?<=\\s)[:;=]'?-?[)(DPp]+(?=\\s))"
)
_SMILE = re.compile("\\s?[:;=]'?-?[)(DPp]+(?=\\s|\\Z)")
_NEXT = re.compile(
    "\\s*+([\"'“‘”«»‹›„(\\[{¿¡*_–—•·>@#\\-\\s]{0,20}+)([^\\W_]{1,40}(?:[’'.\\-][^\\W_]{1,40}){0,4}|\\S?)"
)
_ENUMERATOR = re.compile("\\W*(?:\\d{1,3}|[a-zA-Z\u0621-\u064a]|[ivxIVX]{2,5}|\\d{1,2}(?:\\.\\d{1,2})+)\\Z")
_WORD = re.compile("[^\\W_]")
_CONTINUES = ",;:!?.)]}%،؛؟…"
_BRACKET = re.compile("[(\\[]")
_QUOTE = re.compile("[\"”»«’']")
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_GLUED_ARABIC = re.compile("[\u0620-\u064a\u064b-\u0652]{2}\\Z")
_GLUED_LATIN = re.compile('(?:\\A|\\s)["“«(]?[^\\W\\d_]?[^\\W\\d_A-Z]{2,}\\Z')
_GLUED_NEXT = re.compile("(?:I|[^\\W\\d_a-z][^\\W\\d_A-Z]+)(?:[’'][a-z]+)?[\\s,]")
_NAMED_SAYING = re.compile("\\s*(?:[^\\W\\d_]\\S{0,30}\\s+){1,3}?([^\\W\\d_]{1,30})")
_CASUAL = re.compile("\\s*[\"'(*\\-]*[a-z]|.*?\\bi\\b(?!\\.e)")
_ADDRESS = ("http", "www.")
_DASHED = re.compile("[-–—•]\\s*\\Z")
_FULL_WORD = re.compile("(?<![\\w.])[^\\W\\d_A-Z]{4,}\\Z")
_LONG_FOR_PAUSE = 200
_DASH = re.compile(" ?(?:ــ?|[–—-])\\s(?!\\d)")
_PREPOSITIONS = frozenset(
    [
        "في",
        "من",
        "إلى",
        "الى",
        "على",
        "عن",
        "بين",
        "نحو",
        "حتى",
        "قرب",
        "شمال",
        "جنوب",
        "شرق",
        "غرب",
        "وسط",
        "خارج",
        "داخل",
        "مدينة",
        "عبر",
        "و",
    ]
)
# A greeting or a name before a capital is no sentence that lost its stop.
_FEWEST_WORDS = {"missing-stop": 5}

Verdict = tuple[bool, str]


def boundaries(text: str, language: str) -> Iterator[Boundary]:
    """Yield every candidate of ``text`` in order, but for the end of the paragraph.

    ``text`` is one paragraph, cleaned or not; a position is where the sentence
    ends, white space not included.
    """
    words = lexicon(language)
    start = seen = 0
    worded = False
    for match in _candidates(text, language, words):
        if isinstance(match, Boundary):
            if len(text[start : match.position].split()) >= _FEWEST_WORDS.get(match.rule, 1):
                yield match
                start = seen = match.position
                worded = False
            continue
        if match.end() <= start:
            continue
        worded = worded or _WORD.search(text, seen, match.start()) is not None
        candidate = _candidate(text, start, match, worded=worded)
        if candidate is None:
            continue
        breaks, rule = (True, "wide-stop") if match["wide"] else _judge(candidate, words)
        yield Boundary(candidate.end, breaks, rule)
        seen = candidate.end
        if breaks:
            start = seen
            worded = False


def _candidate(text: str, start: int, match: re.Match[str], *, worded: bool) -> Candidate | None:
    """Return what stands around a stop, or None where nothing follows it."""
    end = match.end()
    if _closes(text, end):
        end += 2
    if smile := _SMILE.match(text, end):
        end = smile.end()
    following = _NEXT.match(text, end)
    if following is None or not following.group().strip():
        return None
    stop = match["stop"] or match["smile"] or match["wide"]
    close = text[match.start() + len(stop) : end]
    return Candidate(text, start, match.start(), end, stop, close, following[1], following[2], worded)


def _closes(text: str, end: int) -> bool:
    """Say whether a straight quote between spaces at ``end`` closes the quotation before it.

    The quote before it tells by the side on which it has a space; where it has
    both, quotes open and close in turn.
    """
    mark = text[end + 1 : end + 2]
    if mark not in ('"', "'") or not text[end].isspace() or text[end + 2 : end + 3].strip():
        return False
    places = _quotes(text, mark)
    number = bisect_left(places, end + 1)
    if not number:  # the paragraph began inside a quotation, if one mark is too many
        return len(places) % 2 == 1
    last = places[number - 1]
    open_left = not text[max(0, last - 1) : last].strip("(")
    open_right = text[last + 1].isspace()
    return number % 2 == 1 if open_left and open_right else open_left


@lru_cache(maxsize=8)
def _quotes(text: str, mark: str) -> tuple[int, ...]:
    """Return where ``mark`` stands; of the single one, where no letter makes it an apostrophe."""
    pattern = '"' if mark == '"' else "(?:(?<=\\s)|\\A)'(?=\\s|\\Z)"
    return tuple(match.start() for match in re.finditer(pattern, text))


def _candidates(text: str, language: str, words: Lexicon) -> list[re.Match[str] | Boundary]:
    found: list[re.Match[str] | Boundary] = list(_CANDIDATE.finditer(text))
    extra = list(_datelines(text, words) if language == "ar" else _missing_stops(text, language))
    if not extra:
        return found
    found.extend(extra)
    return sorted(found, key=lambda item: item.position if isinstance(item, Boundary) else item.start())


def _judge(candidate: Candidate, words: Lexicon) -> Verdict:
    """Ask the rules in order; the first that knows decides."""
    if not candidate.text[candidate.end].isspace():
        return _glued(candidate)
    return (
        _fragment(candidate)
        or (candidate.stop == "." and not candidate.close and abbreviation(candidate, words))
        or _after_quotation(candidate, words)
        or _small_letter(candidate, words)
        or _ellipsis(candidate)
        or (True, "stop")
    )


def _glued(candidate: Candidate) -> Verdict:
    """Decide where no space follows the stop: Arabic and careless Latin text forget it."""
    text, at = candidate.text, candidate.stop_at
    if candidate.opening or len(candidate.word) < 2:
        return False, "no-space"
    before = text[max(candidate.start, at - 24) : at]
    if _ARABIC_LETTER.match(candidate.word):
        if len(candidate.stop) == 1 and _GLUED_ARABIC.search(before) and candidate.word[1:2] != ".":
            return True, "missing-space"
    elif _GLUED_LATIN.search(before) and _GLUED_NEXT.match(text, candidate.end):
        return True, "missing-space"
    return False, "no-space"


def _fragment(candidate: Candidate) -> Verdict | None:
    """Refuse sentences without a word, and the number of a list item."""
    if not candidate.worded:
        return False, "no-words"
    short = candidate.stop == "." and candidate.stop_at - candidate.start < 8
    if short and _ENUMERATOR.match(candidate.text[candidate.start : candidate.stop_at].strip()):
        return False, "enumerator"
    if candidate.word and candidate.word[0] in _CONTINUES and not _BRACKET.search(candidate.opening):
        return False, "punctuation-follows"
    return None


def _after_quotation(candidate: Candidate, words: Lexicon) -> Verdict | None:
    """Refuse the end of a question or call that a verb of saying follows."""
    if candidate.stop[-1] not in "?!؟" or not _QUOTE.search(candidate.close):
        return None
    if candidate.word in words.saying:
        return False, "saying"
    if candidate.opening.strip() or candidate.word in words.opener or not candidate.word[:1].isupper():
        return None
    named = _NAMED_SAYING.match(candidate.text, candidate.end)
    if named and named[1] in words.saying:
        return False, "saying"
    return None


def _small_letter(candidate: Candidate, words: Lexicon) -> Verdict | None:
    """Refuse a small letter, unless it opens a name or the writer uses no capitals."""
    if not candidate.word[:1].islower():
        return None
    if candidate.word in words.small:
        return True, "small-name"
    if candidate.word.startswith(_ADDRESS) or "@" in candidate.opening:
        return True, "address"
    if ".." in candidate.stop or "…" in candidate.stop:
        return False, "small-letter"
    if not candidate.close and candidate.stop == "." and _DASHED.search(candidate.opening):
        return True, "careless-small-letter"
    if (
        not candidate.close
        and candidate.stop == "."
        and _FULL_WORD.search(candidate.text, candidate.stop_at - 12, candidate.stop_at)
    ):
        return True, "careless-small-letter"
    if _is_casual(candidate.text):
        return True, "casual"
    return False, "small-letter"


@lru_cache(maxsize=4)
def _is_casual(text: str) -> bool:
    """Say whether the writer of a paragraph uses no capitals, to judge by its start and by a lone i."""
    return _CASUAL.match(text) is not None


def _ellipsis(candidate: Candidate) -> Verdict | None:
    """Take the dots between Arabic words as a pause, unless the sentence has grown long."""
    if candidate.close or candidate.stop[-1] not in ".…" or candidate.stop == ".":
        return None
    if "؟" in candidate.stop or "!" in candidate.stop or not _ARABIC_LETTER.match(candidate.word):
        return None
    if candidate.stop_at - candidate.start > _LONG_FOR_PAUSE:
        return True, "long-before-dots"
    return False, "pause"


def _datelines(text: str, words: Lexicon) -> Iterator[Boundary]:
    """Yield the places where a headline without a stop ends and a town and a dash open the report."""
    for dash in _DASH.finditer(text):
        if not dash.start() or not _ARABIC_LETTER.match(text, dash.start() - 1):
            continue
        before = text[max(0, dash.start() - 80) : dash.start()]
        pieces = re.split("([ ،/]+)", before)
        town = _town(pieces, words.dateline)
        if town is None:
            continue
        position = dash.start() - town
        headline = text[max(0, position - 40) : position].split()
        if not headline or headline[-1][-1] in "،؛:,.!?؟…ـ–—-" or headline[-1] in _PREPOSITIONS:
            continue
        while text[position - 1].isspace():
            position -= 1
        yield Boundary(position, True, "dateline")


def _town(pieces: list[str], towns: frozenset[str]) -> int | None:
    """Return how many characters at the end of ``pieces`` name a town, or a town and its country."""
    best = None
    for first in range(len(pieces) - 1, max(-1, len(pieces) - 10), -2):
        for size in (1, 3, 5):
            if "".join(pieces[first : first + size]) in towns and first + size <= len(pieces):
                between = pieces[first + size] if first + size < len(pieces) else ""
                if between == "" or between[0] in "،/":
                    best = sum(map(len, pieces[first:]))
    return best


@cache
def _missing(language: str) -> re.Pattern[str]:
    words = lexicon(language)
    bare = "|".join(sorted(words.bare))
    opener = "|".join(sorted(words.opener))
    return re.compile(
        f"(?<=[a-z\u00e0-\u00ff)])(?P<bare>)\\s(?=[A-Z])(?=(?:{bare})\\s[a-z\u00e0-\u00ff])"
        + (f"|(?<=;)(?P<semicolon>)\\s(?=(?:{opener})[’'\\s][a-z\u00e0-\u00ff])" if language == "fr" else "")
    )


def _missing_stops(text: str, language: str) -> Iterator[Boundary]:
    """Yield the places where a sentence opens though no stop ends the one before."""
    for match in _missing(language).finditer(text):
        rule = "missing-stop" if match.lastgroup == "bare" else "semicolon"
        yield Boundary(match.start(), True, rule)
