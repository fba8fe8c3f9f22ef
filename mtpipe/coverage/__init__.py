"""Turns the rows of an output into a proof that every source segment is there once, in order; and reads it back."""

from mtpipe.coverage.seals import LENGTH, Row, first_seal, seal, seals, uncovered
from mtpipe.coverage.verification import Verdict, verify_text

__all__ = ["LENGTH", "Row", "Verdict", "first_seal", "seal", "seals", "uncovered", "verify_text"]
