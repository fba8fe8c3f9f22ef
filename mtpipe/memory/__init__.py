"""Turns finished segments into a file that remembers them, and finds them again under the same circumstances."""

from mtpipe.memory.store import Circumstances, Found, Memory, Unit
from mtpipe.memory.upkeep import Selection, SourceUnit, limit, purge, units

__all__ = ["Circumstances", "Found", "Memory", "Selection", "SourceUnit", "Unit", "limit", "purge", "units"]
