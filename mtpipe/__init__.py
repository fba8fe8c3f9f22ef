"""mtpipe: Arabic articles beside English and French, on your own machine.

The verbs, in the order of the work::

    article = mtpipe.read("article.txt")           # → Document
    article = mtpipe.segment(article)              # cleaned and cut into segments
    english, french = mtpipe.translate(article)    # → Translation, one a target
    page = mtpipe.write([english, french], "html") # → str
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mtpipe.pipeline import translate_document as translate
    from mtpipe.reader import read
    from mtpipe.segmenter import segment, segment_text
    from mtpipe.text import clean
    from mtpipe.writer import write_translations as write

__all__ = ["__version__", "clean", "read", "segment", "segment_text", "translate", "write"]

# Loaded when first used: `mtpipe --help` needs no engine.
_HOMES = {
    "clean": ("mtpipe.text", "clean"),
    "read": ("mtpipe.reader", "read"),
    "segment": ("mtpipe.segmenter", "segment"),
    "segment_text": ("mtpipe.segmenter", "segment_text"),
    "translate": ("mtpipe.pipeline", "translate_document"),
    "write": ("mtpipe.writer", "write_translations"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mtpipe' has no attribute {name!r}")
    home, verb = _HOMES[name]
    return getattr(import_module(home), verb)
