"""Turns a converted model into a verdict: it translates, or loops, copies, babbles, speaks another tongue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mtpipe import models
from mtpipe.data import Flag, Hypothesis
from mtpipe.languages import LANGUAGES, identify
from mtpipe.models.coverage import sample
from mtpipe.text import for_model
from mtpipe.translator import Engine

# Enough to tell a model from garbage, few enough to be quick with billions of weights.
_SENTENCES = 8
_TOLERATED = 2  # of those: a small model may fail at one
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+")
# A phrase of one to six words four times in a row, or one character ten times.
_LOOP = re.compile(r"(?:(?<!\w)(\w+(?:\W+\w+){0,5})(?:\W+\1(?!\w)){3,})|([^\W\d_])\2{9,}", re.IGNORECASE)
_SCRIPTS = {
    "rtl": re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"),
    "ltr": re.compile("[A-Za-zÀ-ɏ]"),
}


def self_test(folder_model: models.Model, *, threads: int | None = None) -> dict[str, Any]:
    """Translate sentences of our own in every direction the model claims and return the verdict.

    ``result`` is "passed" or "failed", ``faults`` says why in one line each,
    ``samples`` holds the first translation of every direction.
    """
    engine = Engine(folder_model, threads=threads)
    faults: list[str] = []
    shown: dict[str, str] = {}
    for source, target in directions(folder_model):
        sentences = sample(source)[:_SENTENCES]
        made = engine.translate([(for_model(text), target) for text in sentences], source)
        faults += [f"{source}→{target}: {fault}" for fault in judge(sentences, made, source, target)]
        shown[f"{source}-{target}"] = made[0].text
    return {
        "result": "failed" if faults else "passed",
        "faults": faults,
        "sentences": _SENTENCES,
        "samples": shown,
    }


def directions(model: models.Model) -> list[tuple[str, str]]:
    """Return the pairs that a model translates, among the languages that mtpipe has text in."""
    return [
        (source, target)
        for source in (model.sources or ("ar",))
        for target in (model.passport.targets or ())
        if source != target and sample(source) and sample(target)
    ]


def judge(sentences: Sequence[str], made: Sequence[Hypothesis], source: str, target: str) -> list[str]:
    """Return what is wrong with translations of ``sentences``, the worst first; nothing where they will do."""
    texts = [hypothesis.text for hypothesis in made]
    counts = {
        "no text": sum(not _LETTER.search(text) for text in texts),
        "a loop, or no end": sum(bool(_LOOP.search(h.text)) or Flag.TRUNCATED in h.flags for h in made),
        "the source copied": sum(map(_copied, sentences, texts)),
        f"not in the script of {LANGUAGES[target].name}": sum(_foreign(text, target) for text in texts),
        "the same as for another sentence": len(texts) - len(set(texts)),
    }
    for what, count in counts.items():
        if count > _TOLERATED:
            example = next((text for text in texts if _LETTER.search(text)), "")
            return [f"{count} of {len(texts)} outputs: {what}, as {example[:60]!r}"]
    spoken = Counter(identify(text, prefer=target) for text in texts)
    if spoken[target] < len(texts) / 2:
        return [f"most outputs are {spoken.most_common(1)[0][0]!r}, not {target!r}, as {texts[0][:60]!r}"]
    references = sample(target)[: len(texts)]
    own, others = _closeness(texts, references)
    if source in LANGUAGES and own <= others * 1.6:
        return [
            f"the outputs say nothing of the source ({own:.3f} alike with its translation, {others:.3f} with others)"
        ]
    return []


def _copied(source: str, text: str) -> bool:
    ours, theirs = _WORD.findall(source.lower()), set(_WORD.findall(text.lower()))
    return bool(ours) and sum(word in theirs for word in ours) > 0.6 * len(ours)


def _foreign(text: str, target: str) -> bool:
    letters = _LETTER.findall(text)
    own = _SCRIPTS[LANGUAGES[target].direction].findall(text)
    return bool(letters) and len(own) < 0.7 * len(letters)


def _closeness(texts: Sequence[str], references: Sequence[str]) -> tuple[float, float]:
    """Return how alike the texts are with their own reference, and with those of the other sentences."""
    grams = [_grams(text) for text in texts], [_grams(reference) for reference in references]
    pairs = {
        (row, column): _alike(ours, theirs)
        for row, ours in enumerate(grams[0])
        for column, theirs in enumerate(grams[1])
    }
    own = [value for (row, column), value in pairs.items() if row == column]
    others = [value for (row, column), value in pairs.items() if row != column]
    return sum(own) / len(own), sum(others) / max(1, len(others))


def _grams(text: str) -> Counter[str]:
    """Count the character trigrams of a text, as a coarse chrF does."""
    flat = f" {' '.join(_WORD.findall(text.lower()))} "
    return Counter(flat[start : start + 3] for start in range(len(flat) - 2))


def _alike(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(1, one.total() + other.total())
