"""Two segmented texts become a Bitext of m–n beads, and alignments become files' links and scores."""

from mtpipe.aligner.documents import align
from mtpipe.aligner.indices import beads_of, parse_links, read_links
from mtpipe.aligner.linking import link_sentences
from mtpipe.aligner.scoring import AlignmentScore, score_links, score_table
from mtpipe.aligner.search import Link

__all__ = [
    "AlignmentScore",
    "Link",
    "align",
    "beads_of",
    "link_sentences",
    "parse_links",
    "read_links",
    "score_links",
    "score_table",
]
