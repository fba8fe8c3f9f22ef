"""What surprises a model: losses of pieces go to words, words to classes."""

from collections import Counter

from benchmarks.surprise import by_word, kind


def test_the_losses_of_the_pieces_of_a_word_are_added() -> None:
    pieces = ["▁the", "▁quay", "side", "."]
    assert list(by_word(pieces, [0.5, 2.0, 1.0, 0.25])) == [("the", 0.5), ("quayside.", 3.25)]


def test_words_are_told_apart_by_how_often_the_corpus_has_them() -> None:
    ours = Counter({"the": 9000, "quay": 39, "harbour": 40, "ship": 1000})
    expected = {
        "the": "function word",
        "quay,": "fewer than 40",
        "harbour": "40 to 199",
        "ship": "1,000 or more",
        "Beirut": "name",
        "2,500": "number",
        "—": "",
    }
    assert {word: kind(word, first=False, ours=ours, function={"the"}) for word in expected} == expected


def test_a_capital_at_the_beginning_is_no_name() -> None:
    assert kind("Quay", first=True, ours=Counter(), function=set()) == "fewer than 40"
