"""Turns translations of one document into one self-contained HTML page, a row a segment."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from itertools import groupby
from statistics import fmean

from mtpipe import __version__
from mtpipe.coverage import seals
from mtpipe.data import Document, Flag, Hypothesis, Passport, Segment, Translation
from mtpipe.languages import LANGUAGES
from mtpipe.writer.bidi import isolate

# What a flag says to a reader; notes inform, the others ask for doubt.
_FLAGS = {
    Flag.NO_LETTERS: ("nothing to translate, left as it is", True),
    Flag.OTHER_LANGUAGE: ("other language, left as it is", True),
    Flag.SPLIT: ("long, translated in parts", True),
    Flag.TRUNCATED: ("cut off", False),
    Flag.EMPTY: ("no translation", False),
    Flag.HEALED: ("mended", True),
    Flag.NOT_IN_REFERENCE: ("not in the reference", True),
    Flag.WITH_ROW_ABOVE: ("in the row above", True),
    Flag.MOVED: ("stands elsewhere in the reference", True),
}


def write_html(translations: Sequence[Translation], date: datetime | None) -> str:
    """Return the page: header with title, source and models, then the rows, paragraphs kept together.

    Every row has an anchor (``#s1`` is the first segment) and a seal (see
    mtpipe.coverage). Nothing outside the page, no network; where hypotheses
    carry word links, a small script lights up a word's counterparts.
    """
    document = translations[0].source
    direction = _direction(document.language)
    css = files("mtpipe.writer").joinpath("translation.css").read_text("utf-8")
    body = "".join(_paragraphs(document, translations))
    policy, script = _script(translations)
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'{policy}">
<meta name="generator" content="mtpipe {__version__}">
<meta name="mtpipe:coverage" content="{len(document.segments)} segments, source {document.origin.sha256}">
<title>{html.escape(document.title)}</title>
<style>
{css}</style>
</head>
<body style="--columns: {len(translations) + 1}">
<header class="document">
<h1 lang="{document.language}" dir="{direction}">{isolate(document.title, direction)}</h1>
{_facts(document, translations, date)}
</header>
<main>
{_names(document, translations)}
{body}</main>
<footer class="document">Machine translation, row by row; a reader of Arabic should check what matters.
{len(document.segments)} segments, each exactly once and in order; <code>mtpipe verify</code> says whether that still
holds.</footer>
{script}</body>
</html>
"""


def _facts(document: Document, translations: Sequence[Translation], date: datetime | None) -> str:
    origin = document.origin
    rows = [
        ("Source", f"{html.escape(origin.name)}, {origin.size:,} bytes, {html.escape(origin.encoding)}"),
        ("SHA-256", f"<code>{origin.sha256}</code>"),
    ]
    models: dict[str, list[str]] = {}
    for translation in translations:
        if translation.model.kind == "model":
            models.setdefault(_passport(translation.model), []).append(translation.target)
    rows += [(f"Model ({', '.join(targets)})", model) for model, targets in models.items()]
    rows += [_reference(t) for t in translations if t.model.kind == "reference"]
    rows += [("Glossary", line) for t in translations if (line := _glossary(t))]
    rows += [("Triangle", line) for t in translations if (line := _triangle(t))]
    if date is not None:
        stamp = date.isoformat(timespec="minutes")
        rows.append(
            ("Translated", f'<time datetime="{stamp}">{date:%Y-%m-%d %H:%M}</time> with mtpipe {__version__}')
        )
    return (
        '<dl class="facts">' + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows) + "</dl>"
    )


def _glossary(translation: Translation) -> str:
    """Return the glossary's terms in one column, with the rows where each is used, and where it is missed."""
    used: dict[tuple[str, str], list[str]] = {}
    missed: dict[tuple[str, str], list[str]] = {}
    for number, hypothesis in enumerate(translation.hypotheses, 1):
        row = f'<a href="#s{number}">{number}</a>'
        for term in hypothesis.terms:
            places = used if term.used else missed
            places.setdefault((term.source, term.used or term.wanted), []).append(row)
    if not used and not missed:
        return ""
    total, lost = sum(map(len, used.values())), sum(map(len, missed.values()))
    listed = [
        f"<li>{isolate(source, 'ltr')} → {isolate(rendering, 'ltr')}{mark}: {', '.join(rows)}</li>"
        for places, mark in ((missed, ", missed"), (used, ""))
        for (source, rendering), rows in places.items()
    ]
    head = f"{translation.target}: {total} of {total + lost} terms kept to"
    return f"<details><summary>{head}</summary><ul>{''.join(listed)}</ul></details>"


def _triangle(translation: Translation) -> str:
    """Return one line on what the triangle gave, in the column that it ends in; "" elsewhere."""
    found = [made.triangle for made in translation.hypotheses if made.triangle is not None]
    if not found or found[0].source == translation.target:
        return ""
    mean, unlike = fmean(one.likeness for one in found), sum(one.unlike for one in found)
    return (
        f"{found[0].source} → {translation.target} with {html.escape(found[0].model)} beside the {translation.target} "
        f"column, {len(found)} rows: chrF2 {mean:.0f} on average, {unlike} hardly alike (at most medium confidence)"
    )


