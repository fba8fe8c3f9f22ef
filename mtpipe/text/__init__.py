"""Source text into cleaned text, with a ledger of every edit and a map back to the source."""

from mtpipe.text.cleaning import clean
from mtpipe.text.ledger import CleanText, apply, undo
from mtpipe.text.model_view import for_model, signs_around, words_shown
from mtpipe.text.substitutes import SIGNS, Substitutes

# Goes up whenever any text is cleaned in another way than before: memories must not give old results for it.
VERSION = 5

__all__ = [
    "SIGNS",
    "CleanText",
    "Substitutes",
    "apply",
    "clean",
    "for_model",
    "signs_around",
    "undo",
    "words_shown",
]
