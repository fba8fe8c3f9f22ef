"""Turns one file into its translations: the order of the stages, and nowhere else."""

from mtpipe.pipeline.translation import engines_for, load_document, translate_document

__all__ = ["engines_for", "load_document", "translate_document"]
