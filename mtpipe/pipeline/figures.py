"""Puts figures right that a model changed: 50 that became 500, 75 % that became 75, 14/10/2017 that became 14/2017.

A small model copies digits one by one and slips. Where the checks say which figure became which, and both are
plain digits, nothing but the figure needs to be translated again, and the source says what it is.
"""

from __future__ import annotations

import re

from mtpipe.data import Hypothesis
from mtpipe.guard import Pair
from mtpipe.guard.dates import changed_dates
from mtpipe.guard.number_reading import Number
from mtpipe.guard.numbers import bare_percentages, changed_numbers
from mtpipe.languages import ADDRESS
from mtpipe.pipeline.mending import Links, mended, reset

_HOW = "figure put right"
_PLAIN = re.compile(r"\d+|\d{1,3}(?:[.,' \u00a0\u202f\u2009،]\d{3})+|\d+[.,]\d+")
# Surely thousands: set apart by anything but a point, or by points twice, or round.
_THOUSANDS = re.compile(
    r"[1-9]\d{0,2}(?:[,' \u00a0\u202f\u2009،]\d{3})+|[1-9]\d{0,2}(?:\.\d{3}){2}|[1-9]\d{0,2}\.\d00"
)
_DECIMAL = re.compile(r"\d+[.,]\d+")
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?![.,]?\d)")
_TIME = re.compile(r"(?<![\d:.,/])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?![\d:])")
_PERCENT = re.compile(r"\s*(?:[%٪]|(?:في|ب)\s?ال?م[ائ]+ة)")
_POINTED = re.compile(r"(?<![\d.,])\d+\.\d{1,2}(?![.,]?\d)")
_ASCII = str.maketrans("٠١٢٣٤٥٦٧٨٩٬", "0123456789,")
_CURRENCY = "$€£"
# A figure in pieces: nothing says which of them is to go.
_MORE_BEFORE = re.compile(r"\d[\s.,]$")
_MORE_BEHIND = re.compile(r"[\s.,]?\d")
_SLIP = 2  # digits that a slip may add to a figure
_NO_BREAK, _NARROW = "\u00a0", "\u202f"


def put_right(text: str, target: str, made: Hypothesis, source: str) -> Hypothesis:
    """Return ``made``, a translation of ``text``, with the figures that the source has; itself where it has them."""
    pair = Pair(text, made.text, source, target, made.links)
    edits = [
        (new.at, new.text, _written(old.text, target))
        for old, new in changed_numbers(pair)
        if _plain(old) and _plain(new) and not _runs_together(old, new)
    ]
    edits += [
        (new.at, new.text, _percentage(new.text, target)) for _, new in bare_percentages(pair) if _plain(new)
    ]
    edits += [(at, new, old) for old, new, at in changed_dates(pair)]
    fixed, links = made.text, made.links
    for at, old, new in sorted(edits, reverse=True):
        fixed, links = _replaced(fixed, links, at, old, new)
    return made if fixed == made.text else mended(made, fixed, _HOW, links)


def timed(text: str, made: Hypothesis) -> Hypothesis:
    """Return ``made`` with the times of day of ``text`` where they have a figure too many: 14:005, 21,000 for 21:00."""
    if ":" not in text:
        return made
    fixed, links = made.text, made.links
    source = ADDRESS.sub(" ", text).translate(_ASCII)
    for time in _TIME.finditer(source):
        hour, minute = time["hour"], time["minute"]
        # With anything but a colon it may be another number, if not that very one.
        spoilt = rf"(?<![\d:.,])0?{int(hour)}(?::(?:{minute}\d+|0+{minute})|[.,\u202f]{minute}0)(?![\d:])"
        found = re.search(spoilt, fixed)
        kept = re.search(rf"(?<!\d){time.group()}(?!\d)", fixed)
        if found is None or kept or re.search(spoilt, source):
            continue
        at = len(fixed[: found.start()].split()) - (
            found.start() > 0 and not fixed[found.start() - 1].isspace()
        )
        fixed, links = _replaced(fixed, links, at, found.group(), time.group())
    return made if fixed == made.text else mended(made, fixed, _HOW, links)


