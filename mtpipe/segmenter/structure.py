"""The lines of a cleaned text into lines with a role: title, author, date and so on down to footer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mtpipe.data import Role
from mtpipe.segmenter.boundaries import boundaries
from mtpipe.segmenter.tables import lexicon, read_table

_LINE = re.compile("[^\n\r\x0b\x0c\x85\u2028\u2029]++")
_STOP = re.compile("[.!?؟۔…。！？][\"'”’»«)\\]\\s]*\\Z")
_FULL_STOP = re.compile("[.۔…。،؛,;][\"'”’»«)\\]\\s]*\\Z")
_INNER_STOP = re.compile("[.!?؟][\"'”’»)]*\\s")
_ASIDE = re.compile("[.!?؟:][\"'”’»)]*\\s")
_WORD = re.compile("[^\\W\\d_]+")
_BULLET = re.compile(
    "(?:[-–—•●▪■*·◦‣]|\\(?(?:\\d{1,3}|[\u0660-\u0669]{1,3}|[a-zA-Z]|[\u0621-\u064a])\\s?[.)\\-–ـ/])\\s*(?=\\S)"
)
_NUMERIC_DATE = re.compile(
    "\\b(?:\\d{4}|\\d{1,2})\\s?[/.\\-]\\s?\\d{1,2}\\s?[/.\\-]\\s?(?:\\d{4}|\\d{1,2})\\b"
)
_MONTH_OF_YEAR = re.compile("(?:0?[1-9]|1[0-2])\\s?[/.\\-]\\s?(?:19|20)\\d\\d")
_YEAR = re.compile("(?<!\\d)(?:1[0-9]|20)\\d\\d(?!\\d)|(?<!\\d)[\u0660-\u0669]{4}(?!\\d)")
_DATED_SOURCE = re.compile("[^.!?؟:]{2,60}?[,،\\-–(]\\s*(?P<date>[^,،]{6,40})\\)?\\Z")
# What parts a town or a paper from the agency behind it: «دمشق ـ سانا», «مدريد (د ب أ)».
_BEFORE_AGENCY = re.compile("\\s*[-–—ـ|/+(]\\s*")
_HALVES = re.compile("\\S \\*+ \\S")  # of a verse
_MARKS = re.compile("[\u064b-\u0652\u0670]")
_URL = re.compile("(?:https?://|www\\.)\\S+\\Z")
# «الرئيسية » مقالات»: where on the site the page is.
_TRAIL = re.compile("(?:الصفحة )?(?:الرئيسية|Home|Accueil)\\s*(?:[»›>/|\\\\←-]\\s*(?=\\S)|\\Z)")
_DOCTOR = re.compile("(?:[أا]\\. ?)?د\\. ?(?!ال)[\u0621-\u064a]{2,}")
_MOST_OF_DOCTOR = 10  # words of a line that names one and says what he does
_LONGEST_TITLE = 160
_LONGEST_FRAME = 120
_LONGEST_HEADING = 80
_LONGEST_QUESTION = 50
_MOST_BEFORE_AGENCY = 4
_HEADER_LINES = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A non-empty line: its text, where it stands in the cleaned text, its role."""

    text: str
    start: int
    role: Role


def lines(text: str) -> list[tuple[str, int]]:
    """Return the non-empty lines of ``text`` without outer spaces, and where they start."""
    found = []
    for match in _LINE.finditer(text):
        content = match.group().strip()
        if content:
            found.append((content, match.start() + match.group().index(content)))
    return found


def structure(text: str) -> list[Line]:
    """Return the lines of a cleaned text with their roles."""
    found = lines(text)
    contents = [content for content, _ in found]
    roles = _roles(contents)
    return [Line(content, start, role) for (content, start), role in zip(found, roles, strict=True)]


def _roles(contents: Sequence[str]) -> list[Role]:
    roles = [Role.BODY] * len(contents)
    if len(contents) < 2:
        return roles
    body = _title_and_header(contents, roles)
    for index in range(body, len(contents)):
        roles[index] = _inner_role(contents, index)
    _lists(contents, roles, body)
    _headings(contents, roles, body)
    _footer(contents, roles, body)
    return roles


