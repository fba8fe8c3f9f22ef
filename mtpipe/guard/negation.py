"""Negation: a source that plainly negates and a translation that does not."""

from __future__ import annotations

import re

from mtpipe.data import Finding
from mtpipe.guard.number_words import plain
from mtpipe.guard.pair import Pair

# In the spelling of ``plain``: لم لن ليس always negate; لا before a verb in the imperfect.
_ARABIC = re.compile(r"(?<!\w)[وف]?(?:(?:لم|لن|لا) (?=[ياتن]\w{2,})|(?:ليس(?:ت|وا)?|لست|لسنا)(?!\w))")
# «لم … إلا» is "only", «لا يزال» "still", «لا بد» "must", «لا سيما» "above all", «ليس فقط» "not only … but".
_NOT_PLAIN = re.compile(
    r"(?<!\w)[وف]?(?:ا?لم? ?يكد|الا|سوي|غير|لا ?سيما|لا ?[يت]زال\w*|لا ?زال\w*|لم [يتن]زل\w*|لا بد|لا شك|فقط|فحسب|حتي"
    r"|بل|وحد\w*|لا [يت]عدو|مجرد|لولا|اقل|الم|لا محال|لا يخفي|لا يستهان|لا يقل|لا باس|لا [يت]عد|كلما|مهما)(?!\w)"
)
_NEGATIVE = {
    "en": re.compile(
        r"\b(?:not|no|never|none|nobody|nothing|nowhere|neither|nor|cannot|without|lack\w*|fail\w*|refus\w*|un\w{3,}"
        r"|in(?!cl|te|de|fo|di|st|si|cr|no|ve|ha|du)\w{6,}|im(?:poss|prob|perf|mob|bal)\w+|ir\w{4,}|il(?:leg|log)\w*"
        r"|dis\w{4,}|mis\w{4,}|non\w*|\w{3,}less(?:ly)?|only|hardly|barely|rarely|seldom|few\w*|little|den(?:y|i\w+)|reject\w*|except\w*|instead"
        r"|rather|avoid\w*|prevent\w*|ban\w*|forbid\w*|forbad\w*|prohibit\w*|stop\w*|miss\w*|absen\w+|end\w*|otherwise|yet|but|anything"
        r"|any\w*|free|far|scarcely|least|less|despite|exclud\w*|too|difficult|hard|false|silen\w+|even|beyond|beat\w*|out|los[et]\w*|rid)\b|n['’]t\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:ne|non|pas|jamais|aucune?s?|rien|personne|ni|nulle?s?|sans|sauf|sinon|seul\w*|faute|manqu\w*|échou\w*|refus\w*|loin|peu|rare\w*"
        r"|in\w{4,}|im[bmp]\w{4,}|ir\w{4,}|il(?:lég|log)\w*|dé[sp]\w{3,}|mal\w{3,}|mé[cs]\w{3,}|interdi\w*|empêch\w*|évit\w*|absen\w+"
        r"|plutôt|cess\w+|ni\w+|rejet\w*|moins|hormis|except\w*|mais|trop|difficile\w*|fauss?e?|silen\w+|lieu|perd\w*|contraire\w*|hors|arrêt\w*|cependant|toujours)\b|\bn['’]",
        re.IGNORECASE,
    ),
    "ar": re.compile(
        r"(?<!\w)[وف]?(?:لا|لم|لن|ليس\w*|لست|لسنا|غير|دون|بدون|عدم|بلا|ما|كلا|الا|سوي|رفض\w*|نف[يت]\w*)(?!\w)"
    ),
}


def check_negation(pair: Pair) -> list[Finding]:
    """Find a source that negates, in one of the plain ways, and a translation without any negative word."""
    negative = _NEGATIVE.get(pair.target_language)
    if pair.source_language != "ar" or negative is None:
        return []
    source = plain(pair.source)
    found = _ARABIC.search(source)
    if found is None or _NOT_PLAIN.search(source) or negative.search(pair.target):
        return []
    return [Finding("negation", f"“{_phrase(source, found.start())}” is not negated")]


def _phrase(text: str, start: int) -> str:
    return " ".join(text[start:].split()[:2])
