"""Negation: a source that plainly negates and a translation that does not, or not thereabouts."""

from __future__ import annotations

import math
import re

from mtpipe.data import Finding
from mtpipe.guard.number_words import MARKS, plain
from mtpipe.guard.pair import Pair

# In the spelling of ``plain``: لم لن ليس عدم دون always negate; لا before a verb in the imperfect and some nouns.
_ARABIC = re.compile(
    r"(?<!\w)(?:[وف]?(?:(?:لم|لن) (?!ال)(?=[ياتن]\w{2,})|ا?لا (?=[يتن]\w{2,})|(?:ليس(?:ت|وا)?|لست|لسنا)(?!\w)"
    r"|لا (?:احد|شيء?|وجود|جدوي|علاقه)(?!\w)|(?:(?<![\"“«])ب?دون|بلا)(?!\w))|[وفبل]?عدم(?!\w))"
)
# No negation of what follows: لا يزال "still", لا بد "must", لا سيما "above all", «طائرة بدون طيار» a drone.
_IDIOMS = re.compile(
    r"(?<!\w)[وف]?(?:(?:لم|لا|الا)? ?[يتن]كد|الا ان\w*|لا ?سيما|لا نهاي?ئ?\w*|لا [يت]تجاوز\w*|لا ?[يت]زال\w*"
    r"|لا ?زال\w*|لم [يتن]زل\w*"
    r"|ان لم [يت]كن|لا بد|[بم]?لا شك|(?:ليس|لا يوجد|ما من|لم يعد)(?: هناك| ثمه| لدي\w*| من)?(?: اي| ادني)? شك|مما لا"
    r"|لا [يت]عدو\w*|لا محال\w*|لا يخفي|لا يستهان|لا [يت]قل|لا باس|لا [يت]عد|لا [يتن]فو?ت\w*|(?:لا|لم) [يتن]نس\w*"
    r"|لا يمكن (?:ال)?انكار\w*|عدم انحياز|ب?دون طيار|ما دون|دون ?سن|الي ان لا)(?!\w)"
)
# Negations around these come and go: لم … إلا is "only".
_NOT_TO = re.compile(
    r"(?<!\w)([وف]?)ألا(?= [يتن]\w{2,})"
)  # أن لا, which plain spelling does not tell from إلا
_OTHERWISE = re.compile(r"(?<!\w)[وف]?(?:سوي|لولا|كلما|مهما|الا)(?!\w)")

