"""Real conversions of tiny models of every family: what the engine makes equals what transformers makes.

Each model is pulled from a hub on this machine, converted by CTranslate2's own
converter, and asked for twenty sentences in float32. Needs the [convert] extra
(``make slow`` installs it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import numpy as np
import pytest

from mtpipe import models
from mtpipe.cli import run
from mtpipe.data import Flag
from mtpipe.models.coverage import sample
from mtpipe.models.passport import read_passport
from mtpipe.translator import Engine
from tests.families import marian_vocabulary, write_opus_folder, zipped
from tests.hub import Hub, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
torch = pytest.importorskip("torch", reason="the [convert] extra is not installed")
transformers = pytest.importorskip("transformers", minversion="5")

LENGTH = 40
HF = {
    "marian": "config.json, 'generation_config.json?', vocab.json, source.spm, target.spm, weights",
    "m2m100": "config.json, vocab.json, sentencepiece.bpe.model, weights",
    "nllb": "config.json, 'tokenizer.json?', sentencepiece.bpe.model, weights",
    "t5": "config.json, spiece.model, weights",
}
LANGUAGES = {
    "marian": ("[ar]", "{en: null}", "{}"),
    "multi": ("[ar]", "{fr: '>>fra<<'}", "{}"),
    "m2m100": (
        "[ar, en, fr]",
        "{ar: __ar__, en: __en__, fr: __fr__}",
        "{ar: __ar__, en: __en__, fr: __fr__}",
    ),
    "nllb": (
        "[ar, en, fr]",
        "{ar: arb_Arab, en: eng_Latn, fr: fra_Latn}",
        "{ar: arb_Arab, en: eng_Latn, fr: fra_Latn}",
    ),
    "t5": ("[ar, en, fr]", "{ar: <2ar>, en: <2en>, fr: <2fr>}", "{}"),
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving() as running:
        monkeypatch.setenv("MTPIPE_MODELS", str(tmp_path / "models"))
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        template = running.address + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", running.address)
        monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield running


def offer(
    hub: Hub, tmp_path: Path, kind: str, folder: Path, *, languages: str = "", positions: int = 512
) -> None:
    """Put a model into a repository of the hub and into the user's catalogue, as "m"."""
    hub.repositories["me/m"] = {path.name: path.read_bytes() for path in folder.iterdir()}
    sources, targets, tokens = LANGUAGES[languages or kind]
    home = tmp_path / "models"
    home.mkdir(exist_ok=True)
    (home / "catalogue.yaml").write_text(
        f"schema: mtpipe.catalogue/1\nmodels:\n  m:\n    kind: {kind}\n    sources: {sources}\n"
        f"    targets: {targets}\n    source_tokens: {tokens}\n    licence: MIT\n    commercial: true\n"
        f"    positions: {positions}\n    origins: [{{hub: me/m, files: [{HF[kind]}]}}]\n",
        "utf-8",
    )


def pulled(*options: str) -> models.Model:
    arguments = ["pull", "m", "--skip-self-test", "--force", "--quantisation", "float32", *options]
    assert run(["models", *arguments]) == 0
    return models.find("m")


def ours(model: models.Model, sentences: Sequence[str], source: str, target: str) -> list[list[str]]:
    """Return what the engine makes greedily of mtpipe's own pieces and frame."""
    engine = Engine(model, compute_type="float32", threads=1)
    framed = [
        model.conventions.frame(p, source, target)
        for p in engine._source.encode(list(sentences), out_type=str)
    ]
    forced = model.conventions.forced(source, target)
    results = engine._engine.translate_batch(
        framed,
        target_prefix=[forced] * len(framed) if forced else None,
        beam_size=1,
        max_decoding_length=LENGTH,
    )
    return [result.hypotheses[0][len(forced) :] for result in results]


def theirs(
    model: Any, ids: Sequence[list[int]], tokens: Callable[[int], str], **options: Any
) -> list[list[str]]:
    """Return what transformers makes greedily of the same."""
    made = []
    with torch.no_grad():
        for row in ids:
            out = model.generate(
                torch.tensor([row]),
                num_beams=1,
                do_sample=False,
                max_length=LENGTH + 1,
                min_length=0,
                **options,
            )[0].tolist()[1:]
            if "forced_bos_token_id" in options:
                assert out[0] == options["forced_bos_token_id"]
                out = out[1:]
            end = next((n for n, number in enumerate(out) if number == model.config.eos_token_id), len(out))
            made.append([tokens(number) for number in out[:end]])
    return made


