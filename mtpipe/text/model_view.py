"""A cleaned segment into what the model reads."""

from __future__ import annotations

import re
import unicodedata

from mtpipe.text.characters import INVISIBLE, LETTERS, MARKS, SPACES
from mtpipe.text.finals import with_known_finals

_WORD = re.compile(f"[{LETTERS}{MARKS}\u0640]++")
_MARK = re.compile("[\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
_ANY_MARK = _MARK.search
_HIDDEN = re.compile(f"[{INVISIBLE}\u200d]++")
_TATWEEL = re.compile(f"(?<=[{LETTERS}{MARKS}])\u0640++(?=[{LETTERS}{MARKS}])")
_SPACES = re.compile(f"[{SPACES}]++")
# «و أضاف», «ب المدينة»: Arabic writes these words together with the next one. These patterns begin with what is rare in
# a text, and look back afterwards: that is three times as fast.
_APART = re.compile(f'(?:و (?<![^\\s(«"“]. )(?=[{LETTERS}]{{2}})|[فبك] (?<![^\\s(«"“]. )(?=ال[{LETTERS}]))')
_CLOSE = re.compile(
    f'[،؛](?<=[{LETTERS}{MARKS}»")].)(?=[{LETTERS}«"(])|:(?<=[{LETTERS}{MARKS}].)(?=["«”“][{LETTERS}])'
)
_GLUED = re.compile(f'\\((?<=[{LETTERS}{MARKS}»"].)(?=[{LETTERS}])')
_BULLETS = "•▪▫■□●○◦‣⁃►▶◄◆❖✓✔★☆"
# Pictures and signs that no model knows, with what joins them; a degree sign is none.
_PICTURES = (
    "\u203c\u2049\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\u3030\U0001f000-\U0001faff\ufe0e\ufe0f\u20e3©®™"
)
_JOINERS = f"\u200d{INVISIBLE}"
# The number or letter («أ-») of a list item, and a star that no second one makes bold type.
_ENUMERATOR = (
    r"\(?(?:(?:[0-9]{1,2}|[\u0660-\u0669]{1,2})\s?[.)\u0640-]\s*|[أابجده]\u0640?\s?[)\u0640-]\s+)"
    rf"(?=[\"«“(]?[{LETTERS}])"
)
_STAR = r"\*++\s*(?![^*]*\*)"
_LEAD = re.compile(
    rf"[{_JOINERS}]*+(?:[{_BULLETS}{_PICTURES}][{_JOINERS}]*+\s*|[*–—-]\s+|{_STAR}|{_ENUMERATOR})+"
)
_IS_PICTURE = re.compile(f"[{_PICTURES}{_JOINERS}]").match
_ANY_PICTURE = re.compile(f"[*{_BULLETS}{_PICTURES}\u2190-\u21ff]").search
# Between words a bullet or an arrow parts, or leads on.
_BETWEEN = re.compile(rf"(?<=\S) (?:[{_BULLETS}\u2190-\u21ff]+|(?<!\d )\*+) (?=\S)")
_LEFT = re.compile(rf"[{_BULLETS}{_PICTURES}]|(?<!\d)(?<!\d )\*+")
_UNSEEN = re.compile(rf"{_MARK.pattern}|[-*{_BULLETS}{_PICTURES}\u2190-\u21ff]")
# Letters that name something: the group B, vitamin K.
_LABELLED = re.compile(
    r"(?:مجموعة|فئة|فيتامين|نقطة|فقرة|بند|درجة|شعبة|فريق|صف|فرع|باب|قسم|ملحق|مستوى|طراز|خط|بطاقة)\s\Z"
)
_SIGN_FIRST = re.compile(r"(?<![\w%٪])(?<!\d )[%٪] ?(\d+(?:[.,٫]\d+)*)(?![\w%٪])")


def for_model(text: str) -> str:
    """Return the model's view of a cleaned segment.

    NFC; invisible characters and tatweel inside words gone; every space an
    ordinary one; vocalisation stripped from words with at least one mark to two
    letters, since models were trained on bare text and read such words letter
    by letter. A space after a comma that has none, or a colon before a quotation;
    none after «و» that stands apart; the percent sign behind its number. Bullets,
    pictures, dashes and a list item's number around it are left out, see ``signs_around``;
    so are the stars of bold type. A last letter ه,
    ى or ي may become the one that most of the press writes there, see ``finals``; no
    other letter or digit is ever changed, added or left out.
    """
    lead, trail = signs_around(text)
    text = text[len(lead) : len(text) - len(trail)]
    text = unicodedata.normalize("NFC", _HIDDEN.sub("", text))
    text = _SPACES.sub(" ", _TATWEEL.sub("", text))
    if _ANY_PICTURE(text):
        text = _SPACES.sub(" ", _LEFT.sub("", _BETWEEN.sub(" - ", text)))
    if _ANY_MARK(text):
        text = _WORD.sub(_bare, text)
    text = _CLOSE.sub(lambda found: found.group() + " ", text)
    if "%" in text or "٪" in text:
        text = _SIGN_FIRST.sub(r"\1%", text)
    text = _GLUED.sub(" (", text)
    return with_known_finals(_APART.sub(_together, text).strip())


def _together(found: re.Match[str]) -> str:
    letter = found.group()[0]
    labelled = letter != "و" and _LABELLED.search(found.string[max(0, found.start() - 12) : found.start()])
    return found.group() if labelled else letter


def signs_around(text: str) -> tuple[str, str]:
    """Return the bullets, pictures and number before a segment's text and the pictures behind it, spaces included.

    They belong to the page, not to the language; a segment of nothing else has none.
    """
    found = _LEAD.match(text)
    lead = found.group() if found else ""
    end = len(text)
    while end > len(lead) and (text[end - 1].isspace() or _IS_PICTURE(text, end - 1)):
        end -= 1
    trail = text[end:] if text[end:].strip() else ""
    return (lead, trail) if len(lead) + len(trail) < len(text) else ("", "")


def words_shown(seen: str, shown: str) -> list[set[int]] | None:
    """Return for each word of ``seen``, the model's view of ``shown``, which words of ``shown`` it stands for.

    Words as ``text.split()`` has them; None where the two differ in more than spaces, marks and order of signs.
    """
    ours, yours = _letters(seen), _letters(shown)
    if len(ours) != len(yours):
        return None
    found: list[set[int]] = [set() for _ in seen.split()]
    for here, there in zip(ours, yours, strict=True):
        found[here].add(there)
    return found


def _letters(text: str) -> list[int]:
    """Return for each visible character that is no vowel mark, bullet, picture or dash the number of its word."""
    bare = unicodedata.normalize("NFC", _HIDDEN.sub("", text))
    return [
        number for number, word in enumerate(bare.split()) for _ in _UNSEEN.sub("", _TATWEEL.sub("", word))
    ]


def _bare(match: re.Match[str]) -> str:
    word = match.group()
    bare = _MARK.sub("", word)
    return bare if (len(word) - len(bare)) * 2 >= len(bare) > 0 else word
