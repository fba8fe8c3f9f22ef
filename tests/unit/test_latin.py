"""Latin words of an Arabic text stand in its translation as they are spelt there."""

from __future__ import annotations

import pytest

from mtpipe import models
from mtpipe.data import Flag, Hypothesis
from mtpipe.pipeline.healing import Healing
from mtpipe.pipeline.latin import kept_as_written
from mtpipe.translator import Engine


@pytest.mark.parametrize(
    ("source", "text", "fixed"),
    [
        ("قال John Bolton أمس", "Jhohon Bolton said yesterday", "John Bolton said yesterday"),
        ("قال François Müller", "Franccos Muler said", "François Müller said"),
        ("صحيفة Le Monde", "dans le journal Lee Monde", "dans le journal Le Monde"),
        ("وقعها (Mark Sykes) عام 1916", "(Mark Syks) signed it in 1916", "(Mark Sykes) signed it in 1916"),
        ("اللاعب Zlatan في ميلانو", "Le joueur &latan à Milan", "Le joueur Zlatan à Milan"),
        (
            "كتب Robert Fisk وRobert Capa",
            "Rabbert Fisk and Robert Capa wrote",
            "Rabbert Fisk and Robert Capa wrote",
        ),
    ],
)
def test_a_misspelt_latin_word_is_spelt_as_the_source_has_it(source: str, text: str, fixed: str) -> None:
    hypothesis = Hypothesis(text, -0.5)
    better = kept_as_written(source, hypothesis)
    assert better.text == fixed
    if text != fixed:
        assert [attempt.text for attempt in better.attempts] == [text, fixed]
        assert Flag.HEALED in better.flags


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("قال John Bolton أمس", "He said yesterday"),  # nothing is alike
        ("حلف NATO في أوروبا", "L’OTAN en Europe"),  # another abbreviation
        ("صحيفة The Independent", "the Independent newspaper"),  # capitals only
        ("راسلوا info@example.com", "Write to info@example.org"),  # addresses have a rung of their own
        ("قال بولتون أمس", "Balton said yesterday"),
        ("النقطة A", "point B"),
        ("قررت OPEC فتح الباب", "They decided to open the door"),
        ("أقيم معرض Art في دبي", "The exhibits are in Dubai"),
        ("شركة Ford", "He went for work"),
        ("فريق Team", "The term is over"),
    ],
)
def test_other_words_stay(source: str, text: str) -> None:
    hypothesis = Hypothesis(text, -0.5)
    assert kept_as_written(source, hypothesis) is hypothesis


def test_a_linked_word_comes_before_a_liker_one() -> None:
    hypothesis = Hypothesis("Carlo saw Karel", -0.5, links=((1, 2),))
    assert kept_as_written("رأى Karol كارلو", hypothesis).text == "Carlo saw Karol"


def test_the_builtin_model_with_healing_keeps_latin_names() -> None:
    healing = Healing(Engine(models.find(), threads=1))
    source = "قال الكاتب François Müller في صحيفة Le Monde إن الوضع صعب."
    for made in healing.translate([(source, "en"), (source, "fr")], "ar"):
        # A small model may leave a word out, but what it keeps is spelt as in the source.
        assert "François" in made.text
        assert "Monde" in made.text
        assert "&" not in made.text
    (as_it_is,) = Healing(Engine(models.find(), threads=1), retry=False).translate([(source, "en")], "ar")
    assert not as_it_is.attempts