def same(made: list[list[str]], wanted: list[list[str]]) -> None:
    assert len(made) == 20
    for one, other in zip(made, wanted, strict=True):
        length = min(len(one), len(other), LENGTH - 2)
        assert length, "something is said"
        assert one[:length] == other[:length]
        assert len(one) == len(other) or length == LENGTH - 2
    assert len({tuple(row) for row in made}) > 2, "different sentences, different outputs"


def test_marian_from_the_hub(hub: Hub, tmp_path: Path) -> None:
    from tests.hugging import make_marian

    theirs_model = make_marian(tmp_path / "hf" / "m")
    offer(hub, tmp_path, "marian", tmp_path / "hf" / "m")
    model = pulled()
    assert read_passport(model.folder)["versions"]["transformers"] == transformers.__version__
    tokenizer = transformers.MarianTokenizer.from_pretrained(tmp_path / "hf" / "m")
    sentences = sample("ar")[:20]
    ids = [tokenizer(text).input_ids for text in sentences]
    pieces = Engine(model)._source.encode(sentences[0], out_type=str)
    assert tokenizer.convert_ids_to_tokens(ids[0]) == model.conventions.frame(pieces, "ar", "en"), "</s> once"
    same(ours(model, sentences, "ar", "en"), theirs(theirs_model, ids, tokenizer.convert_ids_to_tokens))


def test_marian_with_several_targets(hub: Hub, tmp_path: Path) -> None:
    from tests.hugging import make_marian

    theirs_model = make_marian(tmp_path / "hf" / "m", target="fr", tags=[">>fra<<", ">>ita<<"])
    offer(hub, tmp_path, "marian", tmp_path / "hf" / "m", languages="multi")
    model = pulled()
    tokenizer = transformers.MarianTokenizer.from_pretrained(tmp_path / "hf" / "m")
    sentences = sample("ar")[:20]
    ids = [tokenizer(f">>fra<< {text}").input_ids for text in sentences]
    assert tokenizer.convert_ids_to_tokens(ids[0])[0] == ">>fra<<"
    same(ours(model, sentences, "ar", "fr"), theirs(theirs_model, ids, tokenizer.convert_ids_to_tokens))


def test_the_same_weights_in_an_opus_zip(hub: Hub, tmp_path: Path) -> None:
    """Marian's npz and Hugging Face's form of one model: the engine says the same of both, and transformers too."""
    from tests.hugging import make_marian

    theirs_model = make_marian(tmp_path / "hf" / "m")
    folder = tmp_path / "opus"
    folder.mkdir()
    vocabulary = marian_vocabulary(folder, "ar", "en")
    write_opus_folder(folder, vocabulary, as_npz(theirs_model.state_dict()))
    home = tmp_path / "models"
    home.mkdir()
    hub.files["/m.zip"] = zipped(folder)
    (home / "catalogue.yaml").write_text(
        "schema: mtpipe.catalogue/1\nmodels:\n  m: {kind: opus, sources: [ar], targets: [en], licence: MIT,"
        f" origins: [{{opus: '{hub.address}/m.zip'}}]}}\n"
    )
    model = pulled()
    tokenizer = transformers.MarianTokenizer.from_pretrained(tmp_path / "hf" / "m")
    sentences = sample("ar")[:20]
    ids = [tokenizer(text).input_ids for text in sentences]
    pieces = Engine(model)._source.encode(sentences[0], out_type=str)
    assert model.conventions.frame(pieces, "ar", "en") == pieces, "the engine appends </s>"
    same(ours(model, sentences, "ar", "en"), theirs(theirs_model, ids, tokenizer.convert_ids_to_tokens))


