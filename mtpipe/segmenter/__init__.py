"""A Document of paragraphs into a Document of sentences, and the reasons for each boundary."""

from mtpipe.segmenter.documents import (
    Reason,
    explain,
    rule_texts,
    segment,
    segment_lines,
    segment_text,
    split_lines,
)

# Goes up whenever any text is cut in another way than before.
VERSION = 3

__all__ = ["Reason", "explain", "rule_texts", "segment", "segment_lines", "segment_text", "split_lines"]