def _title_and_header(contents: Sequence[str], roles: list[Role]) -> int:
    """Give the lines above the article their roles; return where the article begins."""
    index = 0
    if len(contents) > 2 and len(contents[0]) <= _LONGEST_FRAME and _TRAIL.match(contents[0]):
        roles[0] = Role.CREDIT
        index = 1
    if _is_title(contents[index:]):
        roles[index] = Role.TITLE
        index += 1
    last = min(len(contents) - 1, _HEADER_LINES)
    while index < last:
        role = _header_role(contents[index], named=Role.AUTHOR in roles or index > 3)
        if role is None:
            following = [
                _header_role(line, named=Role.AUTHOR in roles) for line in contents[index + 1 : index + 3]
            ]
            if not any(following) or len(contents[index]) > _LONGEST_FRAME or _STOP.search(contents[index]):
                break
            role = Role.HEADING  # a line under the title, since the frame goes on below it
        roles[index] = role
        index += 1
    return index


def _header_role(line: str, *, named: bool) -> Role | None:
    """Return what a line above the article is; a bare name counts unless the author was ``named``."""
    if len(line) > _LONGEST_FRAME:
        return None
    if is_date(line):
        return Role.DATE
    if _is_credit(line) or _opens(line, "label"):
        return Role.CREDIT
    if _is_byline(line) or (not named and (_is_name(line) or _is_doctor(line))):
        return Role.AUTHOR
    return None


def _inner_role(contents: Sequence[str], index: int) -> Role:
    line = contents[index]
    if len(line) > _LONGEST_FRAME:
        return Role.BODY
    if is_date(line):
        return Role.DATE
    if _is_credit(line):
        return Role.CREDIT
    if _is_byline(line) and not _STOP.search(line):
        return Role.AUTHOR
    return Role.BODY


def _lists(contents: Sequence[str], roles: list[Role], body: int) -> None:
    """A bullet or number makes a list item where a neighbour has one too."""
    marked = [bool(_BULLET.match(line)) for line in contents]
    for index in range(body, len(contents)):
        near = marked[max(body, index - 1) : index] + marked[index + 1 : index + 2]
        if marked[index] and any(near) and roles[index] is Role.BODY:
            roles[index] = Role.LIST


def _headings(contents: Sequence[str], roles: list[Role], body: int) -> None:
    """A short line without a stop, before running text, is a heading; one in verse is not."""
    short = [len(line) <= _LONGEST_HEADING and not _STOP.search(line) for line in contents]
    for index in range(body, len(contents) - 1):
        line = contents[index]
        if roles[index] is Role.BODY and _asks(line) and len(contents[index + 1]) > 2 * len(line):
            roles[index] = Role.HEADING
        if roles[index] is not Role.BODY or not short[index] or line[-1] in ",،;؛-–":
            continue
        if line[-1] == ":" and (len(line.split()) > 3 or line.split()[0].lstrip("وف") in _saying()):
            continue
        if roles[index + 1] not in (Role.BODY, Role.LIST) or short[index + 1] or not _WORD.search(line):
            continue
        if _ends_inside(line) or _HALVES.search(line):
            continue
        if index > body and short[index - 1] and roles[index - 1] is Role.BODY:
            continue
        roles[index] = Role.HEADING


def _asks(line: str) -> bool:
    """Say whether a line is one short question, as a heading may be."""
    return len(line) <= _LONGEST_QUESTION and line[-1] in "?؟" and not _ASIDE.search(line)


def _footer(contents: Sequence[str], roles: list[Role], body: int) -> None:
    """From the end upwards, lines of the page around the article."""
    for index in range(len(contents) - 1, max(body, len(contents) - 8), -1):
        line = contents[index]
        starred = len(line) <= _LONGEST_FRAME and (line[0] == "*" or (line[0] == "(" and line[-1] == ")"))
        if len(line) > 2 * _LONGEST_FRAME:
            return
        if _URL.match(line) or _opens(line, "footer") or "©" in line or starred:
            if roles[index] is not Role.LIST:
                roles[index] = Role.FOOTER
        elif roles[index] not in (Role.CREDIT, Role.DATE, Role.AUTHOR):
            return


