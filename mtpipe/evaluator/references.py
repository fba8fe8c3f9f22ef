"""Turns reference files (lines, TMX, TSV or JSONL bitexts) into the rows in which translations meet them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mtpipe.errors import InputError, UsageError
from mtpipe.evaluator.bitexts import Unit, read_bitext
from mtpipe.evaluator.comparison import Comparison, Output, Row, coverage
from mtpipe.evaluator.lines import check_counts, display_name, read_lines
from mtpipe.languages import LANGUAGES, identify
from mtpipe.report import Pairing

_NAMED = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)=(.+)", re.DOTALL)
_SAMPLE = 400
_MOST_JOINED = 12
_HEAD = 12


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """A reference as named on the command line: its language, "" where not said, and its path."""

    language: str
    path: str


def parse_reference(argument: str) -> ReferenceFile:
    """Read ``[LANG=]FILE``; a file that exists under the whole name is that file."""
    match = _NAMED.fullmatch(argument)
    if match and not Path(argument).exists():
        return ReferenceFile(language=match[1], path=match[2])
    return ReferenceFile(language="", path=argument)


def line_comparison(outputs: Sequence[Output], files: Sequence[ReferenceFile], *, target: str) -> Comparison:
    """Pair translations with line-parallel references, or with the units of bitexts.

    Several line-parallel files are several references. InputError names the
    file and line where counts differ, nothing is in it, or the language is wrong.
    """
    check_outputs(outputs)
    bitexts = [file for file in files if Path(file.path).suffix.lower() in (".tmx", ".jsonl", ".tsv")]
    if bitexts:
        if len(files) > 1:
            raise UsageError(
                f"--reference {bitexts[0].path}: a bitext is the only reference, not one of several"
            )
        return _bitext_comparison(outputs, bitexts[0], target)
    streams: list[tuple[str, ...]] = []
    for file in files:
        lines = read_lines(file.path)
        check_counts(display_name(file.path), lines, outputs[0].origin, outputs[0].texts)
        check_language(file.path, lines, target)
        streams.append(lines)
    rows = tuple(Row((index,), texts) for index, texts in enumerate(zip(*streams, strict=True)))
    notes = [
        f"{display_name(file.path)}: {count} of {len(lines)} reference lines are empty (first: line {first})"
        for file, lines in zip(files, streams, strict=True)
        if (count := sum(not line for line in lines))
        for first in [next(index for index, line in enumerate(lines, 1) if not line)]
    ]
    sentences = streams[0]
    return Comparison(
        target=target,
        pairing=Pairing.LINE,
        outputs=tuple(outputs),
        rows=rows,
        references=tuple(display_name(file.path) for file in files),
        coverage=coverage(
            outputs[0], rows, sentences=sentences, scored_sentences=tuple(range(len(sentences)))
        ),
        notes=tuple(notes),
    )


def check_outputs(outputs: Sequence[Output]) -> None:
    """Raise InputError where systems did not translate the same number of segments."""
    for output in outputs[1:]:
        check_counts(output.origin, output.texts, outputs[0].origin, outputs[0].texts)


def check_language(path: str, lines: Sequence[str], target: str) -> None:
    """Raise InputError where most of a reference is in another language than the target."""
    code = target.split("-", maxsplit=1)[0].lower()
    if code not in LANGUAGES:
        return
    step = max(1, len(lines) // _SAMPLE)
    found = [(number, identify(lines[number], code)) for number in range(0, len(lines), step)]
    told = [(number, language) for number, language in found if language != "und"]
    wrong = [(number, language) for number, language in told if language != code]
    if len(wrong) * 2 > len(told):
        number, language = wrong[0]
        name = LANGUAGES[language].name if language in LANGUAGES else "another language"
        raise InputError(
            f"{display_name(path)}: line {number + 1} is {name}, like most others, not "
            f"{LANGUAGES[code].name} (the target language): {lines[number][:40]!r}"
        )


def _bitext_comparison(outputs: Sequence[Output], file: ReferenceFile, target: str) -> Comparison:
    output = outputs[0]
    units = read_bitext(file.path, output.source_language, target)
    check_language(file.path, [unit.target for unit in units if unit.target] or [""], target)
    rows, scored = (
        _rows_by_source(output, units) if any(output.sources) else _rows_by_number(output, units, file.path)
    )
    if not rows:
        raise InputError(
            f"{file.path}: none of its {len(units)} source texts is a segment of {output.origin} "
            f"(first unit: {units[0].source[:40]!r}; first segment: {output.sources[0][:40]!r})"
        )
    one_to_one = all(row.bead == "1-1" for row in rows)
    used = set(scored)
    strange = sum(1 for index, unit in enumerate(units) if unit.source and unit.target and index not in used)
    plural = "units have" if strange > 1 else "unit has"
    notes = (
        (f"{file.path}: {strange} {plural} a source text that the translation has not",) if strange else ()
    )
    return Comparison(
        target=target,
        pairing=Pairing.LINE if one_to_one else Pairing.BEAD,
        outputs=tuple(outputs),
        rows=rows,
        references=(file.path,),
        coverage=coverage(
            output, rows, sentences=tuple(unit.target for unit in units), scored_sentences=tuple(scored)
        ),
        notes=notes,
    )


def _rows_by_number(output: Output, units: list[Unit], path: str) -> tuple[tuple[Row, ...], list[int]]:
    targets = tuple(unit.target for unit in units)
    check_counts(path, targets, output.origin, output.texts)
    rows = [(index, Row((index,), (text,))) for index, text in enumerate(targets) if text]
    return tuple(row for _, row in rows), [index for index, _ in rows]


def _rows_by_source(output: Output, units: list[Unit]) -> tuple[tuple[Row, ...], list[int]]:
    """Find each unit's source among the segments, one or several joined: after the last one, else anywhere."""
    keys = [_key(source) for source in output.sources]
    starts: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        starts.setdefault(key[:_HEAD], []).append(index)
    used: set[int] = set()
    rows: list[Row] = []
    scored: list[int] = []
    position = 0
    for number, unit in enumerate(units):
        key = _key(unit.source)
        if not key or not unit.target:
            continue
        # A segment shorter than the head may begin a longer unit: those are tried where the last unit ended.
        places = [position, *sorted(starts.get(key[:_HEAD], []), key=lambda place: (place < position, place))]
        found = next((run for place in places if (run := _joined_from(keys, place, key, used))), ())
        if not found:
            continue
        rows.append(Row(found, (unit.target,), bead=f"{len(found)}-1"))
        used.update(found)
        scored.append(number)
        position = found[-1] + 1
    order = sorted(range(len(rows)), key=lambda index: rows[index].segments)
    return tuple(rows[index] for index in order), scored


def _joined_from(keys: list[str], start: int, key: str, used: set[int]) -> tuple[int, ...]:
    """Return the segments from ``start`` on that make up ``key`` together, if they do and none is used.

    Empty segments belong to no unit.
    """
    text = ""
    found: list[int] = []
    for index in range(start, min(len(keys), start + _MOST_JOINED)):
        if not keys[index]:
            continue
        text += keys[index]
        found.append(index)
        if index in used or not key.startswith(text):
            return ()
        if text == key:
            return tuple(found)
    return ()


def _key(text: str) -> str:
    return "".join(text.split())