# Words that negate by themselves, wherever they stand.
_PLAIN = {
    "en": r"not|no|never|none|nobody|nothing|nowhere|neither|nor|cannot|without|\w*n['’]t",
    "fr": r"ne|non|pas|jamais|aucune?s?|rien|personne|ni|nulle?s?|sans|n['’]\w+",
    "ar": r"لا|لم|لن|ليس\w*|لست|لسنا|غير|دون|بدون|عدم|بلا|ما|كلا|الا|سوي|رفض\w*|نف[يت]\w*",
}
# Words that may render a negation: prefixes, "only" for «لم … إلا», verbs of refusing and lacking.
_LATENT = {
    "en": (
        r"un(?!i[tvoqf]|der|dr|til|cle|dp|fortunat)\w{3,}|unclear\w*|unif\w+ed|non-?\w*|\w{3,}less(?:ly)?"
        r"|mis[^st]\w+|subst\w+|under(?= \d)"
        r"|in(?:ab|ac|ad|ap|att?e|au|cap|coh|comp[elar]|conc|cons|cont[ei]|conv|corr|cre?d|dec[ei]|def|diff|dom|disc|disp|eff"
        r"|el[ie]|eq|esc|ev|exp|ext|feas|firm|flex|freq|hosp|hum|jus|nocen|num|op[ep]|sec|stab|sens|sep|sign|sol[uv]|suff"
        r"|tang|tol|vis|valid|var)\w+|im(?:po[st]s|perf|pene|pati|parti|prob|prac|mob|mor|mun|bal|mat)\w+"
        r"|ir(?!a|is|on|el)\w{4,}|il(?:leg|log|lic|lit)\w*|a(?:typic|symp|political)\w+"
        r"|dis(?:ab|ag|ap|ar|comf|cont|cour|eng|hon|int|like|miss|obe|ob|order|own|pleas|pro|qual|reg|res|sat|sim|sol|sua|tr|unit)\w*"
        r"|only|alone|just|merely|simply|until|before|unless|hardly|barely|scarcely|rare\w*|seldom|few\w*|little"
        r"|less|least"
        r"|too|lack\w*|fail\w*|refus\w*|den(?:y|i\w+)|reject\w*|except\w*|instead|rather|avoid\w*|prevent\w*"
        r"|ban(?:s|ned)?"
        r"|forb[ia]d\w*|prohibit\w*|stop\w*|miss(?:ed|es|ing)?|absen\w+|otherwise|yet to|any\w*|free (?:of|from)"
        r"|far from|exclud\w*|difficult\w*|hard|fals[ei]\w*|silen\w+|beyond|beat\w*|los[et]\w*|rid|ignor\w*|away"
        r"|resist\w*|declin\w*"
        r"|reluctan\w*|against|oppos\w*|contrary|stay\w*|ke(?:ep\w*|pt)|remain\w*|ever|abst\w+|neglect\w*"
        r"|short of|off"
        r"|lest|help but|more than|other than|stuck|still|despite|vain|waiv\w*|cease\w*|broke\w*|barred|withh\w+"
        r"|spare\w*|else|empty|out of|withdr\w+|end(?:ed|s)?|close[ds]?|let alone|offline|indomit\w+|mistrust\w*"
    ),
    "fr": (
        r"in(?:a[bcdptu]|ass|att|av|cap|coh|comp|conc|cond|conf|cons|cont(?:e?s|r[ôo])|conv|corr|cr(?:oy|éd)|déc|dép|dés|dis[cpt]"
        r"|diff|dom|eff|él|ég|esp|év|ex|fai|fid|flex|fond|fr[ua]|ju[ss]|nocen|nom|op[ép]|stab|ouï|quiét|sais|satis"
        r"|sens|sép|sign"
        r"|sol|souc|soup|suff|sup|tol|touch|util|valid|var|vis|vrais|va?inc|oubli|su|demn|certit)\w*"
        r"|im(?:po[st]s|perf|pr[éo][vdb]|pen|pui|pra|mob|mor|mun|mua|pat|pass)\w+|irr[ée]\w{2,}"
        r"|il(?:lég|log|lis|lim)\w*"
        r"|dis(?:prop|cord|conv)\w+|dés?(?:a[cgmpr]|e[nsq]|h|in|o[br]|u|app|ss?er|pourv|mun|rég|cou|con[ns])\w+"
        r"|mal(?:h?onn|sain|vei|vo|gré|hab)\w*"
        r"|mé(?:c[oh]|fi|pri|sent)\w+|asympt\w+|seul\w*|uniquement|simplement|juste|sauf|sinon|faute|manqu\w*"
        r"|échou\w*|échec"
        r"|refus\w*|loin|peu|rare\w*|interdi\w*|empêch\w*|évit\w*|absen\w+|plutôt|cess\w+|ni\w{1,2}|nie[rn]\w*"
        r"|rejet\w*"
        r"|moins|hormis|except\w*|trop|difficile\w*|fau(?:x|sses?|ssement)|silen\w+|lieu|perd\w*|contraire\w*|hors"
        r"|arrêt\w*|toujours|encore|guère|à peine|avant|jusqu\w*|tant que|exclu\w*|écart\w*|abst\w+|ignor\w*"
        r"|oppos\w*|contre"
        r"|privé\w*|oubli\w*|rédui\w*|vain|épargn\w*|plus que|autre\w* que|fallacieu\w*|anonym\w*|rest\w+"
        r"|libre\w*|restr\w+"
        r"|illusi\w+|vide\w*|mauvais\w*|d['’]ici|dernier\w*|inférieur\w*|espoir que|vierge\w*|drone\w*|démuni\w*"
        r"|de (?:peur|crainte)|évident\w*|égal|fich\w+|gên\w+"
    ),
    "ar": r"(?!)",
}
_NEGATIVE = {
    code: re.compile(rf"(?<!\w)(?:(?P<plain>{_PLAIN[code]})|{_LATENT[code]})(?!\w)", re.IGNORECASE)
    for code in _PLAIN
}
# Words of these that stand for another word of the source, where that has one, negate nothing.
_EXPLAINED = {
    "en": {
        r"only|alone|just|merely|simply": "فقط|وحيد|وحد|مجرد|حصر|ببساط",
        r"against|oppos\w*": "ضد|معارض|عارض|مقابل|مواجه|مناهض",
        r"until": "حت[يي]", r"before": "قبل|امام", r"any\w*": r"(?<!\w)[وبلف]?اي[هة]?(?!\w)", r"more than": "اكثر|اطول",
        r"least": "اقل", r"despite": "رغم", r"too": "ايض|كذلك", r"off|away|out of|beyond": "بعيد|خارج",
        r"stop\w*|cease\w*": "توقف|وقف", r"los[et]\w*": "خسر|خسار", r"fail\w*": "فشل", r"withdr\w*": "سحب",
        r"refus\w*|reject\w*|den(?:y|i\w+)": "رفض|انكر", r"end(?:ed|s)?|close[ds]?": "نها|انت[هه]|اغلق|قرب|قريب",
        r"difficult\w*|hard": "صعب", r"prevent\w*|ban(?:s|ned)?|prohibit\w*|forb\w*": "منع|حظر|محظور|ممنوع",
        r"independ\w*": "استقل|مستقل", r"illegal\w*": "قانون", r"unilateral\w*": "جانب|طرف",
    },
    "fr": {
        r"seul\w*|uniquement|simplement|juste": "فقط|وحيد|وحد|مجرد|حصر|واحد|ببساط",
        r"contre|oppos\w*": "ضد|معارض|عارض|مقابل|مواجه|مناهض",
        r"jusqu\w*|tant que": "حت[يي]|الي", r"avant": "قبل|امام", r"plus que": "اكثر|اطول", r"malgré": "رغم",
        r"cess\w*|arrêt\w*": "توقف|وقف|اعتق", r"perd\w*": "خسر|خسار", r"échou\w*|échec": "فشل",
        r"refus\w*|rejet\w*": "رفض", r"difficile\w*": "صعب", r"lieu": "مكان|حدث|جر[يت]", r"dernier\w*": "اخير|ماضي",
        r"empêch\w*|interdi\w*": "منع|حظر|محظور|ممنوع", r"indép\w*": "استقل|مستقل", r"écart": "بعيد|فارق",
        r"mauvais": "سي|سوء", r"libre\w*": "حر", r"oubli\w*": "نس[يو]", r"désar\w*": "نزع",
    },
}  # fmt: skip
_OTHER_WORDS = {
    code: tuple((re.compile(rf"(?:{words})", re.IGNORECASE), re.compile(source)) for words, source in table.items())
    for code, table in _EXPLAINED.items()
}  # fmt: skip
_FIRST = re.compile(r"ne$|n['’]", re.IGNORECASE)
_SECOND = {
    "pas",
    "jamais",
    "aucun",
    "aucune",
    "aucuns",
    "aucunes",
    "rien",
    "personne",
    "ni",
    "nul",
    "nulle",
    "non",
}
_JOINED = re.compile("[وف]|ب?دون|بلا")
_JOINING = (["او"], ["ام"], ["بل"], ["اذا"], ["ما"])
_BESIDE = 6  # words: «ne … pas» is one negation
_NEAR = 0.25  # how far a latent word may stand from where the negation should, as a share of the sentence
_SLACK = 14.0  # characters, for short sentences


