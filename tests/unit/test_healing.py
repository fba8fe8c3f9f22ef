"""Healing: the better attempt wins, the first stays where none is, every one is kept; with a real engine too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mtpipe import models
from mtpipe.clauses import _unfinished
from mtpipe.cli import run
from mtpipe.data import Flag, Hypothesis, Passport, Role, Translation
from mtpipe.guard import Pair, check, confidence
from mtpipe.pipeline.healing import Healing, heal, weight
from mtpipe.pipeline.names import one_way
from mtpipe.pipeline.quotations import bracketed, left_open
from mtpipe.pipeline.rungs import Rung, another_model, ladder_for
from mtpipe.translator import Decoding, Engine, Job, translate
from tests.conftest import make_document
from tests.tiny import make_tiny_model

JOB = ("نقلت القافلة 250 شخصا من المدينة إلى الشمال", "en")
GOOD = "The convoy carried 250 people from the city to the north."
WRONG = "The convoy carried 350 people from the city to the north."


def rung(how: str, *texts: str, score: float = -1.0) -> Rung:
    def retry(jobs: Sequence[Job], best: Sequence[Hypothesis]) -> list[list[Hypothesis]]:
        return [[Hypothesis(text, score) for text in texts] for _ in jobs]

    return Rung(how, retry, 1.0)


def test_an_attempt_without_a_finding_wins_and_all_are_kept() -> None:
    made = heal([JOB], [Hypothesis(WRONG, -1.0)], "ar", [rung("worse", ""), rung("better", WRONG, GOOD)])
    (hypothesis,) = made.hypotheses
    assert hypothesis.text == GOOD
    assert hypothesis.flags == (Flag.HEALED,)
    assert hypothesis.how == "better"
    assert [attempt.how for attempt in hypothesis.attempts] == ["first", "worse", "better"]
    assert (made.doubted, made.healed, made.better, made.extra) == (1, 1, 1, 2.0)


def test_an_output_that_does_not_end_is_doubted() -> None:
    endless = Hypothesis(f"{GOOD} Of one one's oner", -0.5, flags=(Flag.TRUNCATED,))
    assert check(Pair(JOB[0], endless.text, "ar", "en")) == ()
    made = heal([JOB], [endless], "ar", [rung("clause by clause", GOOD, score=-0.6)])
    assert made.hypotheses[0].text == GOOD
    assert Flag.TRUNCATED not in made.hypotheses[0].flags
    (kept,) = heal([JOB], [endless], "ar", []).hypotheses
    assert [finding.message for finding in kept.findings] == ["breaks off at the longest output"]


def test_the_first_stays_where_no_attempt_is_better_or_one_is_far_less_likely() -> None:
    made = heal(
        [JOB], [Hypothesis(WRONG, -1.0)], "ar", [rung("no", "350 people"), rung("wild", GOOD, score=-5.0)]
    )
    (hypothesis,) = made.hypotheses
    assert hypothesis.text == WRONG
    assert hypothesis.flags == ()
    assert [finding.message for finding in hypothesis.findings] == ["250 became 350"]
    assert (made.doubted, made.healed, made.better) == (1, 0, 0)


def test_what_retries_cost_is_bounded_and_goes_where_it_is_needed_most() -> None:
    jobs = [(f"نقلت القافلة {n} شخصا من المدينة إلى الشمال", "en") for n in range(1000, 5000)]
    made = [Hypothesis("The convoy carried 350 people from the city to the north.", -1.0) for _ in jobs]
    made[-1] = Hypothesis("the city " * 20, -1.0)
    healed = heal(
        jobs, made, "ar", [rung("better", "The convoy carried 4999 people from the city to the north.")]
    )
    assert healed.doubted == len(jobs)
    assert 0.09 < healed.extra <= 0.10
    assert healed.hypotheses[-1].flags == (Flag.HEALED,), "a loop is worse than a number"


def test_what_has_no_less_to_doubt_is_not_kept() -> None:
    as_wrong = rung("as wrong", WRONG.replace("convoy", "caravan"), score=-0.5)
    made = heal([JOB], [Hypothesis(WRONG, -1.0)], "ar", [as_wrong])
    assert made.hypotheses[0].text == WRONG
    assert made.better == 0


def test_a_rung_is_tried_for_what_it_may_mend_only() -> None:
    never = replace(rung("never", GOOD), only=frozenset({"repetition"}))
    made = heal([JOB], [Hypothesis(WRONG, -1.0)], "ar", [never, rung("better", GOOD)])
    assert [made.hypotheses[0].how, made.extra] == ["better", 1.0]


def test_a_good_hypothesis_costs_nothing() -> None:
    def never(jobs: Sequence[Job], best: Sequence[Hypothesis]) -> list[list[Hypothesis]]:
        raise AssertionError

    made = heal([JOB], [Hypothesis(GOOD, -1.0)], "ar", [Rung("never", never, 1.0)])
    assert made.hypotheses == [Hypothesis(GOOD, -1.0)]
    assert (made.doubted, made.extra) == (0, 0.0)


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    return Engine(models.find(str(tiny_model)), threads=2, links=True)


def test_a_real_engine_heals_itself(engine: Engine) -> None:
    texts = ["ذهب الولد إلى المدرسة في الصباح، وعاد أهل القرية من الحقول قبل غروب الشمس.", "السلام."]
    jobs = [(text, target) for target in ("en", "fr") for text in texts]
    first = engine.translate(jobs, "ar")
    healer = Healing(engine)
    made = healer.translate(jobs, "ar")
    assert len(made) == len(jobs)
    for job, before, after in zip(jobs, first, made, strict=True):
        endless = [found for found in after.findings if found.message.startswith("breaks off")]
        assert bool(endless) == (Flag.TRUNCATED in after.flags)
        assert after.findings == (*endless, *check(Pair(job[0], after.text, "ar", job[1], after.links)))
        assert weight(after) <= weight(Healing(engine, retry=False).translate([job], "ar")[0])
        assert after.text == before.text or Flag.HEALED in after.flags
        assert after.confidence in ("high", "medium", "low")
    assert healer.tally.doubted, "random weights give doubtful texts"
    assert "doubted" in str(healer.tally)
    assert made == healer.translate(jobs, "ar"), "the same again"


def test_every_rung_of_a_real_engine_gives_something_for_each_job(tmp_path: Path) -> None:
    engine = Engine(models.find(str(make_tiny_model(tmp_path / "wide", max_source=200))), threads=2)
    jobs = [("ذهب الولد إلى المدرسة في الصباح الباكر، وعاد أهل القرية من الحقول قبل غروب الشمس.", "en")] * 2
    first = engine.translate(jobs, "ar")
    ladder = ladder_for(
        engine, "ar", another_model(lambda _: engine, "ar"), another_model(lambda _: None, "ar")
    )
    counts = [[len(found) for found in way.retry(jobs, first)] for way in ladder]
    # There is no address to translate around.
    assert counts == [[0, 0], [1, 1], [1, 1], [6, 6], [1, 1], [1, 1], [0, 0]]


def test_an_engine_begins_with_what_it_is_told_and_gives_candidates(engine: Engine) -> None:
    job = ("ذهب الولد إلى المدرسة", "en")
    (found,) = engine.alternatives([job], "ar", Decoding(alternatives=3))
    assert len({hypothesis.text for hypothesis in found}) == 3
    (begun,) = engine.alternatives([job], "ar", Decoding(begins=["The boy went"], exact=True))
    assert begun[0].text.startswith("The boy went")
    assert begun[0].score is not None
    assert begun[0].score < 0


def test_links_stay_inside_both_texts(engine: Engine) -> None:
    document = make_document(
        [("ذهب الولد إلى المدرسة في الصباح.", "ar", Role.BODY), ("13:19", "und", Role.DATE)]
    )
    (made,) = translate(document, {"en": engine})
    first, second = made.hypotheses
    assert second.links == ()
    assert all(
        0 <= here < len(document.segments[0].text.split()) and 0 <= there < len(first.text.split())
        for here, there in first.links
    )


def test_confidence_falls_with_score_and_findings() -> None:
    pair = Pair(JOB[0], GOOD, "ar", "en")
    order = ["low", "medium", "high"]
    levels = [order.index(confidence(pair, score, ())) for score in (-4.0, -2.0, -1.2, -0.2)]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, 2)
    wrong = Pair(JOB[0], WRONG, "ar", "en")
    assert confidence(wrong, -0.2, check(wrong)) != "high"
    assert confidence(pair, None, ()) == ""


def test_a_name_is_spelled_one_way() -> None:
    rows = [("زار كوناشينكوف موسكو", "ar", Role.BODY)] * 3
    links = ((0, 1), (1, 0), (2, 2))
    texts = ["Konashenkov visited Moscow", "Konachinkov visited Moscow", "Konashenkov visited Moscow"]
    made = Translation(
        make_document(rows), "en", tuple(Hypothesis(text, -1.0, links=links) for text in texts),
        Passport("m", "made", "1", "CC0", "0" * 64, ("en",)),
    )  # fmt: skip
    spelled = one_way(made)
    assert [h.text for h in spelled.hypotheses] == ["Konashenkov visited Moscow"] * 3
    assert spelled.hypotheses[1].how == "name spelled as elsewhere"
    assert spelled.hypotheses[0] == made.hypotheses[0]


def test_a_name_that_the_source_has_twice_may_be_one_word_of_the_translation() -> None:
    rows = [("زار كوناشينكوف موسكو", "ar", Role.BODY)] * 2 + [("كوناشينكوف ثم كوناشينكوف", "ar", Role.BODY)]
    made = Translation(
        make_document(rows), "en",
        (
            *[Hypothesis("Konashenkov visited Moscow", -1.0, links=((0, 1), (1, 0), (2, 2)))] * 2,
            Hypothesis("Konachinkov again", -1.0, links=((0, 0), (2, 0), (1, 1))),
        ),
        Passport("m", "made", "1", "CC0", "0" * 64, ("en",)),
    )  # fmt: skip
    assert one_way(made).hypotheses[2].text == "Konashenkov again"


def test_strict_ends_with_1_and_writes_all_the_same(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("نقلت القافلة 250 شخصا من المدينة.\n", encoding="utf-8")
    arguments = ["translate", "a.txt", "--lines", "--model", str(tiny_model), "--to", "en", "--no-heal"]
    assert run([*arguments, "--output", "a.jsonl"]) == 0
    assert run([*arguments, "--output", "b.jsonl", "--strict"]) == 1
    error = capsys.readouterr().err
    assert "a.txt: 1 translation doubted" in error
    assert "mtpipe: a.txt: --strict: row 1 (en): " in error
    assert Path("b.jsonl").exists()
    assert run(["verify", "b.jsonl", "--source", "a.txt"]) == 0
    assert run([*arguments, "--output", "c.jsonl", "--glossary", "x.tsv"]) == 2


@pytest.mark.parametrize(
    ("made", "part", "wanted"),
    [
        ('He said: "We came into Raqqa."', 'وقال: "دخلنا الرقة،', 'He said: "We came into Raqqa,'),
        ("Il dit : « Nous sommes entrés. »", "وقال: «دخلنا،", "Il dit : « Nous sommes entrés,"),
        ('He called them "the lions".', "وسماهم «الأسود»،", 'He called them "the lions",'),
        ("Il les appelle « lions ».", 'وسماهم "الأسود"', "Il les appelle « lions »"),
        ("and he left,", "وذهب،", "and he left,"),
        ("The 3 men left.", "وذهب الرجال الثلاثة", "The 3 men left"),
    ],
)
def test_a_part_that_ends_no_sentence_gets_no_end(made: str, part: str, wanted: str) -> None:
    assert _unfinished(made, part) == wanted


@pytest.mark.parametrize(
    ("source", "made", "wanted"),
    [
        (
            'يقول الرجل: "هربنا ليلا.',
            "Il dit\u00a0: «\u00a0Nous avons fui.\u00a0»",
            "Il dit\u00a0: «\u00a0Nous avons fui.",
        ),
        ("يقول الرجل: «هربنا ليلا.", 'He said: "We fled".', 'He said: "We fled.'),
        ('الآن نعيش في خيمة".', '"Now we live in a tent".', 'Now we live in a tent".'),
        ("الآن نعيش في خيمة».", "«\u00a0Nous sommes là.\u00a0»", "Nous sommes là.\u00a0»"),
        ('قال: "نعم".', 'He said: "Yes".', 'He said: "Yes".'),
        ('كنا نسمع الرصاص."', "We heard bullets.", 'We heard bullets."'),
        ("كنا نسمع الرصاص».", "Nous entendions.", "Nous entendions\u00a0»."),
        ('هربنا" وأضاف أن الليل طال.', "We fled, he added.", "We fled, he added."),
        ('قال "نعم"، ثم: "هربنا.', 'He said "yes", then "we" fled.', 'He said "yes", then "we" fled.'),
        ('قال: "هربنا.', 'He said: "We fled.', 'He said: "We fled.'),
        ("وتابع: » إن بلادنا حرة « .", 'He said: "We are free."', 'He said: "We are free."'),
        ("وتابع: ”إن بلادنا حرة“.", 'He said: "We are free."', 'He said: "We are free."'),
    ],
)
def test_a_quotation_that_goes_on_is_left_open(source: str, made: str, wanted: str) -> None:
    assert left_open(source, "fr" if "\u00a0" in wanted else "en", Hypothesis(made)).text == wanted


def test_links_stay_with_their_words_where_an_opening_mark_goes() -> None:
    made = Hypothesis("«\u00a0Nous sommes là.\u00a0»", links=((0, 0), (1, 1), (2, 3), (2, 4)))
    assert left_open("الآن نحن هنا».", "fr", made).links == ((1, 0), (2, 2), (2, 3))


def test_marks_that_touch_an_address_are_those_of_the_target() -> None:
    class Plain:
        passport = Passport("m", "made", "1", "CC0", "0" * 64, ("en",))

        def translate(self, jobs: Sequence[Job], source: str, **_: object) -> list[Hypothesis]:
            return [Hypothesis("Mail:" if "البريد" in text else "phone") for text, _ in jobs]

    way = next(rung for rung in ladder_for(Plain(), "ar") if rung.how == "around addresses")
    ((made,),) = way.retry([("البريد: a.b@example.org، هاتف", "en")], [Hypothesis("")])
    assert made.text == "Mail: a.b@example.org, phone"


@pytest.mark.parametrize(
    ("source", "made", "wanted"),
    [
        (
            "يوم الثلاثاء (14 نوفمبر 2017)، واشنطن",
            "On (14 November 2017, they",
            "On (14 November 2017), they",
        ),
        ("بلغ (9.4 مليون)؛ ثم", "(9,4 millions\u00a0; puis", "(9,4 millions)\u00a0; puis"),
        ("قال (نعم)، ومضى", "He (said (yes), and left", "He (said (yes), and left"),
        (
            "قال (نعم) ثم مضى، وعاد",
            "He said (yes and left, and came back",
            "He said (yes and left, and came back",
        ),
        (
            "قال (نعم)، ومضى",
            "He (yes and then he went away far, too",
            "He (yes and then he went away far, too",
        ),
    ],
)
def test_a_bracket_lost_before_a_mark_is_put_back(source: str, made: str, wanted: str) -> None:
    assert bracketed(source, Hypothesis(made)).text == wanted
