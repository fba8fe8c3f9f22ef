"""Negation: a source that plainly negates and a translation that does not, or not thereabouts."""

from __future__ import annotations

import re

from mtpipe.data import Finding
from mtpipe.guard.number_words import plain
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
    r"|لا بد|[بم]?لا شك|مما لا"
    r"|لا [يت]عدو\w*|لا محال\w*|لا يخفي|لا يستهان|لا [يت]قل|لا باس|لا [يت]عد|لا [يتن]فو?ت\w*|(?:لا|لم) [يتن]نس\w*"
    r"|لا يمكن (?:ال)?انكار\w*|عدم انحياز|ب?دون طيار|ما دون|دون ?سن|الي ان لا)(?!\w)"
)
# Negations around these come and go: لم … إلا is "only".
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
        r"un(?!i[tvoqf]|de?r\w|til|cle|dp|fortunat)\w{3,}|unclear\w*|unif\w+ed|non-?\w*|\w{3,}less(?:ly)?"
        r"|mis[^st]\w+|sub\w+"
        r"|in(?:ab|ac|ad|ap|att?e|au|cap|coh|comp[elar]|conc|cons|cont[ei]|conv|corr|cre?d|dec[ei]|def|diff|dom|disc|disp|eff"
        r"|el[ie]|eq|esc|ev|exp|ext|feas|firm|flex|freq|hosp|hum|jus|nocen|num|op[ep]|sec|sens|sep|sign|sol[uv]|suff"
        r"|tang|tol|vis|valid|var)\w+|im(?:po[st]s|perf|pene|pati|parti|prob|prac|mob|mor|mun|bal|mat|med)\w+"
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
        r"|more than|longer|other than|stuck|still|despite|vain|waiv\w*|cease\w*|broke\w*|bar(?:s|red)|withh\w+"
        r"|spare\w*|else|empty|out of|withdr\w+|end(?:ed|s)?|close[ds]?|let alone|offline|indomit\w+|mistrust\w*"
    ),
    "fr": (
        r"in(?:a[bcdptu]|ass|att|av|cap|coh|comp|conc|cond|conf|cons|cont(?:e?s|r[ôo])|conv|corr|cr(?:oy|éd)|déc|dép|dés|dis[cpt]"
        r"|diff|dom|eff|él|ég|esp|év|ex|fai|fid|flex|fond|fr[ua]|ju[ss]|nocen|nom|op[ép]|ouï|quiét|sais|satis"
        r"|sens|sép|sign"
        r"|sol|souc|soup|suff|sup|tol|touch|util|valid|var|vis|vrais|vinc|oubli|su|demn|certit)\w*"
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
        r"|évident\w*"
    ),
    "ar": r"(?!)",
}
_NEGATIVE = {
    code: re.compile(rf"(?<!\w)(?:(?P<plain>{_PLAIN[code]})|{_LATENT[code]})(?!\w)", re.IGNORECASE)
    for code in _PLAIN
}
_NEAR = 0.25  # how far a latent word may stand from where the negation should, as a share of the sentence
_SLACK = 14.0  # characters, for short sentences


def check_negation(pair: Pair) -> list[Finding]:
    """Find a source that negates, in one of the plain ways, and a translation without a negative word for it.

    A plain negative word counts wherever it stands, one that only may negate where the negation is expected.
    """
    if pair.source_language != "ar" or pair.target_language not in _NEGATIVE:
        return []
    source = _IDIOMS.sub(lambda found: "_" * len(found.group()), plain(pair.source))
    found = list(_ARABIC.finditer(source))
    if not found or _OTHERWISE.search(source):
        return []
    latent = []
    for match in _NEGATIVE[pair.target_language].finditer(pair.target):
        if match["plain"]:
            return []
        latent.append(match.start() / len(pair.target))
    near = _NEAR + _SLACK / len(source)
    for match in found:
        place = match.end() / len(source)
        if not any(abs(place - there) <= near for there in latent):
            return [Finding("negation", f"“{_phrase(source, match.start())}” is not negated")]
    return []


def _phrase(text: str, start: int) -> str:
    return " ".join(text[start:].split()[:2])
