"""Turns the name or path of a model into a checked folder with its passport and conventions."""

from mtpipe.models.conventions import Conventions
from mtpipe.models.folder import (
    BUILT_IN,
    Model,
    describe,
    find,
    installed,
    is_installed,
    model_homes,
    open_folder,
    recover,
    verify,
)

__all__ = [
    "BUILT_IN",
    "Conventions",
    "Model",
    "describe",
    "find",
    "installed",
    "is_installed",
    "model_homes",
    "open_folder",
    "recover",
    "verify",
]
