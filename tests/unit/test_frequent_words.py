"""Which frequent words are rare in a corpus: counted by family, names left out."""

from collections import Counter

from benchmarks.frequent_words import rare_families, stem


def test_words_of_one_stem_are_one_family() -> None:
    assert {stem(word) for word in ("efficient", "efficiently")} == {"efficient"}
    assert {stem(word) for word in ("necessity", "necessities")} == {"necessit"}
    assert stem("king") == "king"


def test_a_family_is_rare_when_all_its_words_together_are() -> None:
    frequent = ["harbour", "harbours", "quay", "quays", "london"]
    ours = Counter({"harbour": 30, "harbours": 10, "quay": 38, "quays": 1, "london": 5})
    assert rare_families(frequent, ours, Counter({"london": 5})) == [["quay", "quays"]]
