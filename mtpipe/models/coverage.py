"""Turns a converted folder into what is wrong with its vocabulary: language codes and pieces that it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import sentencepiece

from mtpipe.models.conventions import Conventions
from mtpipe.models.passport import read_json, vocabulary

# Share of the pieces of a sample text that the vocabulary must know: what it lacks becomes <unk> without a word.
WANTED = 0.999
_COLUMNS = ("ar", "en", "fr")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many pieces of the sample in ``language`` the vocabulary knows; ``unknown`` are the first it does not."""

    side: str
    language: str
    pieces: int
    known: int
    unknown: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of pieces known."""
        return self.known / self.pieces if self.pieces else 0.0


def sample(language: str) -> tuple[str, ...]:
    """Return the sample text in ``language``: our own sentences, line by line the same in all languages."""
    if language not in _COLUMNS:
        return ()
    text = files("mtpipe.models").joinpath("sample.tsv").read_text("utf-8")
    return tuple(line.split("\t")[_COLUMNS.index(language)] for line in text.splitlines())


def faults(
    folder: Path,
    conventions: Conventions,
    sources: Iterable[str],
    targets: Iterable[str],
    *,
    ended: bool = False,
) -> list[str]:
    """Return what the vocabulary lacks, in one line each: codes of languages, then pieces.

    With ``ended`` the model was trained with ``</s>`` after the source, so that it must stand there.
    """
    sides = {"source": set(vocabulary(folder, "source")), "target": set(vocabulary(folder, "target"))}
    found = _end_faults(folder, conventions, ended=ended)
    for source in sources:
        for target in targets:
            if source == target:
                continue
            for token in conventions.frame([], source, target):
                if token not in sides["source"]:
                    found.append(f"{token!r} is not in the source vocabulary")
            for token in conventions.forced(source, target):
                if token not in sides["target"]:
                    found.append(f"{token!r} is not in the target vocabulary")
    for coverage in measure(folder, sources, targets):
        if coverage.share < WANTED:
            found.append(
                f"only {coverage.share:.2%} of the pieces of a {coverage.language} sample text are in the"
                f" {coverage.side} vocabulary ({WANTED:.1%} are wanted; unknown: {' '.join(coverage.unknown)})"
            )
    return list(dict.fromkeys(found))


def _end_faults(folder: Path, conventions: Conventions, *, ended: bool) -> list[str]:
    """Return whether ``</s>``, the engine's own or the caller's, would stand twice after the source, or not at all."""
    own = bool(read_json(folder / "config.json").get("add_source_eos"))
    times = conventions.source_suffix.count("</s>") + own
    if times > 1:
        return [f"</s> would stand {times} times after the source: it loops"]
    return ["no </s> would stand after the source: it does not end"] if ended and not times else []


def measure(folder: Path, sources: Iterable[str], targets: Iterable[str]) -> list[Coverage]:
    """Return the coverage of the sample text on both sides, each language once."""
    measured = []
    for side, languages in (("source", sources), ("target", targets)):
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{side}.spm"))
        known = set(vocabulary(folder, side))
        unk = model.id_to_piece(model.unk_id())
        for language in dict.fromkeys(languages):
            pieces = _pieces(model, sample(language), unk)
            unknown = [piece for piece in pieces if piece not in known or piece == unk]
            measured.append(
                Coverage(
                    side,
                    language,
                    len(pieces),
                    len(pieces) - len(unknown),
                    tuple(list(dict.fromkeys(unknown))[:5]),
                )
            )
    return measured


def _pieces(model: sentencepiece.SentencePieceProcessor, lines: Iterable[str], unk: str) -> list[str]:
    """Return the pieces as the engine is given them; what SentencePiece itself does not know is ``unk``."""
    return [
        unk if number == model.unk_id() else model.id_to_piece(number)
        for line in lines
        for number in model.encode(line)
    ]