def _passport(passport: Passport) -> str:
    if passport.via:
        return "by way of another language: " + "; then ".join(map(_passport, passport.via))
    parts = [passport.id, f"revision {passport.revision}", passport.quantisation, passport.licence]
    if passport.commercial is False:
        parts.append("no commercial use")
    if passport.self_test not in ("", "passed"):
        parts.append(f"self-test {passport.self_test}")
    described = html.escape(", ".join(filter(None, parts)))
    return f"{described}, weights <code>{passport.sha256[:16]}…</code>"


def _reference(translation: Translation) -> tuple[str, str]:
    passport = translation.model
    described = (
        f"{html.escape(passport.id)}, {passport.revision}, SHA-256 <code>{passport.sha256[:16]}…</code>"
    )
    return f"Reference ({translation.target})", described


def _names(document: Document, translations: Sequence[Translation]) -> str:
    # Heading above the text it belongs to: right over a right-to-left column.
    cells = [f'<div class="{_direction(document.language)}">{_name(document.language)}</div>']
    for translation in translations:
        name, model = _column(translation), html.escape(translation.model.id)
        cells.append(
            f'<div class="{_direction(translation.target)}">{name}<span class="model">{model}</span></div>'
        )
    return f'<div class="row names"><div></div>{"".join(cells)}</div>'


def _paragraphs(document: Document, translations: Sequence[Translation]) -> Iterator[str]:
    numbered = enumerate(document.segments)
    sealed = seals(document, [[hypothesis.text for hypothesis in t.hypotheses] for t in translations])
    for _, group in groupby(numbered, key=lambda item: item[1].paragraph):
        rows = "".join(_row(n, segment, document, translations, sealed[n]) for n, segment in group)
        yield f'<section class="paragraph">\n{rows}</section>\n'


def _row(
    number: int, segment: Segment, document: Document, translations: Sequence[Translation], seal: str
) -> str:
    anchor = f"s{number + 1}"
    # A line in another language is laid out as that language reads, and aligned like its column.
    foreign = segment.language if segment.language not in (document.language, "und") else None
    cells = [
        _paragraph("cell", foreign or document.language, document.language, segment.text),
        *(_cell(t, t.hypotheses[number], foreign) for t in translations),
    ]
    return (
        f'<div class="row {segment.role.value}" id="{anchor}" '
        f'data-span="{segment.span.start}-{segment.span.end}" data-seal="{seal}">'
        f'<a class="number" href="#{anchor}" title="row {number + 1}, {segment.role.value}">{number + 1}</a>\n'
        + "\n".join(cells)
        + "</div>\n"
    )


def _cell(translation: Translation, hypothesis: Hypothesis, foreign: str | None) -> str:
    passed = Flag.OTHER_LANGUAGE in hypothesis.flags or Flag.NO_LETTERS in hypothesis.flags
    language = foreign if foreign and Flag.OTHER_LANGUAGE in hypothesis.flags else translation.target
    classes = ["cell", *(["passed"] if passed else [])]
    more = f' data-name="{_column(translation)}"'
    if hypothesis.confidence:
        classes.append(hypothesis.confidence)
        alike = f", columns alike: {hypothesis.triangle.likeness:.0f} of 100" if hypothesis.triangle else ""
        more += f' title="{hypothesis.confidence} confidence{alike}"'
    if hypothesis.links:
        pairs = " ".join(f"{source}-{target}" for source, target in hypothesis.links)
        more += f' data-links="{pairs}"'
    return _paragraph(
        " ".join(classes), language, translation.target, hypothesis.text, more, _marks(hypothesis)
    )


def _paragraph(kind: str, language: str, column: str, text: str, more: str = "", marks: str = "") -> str:
    """Return one cell: ``language`` sets lang and direction, ``column`` the alignment."""
    known = language in LANGUAGES
    direction = _direction(language) if known else "auto"
    shown = isolate(text, _direction(language)) if known else html.escape(text, quote=False)
    return (
        f'<p class="{kind} {_direction(column)}" lang="{language if known else "und"}" dir="{direction}"{more}>'
        f"{shown}{marks}</p>"
    )


def _marks(hypothesis: Hypothesis) -> str:
    """Return what a reader should know or doubt about a cell, behind its text."""
    marks = []
    for flag in hypothesis.flags:
        text, note = _FLAGS.get(Flag(flag), (flag, False)) if flag in set(Flag) else (flag, False)
        if flag == Flag.HEALED:
            text += f": {how}" if (how := hypothesis.how) else ""
        marks.append((text, note))
    if hypothesis.triangle is not None and hypothesis.triangle.unlike:
        marks.append((f"unlike the other column ({hypothesis.triangle.likeness:.0f} of 100)", True))
    marks += [(finding.message, False) for finding in hypothesis.findings if finding.check != "empty"]
    return "".join(
        f' <span class="flag{" note" if note else ""}" lang="en" dir="ltr">{isolate(text, "ltr")}</span>'
        for text, note in marks
    )


def _script(translations: Sequence[Translation]) -> tuple[str, str]:
    """Return the policy that allows the page's script and no other, and the script; both "" where none is needed."""
    if not any(hypothesis.links for t in translations for hypothesis in t.hypotheses):
        return "", ""
    code = files("mtpipe.writer").joinpath("translation.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    return f"; script-src 'sha256-{digest}'", f"<script>{code}</script>\n"


def _column(translation: Translation) -> str:
    return _name(translation.target) + (", reference" if translation.model.kind == "reference" else "")


def _name(code: str) -> str:
    return html.escape(LANGUAGES[code].name if code in LANGUAGES else code)


def _direction(code: str) -> str:
    return LANGUAGES[code].direction if code in LANGUAGES else "ltr"
