"""Turns translations of one document into plain tables: TSV and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mtpipe.coverage import seals
from mtpipe.data import Role, Translation


def column_names(translations: Sequence[Translation]) -> list[str]:
    """Return a heading for each translation: its language, and its model where a language comes twice."""
    targets = [t.target for t in translations if t.model.kind == "model"]
    names = []
    for translation in translations:
        if translation.model.kind == "reference":
            names.append(f"{translation.target} (reference)")
        elif targets.count(translation.target) > 1:
            names.append(f"{translation.target} ({translation.model.id})")
        else:
            names.append(translation.target)
    return names


def write_tsv(translations: Sequence[Translation], date: datetime | None) -> str:  # noqa: ARG001
    """Return a heading and one line a segment: number, paragraph, role, span, seal, source, then each target.

    The seal's heading says how many rows there are, of which source. Tabs and
    line ends inside a text, which a cleaned segment does not hold, become spaces.
    """
    document = translations[0].source
    proof = f"seal of {len(document.segments)} rows, source {document.origin.sha256}"
    places = ["segment", "paragraph", "role", "start", "end", proof]
    lines = [[*places, document.language, *column_names(translations)]]
    sealed = _seals(translations)
    for number, segment in enumerate(document.segments):
        lines.append(
            [
                str(number + 1),
                str(segment.paragraph + 1),
                segment.role.value,
                str(segment.span.start),
                str(segment.span.end),
                sealed[number],
                _flat(segment.text),
                *(_flat(t.hypotheses[number].text) for t in translations),
            ]
        )
    return "".join("\t".join(line) + "\n" for line in lines)


def write_md(translations: Sequence[Translation], date: datetime | None) -> str:
    """Return a Markdown document: title, origin, then a table with one row a segment."""
    document = translations[0].source
    origin = document.origin
    names = column_names(translations)
    lines = [f"# {_cell(document.title)}", "", f"- source: `{origin.name}` (sha256 `{origin.sha256}`)"]
    for translation in translations:
        model = translation.model
        limits = "no commercial use" if model.commercial is False else ""
        described = ", ".join(filter(None, (f"`{model.id}`", model.revision, model.licence, limits)))
        lines.append(f"- {translation.target}: {model.kind} {described}")
    if date is not None:
        lines.append(f"- translated: {date.isoformat(timespec='minutes')}")
    lines += ["", f"| | {' | '.join([document.language, *names])} |", f"|---|{'---|' * (len(names) + 1)}"]
    for number, segment in enumerate(document.segments):
        texts = [segment.text, *(t.hypotheses[number].text for t in translations)]
        strong = segment.role in (Role.TITLE, Role.HEADING)
        cells = [f"**{_cell(text)}**" if strong and text.strip() else _cell(text) for text in texts]
        lines.append(f"| {number + 1} | {' | '.join(cells)} |")
    lines += _doubts(translations, names)
    lines += ["", f"<!-- mtpipe coverage: {len(document.segments)} segments, source {origin.sha256}"]
    for number, (segment, sealed) in enumerate(zip(document.segments, _seals(translations), strict=True), 1):
        lines.append(f"{number} {segment.span.start}-{segment.span.end} {sealed}")
    return "\n".join(lines) + "\n-->\n"


def _doubts(translations: Sequence[Translation], names: Sequence[str]) -> list[str]:
    """Return a list of what the checks doubt, row by row."""
    found = [
        f"- row {number}, {name}: {_cell(finding.message)}"
        for number in range(1, len(translations[0].hypotheses) + 1)
        for name, translation in zip(names, translations, strict=True)
        for finding in translation.hypotheses[number - 1].findings
    ]
    return ["", "To be doubted:", "", *found] if found else []


def _seals(translations: Sequence[Translation]) -> list[str]:
    texts = [[hypothesis.text for hypothesis in t.hypotheses] for t in translations]
    return seals(translations[0].source, texts)


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\r", " ").replace("\n", " ")


def _cell(text: str) -> str:
    escaped = "".join(f"\\{char}" if char in "\\|*_`<[#" else char for char in text)
    return _flat(escaped)
