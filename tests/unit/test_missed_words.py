"""The words that translations lack: counted by how they begin, names left out."""

from benchmarks.missed_words import bare, missed


def test_a_word_is_missed_where_half_of_the_translations_lack_it() -> None:
    references = ["Pollen reached the churches.", "The pollen was counted.", "Churches kept records."]
    hypotheses = ["Vaccine reached the church.", "The pollen was counted.", "Churches kept records."]
    assert missed(references, hypotheses) == {}
    assert missed(["the pollen", "the pollen"], ["the vaccine", "the pollen"]) == {"pollen": 1}


def test_words_that_begin_alike_are_one() -> None:
    assert missed(["he counted them", "she counts them, counted"], ["a", "them"]) == {"counted": 3, "them": 1}


def test_clitics_are_no_part_of_an_arabic_word() -> None:
    assert {bare(word) for word in ("والمدرسة", "مدرسة", "بالمدرسة", "للمدرسة", "ومدرسة")} == {"مدرسة"}
