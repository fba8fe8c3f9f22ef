"""One table of languages, and which language a text is in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mtpipe.errors import UsageError


@dataclass(frozen=True, slots=True)
class Language:
    """What the stages need to know about a language.

    ``code`` is BCP-47, ``nllb`` the FLORES-200 code, ``marian`` the code of
    multi-target Marian models, ``tokenizer`` what sacrebleu's BLEU should use,
    ``quotes`` how the language opens and closes a quotation.
    """

    code: str
    name: str
    own_name: str
    direction: str
    nllb: str
    marian: str
    tokenizer: str
    quotes: tuple[str, str]


_TABLE = (
    Language("ar", "Arabic", "العربية", "rtl", "arb_Arab", "ara", "intl", ("«", "»")),
    Language("en", "English", "English", "ltr", "eng_Latn", "eng", "13a", ('"', '"')),
    Language("fr", "French", "français", "ltr", "fra_Latn", "fra", "13a", ("«\u00a0", "\u00a0»")),
)
LANGUAGES = {language.code: language for language in _TABLE}


def language(code: str) -> Language:
    """Return the table's row for ``code``; UsageError names the codes there are."""
    if code not in LANGUAGES:
        raise UsageError(f"unknown language {code!r} (known: {', '.join(LANGUAGES)})")
    return LANGUAGES[code]


# Arabic script with its marks and presentation forms; Latin script.
_ARABIC = re.compile(
    "[\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]+"
)
_ARABIC_WORD = re.compile("(?<![\u0620-\u064a])[\u0620-\u064a\u064b-\u0652]{2,}(?![\u0620-\u064a])")
_LATIN_WORD = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+")
_LETTER = re.compile(r"[^\W\d_]")
# Letters of Persian, Urdu, Kurdish, Pashto and Uyghur that no Arabic keyboard gives. Not among them are
# Persian yeh and kaf (U+06CC, U+06A9) and U+06BE, with which much Arabic is typed.
_NOT_ARABIC = re.compile(
    "[\u067e\u0686\u0698\u06af\u0679\u0688\u0691\u06ba\u06c1\u06d2\u06d5\u06c6\u06c7\u06ce\u0695\u06b5\u067c\u0681"
    "\u0685\u0689\u0693\u0696\u069a\u06bc\u06cb\u06d0]"
)
# The commonest Persian words that are no Arabic ones: whole Persian paragraphs have few of those letters.
_PERSIAN_WORD = re.compile(r"(?<!\w)(?:از|را|که|است|های|برای|شده|نیست|هستند)(?!\w)")
_LETTERS_A_WORD = 4

# URLs, e-mail addresses, handles and hashtags: they are of no language, and stand in a translation as they are.
ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s«»\"“”<>()،]+[^\s«»\"“”<>()،.,;:!?؟]|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w/])[@#]\w{2,}|(?<![\w@./-])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|gov|edu|info|tv|fr|uk|io)\b"
)

