"""What a user can do wrong, as one tree of exceptions.

::

    MtpipeError
    ├── InputError    a file or text that cannot be read as what it should be   exit 2
    ├── UsageError    an option or a combination of options                     exit 2
    ├── ModelError    a model that is missing, damaged or does not fit          exit 2
    └── WorkError     everything was right, and still it could not be done      exit 1
        └── OutputError   the result could not be written                       exit 1

Each text is one line that names the file, the value found and the values
allowed. Any other exception is a bug and ends in a traceback.
"""

from __future__ import annotations


class MtpipeError(Exception):
    """Base of all errors that a user can cause; ``exit_code`` is what the command line returns."""

    exit_code = 2


class InputError(MtpipeError):
    """A file or text cannot be read as what it should be."""


class UsageError(MtpipeError):
    """An option has a wrong value, or options contradict each other."""


class ModelError(MtpipeError):
    """A model is missing, damaged or does not fit the languages asked for."""


class WorkError(MtpipeError):
    """The command was right, but the work could not be finished."""

    exit_code = 1


class OutputError(WorkError):
    """A result could not be written."""
