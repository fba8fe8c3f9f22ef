"""A written output becomes its sealed rows again: html, md, tsv and jsonl."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from mtpipe.coverage.seals import Row
from mtpipe.errors import InputError


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an output says of itself: how many segments of which source, its rows with their seals, what is cut."""

    segments: int
    sha256: str
    rows: tuple[tuple[Row, str], ...]
    cut: tuple[str, ...] = ()


def read_sealed(text: str, name: str) -> Sealed:
    """Read what ``mtpipe translate`` wrote, in whichever format; InputError where it carries no proof."""
    start = text.lstrip("\ufeff \n")[:2000]
    if start.startswith("{"):
        return _read_jsonl(text, name)
    if start.lower().startswith("<!doctype html"):
        return _read_html(text, name)
    if start.startswith("segment\t"):
        return _read_tsv(text, name)
    if start.startswith("# "):
        return _read_md(text, name)
    raise InputError(f"{name}: no output of mtpipe translate (known: html, md, tsv, jsonl)")


def _without_proof(name: str) -> InputError:
    return InputError(f"{name}: carries no proof of coverage; it was not written by this mtpipe, or cut")


def _read_jsonl(text: str, name: str) -> Sealed:
    rows: list[tuple[Row, str]] = []
    segments, sha256 = -1, ""
    cut = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            if "schema" in item:
                segments, sha256 = int(item["coverage"]["segments"]), str(item["document"]["sha256"])
                continue
            columns = [entry["text"] for entry in [*item["translations"], *item.get("references", [])]]
            start, end = map(int, item["span"])
            row = Row(int(item["segment"]), start, end, str(item["source"]), tuple(map(str, columns)))
            rows.append((row, str(item["seal"])))
        except (ValueError, TypeError, KeyError, AttributeError):
            cut.append(f"line {number} is cut or no row of a translation")
    if segments < 0:
        raise _without_proof(name)
    return Sealed(segments, sha256, tuple(rows), tuple(cut))


_TSV_PROOF = re.compile(r"seal of (\d+) rows, source ([0-9a-f]{64})")


def _read_tsv(text: str, name: str) -> Sealed:
    lines = text.split("\n")
    proof = _TSV_PROOF.search(lines[0])
    if proof is None:
        raise _without_proof(name)
    columns = len(lines[0].split("\t"))
    rows, cut = [], []
    for number, line in enumerate(lines[1:], 2):
        if not line and number == len(lines):
            continue
        cells = line.split("\t")
        if len(cells) != columns or not all(cell.isdigit() for cell in (cells[0], *cells[3:5])):
            cut.append(f"line {number} is cut or no row of a translation")
            continue
        row = Row(int(cells[0]), int(cells[3]), int(cells[4]), cells[6], tuple(cells[7:]))
        rows.append((row, cells[5]))
    return Sealed(int(proof[1]), proof[2], tuple(rows), tuple(cut))


_MD_PROOF = re.compile(r"<!-- mtpipe coverage: (\d+) segments, source ([0-9a-f]{64})\n(.*?)-->", re.DOTALL)


def _read_md(text: str, name: str) -> Sealed:
    proof = _MD_PROOF.search(text)
    if proof is None:
        raise _without_proof(name)
    places = {}
    for line in proof[3].splitlines():
        number, span, sealed = line.split()
        start, _, end = span.partition("-")
        places[int(number)] = (int(start), int(end), sealed)
    rows = []
    for line in text[: proof.start()].split("\n"):
        cells = _md_cells(line)
        if len(cells) > 1 and cells[0].strip().isdigit():
            number = int(cells[0])
            start_, end_, sealed = places.get(number, (0, 0, ""))
            source, *columns = map(_md_text, cells[1:])
            rows.append((Row(number, start_, end_, source, tuple(columns)), sealed))
    return Sealed(int(proof[1]), proof[2], tuple(rows))


def _md_cells(line: str) -> list[str]:
    if not line.startswith("|"):
        return []
    cells, cell, escaped = [], "", False
    for char in line[1:]:
        if char == "|" and not escaped:
            cells.append(cell)
            cell = ""
        else:
            cell += char
        escaped = char == "\\" and not escaped
    return cells


def _md_text(cell: str) -> str:
    text = cell.strip(" ")
    if len(text) > 4 and text.startswith("**") and text.endswith("**"):
        text = text[2:-2]
    return re.sub(r"\\(.)", r"\1", text)


def _read_html(text: str, name: str) -> Sealed:
    page = _Page()
    page.feed(text)
    page.close()
    if page.segments < 0:
        raise _without_proof(name)
    rows = []
    cut = [] if text.rstrip().endswith("</html>") else ["the page ends before its end"]
    for found in page.rows:
        start, _, end = found.span.partition("-")
        if not found.cells or not (start.isdigit() and end.isdigit()):
            cut.append(f"row {found.number} is cut")
            continue
        source, *columns = found.cells
        rows.append((Row(found.number, int(start), int(end), source, tuple(columns)), found.seal))
    return Sealed(page.segments, page.sha256, tuple(rows), tuple(cut))


@dataclass(slots=True)
class _Found:
    number: int
    span: str
    seal: str
    cells: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    """Collects the rows of a side-by-side page; what mtpipe adds to a cell (``span.flag``) is no text of it."""

    def __init__(self) -> None:
        super().__init__()
        self.segments, self.sha256 = -1, ""
        self.rows: list[_Found] = []
        self._aside, self._inside = 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the proof, a row, a cell, or what is no text."""
        found = {key: value or "" for key, value in attrs}
        classes = found.get("class", "").split()
        if tag == "meta" and found.get("name") == "mtpipe:coverage":
            count, _, rest = found.get("content", "").partition(" segments, source ")
            if count.isdigit():
                self.segments, self.sha256 = int(count), rest
        elif tag == "div" and "data-seal" in found:
            number = found.get("id", "").removeprefix("s")
            self.rows.append(
                _Found(int(number) if number.isdigit() else 0, found.get("data-span", ""), found["data-seal"])
            )
        elif tag == "p" and "cell" in classes and self.rows:
            self.rows[-1].cells.append("")
            self._inside = True
        elif tag == "span" and self._inside and (self._aside or "flag" in classes):
            self._aside += 1

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a cell, or of what is no text."""
        if tag == "p":
            self._inside, self._aside = False, 0
        elif tag == "span" and self._aside:
            self._aside -= 1

    def handle_data(self, data: str) -> None:
        """Gather a cell's text."""
        if self._inside and not self._aside:
            self.rows[-1].cells[-1] += data
