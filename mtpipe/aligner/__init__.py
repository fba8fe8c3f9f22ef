"""Two segmented texts become a Bitext of m–n beads, and alignments become files' links and scores."""

from mtpipe.aligner.documents import align
from mtpipe.aligner.encoder import load_encoder
from mtpipe.aligner.indices import beads_of, parse_links, read_links
from mtpipe.aligner.linking import link_sentences
from mtpipe.aligner.meaning import Encoder
from mtpipe.aligner.scoring import AlignmentScore, score_links, score_table
from mtpipe.aligner.search import Link
from mtpipe.aligner.seed import rendered

__all__ = [
    "AlignmentScore",
    "Encoder",
    "Link",
    "align",
    "beads_of",
    "link_sentences",
    "load_encoder",
    "parse_links",
    "read_links",
    "rendered",
    "score_links",
    "score_table",
]
