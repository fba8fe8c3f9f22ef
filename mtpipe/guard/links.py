"""Addresses: URLs, e-mail addresses, handles and hashtags that must stand in a translation as they are."""

from __future__ import annotations

from mtpipe.data import Finding
from mtpipe.guard.pair import Pair
from mtpipe.languages import ADDRESS


def check_links(pair: Pair) -> list[Finding]:
    """Find addresses of the source that the translation does not hold."""
    if not _may_hold(pair.source):
        return []
    target = pair.target.lower()
    lost = [address for address in ADDRESS.findall(pair.source) if address.lower() not in target]
    return [Finding("links", f"{address} is missing") for address in dict.fromkeys(lost)]


def _may_hold(text: str) -> bool:
    return "." in text or "@" in text or "#" in text
