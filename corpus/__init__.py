"""The project's own parallel text and its checker. Not installed with mtpipe."""
