"""Turns translations of one document into JSON lines: a header, then one object a segment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mtpipe import __version__
from mtpipe.coverage import seals
from mtpipe.data import Hypothesis, Passport, Translation

SCHEMA = "mtpipe.translation/1"


def write_jsonl(translations: Sequence[Translation], date: datetime | None) -> str:
    """Return the header line and one line a segment, UTF-8, keys in a fixed order."""
    document = translations[0].source
    models = [t for t in translations if t.model.kind == "model"]
    references = [t for t in translations if t.model.kind == "reference"]
    header: dict[str, Any] = {
        "schema": SCHEMA,
        "mtpipe": __version__,
        "document": {
            "id": document.id,
            "title": document.title,
            "source_language": document.language,
            "file": document.origin.name,
            "sha256": document.origin.sha256,
            "encoding": document.origin.encoding,
            "bytes": document.origin.size,
            "segments": len(document.segments),
        },
        "coverage": {"segments": len(document.segments), "each": "exactly once, in order", "seal": "chained"},
        "targets": list(dict.fromkeys(t.target for t in translations)),
        "models": [{"target": t.target, **passport_object(t.model)} for t in models],
    }
    if references:
        header["references"] = [
            {"target": t.target, "file": t.model.id, "sha256": t.model.sha256, "laid": t.model.revision}
            for t in references
        ]
    if date is not None:
        header["date"] = date.isoformat(timespec="seconds")
    rows = [header]
    columns = [[hypothesis.text for hypothesis in t.hypotheses] for t in (*models, *references)]
    sealed = seals(document, columns)
    for number, segment in enumerate(document.segments):
        row: dict[str, Any] = {
            "segment": number + 1,
            "source": segment.text,
            "role": segment.role.value,
            "paragraph": segment.paragraph,
            "span": list(segment.span),
            "language": segment.language,
            "translations": [_translation(t, t.hypotheses[number]) for t in models],
        }
        if references:
            row["references"] = [_reference(t, t.hypotheses[number]) for t in references]
        row["seal"] = sealed[number]
        rows.append(row)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def passport_object(passport: Passport) -> dict[str, Any]:
    """Return a passport as a JSON object."""
    described: dict[str, Any] = {
        "id": passport.id,
        "source": passport.source,
        "revision": passport.revision,
        "licence": passport.licence,
        "commercial": passport.commercial,
        "sha256": passport.sha256,
        "quantisation": passport.quantisation,
        "self_test": passport.self_test,
    }
    if passport.via:
        described["via"] = [passport_object(leg) for leg in passport.via]
    return described


def _reference(translation: Translation, hypothesis: Hypothesis) -> dict[str, Any]:
    return {"target": translation.target, "text": hypothesis.text, "flags": list(hypothesis.flags)}


def _translation(translation: Translation, hypothesis: Hypothesis) -> dict[str, Any]:
    row: dict[str, Any] = {
        "target": translation.target,
        "model": translation.model.id,
        "text": hypothesis.text,
        "score": hypothesis.score,
        "confidence": hypothesis.confidence,
        "flags": list(hypothesis.flags),
        "findings": [{"check": found.check, "message": found.message} for found in hypothesis.findings],
        "terms": [{"source": t.source, "wanted": t.wanted, "used": t.used} for t in hypothesis.terms],
        "links": " ".join(f"{source}-{target}" for source, target in hypothesis.links),
        "attempts": [
            {"how": attempt.how, "text": attempt.text, "score": attempt.score}
            for attempt in hypothesis.attempts
        ],
    }
    if hypothesis.pivot is not None:
        row["pivot"] = hypothesis.pivot
    if (found := hypothesis.triangle) is not None:
        row["triangle"] = {
            "from": found.source,
            "model": found.model,
            "text": found.text,
            "likeness": found.likeness,
            "unlike": found.unlike,
        }
    return row
