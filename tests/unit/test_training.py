"""The recipe: evaluation lines kept out, held-back lines kept back, clean-up inside the vocabulary, resumption."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from mtpipe import models
from mtpipe.translator import Engine
from mtpipe.typesetting import typeset
from training import corpora, score, vocabulary
from training.counts import dates_kept, names_kept, numbers_kept, repeats_itself
from training.examples import Example
from training.misspelling import misspell
from training.names import Name, Names, Slot, find_slots
from training.numbers import has_numbers, vary_numbers


def own_line(number: int) -> str:
    return f"قال الوزير رقم {number} إن الحكومة ستدرس الأمر\tMinister {number} said the government would study it\t"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    lines = [
        f"{own_line(n)}Le ministre {n} a dit que le gouvernement étudierait la question" for n in range(120)
    ]
    (tmp_path / "own" / "news.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / "dev.en").write_text("“Minister 7 said: the government would study it!”\n", "utf-8")
    (tmp_path / "eval" / "dev.ar").write_text("قَالَ الوزير رقم 9 إن الحكومة ستدرس الأمر.\n", "utf-8")
    return tmp_path


def test_no_line_of_the_evaluation_sets_is_trained_on(data: Path) -> None:
    forbidden = corpora.evaluation_lines(data / "eval")
    examples, counts = corpora.read_examples([data / "own"], None, {}, forbidden)
    assert counts == {"own/news": 117, "own/news.heldout": 2}, (
        "of 120 lines one is forbidden on its Arabic side"
    )
    assert not any("رقم 9 " in example.source for example in examples)
    seven = next(example for example in examples if "رقم 7 " in example.source)
    assert list(seven.targets) == ["fr"], "the English side stands in an evaluation set in another typography"


def test_every_fiftieth_line_is_held_back(data: Path) -> None:
    examples, _ = corpora.read_examples([data / "own"], None, {}, set())
    held = [example.source for example in examples if example.name.endswith(".heldout")]
    assert held == [own_line(49).split("\t")[0], own_line(99).split("\t")[0]]


def test_links_both_directions_found_stay_and_gaps_are_filled() -> None:
    source, target = ["▁ال", "بيت", "▁كبير"], ["▁the", "▁house", "▁is", "▁big"]
    assert corpora.word_ids(source) == [0, 0, 1]
    # Piece links ahead: 1-1 2-3, back: 1-1 0-0 2-3 2-2.
    links = corpora._symmetric("1-1 2-3", "1-1 0-0 2-3 2-2", source, target)
    assert links == [(0, 0), (0, 1), (1, 2), (1, 3)]


def test_the_source_vocabulary_cleans_what_a_small_model_cannot_afford(tmp_path: Path) -> None:
    text = ["كتب الولد الدرس في البيت 2017 ثم ذهب إلى المدرسة Le Point", "وأعلنت الحكومة أن الأمر خطير"] * 40
    path = vocabulary.train_vocabulary(text, tmp_path / "source", "source", 38)
    model: Any = sentencepiece.SentencePieceProcessor(model_file=str(path))
    assert model.decode(model.encode("كَتَبَ الـــولد «الدرس» ٢٠١٧")) == model.decode(
        model.encode('كتب الولد "الدرس" 2017')
    )
    assert model.encode("أعلنت إلى", out_type=str) == model.encode("اعلنت الى", out_type=str)
    assert model.encode("قال\u200f\u00a0الولد") == model.encode("قال الولد")
    assert model.encode("2017", out_type=str)[-4:] == ["2", "0", "1", "7"], "numbers are cut into digits"


def test_what_the_card_counts() -> None:
    assert numbers_kept(["قتل 1,200 و ٣٠ شخصا"], ["1 200 people and 30 others"]) == (2, 2)
    assert numbers_kept(["عام 2017"], ["in 20171"]) == (0, 1)
    assert dates_kept(["on 12 May and June 3rd, 1 July"], ["May 12 and 3 June, 2 July"], "en") == (2, 3)
    assert dates_kept(["le 1er mars 2017"], ["au 1 mars"], "fr") == (1, 1)
    references = {
        "en": ["In Paris, Macron met Merkel in Geneva."],
        "fr": ["À Paris, Macron a vu Merkel à Genève."],
    }
    made = {"en": ["Macron met her in Paris."], "fr": ["Macron et Merkel"]}
    assert names_kept(references, made, "en") == (2, 3), "Geneva is spelt otherwise, In is no name"
    assert names_kept(references, made, "fr") == (2, 3)
    assert repeats_itself("he said that he said that he said that he said")
    assert not repeats_itself("very very good, and he said that he said so")


def test_numbers_are_changed_on_all_sides_alike() -> None:
    example = Example(
        "own/news",
        "قتل ٣٥ شخصا و5 أطفال في 12 أيار 2017 وفقد 10 وجرح 1,250",
        {
            "en": "35 people and 5 children died on 12 May 2017, ten are missing, 1,250 hurt",
            "fr": "35 personnes et 5 enfants sont morts le 12 mai 2017, dix disparus, 1 250 blessés",
        },
    )
    assert has_numbers(example)
    for seed in range(50):
        made = vary_numbers(example, random.Random(seed))
        sides = [re.findall(r"\d+", text) for text in (made.source, *made.targets.values())]
        assert sides[1] == sides[2] == [number for number in sides[0] if number != "10"], (
            "only shared ones change"
        )
        killed, children, day, year, thousands, rest = sides[1]
        assert 32 <= int(killed) <= 99
        assert 3 <= int(children) <= 9, "after 3 to 9 stands a plural"
        assert 11 <= int(day) <= 31
        assert 1850 <= int(year) < 2050
        assert thousands == "1", "one has a grammar of its own"
        assert 100 <= int(rest) <= 999
        assert re.sub(r"\d", "", made.targets["en"]) == re.sub(r"\d", "", example.targets["en"])
    assert not has_numbers(Example("own/news", "قتل 35 شخصا", {"en": "thirty-five died", "fr": "35 morts"}))


def linked(name: str, source: str, english: str, french: str, pairs: list[tuple[int, int, int]]) -> Example:
    """Return an example whose links are given as word numbers in Arabic, English and French."""
    links = {"en": [(a, e) for a, e, _ in pairs], "fr": [(a, f) for a, _, f in pairs]}
    return Example(name, source, {"en": english, "fr": french}, links)


def test_names_are_found_by_their_sound_and_changed_on_all_sides_alike() -> None:
    example = linked(
        "own/news",
        "وقالت مارغريت مارتن إن بوتين زار لندن",
        "And Margaret Martin said Putin had visited Rouen.",
        "Et Margaret Martin a dit que Putin avait visité Rouen.",
        [(1, 1, 1), (2, 2, 2), (4, 4, 6), (6, 7, 9)],
    )
    slots = {slot.name.english: slot for slot in find_slots(example)}
    assert slots["Margaret"] == Slot((1, 1, 1), "", Name("مارغريت", "Margaret", "Margaret"), "given")
    assert slots["Martin"].kind == "surname"
    assert slots["Putin"].clitic == "", "the first letter of بوتين belongs to it"
    assert "Rouen" not in slots, "لندن does not sound like it"
    lists = [
        linked("own/given", "غريتا", "Greta", "Greta", []),
        linked("own/surnames", "شولتس", "Scholz", "Scholz", []),
    ]
    names = Names([example, *lists])
    chance = random.Random(1)
    made = [names.vary(example, chance) for _ in range(40)]
    assert any("غريتا" in one.source for one in made)
    for one in made:
        assert one.links == example.links
        for arabic, latin in (("غريتا", "Greta"), ("شولتس", "Scholz"), ("بوتين", "Putin")):
            count = one.source.split().count(arabic)
            assert all(text.split().count(latin) == count for text in one.targets.values())


def test_a_name_keeps_its_clitic_and_the_french_article_its_apostrophe() -> None:
    example = linked(
        "own/news",
        "سافروا لأوسلو ومنها عادوا",
        "They travelled to Oslo and back.",
        "Partis d'Oslo, ils revinrent.",
        [(1, 3, 1)],
    )
    towns = [
        linked("open/geonames", "بون", "Bonn", "Bonn", []),
        linked("open/geonames", "أوبرا", "Oberá", "Oberá", []),
    ]
    names = Names([example, *towns])
    made = {names.vary(example, random.Random(seed)).targets["fr"] for seed in range(30)}
    assert made == {"Partis d'Oslo, ils revinrent.", "Partis d'Oberá, ils revinrent."}, "never d'Bonn"
    sources = {names.vary(example, random.Random(seed)).source for seed in range(30)}
    assert sources == {example.source, "سافروا لأوبرا ومنها عادوا"}


def test_some_names_stand_in_latin_letters_on_all_sides() -> None:
    example = linked(
        "own/news",
        "زار مارتن لندن",
        "And Martin visited London.",
        "Et Martin a visité Londres.",
        [(1, 1, 1), (2, 3, 4)],
    )
    towns = [linked("own/surnames", "بيترز", "Peeters", "Peeters", [])]
    names = Names([example, *towns])
    assert names.vary(example, random.Random(1), latin=0).source in ("زار مارتن لندن", "زار بيترز لندن")
    made = {names.vary(example, random.Random(seed), latin=1).source for seed in range(30)}
    assert made == {"زار Martin لندن", "زار Peeters لندن"}


@given(st.lists(st.sampled_from(["المدينة", "في", "القاضي", "مصطفى", "هذا", "عام", "1990،"]), min_size=1))
def test_a_misspelt_source_keeps_its_words(words: list[str]) -> None:
    text = " ".join(words)
    made = [misspell(text, random.Random(seed)) for seed in range(12)]
    assert all(len(one.split()) == len(words) for one in made)
    assert all("1990،" in one for one in made if "1990،" in words)
    if "المدينة" in words:
        assert any("المدينه" in one for one in made)


@pytest.mark.slow  # where torch is
def test_a_deeper_model_starts_with_the_answers_of_the_released_one(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs the [train] extra")
    from training import export
    from training.layout import read_released
    from training.network import Shape, Transformer

    folder = models.find().folder
    spm = folder / "source.spm", folder / "target.spm"
    small = {"width": 16, "heads": 2, "feed_forward": 32, "decoder_layers": 1}
    shallow = Transformer(Shape(6000, 6000, encoder_layers=2, **small), 0.1)
    export.export(shallow.state_dict(), shallow.shape, spm, tmp_path / "released", None)
    deep = Transformer(Shape(6000, 6000, encoder_layers=5, **small), 0.1)
    deep.load_state_dict(read_released(tmp_path / "released", deep.shape))
    source = torch.randint(5, 6000, (3, 9))
    padding = source < 0
    assert torch.allclose(shallow.eval().encode(source, padding), deep.eval().encode(source, padding))
    assert any(value.abs().sum() > 0 for name, value in deep.named_parameters() if "encoder.1.ffn_in" in name)
    with pytest.raises(ValueError, match="2 encoder layers, more than the 1"):
        read_released(tmp_path / "released", Shape(6000, 6000, encoder_layers=1, **small))


def test_a_wider_model_starts_with_the_answers_of_the_released_one(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs the [train] extra")
    from training import export
    from training.layout import read_released
    from training.network import Shape, Transformer

    folder = models.find().folder
    spm = folder / "source.spm", folder / "target.spm"
    layers = {"encoder_layers": 2, "decoder_layers": 2}
    narrow = Transformer(Shape(6000, 6000, width=32, heads=2, feed_forward=64, **layers), 0.1)
    for parameter in narrow.parameters():  # norms and biases as training leaves them
        parameter.data += 0.1 * torch.randn_like(parameter)
    export.export(narrow.state_dict(), narrow.shape, spm, tmp_path / "released", None)
    shape = Shape(6000, 6000, width=48, heads=3, feed_forward=80, position_width=32, **layers)
    wide = Transformer(shape, 0.1)
    wide.load_state_dict(read_released(tmp_path / "released", shape))
    source, target = torch.randint(5, 6000, (3, 9)), torch.randint(5, 6000, (3, 7))
    padding = source < 0

    def answers(model: Any) -> Any:
        hidden, attention = model.eval().decode(target, model.encode(source, padding), padding)
        return torch.cat([hidden @ model.target_embeddings.weight.T, attention], dim=-1)

    expected, found = answers(narrow), answers(wide)
    assert torch.allclose(expected, found, atol=1e-3 * float(expected.detach().abs().max()))
    # Written and read once more, the wide model is what it was: its positions are stored with it.
    export.export(wide.state_dict(), shape, spm, tmp_path / "wide", None)
    again = Transformer(shape, 0.1)
    again.load_state_dict(read_released(tmp_path / "wide", shape))
    assert torch.equal(answers(again), found)
    # It can grow once more, and then in its feed-forward alone.
    for number, larger in enumerate(
        (
            Shape(6000, 6000, width=64, heads=4, feed_forward=96, position_width=32, **layers),
            Shape(6000, 6000, width=64, heads=4, feed_forward=128, position_width=32, **layers),
        )
    ):
        wider = Transformer(larger, 0.1)
        wider.load_state_dict(read_released(tmp_path / ("wide" if number == 0 else "wider0"), larger))
        assert torch.allclose(expected, answers(wider), atol=1e-3 * float(expected.detach().abs().max()))
        export.export(wider.state_dict(), larger, spm, tmp_path / f"wider{number}", None)
    with pytest.raises(ValueError, match="its positions are not those of position_width 0"):
        read_released(tmp_path / "released", Shape(6000, 6000, width=48, heads=3, feed_forward=80, **layers))
    with pytest.raises(ValueError, match="width 32 cannot grow to 40 with 1 heads"):
        uneven = Shape(6000, 6000, width=40, heads=1, feed_forward=80, position_width=32, **layers)
        read_released(tmp_path / "released", uneven)


TEXT = [
    "قال الوزير إن الأمر خطير",
    "the minister said the matter is serious",
    "le ministre dit que c'est grave",
]
OPTIONS: dict[str, Any] = {
    "seed": 1, "batch_tokens": 60, "pool": 10, "max_pieces": 60, "learning_rate": 1e-3, "warmup_steps": 2,
    "decay_steps": 3, "dropout": 0.1, "word_dropout": 0.0, "label_smoothing": 0.1, "alignment_weight": 0.5,
    "subword_sampling": 0.5, "sampling_alpha": 0.3, "average_decay": 0.9, "report_seconds": 1e9,
    "evaluate_seconds": 1e9, "save_seconds": 1e9, "vary_names": 0.5, "latin_names": 0.5,
    "vary_numbers": 0.5, "misspell": 0.5, "digits_weight": 0, "precision": "float32",
}  # fmt: skip


def a_vocabulary(folder: Path) -> tuple[Path, Path]:
    return (
        vocabulary.train_vocabulary(TEXT[:1] * 30, folder / "source", "source", 19),
        vocabulary.train_vocabulary(TEXT[1:] * 30, folder / "target", "target", 30),
    )


def an_example() -> Example:
    return Example("own/news", TEXT[0], {"en": TEXT[1], "fr": TEXT[2]}, {"en": [(0, 0)], "fr": []})


def a_shape() -> Any:
    from training.network import Shape

    return Shape(19, 30, width=16, heads=2, feed_forward=32, encoder_layers=1, decoder_layers=1, positions=64)


@pytest.mark.slow
def test_training_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs the [train] extra")
    from training import export, recipe, train
    from training.layout import read_released

    spm, example, options, shape = a_vocabulary(tmp_path), an_example(), OPTIONS, a_shape()
    first = train.Trainer(shape, options, tmp_path, "cpu")
    sampler = train.Sampler([example], {"own/": 1.0}, spm, options, 1)
    train.run(first, sampler, lambda _: {}, lambda trainer: trainer.step >= 12)
    again = train.Trainer(shape, options, tmp_path, "cpu")
    assert again.resume()
    assert (again.step, again.tokens) == (first.step, first.tokens) == (12, first.tokens)
    for name, value in first.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name])
    export.export(first.average, shape, spm, tmp_path / "float", None)
    for name, value in read_released(tmp_path / "float", shape).items():
        assert torch.equal(value, first.average[name]), "a model that was written can be gone on from"
    export.export(first.average, shape, spm, tmp_path / "int8", "int8")
    for name, value in read_released(tmp_path / "int8", shape).items():
        assert torch.allclose(value, first.average[name], atol=float(value.abs().max()) / 120)
    halves = recipe.blended(again, tmp_path / "float", 0.25)
    assert torch.allclose(halves["output_bias"], again.average["output_bias"])
    again.average_weights.add_(1.0)
    assert torch.allclose(
        recipe.blended(again, tmp_path / "float", 0.25)["output_bias"], halves["output_bias"] + 0.75
    )
    assert recipe.blended(again, tmp_path / "none", 0.25)["output_bias"].equal(again.average["output_bias"])
    again.average_weights.sub_(1.0)
    again.decay_from = again.step
    train.run(again, sampler, lambda _: {}, lambda _: False)
    assert again.step == 15, "the falling rate ends the training"


@pytest.mark.slow
def test_the_precision_is_what_was_asked_for_or_the_quicker_one() -> None:
    torch = pytest.importorskip("torch", reason="training needs the [train] extra")
    from training.train import precision

    assert precision("float32", "cpu") == torch.float32
    assert precision("bfloat16", "cpu") == torch.bfloat16
    assert precision("auto", "cuda") == torch.bfloat16
    assert precision("auto", "cpu") in (torch.float32, torch.bfloat16)


@pytest.mark.slow
def test_a_partner_adds_the_gradients_of_its_own_batches(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs the [train] extra")
    from training import recipe, train

    spm = a_vocabulary(tmp_path)
    corpora.save([an_example()], tmp_path / "examples.pkl")
    # The same batch here and there, so the mean of both gradients is each of them.
    options = OPTIONS | {
        "dropout": 0,
        "subword_sampling": 0,
        "misspell": 0,
        "vary_names": 0,
        "vary_numbers": 0,
    }
    trainer = train.Trainer(a_shape(), options, tmp_path, "cpu")
    drawn = {"own/": 1.0}, spm, options, 1
    batch = next(train.Sampler([an_example()], *drawn).batches())
    _, _, alone = train.gradients_of(trainer.model, trainer.gradients, batch, options, trainer.dtype)
    wanted = trainer.gradients.clone()
    trainer.invite(1, partial(recipe._partner_batches, tmp_path / "examples.pkl", *drawn))
    assert trainer.partners is not None
    try:
        deadline = time.monotonic() + 120
        mixed = 0
        while not mixed and time.monotonic() < deadline:
            time.sleep(0.1)
            _, mixed = trainer.partners.mix_into(trainer.gradients, alone)
        assert mixed == alone
        assert wanted.abs().sum() > 0
        assert torch.allclose(trainer.gradients, wanted, atol=1e-6)
        losses = [trainer.update(batch) for _ in range(200)]
    finally:
        trainer.dismiss()
    assert trainer.tokens == sum(count for _, _, count in losses)
    assert any(count > alone for _, _, count in losses), "some updates had both"
    assert losses[-1][0] / losses[-1][2] < losses[0][0] / losses[0][2]
    assert trainer.resume() is False
    trainer.save()
    again = train.Trainer(a_shape(), options, tmp_path, "cpu")
    assert again.resume()
    assert torch.equal(again.weights, trainer.weights)
    assert torch.equal(again.average_weights, trainer.average_weights)


@pytest.mark.slow
def test_a_partner_ends_when_its_trainer_was_killed(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs the [train] extra")
    spm = a_vocabulary(tmp_path)
    corpora.save([an_example()], tmp_path / "examples.pkl")
    script = tmp_path / "trainer.py"
    script.write_text(
        "import sys, time\n"
        "from functools import partial\n"
        "from pathlib import Path\n"
        "from tests.unit.test_training import OPTIONS, a_shape\n"
        "from training import recipe, train\n"
        "if __name__ == '__main__':\n"
        "    folder = Path(sys.argv[1])\n"
        "    trainer = train.Trainer(a_shape(), OPTIONS, folder, 'cpu')\n"
        "    spm = folder / 'source.spm', folder / 'target.spm'\n"
        "    drawn = {'own/': 1.0}, spm, OPTIONS, 1\n"
        "    trainer.invite(1, partial(recipe._partner_batches, folder / 'examples.pkl', *drawn))\n"
        "    print(trainer.partners._processes[0].pid, flush=True)\n"
        "    time.sleep(600)\n",
        "utf-8",
    )
    assert spm == (tmp_path / "source.spm", tmp_path / "target.spm")
    root = Path(__file__).parents[2]
    started = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert started.stdout is not None
    partner = int(started.stdout.readline())
    started.kill()
    started.wait()
    deadline = time.monotonic() + 120
    while _runs(partner):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _runs(process: int) -> bool:
    """Tell whether a process is there and not a zombie that nobody asked after."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_scores_are_of_what_mtpipe_itself_would_write() -> None:
    model = models.find()
    limit = model.conventions.max_source
    lines = [
        "قال الوزير إن الأمر خطير.",
        "وصل الوزير إلى باريس، والتقى الرئيس في القصر، وبحث معه أزمة الطاقة، ثم عقد مؤتمرا صحافيا، وأعلن فيه أن بلاده"
        " سترسل مساعدات إلى المنكوبين، وأن سفينة محملة بالأدوية ستغادر الميناء يوم الخميس، وسيرافقها أطباء ومهندسون، ثم"
        " زار مصنعا للسيارات في ضواحي المدينة، وتحدث إلى العمال المضربين، ووعدهم بأن تدرس حكومته مطالبهم، قبل أن يعود"
        " مساء إلى بلاده، حيث استقبله حشد من المواطنين الغاضبين، واتهمته المعارضة بأنه أهمل شؤون البلاد وأهلها.",
    ]
    engine = Engine(model)
    assert engine.sizes(lines)[1] > limit, "one is cut"
    made = score.translate(model.folder, lines, "en", max_source=limit, **model.decoding)
    shown = [h.text for h in engine.translate([(line, "en") for line in lines], "ar")]
    # Alike rather than equal: what shares a batch may decide a word on another processor.
    for text, expected in zip(made, shown, strict=True):
        assert SequenceMatcher(None, typeset(text, "en"), expected).ratio() > 0.9
