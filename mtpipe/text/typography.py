"""Arabic lines with misplaced spaces and doubled stops into lines with ordinary punctuation.

Looks at one line at a time: in a line without Arabic letters a space before
`:` or inside « » may be French usage and stays. `؟ ، ؛` stay what they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from mtpipe.text.characters import LETTERS, LINE_ENDS, MARKS
from mtpipe.text.ledger import Change

_LINE = re.compile(f"[^{LINE_ENDS}]++")
_ARABIC = re.compile(f"[{LETTERS}]")
_DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9"
_LATIN = "A-Za-z\u00c0-\u024f"

# A lone letter or ornament after a stop that ends the line: " ه", " هـ", " ■".
_STRAY = re.compile(
    f'([.؟!:"»”…])(?<![{_DIGITS}]["»”.])(?<![\\s.][{LETTERS}]\\.)'  # no year, no abbreviation («ا. هـ», the end)
    f" ([{LETTERS}]\u0640?|[■□▪▫●◆*#|~])(?=[{LINE_ENDS}]|\\Z)"
)
_STRAY_LINES = 3
# The letter that some Arabic sites and word processors leave behind: two lines prove it.
_STRAY_HEH = ("ه", "هـ")
_HEH_LINES = 2
# After a year of our era it is no Hijri sign.
_HEH_AFTER_YEAR = re.compile(
    f"(?:(?<=(?<!\\d)1[6-9]\\d\\d)|(?<=(?<!\\d)[2٢][0٠]\\d\\d)) هـ?(?=[{LINE_ENDS}]|\\Z)"
)
# Behind a comma, a bracket or a word it is none either, but for a century's.
_HEH_AFTER_WORD = re.compile(
    f"(?:(?<=[،؛,;])|(?<=[^{_DIGITS}][)\\]])|(?<=[{LETTERS}{MARKS}]{{2}})) هـ?(?=[{LINE_ENDS}]|\\Z)"
)
_CENTURY = re.compile("قرن \\S+\\Z")

_GAP = re.compile(
    # before an Arabic mark, always, and to the other side of the mark where a letter follows
    f'(?<![\\s(\\[«“])(?<![\\s(]")(?<!\\A") (?P<arabic>[،؛؟])(?P<glued>(?=[{LETTERS}]))?'
    # before a shared mark unless it opens a word (.NET), a number (.5) or stands between numbers (2 : 1)
    f"|(?<![\\s{_LATIN}(\\[«“])(?<![{_DIGITS}]) (?P<shared>[.:,;…](?![\\w.…])|[!?](?!\\w))"
    f"|(?<=[{_DIGITS}]) (?P<number>[.:!,;?…])(?! ?[\\w.…])"
    f"|(?<=[{_LATIN}]) (?P<latin>[.,])(?=\\s|\\Z)(?! \\.)"
    f"|(?<=[{LETTERS}{MARKS}]) (?P<dots>\\.{{2,}}|…)(?=\\s|\\Z)"
    f'|(?<=[{LETTERS}{MARKS}»")]) (?P<stop>[.!:])(?=[{LETTERS}])'
)
_ANY_GAP = re.compile(" [.,:!;?…،؛؟]")
_LATIN_GAP = re.compile(r"(?<![\s.,]) (?=[.,](?:\s|\Z))(?!\. \.)")
_DOUBLE_STOP = re.compile("(؟|(?<![A-Za-z])!) ?\\.{1,2}(?![.\\w])|(؟) (?=[؟!])")
_REPEATED = re.compile("([،؛؟!?])\\1++|(\\.)\\.{3,}+|(…)…++")
_TWO_APOSTROPHES = re.compile("(?<![\\d'])(?:''|’’|‘‘)(?!')")  # not the inches of 5'11''
_SWAPPED_COLON = re.compile('(?<=[:،]) ?(["“«]) (?=\\S)')
_SWAPPED_CURLY = re.compile("(?<=[\\s:،(])” (?=\\S)|(?<=\\S) “(?=[\\s.,،؛:؟!)]|\\Z)")
_OPENING = re.compile("(?:(?<=[\\s:،(])|\\A)([«“(\\[]) (?=\\S)")
_CLOSING = re.compile("(?<=\\S) ([»”)\\]])(?=[\\s.,،؛:؟!]|\\Z)")


def stray_marks(text: str) -> Iterator[Change]:
    """Yield the lone letter or ornament that an author typed at the end of his lines.

    At least three lines must end in the same one, after a stop, or two in ه: a
    Hijri year (1444 ه) or the last word of a single line is no such mark. What
    follows a colon may be the answer itself (أحمد: أ), so colons prove nothing, and
    after them only ه goes, where three lines prove it. Three lines also prove it behind a
    comma, a bracket or a word, as in the title.
    """
    found = list(_STRAY.finditer(text))
    count = Counter(match.group(2) for match in found if match.group(1) != ":")
    heh = sum(count[mark] for mark in _STRAY_HEH)
    changes = []
    for match in found:
        stop, mark = match.groups()
        proven = count[mark] >= _STRAY_LINES or (mark in _STRAY_HEH and heh >= _HEH_LINES and stop != ":")
        if proven and (stop != ":" or mark in _STRAY_HEH):
            changes.append(Change(match.start(), match.end(), stop, "stray-mark"))
    if heh >= _HEH_LINES:
        changes += [
            Change(match.start(), match.end(), "", "stray-mark") for match in _HEH_AFTER_YEAR.finditer(text)
        ]
    if heh >= _STRAY_LINES:
        changes += [
            Change(match.start(), match.end(), "", "stray-mark")
            for match in _HEH_AFTER_WORD.finditer(text)
            if not _CENTURY.search(text, max(0, match.start() - 30), match.start())
        ]
    yield from sorted(changes)


def _by_line(
    arabic: Callable[[str], Iterator[Change]], latin: Callable[[str], Iterator[Change]] | None = None
) -> Callable[[str], Iterator[Change]]:
    """Return a rule over a text that asks ``arabic`` or ``latin`` about each line."""

    def rule(text: str) -> Iterator[Change]:
        for line in _LINE.finditer(text):
            content = line.group()
            about = arabic if _ARABIC.search(content) else latin
            if about is None:
                continue
            start = line.start()
            for change in about(content):
                yield change._replace(start=change.start + start, end=change.end + start)

    return rule


def _arabic_gaps(line: str) -> Iterator[Change]:
    if not _ANY_GAP.search(line):
        return
    for match in _GAP.finditer(line):
        mark = match.group().strip()
        swapped = match.lastgroup == "stop" or match.group("glued") is not None
        after = mark + " " if swapped else mark
        yield Change(match.start(), match.end(), after, "space-before-punctuation")


def _latin_gaps(line: str) -> Iterator[Change]:
    for match in _LATIN_GAP.finditer(line):
        yield Change(match.start(), match.end(), "", "space-before-punctuation")


def _arabic_stops(line: str) -> Iterator[Change]:
    if "؟" not in line and "!" not in line:
        return
    for match in _DOUBLE_STOP.finditer(line):
        yield Change(match.start(), match.end(), match.group(match.lastindex or 0), "double-stop")


def repeated(text: str) -> Iterator[Change]:
    """Yield runs of the same mark as one of it, and of four or more full stops as three."""
    for match in _REPEATED.finditer(text):
        mark = match.group(match.lastindex or 0)
        yield Change(match.start(), match.end(), "..." if mark == "." else mark, "repeated-punctuation")


def _two_apostrophes(line: str) -> Iterator[Change]:
    """Yield two apostrophes, typed for a quotation mark, as one."""
    found = list(_TWO_APOSTROPHES.finditer(line))
    if len(found) > 1:
        for match in found:
            yield Change(match.start(), match.end(), '"', "two-apostrophes")


def _arabic_quotes(line: str) -> Iterator[Change]:
    """Yield spaces just inside quotation marks and brackets; straight quotes open and close in turn."""
    changes = []
    # Typed from right to left as they look, ” opens and “ closes.
    swapped = 0 <= line.find("”") < line.find("“")
    if line.find("»") >= line.find("«"):  # else they are swapped too, and open where they seem to close
        changes += [
            Change(m.start(), m.end(), m.group(1), "space-in-quotes")
            for pattern in (_OPENING, _CLOSING)
            for m in pattern.finditer(line)
            if not (swapped and m.group(1) in "“”")
        ]
    if '"' in line:
        changes += _straight_quotes(line)
    if swapped:
        changes += [
            Change(m.start(), m.end(), m.group().strip(), "space-in-quotes")
            for m in _SWAPPED_CURLY.finditer(line)
        ]
    changes.sort()
    end = 0
    for change in changes:
        if change.start >= end:
            yield change
            end = change.end


def _straight_quotes(line: str) -> Iterator[Change]:
    position = line.find('"')
    opening = True
    while position >= 0:
        before = line[position - 1 : position] or " "
        after = line[position + 1 : position + 2] or " "
        if opening and after == " " and before in " :،(" and position + 2 < len(line):
            start = position
            text = '"' if before in " (" else ' "'
            yield Change(start, position + 2, text, "space-in-quotes")
        elif not opening and before == " " and position > 0 and (after.isspace() or after in ".,،؛:؟!)»"):
            yield Change(position - 1, position + 1, '"', "space-in-quotes")
        opening = not opening
        position = line.find('"', position + 1)


gaps = _by_line(_arabic_gaps, _latin_gaps)
double_stops = _by_line(_arabic_stops)
apostrophes = _by_line(_two_apostrophes)
quotes = _by_line(_arabic_quotes)
