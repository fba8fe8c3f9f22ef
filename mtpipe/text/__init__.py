"""Source text into cleaned text, with a ledger of every edit and a map back to the source."""

from mtpipe.text.cleaning import clean
from mtpipe.text.ledger import CleanText, apply, undo
from mtpipe.text.model_view import for_model

__all__ = ["CleanText", "apply", "clean", "for_model", "undo"]