def check_negation(pair: Pair) -> list[Finding]:
    """Find a source that negates, in one of the plain ways, and a translation without a negative word for it.

    A plain negative word counts wherever it stands, one that only may negate where the negation is expected; each for
    one negation. A negation that is joined to one before it, as in "neither … nor", may share that one's.
    """
    if pair.source_language != "ar" or pair.target_language not in _NEGATIVE:
        return []
    source = plain(_NOT_TO.sub(r"\1لا", MARKS.sub("", pair.source)))
    source = _IDIOMS.sub(lambda found: "_" * len(found.group()), source)
    found = list(_ARABIC.finditer(source))
    if not found or _OTHERWISE.search(source):
        return []
    negated, latent = _negative_words(pair, source)
    near = _NEAR + _SLACK / len(source)
    lost = []
    for number, match in enumerate(found):
        if number and _joined(source, match.start()):
            continue
        place = match.end() / len(source)
        closest = min(latent, key=lambda there: abs(there - place), default=math.inf)
        if abs(closest - place) <= near:
            latent.remove(closest)
        else:
            lost.append(match.start())
    if len(lost) <= negated:
        return []
    missing = [Finding("negation", f"“{_phrase(source, start)}” is not negated") for start in lost]
    return (
        missing[:1]
        if not negated
        else [Finding("negation", f"{len(lost)} negations, {negated} of them kept")]
    )


def _negative_words(pair: Pair, source: str) -> tuple[int, list[float]]:
    """Return how many plain negations the translation has, and where words stand that may be one."""
    negated, latent, last = 0, [], -1
    for match in _NEGATIVE[pair.target_language].finditer(pair.target):
        word = match.group()
        if not match["plain"]:
            if not _speaks_otherwise(word, pair.target_language, source):
                latent.append(match.start() / len(pair.target))
        elif word.lower() in _SECOND and last >= 0 and _words(pair.target, last, match.start()) <= _BESIDE:
            continue
        else:
            negated += 1
            last = match.start() if _FIRST.match(word) else last
    return negated, latent


def _speaks_otherwise(word: str, language: str, source: str) -> bool:
    """Tell whether a word that may negate stands for another word of the source."""
    return any(
        words.fullmatch(word) and others.search(source) for words, others in _OTHER_WORDS.get(language, ())
    )


def _words(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def _joined(text: str, start: int) -> bool:
    """Tell whether a negation is joined to one before it: by "and", "or", "but", or as "not without", "not if not"."""
    return bool(_JOINED.match(text, start)) or text[:start].split()[-1:] in _JOINING


def _phrase(text: str, start: int) -> str:
    return " ".join(text[start:].split()[:2])
