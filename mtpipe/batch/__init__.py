"""Turns a configuration into a run folder: many documents, resumable to the segment, here or on a cluster."""

from mtpipe.batch.driver import Observer, Outcome, execute
from mtpipe.batch.forecast import Forecast, forecast
from mtpipe.batch.tally import Tally

__all__ = ["Forecast", "Observer", "Outcome", "Tally", "execute", "forecast"]