def grouped(text: str, target: str, made: Hypothesis) -> Hypothesis:
    """Return ``made`` with thousands set apart as French does it, where they have a comma or a point as in the source.

    In French 3,500 is three and a half. What may be a decimal fraction, and addresses, stay. In English a fraction that
    the source writes with a point has one.
    """
    if target == "en":
        return _pointed(text, made)
    if target != "fr" or ("," not in made.text and "." not in made.text):
        return made
    source = ADDRESS.sub(" ", text).translate(_ASCII)
    fixed, links = made.text, made.links
    for match in _GROUPED.finditer(source):
        figure = match.group()
        if not _THOUSANDS.fullmatch(figure) or _PERCENT.match(source, match.end()):
            continue
        pattern = rf"(?<![\d.,]){re.sub('[.,]', '[.,]', figure)}(?![.,]?\d)"
        for found in reversed(list(re.finditer(pattern, fixed))):
            if any(one.start() <= found.start() < one.end() for one in ADDRESS.finditer(fixed)):
                continue
            at = len(fixed[: found.start()].split()) - (
                found.start() > 0 and not fixed[found.start() - 1].isspace()
            )
            fixed, links = _replaced(fixed, links, at, found.group(), _written(figure, target))
    if fixed == made.text:
        return made
    return reset(made, fixed, links)


def _pointed(text: str, made: Hypothesis) -> Hypothesis:
    wanted = {found.group() for found in _POINTED.finditer(text.translate(_ASCII).replace("٫", "."))}
    fixed = made.text
    for figure in wanted:
        fixed = re.sub(rf"(?<![\d.,]){figure.replace('.', ',')}(?![.,]?\d)", figure, fixed)
    if fixed == made.text:
        return made
    return reset(made, fixed)


def _plain(number: Number) -> bool:
    return number.digits and _PLAIN.fullmatch(number.text) is not None


def _runs_together(old: Number, new: Number) -> bool:
    """Tell whether ``new`` is rather several figures of the source, as of a telephone number: 111 555 080."""
    digits, written = (re.sub(r"\D", "", number.text) for number in (old, new))
    return bool(re.search(r"\s", new.text)) and len(written) - len(digits) > _SLIP


def _written(figure: str, target: str) -> str:
    """Return a figure of the source as the target language writes it; digits without marks stay as they stand."""
    if _THOUSANDS.fullmatch(figure):
        digits = f"{int(re.sub(r'[^0-9]', '', figure)):,}"
        return digits.replace(",", _NARROW) if target == "fr" else digits
    if _DECIMAL.fullmatch(figure):
        return figure.replace(".", ",") if target == "fr" else figure.replace(",", ".")
    return figure


def _percentage(figure: str, target: str) -> str:
    return f"{figure}{_NO_BREAK}%" if target == "fr" else f"{figure}%"


def _replaced(text: str, links: Links, at: int, old: str, new: str) -> tuple[str, Links]:
    """Write ``new`` for ``old`` in the word ``at`` of ``text`` and move the links behind it."""
    words = list(re.finditer(r"\S+", text))
    if at >= len(words) or (start := text.find(old, words[at].start())) < 0:
        return text, links
    before, behind = text[:start], text[start + len(old) :]
    others = re.sub(r"\D", "", old) != re.sub(r"\D", "", new)
    if others and (_MORE_BEFORE.search(before) or _MORE_BEHIND.match(behind)):
        return text, links
    if new.endswith("%") and before[-1:] in _CURRENCY and before:
        before = before[:-1]
    changed = before + new + behind
    more = len(changed.split()) - len(text.split())
    return changed, tuple((here, max(at, there + more) if there > at else there) for here, there in links)
