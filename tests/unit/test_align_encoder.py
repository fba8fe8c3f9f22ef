"""An ONNX encoder on disk lays texts side by side that share no word: a real one, made by the test."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.generated_bitext import GeneratedBitext, generate, move_blocks
from mtpipe.aligner import link_sentences, load_encoder, score_links
from mtpipe.aligner.meaning import embed
from mtpipe.errors import InputError, MtpipeError, UsageError
from tests.unit.test_align_command import run

onnx = pytest.importorskip("onnx")
tokenizers = pytest.importorskip("tokenizers")
pytest.importorskip("onnxruntime")

SIZE = 60


def cipher(sentence: str) -> str:
    """Write a sentence in another language: each word backwards, with a prefix that no other word has."""
    return " ".join("zz" + word.strip(".")[::-1] for word in sentence.split()) + "."


@pytest.fixture(scope="module")
def text() -> GeneratedBitext:
    made = generate(SIZE, seed=11, lone=0.2, merged=0.1)
    return GeneratedBitext(made.hypotheses, [cipher(target) for target in made.targets], made.links)


def words(text: GeneratedBitext) -> list[str]:
    return sorted({word.strip(".") for line in text.hypotheses for word in line.split()})


@pytest.fixture(scope="module")
def folder(text: GeneratedBitext, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an encoder that knows both languages: a table of word vectors, the same for both words of a pair."""
    base: Path = tmp_path_factory.mktemp("encoder")
    known = words(text)
    vocabulary = {"[PAD]": 0, "[UNK]": 1}
    for word in known:
        vocabulary[word] = len(vocabulary)
    for word in known:
        vocabulary[cipher(word).strip(".")] = len(vocabulary)
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(base / "tokenizer.json"))
    # Words that are used often say little: their vectors are short.
    often = Counter(word.strip(".") for line in text.hypotheses for word in line.split())
    vectors = np.random.default_rng(0).normal(size=(len(known), 48)).astype(np.float32)
    vectors /= np.array([[often[word]] for word in known], np.float32)
    table = np.concatenate([np.zeros((2, 48), np.float32), vectors, vectors])
    helper, floats, ints = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "encoder",
        [helper.make_tensor_value_info(name, ints, ["n", "t"]) for name in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("last_hidden_state", floats, ["n", "t", 48])],
        [onnx.numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(base / "model.onnx"))
    return base


def strict(text: GeneratedBitext, links: list[tuple[tuple[int, ...], tuple[int, ...]]]) -> float:
    return score_links([text.links], [links]).strict.f1


def pairs(
    sources: list[str], targets: list[str], **options: object
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    found = link_sentences(sources, targets, **options)  # type: ignore[arg-type]
    return [(tuple(range(*link.source)), tuple(range(*link.target))) for link in found]


def test_texts_that_share_no_word_are_aligned_by_an_encoder_only(text: GeneratedBitext, folder: Path) -> None:
    encoder = load_encoder(str(folder))
    assert strict(text, pairs(text.hypotheses, text.targets)) < 0.7
    assert strict(text, pairs(text.hypotheses, text.targets, encoder=encoder)) > 0.9


def test_moves_are_found_by_an_encoder(text: GeneratedBitext, folder: Path) -> None:
    targets, links = move_blocks(text.targets, text.links, seed=1)
    found = pairs(text.hypotheses, targets, encoder=load_encoder(str(folder)))
    assert score_links([links], [found]).strict.f1 > 0.75


def test_unrelated_texts_stay_unaligned_with_an_encoder(text: GeneratedBitext, folder: Path) -> None:
    half = len(text.hypotheses) // 2
    late = [link for link in text.links if link[0] and link[0][0] > half]
    targets = text.targets[late[0][1][0] if late[0][1] else half :]
    found = link_sentences(text.hypotheses[:half], targets, encoder=load_encoder(str(folder)))
    assert sum(link.real for link in found) <= 0.2 * half


def test_pooling_ignores_padding_and_the_order_of_the_batch(folder: Path, text: GeneratedBitext) -> None:
    encoder = load_encoder(str(folder))
    lines = text.hypotheses[:50]
    together, alone = embed(encoder, lines), np.concatenate([embed(encoder, [line]) for line in lines])
    assert np.allclose(together, alone, atol=1e-6)


def test_the_first_token_is_taken_where_the_folder_says_so(
    folder: Path, text: GeneratedBitext, tmp_path: Path
) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    first, second = words(text)[:2]
    found = load_encoder(str(tmp_path))([first, f"{first} {second}"])
    assert np.allclose(found[0], found[1])


def test_the_command_takes_an_encoder(folder: Path, text: GeneratedBitext, tmp_path: Path) -> None:
    for name, lines in (("a.txt", text.hypotheses), ("b.txt", text.targets)):
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
    gold = tmp_path / "gold.tsv"
    gold.write_text(
        "".join(f"{' '.join(map(str, s)) or '-'}\t{' '.join(map(str, t)) or '-'}\n" for s, t in text.links)
    )
    found = run(
        tmp_path / "a.txt", tmp_path / "b.txt", "--lines", "--no-model", "--encoder", folder, "--score", gold
    )
    assert found.exit_code == 0, found.exception
    assert float(found.stdout.split("strict")[1].split()[2]) > 0.9


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "no encoder in ONNX"),
        ({"model.onnx": b"x"}, "no tokenizer.json"),
        ({"model.onnx": b"x", "tokenizer.json": b"{}"}, "model.onnx: cannot be loaded"),
        ({"model.onnx": None, "tokenizer.json": b"{}"}, "tokenizer.json: cannot be loaded"),
    ],
)
def test_a_folder_that_is_no_encoder_is_named(
    folder: Path, tmp_path: Path, files: dict[str, bytes | None], complaint: str
) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes((folder / name).read_bytes() if data is None else data)
    with pytest.raises(InputError, match=complaint) as error:
        load_encoder(str(tmp_path))
    assert "\n" not in str(error.value)


def test_without_the_packages_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(UsageError, match=r"mtpipe\[onnx\]"):
        load_encoder(str(folder))


def test_an_encoder_with_other_numbers_of_rows_is_refused() -> None:
    with pytest.raises(MtpipeError, match="for 3 sentences"):
        link_sentences(["a", "b", "c"], ["d"], encoder=lambda sentences: np.ones((1, 4), np.float32))
