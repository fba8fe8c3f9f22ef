"""The engine: order kept, parts joined, what no model sees, scores, refusals. Real CTranslate2, tiny weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtpipe import models
from mtpipe.clauses import parts_of_one, split_clauses
from mtpipe.data import Flag, Hypothesis, Role
from mtpipe.errors import ModelError, UsageError
from mtpipe.pipeline import routes
from mtpipe.translator import Engine, translate
from tests.conftest import make_document
from tests.tiny import make_tiny_model

SENTENCES = [
    "ذهب الولد إلى المدرسة في الصباح.",
    "وعاد أهل القرية من الحقول قبل غروب الشمس؛ ثم جلسوا يتحدثون.",
    "السلام.",
    "كان الحرب، ثم السلام، ثم الحرب.",
]


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    return Engine(models.find(str(tiny_model)), threads=2)


def test_one_hypothesis_a_job_in_order_whatever_the_company(engine: Engine) -> None:
    jobs = [(text, target) for target in ("en", "fr") for text in SENTENCES]
    together = engine.translate(jobs, "ar")
    alone = [engine.translate([job], "ar")[0] for job in jobs]
    backwards = engine.translate(jobs[::-1], "ar")[::-1]
    assert [h.text for h in together] == [h.text for h in alone] == [h.text for h in backwards]
    assert len({h.text for h in together}) > 4, "the random model says different things of different texts"
    assert all("<2" not in h.text for h in together), "the language token is not part of the text"


@pytest.mark.parametrize("beam_size", [1, 4])
@pytest.mark.parametrize("text", SENTENCES)
def test_score_is_the_mean_log_probability_of_the_output(engine: Engine, text: str, beam_size: int) -> None:
    pieces = engine.model.conventions.frame(engine._source.encode(text, out_type=str), "ar", "en")
    made = engine.translate([(text, "en")], "ar", beam_size=beam_size)[0]
    result = engine._engine.translate_batch(
        [pieces], target_prefix=[["<2en>"]], beam_size=beam_size, max_decoding_length=40, disable_unk=True
    )[0]
    logs = engine._engine.score_batch([pieces], [result.hypotheses[0]])[0].log_probs[1:]
    logs = logs[:-1] if Flag.TRUNCATED in made.flags else logs
    assert made.score == pytest.approx(sum(logs) / len(logs), abs=2e-3)


def test_long_texts_are_cut_for_the_model_and_joined(tmp_path: Path) -> None:
    short = Engine(models.find(str(make_tiny_model(tmp_path / "short", max_source=30))))
    text = " ".join(SENTENCES)
    whole = short.translate([(text, "en")], "ar")[0]
    assert Flag.SPLIT in whole.flags
    parts = split_clauses(text, short._count, 30)
    assert " ".join(parts) == text
    apart = short.translate([(part, "en") for part in parts], "ar")
    assert whole.text.split() == " ".join(parts_of_one(parts, [h.text for h in apart])).split()


def test_the_parts_of_one_sentence_begin_and_end_one() -> None:
    parts = ["أقر المجلس القانون،", "بعد نقاش طويل.", "وانتهى الأمر"]
    made = ["The council passed the law.", "After a long debate.", "The matter ended"]
    assert parts_of_one(parts, made) == [
        "The council passed the law,",
        "after a long debate.",
        "The matter ended",
    ]


_CLAUSES = st.lists(
    st.lists(st.sampled_from(["كتب", "وقال", "الولد", "مدرسة", "ثم"]), min_size=1, max_size=9).flatmap(
        lambda words: st.sampled_from(["،", "؛", ".", ""]).map(lambda mark: " ".join(words) + mark)
    ),
    min_size=1,
    max_size=40,
)


@given(_CLAUSES, st.integers(3, 40))
@settings(max_examples=200)
def test_splitting_loses_nothing_and_keeps_the_limit(clauses: list[str], limit: int) -> None:
    text = " ".join(clauses)

    def count(part: str) -> int:
        return len(part.split())

    parts = split_clauses(text, count, limit)
    assert " ".join(parts) == text
    assert all(0 < count(part) <= limit for part in parts)


def test_a_word_longer_than_the_limit_is_cut_between_characters() -> None:
    parts = split_clauses("ا" * 1000, len, 60)
    assert "".join(parts) == "ا" * 1000
    assert max(map(len, parts)) <= 60


def test_what_no_model_sees(engine: Engine) -> None:
    document = make_document(
        [
            (SENTENCES[0], "ar", Role.BODY),
            ("2017 / 11 / 15 - 13:19", "und", Role.DATE),
            ("Le Point, 14/11/2017", "fr", Role.CREDIT),
            (SENTENCES[1], "ar", Role.BODY),
        ]
    )
    english, french = translate(document, {"en": engine, "fr": engine})
    for translation in (english, french):
        assert [h.text for h in translation.hypotheses[1:3]] == [
            "2017 / 11 / 15 - 13:19",
            "Le Point, 14/11/2017",
        ]
        assert [h.flags for h in translation.hypotheses[1:3]] == [(Flag.NO_LETTERS,), (Flag.OTHER_LANGUAGE,)]
        assert [h.score for h in translation.hypotheses[1:3]] == [None, None]
        assert all(h.score is not None and h.score < 0 for h in translation.hypotheses[::3])
    assert english.hypotheses[0] != french.hypotheses[0]


def test_an_empty_document_asks_nothing(engine: Engine) -> None:
    document = make_document([("13:19", "und", Role.DATE)])
    (only,) = translate(document, {"en": engine})
    assert only.hypotheses == (Hypothesis("13:19", flags=(Flag.NO_LETTERS,)),)


def test_progress_ends_at_the_total(engine: Engine) -> None:
    seen: list[tuple[int, int]] = []
    engine.translate([(text, "en") for text in SENTENCES], "ar", progress=lambda *step: seen.append(step))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (["de"], r"unknown language 'de' \(known: ar, en, fr\)"),
        (["ar"], "--to ar: the source is in that language already"),
    ],
)
def test_targets_that_cannot_be(targets: list[str], message: str, tiny_model: Path) -> None:
    with pytest.raises(UsageError, match=message):
        routes("ar", targets, {target: [str(tiny_model)] for target in targets})


def test_unfit_model_and_compute_type(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match=r"'tiny' does not translate fr→en .it translates ar→en, ar→fr"):
        routes("fr", ["en"], {"en": [str(tiny_model)]})
    with pytest.raises(UsageError, match="compute type 'int3' is not for cpu"):
        Engine(models.find(str(tiny_model)), compute_type="int3")
    with pytest.raises(UsageError, match="device 'abacus' cannot be used"):
        Engine(models.find(str(tiny_model)), device="abacus")


def test_bullets_and_pictures_stay_around_the_translation_and_links_point_to_the_words_shown() -> None:
    engine = Engine(models.find(models.BUILT_IN), threads=1, links=True)
    plain = "وعاد أهل القرية من الحقول قبل غروب الشمس."
    shown = "• و عاد أهل القرية من الحقول قبل غروب الشمس. 🙏"
    glued = f"🔴{plain}"
    texts = (shown, plain, "ــــــ", glued, "#غزة #القدس", f"٢. {plain}", f"جـ - {plain}")
    document = make_document([(text, "ar", Role.BODY) for text in texts])
    (translation,) = translate(document, {"en": engine})
    dressed, bare, rule, red, tags, second, lettered = translation.hypotheses
    assert second.text == f"2. {bare.text}"
    assert lettered.text == f"c - {bare.text}"
    assert (red.text, red.links) == (f"🔴{bare.text}", bare.links)
    assert (tags.text, tags.flags) == ("#غزة #القدس", (Flag.NO_LETTERS,))
    assert dressed.text == f"• {bare.text} 🙏"
    assert len(bare.links) > 3
    moved = {(here + 2, there + 1) for here, there in bare.links if here > 0}
    first = {(place, there + 1) for here, there in bare.links if here == 0 for place in (1, 2)}
    assert set(dressed.links) == moved | first
    assert (rule.text, rule.flags) == ("ــــــ", (Flag.NO_LETTERS,))
