"""Turns the YAML that describes a run into immutable types; whatever is wrong in it is named with its line."""

from mtpipe.config.loading import SCHEMA_ID, json_schema, load, plain
from mtpipe.config.resolving import runnable
from mtpipe.config.table import Decoding, Executor, Input, Output, RunConfig

__all__ = [
    "SCHEMA_ID",
    "Decoding",
    "Executor",
    "Input",
    "Output",
    "RunConfig",
    "json_schema",
    "load",
    "plain",
    "runnable",
]
