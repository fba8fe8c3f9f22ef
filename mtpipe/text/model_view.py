"""A cleaned segment into what the model reads."""

from __future__ import annotations

import re
import unicodedata

from mtpipe.text.characters import INVISIBLE, LETTERS, MARKS, SPACES

_WORD = re.compile(f"[{LETTERS}{MARKS}\u0640]++")
_MARK = re.compile("[\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
_ANY_MARK = _MARK.search
_HIDDEN = re.compile(f"[{INVISIBLE}\u200d]++")
_TATWEEL = re.compile(f"(?<=[{LETTERS}{MARKS}])\u0640++(?=[{LETTERS}{MARKS}])")
_SPACES = re.compile(f"[{SPACES}]++")


def for_model(text: str) -> str:
    """Return the model's view of a cleaned segment.

    NFC; invisible characters and tatweel inside words gone; every space an
    ordinary one; vocalisation stripped from words with at least one mark to two
    letters, since models were trained on bare text and read such words letter
    by letter. Letters and digits are never changed.
    """
    text = unicodedata.normalize("NFC", _HIDDEN.sub("", text))
    text = _SPACES.sub(" ", _TATWEEL.sub("", text))
    if _ANY_MARK(text):
        text = _WORD.sub(_bare, text)
    return text.strip()


def _bare(match: re.Match[str]) -> str:
    word = match.group()
    bare = _MARK.sub("", word)
    return bare if (len(word) - len(bare)) * 2 >= len(bare) > 0 else word
