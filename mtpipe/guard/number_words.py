"""Number words of Arabic, English and French with their values; Arabic ones in the spelling of ``plain``."""

from __future__ import annotations

import re
from typing import NamedTuple

HUNDRED, THOUSAND, MILLION, BILLION, TRILLION = 100.0, 1e3, 1e6, 1e9, 1e12


class Word(NamedTuple):
    """What a number word does: add ``value`` as a "unit", "ten", "teen" (…عشر), or multiply as a "scale".

    ``weak`` words may be dropped or added by a good translation: one, two, first, half, dozens.
    """

    value: float
    kind: str
    weak: bool = False
    ordinal: bool = False


MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_PLAIN = str.maketrans("أإآٱىةؤ", "اااايهو")


def plain(text: str) -> str:
    """Return Arabic ``text`` without vocalisation, with one alif, one yeh and heh for teh marbuta."""
    return MARKS.sub("", text).translate(_PLAIN)


def _arabic() -> dict[str, Word]:
    words: dict[str, Word] = {}

    def put(forms: str, value: float, kind: str, *, weak: bool = False, ordinal: bool = False) -> None:
        for form in plain(forms).split():
            words.setdefault(form, Word(value, kind, weak, ordinal))

    put("صفر صفرا", 0, "unit", weak=True)
    put("واحد واحدة واحدا أحد أحدى إحدى", 1, "unit", weak=True)
    put("اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي إثنان إثنين كلا كلتا", 2, "unit", weak=True)
    units = ("ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع")
    for value, stem in enumerate(units, 3):
        put(f"{stem} {stem}ة {stem}ا", value, "unit")
        put(f"{stem}مئة {stem}مائة {stem}مئات", value * HUNDRED, "hundred")
    put("ثمان ثمانيا", 8, "unit")
    put("ثمانمئة ثمانمائة ثمنمائة ثمنمئة", 800, "hundred")
    put("عشر عشرة", 10, "teen")
    tens = ("عشر", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع")
    for value, stem in enumerate(tens, 2):
        put(f"{stem}ون {stem}ين", value * 10, "ten")
        put(f"{stem}ينيات {stem}ينات", value * 10, "decade", weak=True)
    put("مئة مائة", HUNDRED, "hundred")
    put("مئتان مئتين مائتان مائتين مئتا مئتي مائتا مائتي", 200, "hundred")
    put("ألف ألفا آلاف ألوف", THOUSAND, "scale")
    put("ألفان ألفين ألفا ألفي", 2 * THOUSAND, "scaled")
    put("مليون مليونا ملايين", MILLION, "scale")
    put("مليونان مليونين مليوني", 2 * MILLION, "scaled")
    put("مليار مليارا مليارات بليون بليونا بلايين", BILLION, "scale")
    put("ملياران مليارين ملياري", 2 * BILLION, "scaled")
    put("تريليون تريليونا تريليونات ترليون", TRILLION, "scale")
    put("نصف", 0.5, "half", weak=True)
    put("ربع", 0.25, "part", weak=True)
    put("ثلث", 1 / 3, "part", weak=True)
    put("ثلثا ثلثي ثلثين", 2 / 3, "part", weak=True)
    put("عشرات عقد عقدا عقود", 10, "vague", weak=True)
    put("عقدين عقدان", 20, "vague", weak=True)
    put("قرن قرنا", HUNDRED, "vague", weak=True)
    put("مئات مائات", HUNDRED, "vague", weak=True)
    ordinals = ("ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع", "عاشر")
    put("أول أولى أوائل أولا", 1, "unit", weak=True, ordinal=True)
    put("ثاني ثانية ثانيا", 2, "unit", weak=True, ordinal=True)
    put("حادي حادية", 1, "unit", weak=True, ordinal=True)
    for value, stem in enumerate(ordinals, 3):
        put(f"{stem} {stem}ة {stem}ا", value, "unit", weak=True, ordinal=True)
    return words


def _latin(table: str, weak: str = "") -> dict[str, Word]:
    words: dict[str, Word] = {}
    for line in table.strip().splitlines():
        kind, *entries = line.split()
        for entry in entries:
            form, value = entry.split("=")
            words[form] = Word(float(value), kind.rstrip("*"), kind.endswith("*") or form in weak.split())
    return words


_ENGLISH = """
unit zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9
small ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19
ten twenty=20 thirty=30 forty=40 fourty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90
hundred hundred=100
scale thousand=1e3 million=1e6 billion=1e9 trillion=1e12 mn=1e6 bn=1e9
vague* dozen=12 dozens=12 tens=10 hundreds=100 thousands=1e3 millions=1e6 billions=1e9 score=20 couple=2
half* half=.5
part* quarter=.25 thirds=.3333333333333333 quarters=.25 both=2 twice=2 double=2 triple=3 twin=2 once=1 pair=2 single=1
decade* twenties=20 thirties=30 forties=40 fifties=50 sixties=60 seventies=70 eighties=80 nineties=90
"""
_ENGLISH_ORDINALS = """
unit* first=1 second=2 third=3 fourth=4 fifth=5 sixth=6 seventh=7 eighth=8 ninth=9
small* tenth=10 eleventh=11 twelfth=12 thirteenth=13 fourteenth=14 fifteenth=15 sixteenth=16 seventeenth=17
small* eighteenth=18 nineteenth=19
ten* twentieth=20 thirtieth=30 fortieth=40 fiftieth=50 sixtieth=60 seventieth=70 eightieth=80 ninetieth=90
hundred* hundredth=100
"""
_FRENCH = """
unit zéro=0 un=1 une=1 deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 neuf=9
small dix=10 onze=11 douze=12 treize=13 quatorze=14 quinze=15 seize=16
ten vingt=20 vingts=20 trente=30 quarante=40 cinquante=50 soixante=60 septante=70 huitante=80 octante=80 nonante=90
hundred cent=100 cents=100
scale mille=1e3 million=1e6 millions=1e6 milliard=1e9 milliards=1e9 billion=1e12 billions=1e12
vague* dizaine=10 dizaines=10 douzaine=12 douzaines=12 quinzaine=15 vingtaine=20 trentaine=30 quarantaine=40
vague* cinquantaine=50 soixantaine=60 centaine=100 centaines=100 millier=1e3 milliers=1e3 couple=2
half* demi=.5 demie=.5 moitié=.5
part* quart=.25 quarts=.25 tiers=.3333333333333333 double=2 doubles=2 triple=3 triples=3 fois=1 seul=1
"""
_FRENCH_ORDINALS = """
unit* premier=1 première=1 premiers=1 premières=1 second=2 seconde=2 unième=1 deuxième=2 troisième=3 quatrième=4
unit* cinquième=5 sixième=6 septième=7 huitième=8 neuvième=9
small* dixième=10 onzième=11 douzième=12 treizième=13 quatorzième=14 quinzième=15 seizième=16
ten* vingtième=20 trentième=30 quarantième=40 cinquantième=50 soixantième=60
hundred* centième=100
"""


def _ordinals(table: str) -> dict[str, Word]:
    return {form: word._replace(ordinal=True) for form, word in _latin(table).items()}


WORDS = {
    "ar": _arabic(),
    "en": _latin(_ENGLISH, "zero one two") | _ordinals(_ENGLISH_ORDINALS),
    "fr": _latin(_FRENCH, "zéro un une deux neuf") | _ordinals(_FRENCH_ORDINALS),
}
# «خمس» is five and a fifth, «الست» a lady, «neuf» new, "second" sixty a minute: what may be something else is weak.
