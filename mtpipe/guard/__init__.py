"""Turns a source text and its translation into findings: what a reader should doubt, and where."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

from mtpipe.data import Finding
from mtpipe.guard.confidence import confidence
from mtpipe.guard.dates import check_dates
from mtpipe.guard.length import check_empty, check_length
from mtpipe.guard.links import check_links
from mtpipe.guard.names import check_names
from mtpipe.guard.negation import check_negation
from mtpipe.guard.numbers import check_numbers
from mtpipe.guard.pair import Pair
from mtpipe.guard.quotes import check_quotes
from mtpipe.guard.repetition import check_repetition
from mtpipe.guard.script import check_copy, check_language, check_script

__all__ = ["CHECKS", "Pair", "check", "confidence"]

# Of what the checks find and what is put right; raised when it is another thing for the same texts.
VERSION = 5
Check = Callable[[Pair], list[Finding]]
CHECKS: dict[str, Check] = {
    "empty": check_empty,
    "copy": check_copy,
    "script": check_script,
    "language": check_language,
    "repetition": check_repetition,
    "length": check_length,
    "numbers": check_numbers,
    "dates": check_dates,
    "names": check_names,
    "links": check_links,
    "quotes": check_quotes,
    "negation": check_negation,
}


def check(pair: Pair, checks: Collection[str] = tuple(CHECKS)) -> tuple[Finding, ...]:
    """Return what the ``checks`` (all of them unless said) find wrong with a translation, in their order.

    An empty, copied or foreign translation gets that one finding only.
    """
    return _check(pair, tuple(checks))


@lru_cache(maxsize=4096)
def _check(pair: Pair, checks: tuple[str, ...]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for name in checks:
        found += CHECKS[name](pair)
        if found and name in ("empty", "copy", "script", "language"):
            break
    return tuple(found)
