"""What all tests share: documents made of sentences, and a tiny real model."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from mtpipe.data import Document, Origin, Role, Segment, Span
from tests.tiny import make_tiny_model

# A shell's background jobs ignore Ctrl-C, and so would the commands that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parents[1]
EXAMPLE = REPOSITORY / "examples" / "article.ar.txt"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny model with random weights."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def make_document(rows: list[tuple[str, str, Role]], *, name: str = "made.txt") -> Document:
    """Make a document of (text, language, role) rows, one paragraph each, as if its source needed no clean-up."""
    source = "\n".join(text for text, _, _ in rows)
    segments, at = [], 0
    for number, (text, language, role) in enumerate(rows):
        segments.append(Segment(text, language, number, role, Span(at, at + len(text))))
        at += len(text) + 1
    origin = Origin(name=name, sha256="0" * 64, encoding="utf-8", size=len(source.encode()))
    return Document(id=Path(name).stem, language="ar", source=source, origin=origin, segments=tuple(segments))
