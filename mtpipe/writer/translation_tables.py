"""Turns translations of one document into plain tables: TSV and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mtpipe.data import Role, Translation
from mtpipe.languages import LANGUAGES


def column_names(translations: Sequence[Translation]) -> list[str]:
    """Return a heading for each translation: its language, and its model where a language comes twice."""
    targets = [t.target for t in translations]
    return [t.target if targets.count(t.target) == 1 else f"{t.target} ({t.model.id})" for t in translations]


def write_tsv(translations: Sequence[Translation], date: datetime | None) -> str:  # noqa: ARG001
    """Return a heading and one line a segment: number, paragraph, role, span, source, then each target.

    Tabs and line ends inside a text, which a cleaned segment does not hold, would become spaces.
    """
    document = translations[0].source
    lines = [["segment", "paragraph", "role", "start", "end", document.language, *column_names(translations)]]
    for number, segment in enumerate(document.segments):
        lines.append(
            [
                str(number + 1),
                str(segment.paragraph + 1),
                segment.role.value,
                str(segment.span.start),
                str(segment.span.end),
                _flat(segment.text),
                *(_flat(t.hypotheses[number].text) for t in translations),
            ]
        )
    return "".join("\t".join(line) + "\n" for line in lines)


def write_md(translations: Sequence[Translation], date: datetime | None) -> str:
    """Return a Markdown document: title, origin, then a table with one row a segment."""
    document = translations[0].source
    origin = document.origin
    names = [LANGUAGES[t.target].name if t.target in LANGUAGES else t.target for t in translations]
    source_name = LANGUAGES[document.language].name if document.language in LANGUAGES else document.language
    lines = [f"# {_cell(document.title)}", "", f"- source: `{origin.name}` (sha256 `{origin.sha256}`)"]
    for translation in translations:
        model = translation.model
        lines.append(f"- {translation.target}: model `{model.id}` {model.revision}, {model.licence}")
    if date is not None:
        lines.append(f"- translated: {date.isoformat(timespec='minutes')}")
    lines += ["", f"| | {' | '.join([source_name, *names])} |", f"|---|{'---|' * (len(names) + 1)}"]
    for number, segment in enumerate(document.segments):
        texts = [segment.text, *(t.hypotheses[number].text for t in translations)]
        strong = segment.role in (Role.TITLE, Role.HEADING)
        cells = [f"**{_cell(text)}**" if strong and text.strip() else _cell(text) for text in texts]
        lines.append(f"| {number + 1} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\r", " ").replace("\n", " ")


def _cell(text: str) -> str:
    escaped = "".join(f"\\{char}" if char in "\\|*_`<[#" else char for char in text)
    return _flat(escaped)
