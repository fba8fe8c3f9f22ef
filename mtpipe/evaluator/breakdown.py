"""Turns per-segment statistics into scores by role, length and document."""

from __future__ import annotations

from collections.abc import Sequence

from mtpipe.data import Score
from mtpipe.evaluator.metrics import values
from mtpipe.evaluator.statistics import Rows
from mtpipe.report import GroupScore

_LENGTHS = ((1, 10), (11, 20), (21, 30), (31, 40), (41, 60))
_OVER = "61 words and more"
_MOST_DOCUMENTS = 200


def length_name(words: int) -> str:
    """Return the bucket of a text of so many words."""
    for low, high in _LENGTHS:
        if words <= high:
            return f"{low}–{high} words"
    return _OVER


def labels(kind: str, texts: Sequence[str]) -> list[str]:
    """Return each text's bucket where ``kind`` is "length", else the labels as they are."""
    return [length_name(len(text.split())) for text in texts] if kind == "length" else list(texts)


def group_scores(
    kind: str, names: Sequence[str], rows: dict[str, Rows], signatures: dict[str, str]
) -> tuple[GroupScore, ...]:
    """Score each group of segments that share a name; nothing where there is but one group.

    ``rows`` holds one system's statistics per metric.
    """
    members: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        members.setdefault(name, []).append(index)
    if len(members) < 2:
        return ()
    return tuple(
        GroupScore(
            by=kind,
            name=name or "not said",
            n=len(members[name]),
            scores=tuple(
                Score(
                    metric,
                    float(values(metric, part[members[name]].sum(axis=0, keepdims=True))[0]),
                    signatures[metric],
                    len(members[name]),
                )
                for metric, part in rows.items()
            ),
        )
        for name in _ordered(kind, members)
    )


def left_out(names: Sequence[str]) -> str | None:
    """Say how many documents the breakdown leaves out, or nothing where it holds all."""
    documents = len(set(names))
    if documents <= _MOST_DOCUMENTS:
        return None
    return f"the scores by document are of the {_MOST_DOCUMENTS} largest of {documents} documents"


def _ordered(kind: str, members: dict[str, list[int]]) -> list[str]:
    if kind == "length":
        order = [f"{low}–{high} words" for low, high in _LENGTHS] + [_OVER]
        return [name for name in order if name in members]
    if kind == "document" and len(members) > _MOST_DOCUMENTS:
        return sorted(members, key=lambda name: -len(members[name]))[:_MOST_DOCUMENTS]
    return list(members)
