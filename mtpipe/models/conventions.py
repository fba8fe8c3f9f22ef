"""Turns a model's passport, or the looks of its vocabulary, into how it wants to be spoken to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtpipe.errors import ModelError
from mtpipe.languages import LANGUAGES
from mtpipe.models.passport import read_json, vocabulary

if TYPE_CHECKING:
    from mtpipe.models.catalogue import Entry


@dataclass(frozen=True, slots=True)
class Conventions:
    """What goes around the pieces of a segment.

    ``source_prefix`` and ``source_suffix`` stand before and after the source
    pieces, ``target_prefix`` is forced upon the decoder and dropped from its
    output; each may hold ``{source}`` or ``{target}``, replaced by the model's
    own token for that language (``source_tokens``, ``target_tokens``).
    ``max_source`` is how many pieces a segment may have before it is split,
    ``max_target`` the longest output in pieces.
    """

    source_prefix: tuple[str, ...] = ()
    source_suffix: tuple[str, ...] = ()
    target_prefix: tuple[str, ...] = ()
    source_tokens: Mapping[str, str] | None = None
    target_tokens: Mapping[str, str] | None = None
    max_source: int = 200
    max_target: int = 256

    def described(self) -> dict[str, Any]:
        """Return the ``conventions`` object of a passport."""
        listed = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in listed.items()
            if value not in ((), None)
        }

    def frame(self, pieces: list[str], source: str, target: str) -> list[str]:
        """Return ``pieces`` with the prefix and suffix for ``source`` → ``target``."""
        return [
            *self._filled(self.source_prefix, source, target),
            *pieces,
            *self._filled(self.source_suffix, source, target),
        ]

    def forced(self, source: str, target: str) -> list[str]:
        """Return the decoder's forced prefix for ``target``."""
        return self._filled(self.target_prefix, source, target)

    def _filled(self, tokens: tuple[str, ...], source: str, target: str) -> list[str]:
        own = {
            "{source}": (self.source_tokens or {}).get(source, source),
            "{target}": (self.target_tokens or {}).get(target, target),
        }
        return [own.get(token, token) for token in tokens]


def from_passport(conventions: Mapping[str, Any]) -> Conventions:
    """Read the ``conventions`` object of a passport."""
    return Conventions(
        source_prefix=tuple(conventions.get("source_prefix", ())),
        source_suffix=tuple(conventions.get("source_suffix", ())),
        target_prefix=tuple(conventions.get("target_prefix", ())),
        source_tokens=conventions.get("source_tokens"),
        target_tokens=conventions.get("target_tokens"),
        max_source=int(conventions.get("max_source", 200)),
        max_target=int(conventions.get("max_target", 256)),
    )


# Pieces of one segment that is given to a model whole; a sentence has fewer.
_LONGEST = 400


def for_kind(kind: str, entry: Entry, folder: Path, positions: int | None) -> Conventions:
    """Return how a converted model of ``kind`` is spoken to, by what the catalogue says of it.

    A model made by CTranslate2's OPUS-MT converter appends ``</s>`` to the
    source itself, one made from Hugging Face's form wants it from the caller:
    twice or never gives loops. ``positions`` bounds input and output.
    """
    targets = {code: token for code, token in entry.targets.items() if token is not None} or None
    if kind in ("nllb", "m2m100"):
        made = Conventions(("{source}",), ("</s>",), ("{target}",), entry.source_tokens, targets)
    elif kind == "ctranslate2":
        made = guess(vocabulary(folder, "source"), read_json(folder / "config.json"))
        made = replace(made, target_tokens=made.target_tokens or targets)
    else:
        suffix = () if kind == "opus" else ("</s>",)
        made = Conventions(("{target}",) if targets else (), suffix, (), None, targets)
    for name, value in entry.conventions.items():
        if name not in Conventions.__slots__:
            known = ", ".join(Conventions.__slots__)
            raise ModelError(f"{entry.id}: unknown convention {name!r} in the catalogue (known: {known})")
        given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value}
        made = replace(made, **given)
    longest = positions or _LONGEST + 16
    around = len(made.source_prefix) + len(made.source_suffix)
    return replace(
        made,
        max_source=entry.conventions.get("max_source", min(_LONGEST, longest - around)),
        max_target=entry.conventions.get("max_target", min(_LONGEST, longest - 1 - len(made.target_prefix))),
    )


def guess(source_vocabulary: Collection[str], config: Mapping[str, Any]) -> Conventions:
    """Tell a converted folder without a passport by its vocabulary: NLLB, M2M-100 or Marian.

    A folder made by CTranslate2's OPUS-MT converter carries ``add_source_eos``
    and appends ``</s>`` itself; one made from Hugging Face does not.
    """
    suffix = () if config.get("add_source_eos") else ("</s>",)
    known = set(source_vocabulary)
    nllb = {code: row.nllb for code, row in LANGUAGES.items() if row.nllb in known}
    if nllb:
        return Conventions(
            ("{source}",), ("</s>",), ("{target}",), nllb, nllb, max_source=400, max_target=400
        )
    m2m = {code: f"__{code}__" for code in LANGUAGES if f"__{code}__" in known}
    if m2m:
        return Conventions(("{source}",), ("</s>",), ("{target}",), m2m, m2m, max_source=400, max_target=400)
    marian = {code: f">>{row.marian}<<" for code, row in LANGUAGES.items() if f">>{row.marian}<<" in known}
    prefix = ("{target}",) if marian else ()
    return Conventions(prefix, suffix, (), None, marian or None, max_source=400, max_target=400)
