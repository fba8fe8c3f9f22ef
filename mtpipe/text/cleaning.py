"""Source text into cleaned text: the rules, in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mtpipe.data import Edit, Span
from mtpipe.text.characters import edge_spaces, entities, invisible, presentation_forms, spaces, tags, tatweel
from mtpipe.text.ledger import Change, CleanText, compose, rewrite
from mtpipe.text.lines import wrapped_lines
from mtpipe.text.mojibake import mojibake
from mtpipe.text.typography import apostrophes, double_stops, gaps, quotes, repeated, stray_marks

Rule = Callable[[str], Iterable[Change]]

# Lines first, as they were wrapped as they stand; then characters, since the
# later rules look at marks and spaces as they should be.
RULES: tuple[Rule, ...] = (
    wrapped_lines,
    entities,
    tags,
    mojibake,
    invisible,
    presentation_forms,
    tatweel,
    spaces,
    edge_spaces,
    stray_marks,
    gaps,
    double_stops,
    repeated,
    apostrophes,
    quotes,
    spaces,
    edge_spaces,
)


def clean(source: str) -> CleanText:
    """Clean ``source`` and keep a ledger of every edit.

    Line ends stay as they are, but for those inside hard-wrapped paragraphs.
    The edits stand in the order of the source and do not overlap.
    """
    text = source
    ledger: list[Change] = []
    for rule in RULES:
        changes = list(rule(text))
        if changes:
            ledger = compose(ledger, text, changes)
            text = rewrite(text, changes)
    edits = (
        Edit(change.rule, Span(change.start, change.end), source[change.start : change.end], change.after)
        for change in ledger
    )
    return CleanText(source, text, tuple(edit for edit in edits if edit.before != edit.after))
