"""Turns the corpus files into prepared examples: filtered, deduplicated, word-aligned."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import sentencepiece

from training.examples import TARGETS, Example, Links
from training.geonames import towns
from training.names import LISTS


def evaluation_lines(folder: Path) -> set[str]:
    """Return the keys of every line of the evaluation sets, in any language."""
    keys = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".ar", ".en", ".fr", ".txt"}:
            keys |= {_key(line) for line in path.read_text("utf-8").splitlines() if len(line) > 30}
    return keys


def _key(text: str) -> str:
    return re.sub(r"[\W\u064b-\u0652]+", "", text).casefold()


def _own(folder: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            fields = line.split("\t")
            if len(fields) == 3:
                held = ".heldout" if number % 50 == 49 else ""
                yield f"own/{path.stem}{held}", fields[0], {"en": fields[1], "fr": fields[2]}


def _open(folder: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Join the ar-en and ar-fr files of one source on their Arabic side."""
    for name in sorted({path.name.split(".")[0] for path in folder.glob("*.tsv.gz")}):
        joined: dict[str, dict[str, str]] = defaultdict(dict)
        for target in TARGETS:
            path = folder / f"{name}.ar-{target}.tsv.gz"
            if path.exists():
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    for line in lines:
                        fields = line.rstrip("\n").split("\t")
                        if len(fields) == 2:
                            joined[fields[0]].setdefault(target, fields[1])
        for source, targets in joined.items():
            yield f"open/{name}", source, targets


def _towns() -> Iterator[tuple[str, str, dict[str, str]]]:
    for name in towns():
        yield "open/geonames", name.arabic, {"en": name.english, "fr": name.french}


def _sound(source: str, target: str, *, lexical: bool) -> bool:
    if lexical:
        return True
    ratio = (len(target) + 8) / (len(source) + 8)
    return (
        0.5 < ratio < 3.0
        and len(source) < 700
        and len(re.findall("[\u0621-\u064a]", source)) > 0.4 * len(source.replace(" ", ""))
        and not re.search("[\u0621-\u064a]", target)
    )


def read_examples(
    own: list[Path], open_folder: Path | None, caps: dict[str, int], forbidden: set[str]
) -> tuple[list[Example], dict[str, int]]:
    """Read all sources; returns examples and how many lines of each were kept.

    Lines of the evaluation sets are dropped whatever file they stand in, which
    is how the recipe proves that it never trains on them. ``caps`` limits the
    lines of a source (taken evenly, not from its head).
    """
    rows = [row for folder in own for row in _own(folder)]
    if open_folder is not None and open_folder.is_dir():
        by_name: dict[str, list[tuple[str, str, dict[str, str]]]] = defaultdict(list)
        for row in _open(open_folder):
            by_name[row[0]].append(row)
        for name, group in by_name.items():
            cap = caps.get(name, len(group))
            group.sort(key=lambda row: hashlib.md5(row[1].encode()).digest())
            rows += group[:cap]
        rows += _towns()
    seen: set[str] = set()
    kept: list[Example] = []
    counts: dict[str, int] = defaultdict(int)
    for name, source, targets in rows:
        key = _key(source)
        lexical = name in LISTS or name.startswith(("own/lexicon", "own/names"))
        good = {
            target: text
            for target, text in targets.items()
            if text.strip() and _sound(source, text, lexical=lexical) and _key(text) not in forbidden
        }
        if not good or key in forbidden or (key in seen and not lexical):
            continue
        seen.add(key)
        kept.append(Example(name, source, good))
        counts[name] += 1
    return kept, dict(counts)


def align(examples: list[Example], source_spm: Path, target_spm: Path) -> None:
    """Add word links to every example with eflomal, run over pieces in both directions."""
    import eflomal

    source_model = sentencepiece.SentencePieceProcessor(model_file=str(source_spm))
    target_model = sentencepiece.SentencePieceProcessor(model_file=str(target_spm))
    jobs = [(example, target) for example in examples for target in example.targets]
    for target in TARGETS:
        chosen = [example for example, language in jobs if language == target]
        sources = source_model.encode([e.source for e in chosen], out_type=str)
        targets = target_model.encode([e.targets[target] for e in chosen], out_type=str)
        with tempfile.TemporaryDirectory() as folder:
            names = {kind: str(Path(folder) / kind) for kind in ("src", "tgt", "fwd", "rev")}
            for kind, side in (("src", sources), ("tgt", targets)):
                Path(names[kind]).write_text(
                    "".join(" ".join(line) + "\n" for line in side), encoding="utf-8"
                )
            with (
                Path(names["src"]).open(encoding="utf-8") as left,
                Path(names["tgt"]).open(encoding="utf-8") as right,
            ):
                eflomal.Aligner().align(
                    left, right, links_filename_fwd=names["fwd"], links_filename_rev=names["rev"], quiet=True
                )
            with (
                Path(names["fwd"]).open(encoding="utf-8") as forward,
                Path(names["rev"]).open(encoding="utf-8") as backward,
            ):
                for example, left_pieces, right_pieces, ahead, back in zip(
                    chosen, sources, targets, forward, backward, strict=True
                ):
                    example.links[target] = _symmetric(ahead, back, left_pieces, right_pieces)


def word_ids(pieces: list[str]) -> list[int]:
    """Return the number of the word that each piece belongs to."""
    ids, word = [], -1
    for piece in pieces:
        word += piece.startswith("▁") or word < 0
        ids.append(word)
    return ids


def _symmetric(ahead: str, back: str, source: list[str], target: list[str]) -> Links:
    """Keep the links both directions found; where a target piece has none, those of either."""
    pairs = [{tuple(map(int, link.split("-"))) for link in text.split()} for text in (ahead, back)]
    both, either = pairs[0] & pairs[1], pairs[0] | pairs[1]
    covered = {right for _, right in both}
    links = both | {link for link in either if link[1] not in covered}
    source_words, target_words = word_ids(source), word_ids(target)
    return sorted({(source_words[left], target_words[right]) for left, right in links})


def save(examples: list[Example], path: Path) -> None:
    """Write the prepared examples; a file that exists is complete."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as out:
        pickle.dump([(e.name, e.source, e.targets, e.links) for e in examples], out)
    temporary.replace(path)


def load(path: Path) -> list[Example]:
    """Read what ``save`` wrote."""
    with path.open("rb") as lines:
        return [Example(*row) for row in pickle.load(lines)]
