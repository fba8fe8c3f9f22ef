"""Texts for tests of scoring: references made of words and sentences, translations that err."""

from __future__ import annotations

import random
from dataclasses import dataclass

_SUBJECTS = {
    "en": ["The minister", "A farmer", "Our neighbour's son", "The city council", "Dr. Haddad", "Nobody"],
    "fr": [
        "Le ministre",
        "Une agricultrice",
        "L’école du village",
        "Le conseil municipal",
        "M. Haddad",
        "Personne",
    ],
    "ar": ["الوزير", "مزارعة من القرية", "مجلس المدينة", "الدكتور حداد", "المدرسة القديمة", "سائق الحافلة"],
}
_VERBS = {
    "en": ["has announced", "didn't expect", "will visit", "praised", "paid 1,250 pounds for", "forgot"],
    "fr": ["a annoncé", "n’attendait pas", "visitera", "a loué", "a payé 1 250 livres pour", "a oublié"],
    "ar": ["أعلن عن", "لم يتوقع", "سوف يزور", "امتدح", "دفع ١٢٥٠ ليرة ثمن", "نسي"],
}
_OBJECTS = {
    "en": [
        "the new bridge",
        "the harvest",
        'a "small miracle"',
        "the U.S. embassy",
        "the olive trees of 2017",
    ],
    "fr": ["le nouveau pont", "la récolte", "un « petit miracle »", "l’ambassade", "les oliviers de 2017"],
    "ar": ["الجسر الجديد", "موسم القطاف", "«معجزة صغيرة»", "السفارة، كما قيل", "أشجار الزيتون عام 2017"],
}
_ENDS = {"en": [".", ".", "!", "?"], "fr": [".", ".", " !", " ?"], "ar": [".", ".", "!", "؟"]}


@dataclass(frozen=True, slots=True)
class Corpus:
    """References (one or several streams) and the output of some systems, all equally long."""

    language: str
    references: tuple[tuple[str, ...], ...]
    systems: tuple[tuple[str, ...], ...]


def sentence(language: str, chance: random.Random) -> str:
    """Make one sentence of one or two clauses."""
    clauses = [
        " ".join(chance.choice(part[language]) for part in (_SUBJECTS, _VERBS, _OBJECTS))
        for _ in range(chance.randint(1, 3))
    ]
    joint = {"en": ", and ", "fr": ", et ", "ar": "، و"}[language]
    return joint.join(clauses) + chance.choice(_ENDS[language])


def garbled(text: str, chance: random.Random, rate: float) -> str:
    """Translate ``text`` badly: words dropped, doubled, swapped or replaced at ``rate``."""
    words: list[str] = []
    for word in text.split(" "):
        dice = chance.random()
        if dice < rate / 3:
            continue
        words.append(word if dice > rate else chance.choice(["quelque", "thing", "شيء", word, word.lower()]))
    if len(words) > 3 and chance.random() < rate:
        at = chance.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def corpus(
    language: str, size: int, *, seed: int, references: int = 1, systems: int = 1, empty: bool = False
) -> Corpus:
    """Make a corpus of ``size`` segments; ``empty`` leaves lines empty on either side."""
    chance = random.Random(seed)
    first = [sentence(language, chance) for _ in range(size)]
    streams = [first] + [[garbled(text, chance, 0.2) for text in first] for _ in range(references - 1)]
    outputs = [[garbled(text, chance, 0.15 + 0.12 * number) for text in first] for number in range(systems)]
    if empty:
        outputs[0][size // 2] = ""
        streams[0][size // 3] = ""
    return Corpus(language, tuple(map(tuple, streams)), tuple(map(tuple, outputs)))
