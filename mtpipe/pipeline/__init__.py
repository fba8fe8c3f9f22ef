"""Turns one file into its translations: the order of the stages, and nowhere else."""

from mtpipe.pipeline.translation import engines_for, load_document, translate_document
from mtpipe.translator import translate as translate_with

__all__ = ["engines_for", "load_document", "translate_document", "translate_with"]