def _is_title(contents: Sequence[str]) -> bool:
    """Say whether the first line is a title: short, no sentence of the text, no date and no byline."""
    line = contents[0]
    if len(line) > _LONGEST_TITLE or is_date(line) or _is_byline(line):
        return False
    if _ends_inside(line):
        return False
    if not _FULL_STOP.search(line) or line.endswith(("...", "…", "..")):
        return True
    framed = _header_role(contents[1], named=False) is not None
    return framed and line[-1] == "." and not _INNER_STOP.search(line)


def _ends_inside(line: str) -> bool:
    """Say whether a sentence of the text ends inside the line, with a full stop."""
    return any(
        end.breaks and line[: end.position].rstrip('"”»)')[-1] == "." for end in boundaries(line, "ar")
    )


@cache
def _words(kind: str) -> tuple[str, ...]:
    return tuple(entry.word for entry in read_table("structure") if entry.kind == kind)


def _opens(line: str, kind: str) -> bool:
    """Say whether a word of ``kind`` opens the line; one that sentences open with too must stand alone."""
    for word in _words(kind):
        if line.startswith(word):
            rest = line[len(word) :].lstrip()
            if not rest.strip(".…!)") or " " in word or not word[-1].isalpha() or rest[0] in ":©0123456789":
                return True
    return False


@cache
def _saying() -> frozenset[str]:
    return lexicon("ar").saying


@cache
def _date_words() -> frozenset[str]:
    """Return the words that a line holding nothing but a date may have, in small letters."""
    names = (entry.word for entry in read_table("structure") if entry.kind in ("month", "weekday", "dated"))
    return frozenset(word.lower() for name in names for word in _WORD.findall(name))


@cache
def _calendar_words() -> frozenset[str]:
    names = (entry.word for entry in read_table("structure") if entry.kind in ("month", "weekday"))
    return frozenset(word.lower() for name in names for word in _WORD.findall(name))


def is_date(line: str) -> bool:
    """Say whether a line holds a date, perhaps a time, and nothing else."""
    if len(line) > 90 or not any(character.isdigit() for character in line):
        return False
    words = [word.lower() for word in _WORD.findall(_MARKS.sub("", line))]
    if not all(word in _date_words() for word in words):
        return False
    if _NUMERIC_DATE.search(line):
        return True
    return bool(_YEAR.search(line)) and any(word in _calendar_words() for word in words)


def _is_byline(line: str) -> bool:
    for opening in _words("by"):
        if line.startswith(opening) and (
            opening[-1] == ":" or not line[len(opening) : len(opening) + 1].isalnum()
        ):
            rest = line[len(opening) :].strip(" :").split()
            return len(rest) <= 8 and not _INNER_STOP.search(line.replace("د.", "").replace("أ.", ""))
    return False


def _is_name(line: str) -> bool:
    """Say whether a header line looks like a person: two to five words, no digits, no function words."""
    words = line.replace(".", " ").split()
    if (
        not 2 <= len(words) <= 5
        or len(line) > 45
        or not all(re.fullmatch("[^\\W\\d_'’\\-ـ]+(?:[-'’ـ][^\\W\\d_]+)*", w) for w in words)
    ):
        return False
    if any(word in _words("function") for word in words):
        return False
    latin = [word for word in words if word[0].isascii()]
    return all(word[0].isupper() for word in latin)


def _is_doctor(line: str) -> bool:
    """Say whether a header line opens with an academic title and a name, and is no sentence."""
    return (
        _DOCTOR.match(line) is not None
        and len(line.split()) <= _MOST_OF_DOCTOR
        and not _FULL_STOP.search(line)
    )


def _is_credit(line: str) -> bool:
    """Say whether a line names a source: a credit word and a colon, a paper and its date, an agency."""
    if len(line) > _LONGEST_FRAME or _STOP.search(line):
        return False
    if line[-1] == ":" and any(word in line for word in _words("credit")):
        return True
    if _opens(line, "source"):
        return True
    *before, last = [part.strip("()[] -–") for part in _BEFORE_AGENCY.split(line.strip("()[] -–"))]
    if last in _words("agency") and len(" ".join(before).split()) <= _MOST_BEFORE_AGENCY:
        return True
    dated = _DATED_SOURCE.match(line)
    if not dated or len(line.split()) > 9:
        return False
    date = dated["date"].strip(" )")
    return is_date(date) or _MONTH_OF_YEAR.fullmatch(date) is not None
