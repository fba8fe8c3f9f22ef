"""Changes the text of a hypothesis: a word of it, noted among the attempts, or how it is set, which is no attempt."""

from __future__ import annotations

from dataclasses import replace

from mtpipe.data import Attempt, Flag, Hypothesis

Links = tuple[tuple[int, int], ...]


def mended(made: Hypothesis, text: str, how: str, links: Links | None = None) -> Hypothesis:
    """Return ``made`` with another text: what it was stays first of the attempts, ``how`` says what was done."""
    attempts = tuple(attempt for attempt in made.attempts if attempt.how != how)
    before = attempts or (Attempt("first", made.text, made.score),)
    flags = tuple(dict.fromkeys((*made.flags, Flag.HEALED)))
    return replace(
        made,
        text=text,
        attempts=(*before, Attempt(how, text, made.score)),
        flags=flags,
        links=made.links if links is None else links,
    )


def reset(made: Hypothesis, text: str, links: Links | None = None) -> Hypothesis:
    """Return ``made`` set another way, and the attempt that it is likewise: nothing was tried again."""
    attempts = tuple(replace(one, text=text) if one.text == made.text else one for one in made.attempts)
    return replace(made, text=text, attempts=attempts, links=made.links if links is None else links)
