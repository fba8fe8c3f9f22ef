"""mtpipe: Arabic articles beside English and French, on your own machine."""

__version__ = "0.1.0"
