"""Whatever the texts, every sentence is linked exactly once and what is not moved is monotone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtpipe.aligner import Link, beads_of, link_sentences, parse_links
from mtpipe.writer.bitext_index import write_ladder, write_vecalign
from mtpipe.writer.bitext_jsonl import write_bitext_jsonl
from mtpipe.writer.bitext_table import Column, Table, table_from
from mtpipe.writer.bitext_tsv import write_bitext_tsv

WORDS = st.sampled_from(
    [
        "harbour",
        "Karim",
        "47",
        "net",
        "storm",
        "rain",
        "كتاب",
        "مدرسة",
        "البحر",
        "2019",
        "fish",
        "the",
        "of",
        "and",
    ]
)
SENTENCE = st.lists(WORDS, min_size=0, max_size=9).map(" ".join)
TEXT = st.lists(SENTENCE, max_size=14)


def check(links: list[Link], sources: int, targets: int) -> None:
    assert sorted(i for link in links for i in range(*link.source)) == list(range(sources))
    assert sorted(j for link in links for j in range(*link.target)) == list(range(targets))
    last = [0, 0]
    for link in links:
        assert 0 <= link.confidence <= 1
        if not link.moved:
            for side, (begin, end) in enumerate((link.source, link.target)):
                if begin < end:
                    assert begin >= last[side]
                    last[side] = end


@settings(max_examples=12, deadline=None)
@given(TEXT, TEXT)
def test_every_sentence_once(source: list[str], target: list[str]) -> None:
    check(link_sentences(source, target), len(source), len(target))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT)
def test_every_sentence_once_in_many_texts(source: list[str], target: list[str]) -> None:
    check(link_sentences(source, target), len(source), len(target))


@settings(max_examples=10, deadline=None)
@given(TEXT, st.randoms(use_true_random=False))
def test_every_sentence_once_in_shuffled_texts(source: list[str], random: object) -> None:
    target = [*source, *source[:2]]
    random.shuffle(target)  # type: ignore[attr-defined]
    check(link_sentences(source, target, via=source), len(source), len(target))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table of two columns with beads of any shape, some of them crossing."""
    shapes = draw(
        st.lists(st.sampled_from([(1, 1), (1, 2), (2, 1), (0, 1), (1, 0), (3, 2)]), min_size=1, max_size=9)
    )
    order = draw(st.permutations(range(len(shapes))))
    starts, at = {}, 0
    for place in order:
        starts[place] = at
        at += shapes[place][1]
    pairs, i = [], 0
    for place, (a, b) in enumerate(shapes):
        pairs.append((tuple(range(i, i + a)), tuple(range(starts[place], starts[place] + b))))
        i += a
    beads = beads_of([pair for pair in pairs if pair[0] or pair[1]], i, at)
    return table_from(
        [
            Column("s", "ar", tuple(f"s{k}" for k in range(i))),
            Column("t", "en", tuple(f"t{k}" for k in range(at))),
        ],
        [beads],
    )


def real(table: Table) -> set[tuple[tuple[int, ...], ...]]:
    return {row.cells for row in table.rows if all(row.cells)}


@settings(max_examples=40, deadline=None)
@given(tables())
def test_tables_come_back_from_every_index_format(table: Table) -> None:
    for write in (write_vecalign, write_bitext_tsv, write_bitext_jsonl):
        found = parse_links(write(table))
        assert {pair for pair in found if pair[0] and pair[1]} == real(table)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_a_ladder_rises_to_both_ends(table: Table) -> None:
    rungs = [tuple(map(int, line.split("\t")[:2])) for line in write_ladder(table).splitlines()]
    assert rungs[0] == (0, 0)
    assert rungs[-1] == tuple(len(column.sentences) for column in table.columns)
    assert rungs == sorted(rungs)
    if not any(row.moved for row in table.rows):
        assert {pair for pair in parse_links(write_ladder(table)) if pair[0] and pair[1]} == real(table)
