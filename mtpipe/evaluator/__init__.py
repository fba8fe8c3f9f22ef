"""Turns translations and references into an evaluation: scores, intervals, tests, audit, coverage."""

from mtpipe.evaluator.comet import Comet
from mtpipe.evaluator.comet import find as find_comet
from mtpipe.evaluator.comparison import Comparison, Output, Row, coverage
from mtpipe.evaluator.evaluation import Settings, evaluate
from mtpipe.evaluator.metrics import METRICS, likeness, metric_names
from mtpipe.evaluator.references import (
    ReferenceFile,
    check_language,
    check_outputs,
    line_comparison,
    parse_reference,
)
from mtpipe.evaluator.sacrebleu_json import sacrebleu_json
from mtpipe.evaluator.translations import named_apart, output_of, read_outputs, systems_of

__all__ = [
    "METRICS",
    "Comet",
    "Comparison",
    "Output",
    "ReferenceFile",
    "Row",
    "Settings",
    "check_language",
    "check_outputs",
    "coverage",
    "evaluate",
    "find_comet",
    "likeness",
    "line_comparison",
    "metric_names",
    "named_apart",
    "output_of",
    "parse_reference",
    "read_outputs",
    "sacrebleu_json",
    "systems_of",
]