# The commonest words that tell the languages in Latin script apart; a word of
# two languages counts for both. "other" gathers the neighbours.
_STOP_WORDS = {
    "en": (
        "the of and to in is was that it for on with as he be at by his had not are but from or have an they "
        "which you were her all she there would their we him been has when who will more no if out so said "
        "what up its about into than them can only other new some could time these two may then do first any "
        "my now such like our over me even most after also did many before must through where much your how "
        "us this why because here just very against between under while says don it's i"
    ),
    "fr": (
        "le la les de des du un une et est à au aux en dans par pour sur avec qui que quoi dont où il elle "
        "ils elles nous vous je tu on ne pas plus ce cette ces cet se sa son ses leur leurs mais ou donc ni "
        "car si comme être été sont était ont avait fait sans sous entre après avant contre aussi bien très "
        "tout tous toute toutes deux même peut selon depuis chez vers lors ainsi alors encore c d l qu n s j m "
        "pourquoi comment quand quel quelle quelles quels parce merci"
    ),
    "other": (
        "der die das und ist nicht ein eine den von zu mit dem des sich auf für im ich auch es an werden aus "
        "bei hat dass wir nach wird sind noch wie einem über einen so zum war haben nur oder aber vor zur bis "
        "el los las y del se por con una su para es al lo como más pero sus ya este porque esta muy sin sobre "
        "también me hasta hay donde desde nos durante uno ni contra ese "
        "il di che è per non sono della dei si gli ha anche lo alla più nel ma delle questo da dal degli "
        "o os as não uma dos das ao pela pelo mais foi são também num muito "
        "het een van niet te op dat zijn voor ook aan maar om naar bij uit wordt "
        "och att det som på är av för till inte den har jag ett men "
        "ve bir bu için ile olarak daha çok olan gibi sonra kadar değil ancak "
        "nie na się jest że w z o jak ale za od tym"
    ),
}
_VOTES = {code: frozenset(words.split()) for code, words in _STOP_WORDS.items()}
_FRENCH_LETTERS = re.compile("[àâçèéêëîïôùûœæ]")
_FOREIGN_LETTERS = re.compile("[ñßüöäøåąćęłńśźżşğıõãáíóúìòčšžřůő¿¡]")


def identify(text: str, prefer: str = "") -> str:
    """Return the language of ``text``: "ar", "en", "fr", "other", or "und" where it has no letters.

    Looks at scripts, then at stop words and letters. ``prefer`` is the answer
    where the script allows it and no more than one word speaks for another
    language, as in names and short headings. Addresses count for nothing beside other letters.
    """
    text = _without_addresses(text)
    arabic = sum(map(len, _ARABIC.findall(text)))
    latin = _LATIN_WORD.findall(text)
    latin_size = sum(map(len, latin))
    if not arabic and not latin_size:
        return "other" if _LETTER.search(text) else "und"
    if arabic >= latin_size or (len(_ARABIC_WORD.findall(text)) > 1 and not _has_stop_words(latin)):
        foreign = len(_NOT_ARABIC.findall(text)) + _LETTERS_A_WORD * len(_PERSIAN_WORD.findall(text))
        return "other" if foreign * 20 > arabic else "ar"
    if len(text) > 4 * (latin_size + arabic) and len(_LETTER.findall(text)) > 2 * latin_size:
        return "other"
    return _latin_language(text.lower(), [word.lower() for word in latin], prefer)


def _without_addresses(text: str) -> str:
    if "." not in text and "@" not in text and "#" not in text:
        return text
    rest = ADDRESS.sub(" ", text)
    return rest if _LETTER.search(rest) else text


def _has_stop_words(latin: list[str]) -> bool:
    # A lone letter may be part of a name: C++, J. Smith.
    words = {word.lower() for word in latin if len(word) > 1}
    return any(not words.isdisjoint(votes) for votes in _VOTES.values())


def is_stop_word(word: str, language: str) -> bool:
    """Tell whether ``word`` is one of the commonest words of English or French; False for other languages."""
    return word.lower() in _VOTES.get(language, ())


def _latin_language(text: str, words: list[str], prefer: str) -> str:
    votes = {code: sum(1 for word in words if word in stop) for code, stop in _VOTES.items()}
    if "'" in text or "’" in text:
        votes["en"] += text.count("'s ") + text.count("’s ") + text.count("n't") + text.count("n’t")
    votes["fr"] += len(_FRENCH_LETTERS.findall(text)) // 2
    votes["other"] += len(_FOREIGN_LETTERS.findall(text))
    best = max(votes.values())
    leaders = [code for code, count in votes.items() if count == best]
    if prefer in votes and votes[prefer] + 1 >= best:
        return prefer
    if best and len(leaders) == 1:
        return leaders[0]
    if _FRENCH_LETTERS.search(text) and votes["fr"] == best:
        return "fr"
    return leaders[0]
