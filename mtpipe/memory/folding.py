"""Turns texts into a form in which one that a person writes is found in one that a model was shown."""

from __future__ import annotations

import re
import unicodedata

# What clean-up and the model's view write otherwise than people do: hamzas, last letters, see mtpipe/text/finals.py.
_LETTERS = str.maketrans("أإآٱةىئؤ", "ااااهيءء")
# Vowel marks, tatweel, and what nobody sees: marks of direction, joiners, soft hyphens.
_UNSEEN = re.compile(
    "[\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640"
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+"
)
_SPACES = re.compile(r"\s+")
# «و أضاف» is shown to models as «وأضاف».
_APART = re.compile(r"(?<!\w)([وفبك]) (?=\w)")


def folded(text: str) -> str:
    """Return ``text`` without what may differ between a word as people write it and as the memory holds it.

    Alike are ه and ة, ى and ي, all alifs, hamzas on whatever letter, capitals and small letters, all spaces; vowel
    marks, tatweel and invisible characters are left out.
    """
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(_LETTERS)
    return _APART.sub(r"\1", _SPACES.sub(" ", plain)).casefold()
