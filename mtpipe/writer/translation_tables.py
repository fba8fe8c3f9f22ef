"""Turns translations of one document into plain tables: TSV and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

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
    return "\n".join(lines) + "\n"


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\r", " ").replace("\n", " ")


def _cell(text: str) -> str:
    escaped = "".join(f"\\{char}" if char in "\\|*_`<[#" else char for char in text)
    return _flat(escaped)