def as_npz(weights: dict[str, Any]) -> dict[str, Any]:
    """Return Hugging Face's Marian weights under Marian's own names; the row of <pad> stays behind."""
    held = {name: value.numpy() for name, value in weights.items()}
    out = {
        "Wemb": held["model.shared.weight"][:-1],
        "decoder_ff_logit_out_b": held["final_logits_bias"][:, :-1],
    }
    blocks = {"self": "self_attn", "context": "encoder_attn"}
    for name, value in held.items():
        match = re.fullmatch(r"model\.(encoder|decoder)\.layers\.(\d+)\.(.+)\.(weight|bias)", name)
        if match is None:
            continue
        side, layer, part, form = match.groups()
        scope = f"{side}_l{int(layer) + 1}"
        matrix = value.T if form == "weight" else value[None]
        letter = "W" if form == "weight" else "b"
        norm = "scale" if form == "weight" else "bias"
        for block, theirs_name in blocks.items():
            for short, long in (("q", "q_proj"), ("k", "k_proj"), ("v", "v_proj"), ("o", "out_proj")):
                if part == f"{theirs_name}.{long}":
                    out[f"{scope}_{block}_{letter}{short}"] = matrix
            if part == f"{theirs_name}_layer_norm":
                out[f"{scope}_{block}_Wo_ln_{norm}"] = np.atleast_2d(value.squeeze())
        if part in ("fc1", "fc2"):
            out[f"{scope}_ffn_{letter}{part[-1]}"] = matrix
        if part == "final_layer_norm":
            out[f"{scope}_ffn_ffn_ln_{norm}"] = np.atleast_2d(value.squeeze())
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in out.items()}


def test_m2m100(hub: Hub, tmp_path: Path) -> None:
    from tests.hugging import make_m2m100

    theirs_model = make_m2m100(tmp_path / "hf" / "m")
    offer(hub, tmp_path, "m2m100", tmp_path / "hf" / "m", positions=1024)
    model = pulled()
    tokenizer = transformers.M2M100Tokenizer.from_pretrained(tmp_path / "hf" / "m")
    spare = theirs_model.config.vocab_size - 8

    def named(number: int) -> str:
        """Return the token of a row; the spare rows at the end have no name in transformers."""
        token: str = tokenizer.convert_ids_to_tokens(number)
        return token if number < spare else f"madeupword{number - spare}"

    for source, target in (("ar", "en"), ("ar", "fr"), ("en", "ar")):
        tokenizer.src_lang = source
        sentences = sample(source)[:20]
        ids = [tokenizer(text).input_ids for text in sentences]
        framed = model.conventions.frame(
            Engine(model)._source.encode(sentences[0], out_type=str), source, target
        )
        assert tokenizer.convert_ids_to_tokens(ids[0]) == framed
        wanted = theirs(
            theirs_model,
            ids,
            named,
            forced_bos_token_id=tokenizer.get_lang_id(target),
        )
        same(ours(model, sentences, source, target), wanted)


def test_nllb(hub: Hub, tmp_path: Path) -> None:
    from tests.hugging import make_nllb

    theirs_model = make_nllb(tmp_path / "hf" / "m")
    offer(hub, tmp_path, "nllb", tmp_path / "hf" / "m", positions=1024)
    model = pulled()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "hf" / "m")
    codes = {"ar": "arb_Arab", "en": "eng_Latn", "fr": "fra_Latn"}
    for source, target in (("ar", "en"), ("ar", "fr"), ("fr", "ar")):
        tokenizer.src_lang = codes[source]
        sentences = sample(source)[:20]
        ids = [tokenizer(text).input_ids for text in sentences]
        framed = model.conventions.frame(
            Engine(model)._source.encode(sentences[0], out_type=str), source, target
        )
        assert tokenizer.convert_ids_to_tokens(ids[0]) == framed
        forced = tokenizer.convert_tokens_to_ids(codes[target])
        wanted = theirs(theirs_model, ids, tokenizer.convert_ids_to_tokens, forced_bos_token_id=forced)
        same(ours(model, sentences, source, target), wanted)


