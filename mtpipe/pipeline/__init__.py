"""Turns one file into its translations: the order of the stages, and nowhere else."""

from mtpipe.pipeline.routing import advice, routes
from mtpipe.pipeline.translation import load_document, systems_for, translate_document, translate_with

__all__ = ["advice", "load_document", "routes", "systems_for", "translate_document", "translate_with"]