def test_nllb_without_tokenizer_json_is_refused(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Transformers 5 reads such a folder, takes arb_Arab for <unk>, and converts all the same."""
    from tests.hugging import make_nllb

    make_nllb(tmp_path / "hf" / "m")
    (tmp_path / "hf" / "m" / "tokenizer.json").unlink()
    offer(hub, tmp_path, "nllb", tmp_path / "hf" / "m")
    assert run(["models", "pull", "m", "--skip-self-test"]) == 2
    assert "tokenizer.json: the file is missing; without it transformers 5 takes" in capsys.readouterr().err
    assert not (tmp_path / "models" / "m").exists()


def test_t5_as_madlad(hub: Hub, tmp_path: Path) -> None:
    from tests.hugging import make_t5

    theirs_model = make_t5(tmp_path / "hf" / "m")
    offer(hub, tmp_path, "t5", tmp_path / "hf" / "m")
    model = pulled()
    pieces = Engine(model)._source
    for target in ("en", "fr"):
        sentences = sample("ar")[:20]
        # The piece <2en> and the text, as the authors' example writes them: one text.
        ids = [[*pieces.encode(f"<2{target}> {text}"), 2] for text in sentences]
        framed = model.conventions.frame(pieces.encode(sentences[0], out_type=str), "ar", target)
        assert [pieces.id_to_piece(number) for number in ids[0] if number != pieces.piece_to_id("▁")] == [
            piece for piece in framed if piece != "▁"
        ]
        framed_ids = [
            [
                pieces.piece_to_id(p)
                for p in model.conventions.frame(pieces.encode(t, out_type=str), "ar", target)
            ]
            for t in sentences
        ]
        same(ours(model, sentences, "ar", target), theirs(theirs_model, framed_ids, pieces.id_to_piece))


def test_positions_are_respected_in_and_out(hub: Hub, tmp_path: Path) -> None:
    """64 positions: a longer text is cut for the model, a longer output ends; nothing raises, no batch is lost."""
    from tests.hugging import make_marian

    make_marian(tmp_path / "hf" / "m", positions=64)
    offer(hub, tmp_path, "marian", tmp_path / "hf" / "m")
    model = pulled()
    assert (model.conventions.max_source, model.conventions.max_target) == (63, 63)
    engine = Engine(model, compute_type="float32")
    long = " ".join(sample("ar")[:6])
    made = engine.translate([(long, "en"), (sample("ar")[0], "en")], "ar", beam_size=1)
    assert Flag.SPLIT in made[0].flags
    assert all(hypothesis.text for hypothesis in made)
    whole = model.conventions.frame(engine._source.encode(long, out_type=str), "ar", "en")
    with pytest.raises(RuntimeError, match="position"):
        engine._engine.translate_batch([whole], max_input_length=0)


def test_weights_that_transformers_loads_otherwise_are_noticed(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A weight that the file does not hold would be random, without a word."""
    from safetensors.torch import load_file, save_file

    from tests.hugging import make_marian

    make_marian(tmp_path / "hf" / "m")
    weights = load_file(tmp_path / "hf" / "m" / "model.safetensors")
    del weights["model.encoder.layers.0.fc1.weight"]
    save_file(weights, tmp_path / "hf" / "m" / "model.safetensors", metadata={"format": "pt"})
    offer(hub, tmp_path, "marian", tmp_path / "hf" / "m")
    assert run(["models", "pull", "m", "--skip-self-test"]) == 2
    assert "the weights lack model.encoder.layers.0.fc1.weight" in capsys.readouterr().err
    assert not (tmp_path / "models" / "m").exists()


@pytest.mark.parametrize("name", ["vocab.json", "source.spm"])
def test_missing_files_are_named(
    hub: Hub, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.hugging import make_marian

    make_marian(tmp_path / "hf" / "m")
    offer(hub, tmp_path, "marian", tmp_path / "hf" / "m")
    del hub.repositories["me/m"][name]
    assert run(["models", "pull", "m", "--skip-self-test"]) == 2
    assert f"the repository has no {name}" in capsys.readouterr().err
    (tmp_path / "hf" / "m" / name).unlink()
    assert run(["models", "convert", str(tmp_path / "hf" / "m"), "--id", "m", "--skip-self-test"]) == 2
    assert f"{name}: the file is missing" in capsys.readouterr().err


def test_int8_and_a_checkpoint_in_pickle(hub: Hub, tmp_path: Path) -> None:
    from tests.hugging import make_marian

    model = make_marian(tmp_path / "hf" / "m")
    (tmp_path / "hf" / "m" / "model.safetensors").unlink()
    torch.save(model.state_dict(), tmp_path / "hf" / "m" / "pytorch_model.bin")
    offer(hub, tmp_path, "marian", tmp_path / "hf" / "m")
    assert run(["models", "pull", "m", "--skip-self-test"]) == 0
    assert json.loads((tmp_path / "models/m/passport.json").read_text())["quantisation"] == "int8"
