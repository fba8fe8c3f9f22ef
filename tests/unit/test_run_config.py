"""The configuration of a run: what is read, and that nothing wrong is accepted or ends in a traceback."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mtpipe import evaluator, writer
from mtpipe.cli import run
from mtpipe.config import RunConfig, json_schema, load, plain
from mtpipe.config.table import FORMATS, METRICS
from mtpipe.errors import MtpipeError, UsageError
from tests.conftest import REPOSITORY

SCHEMA = json_schema()
# Every key there is, all right.
FULL: dict[str, Any] = {
    "name": "full",
    "inputs": ["a.txt", {"path": "b.jsonl", "text": "body", "id": "url", "encoding": "utf-8", "lines": True}],
    "output": {"directory": "out", "formats": ["html", "md"]},
    "source": "ar",
    "targets": ["en", "fr"],
    "models": {"en": "builtin", "fr": "builtin"},
    "decoding": {"beam_size": 2, "compute_type": "int8", "batch_pieces": 512, "links": True},
    "healing": True,
    "glossary": "terms.tsv",
    "triangle": True,
    "references": {"en": "refs/{id}.txt"},
    "metrics": ["BLEU", "chrF2"],
    "executor": {
        "kind": "ray", "device": "auto", "threads": 2, "readers": 1,
        "actors": 2, "gpus_per_actor": 0.5, "address": "local",
    },
}  # fmt: skip


def write(folder: Path, config: Any) -> str:
    path = folder / "run.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return str(path)


def test_everything_is_read_into_immutable_types(tmp_path: Path) -> None:
    config = load(write(tmp_path, FULL))
    assert config.inputs[1].text == "body"
    assert config.inputs[0].path == str(tmp_path / "a.txt"), "paths start from the file's folder"
    assert config.executor.gpus_per_actor == 0.5
    assert dict(config.models) == {"en": "builtin", "fr": "builtin"}
    with pytest.raises(AttributeError):
        config.name = "x"  # type: ignore[misc]
    # What is resolved is a configuration again, and the same one.
    again = load(write(tmp_path, {**plain(config), "output": {**plain(config)["output"]}}))
    assert again == config


def test_the_published_schema_is_this_one_and_takes_the_examples() -> None:
    published = json.loads((REPOSITORY / "configs" / "run.schema.json").read_text("utf-8"))
    assert published == SCHEMA, "python -m mtpipe.config > configs/run.schema.json"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(FULL, SCHEMA)
    for path in sorted((REPOSITORY / "configs").glob("*.yaml")):
        text = path.read_text("utf-8")
        expanded = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
        jsonschema.validate(yaml.safe_load(expanded), SCHEMA)
        load(str(path), variables={})
        bare = [line for line in text.splitlines() if line.strip() and "#" not in line]
        assert not bare, f"{path}: lines without a comment: {bare}"


def test_the_words_are_those_of_the_stages() -> None:
    assert tuple(writer.FORMATS) == FORMATS
    assert evaluator.METRICS == METRICS


STRANGERS: tuple[Any, ...] = (
    None,
    True,
    3,
    -1,
    2.5,
    "",
    " ",
    "no such word",
    [],
    {},
    [[]],
    {"x": 1},
    [None],
    10**12,
    "2026-11-29",
)
Mutation = tuple[str, Any, str]  # what was done, the configuration, the key that the error must name


def mutations() -> Iterator[Mutation]:
    """Derive from the schema every way in which one key can be wrong."""
    yield from _of_object(SCHEMA, (), FULL)


def _of_object(schema: dict[str, Any], path: tuple[Any, ...], held: Any) -> Iterator[Mutation]:
    for name, declared in schema["properties"].items():
        about = _resolved(declared)
        here = (*path, name)
        if name not in held:
            continue
        if name in schema.get("required", ()):
            yield f"{here} missing", _without(here), name
        misspelt = copy.deepcopy(FULL)
        _at(misspelt, path)[name + "x"] = _at(misspelt, path).pop(name)
        yield f"{here} misspelt", misspelt, name + "x"
        twin = copy.deepcopy(FULL)
        _at(twin, path)[name.upper() + "_"] = 1
        yield f"{here} beside a stranger", twin, name.upper() + "_"
        yield from _of_value(about, here, held[name])


def _of_value(about: dict[str, Any], here: tuple[Any, ...], held: Any) -> Iterator[Mutation]:
    name = next(str(part) for part in reversed(here) if isinstance(part, str))
    about = _resolved(about)
    branches = [_resolved(branch) for branch in about.get("anyOf", [about])]
    for wrong in STRANGERS:
        if not any(_fits(branch, wrong) for branch in branches):
            yield f"{here} = {wrong!r}", _with(here, wrong), name
    for branch in branches:
        for bound, step in (("minimum", -1), ("maximum", 1)):
            if bound in branch:
                yield f"{here} beyond {bound}", _with(here, branch[bound] + step), name
        if "enum" in branch:
            yield f"{here} not in enum", _with(here, branch["enum"][0] + "x"), name
        if branch.get("type") == "array" and isinstance(held, list):
            yield f"{here} twice the same", _with(here, [held[0], held[0]]), name
            for number, item in enumerate(held):
                yield from _of_value(branch["items"], (*here, number), item)
        if branch.get("type") == "object" and isinstance(held, dict):
            yield from _of_object(branch, here, held)


def _fits(schema: dict[str, Any], value: Any) -> bool:
    return jsonschema.Draft202012Validator({**schema, "$defs": SCHEMA["$defs"]}).is_valid(value)


def _resolved(about: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in about:
        return dict(SCHEMA["$defs"][about["$ref"].rpartition("/")[2]])
    return about


def _at(config: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        config = config[part]
    return config


def _with(path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(FULL)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _without(path: tuple[Any, ...]) -> Any:
    changed = copy.deepcopy(FULL)
    del _at(changed, path[:-1])[path[-1]]
    return changed


MUTATIONS = list(mutations())


def test_there_are_mutations_of_every_key() -> None:
    assert len(MUTATIONS) > 300
    assert {key for _, _, key in MUTATIONS} >= {*RunConfig.__dataclass_fields__} - {"lines"}


def test_each_mutation_is_one_line_that_names_file_line_and_key(tmp_path: Path) -> None:
    wrong: list[str] = []
    for what, config, key in MUTATIONS:
        path = write(tmp_path, config)
        try:
            load(path)
        except UsageError as error:
            said = str(error)
            found = re.match(rf"{re.escape(path)}:(\d+): ", said)
            lines = len(Path(path).read_text("utf-8").splitlines())
            if not found or "\n" in said or key not in said or not 1 <= int(found[1]) <= lines:
                wrong.append(f"{what}: {said}")
        else:
            wrong.append(f"{what}: accepted")
    assert not wrong


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"targets": ["ar"], "models": "builtin", "references": None},
            "'ar' is the source's language already",
        ),
        (
            {"targets": ["fr"], "models": "builtin", "references": None, "metrics": None},
            "triangle: compares two targets, there is one (fr)",
        ),
        (
            {"targets": ["fr"], "references": None, "metrics": None},
            "models.en: 'en' is not among the targets (fr)",
        ),
        ({"references": None}, "metrics: BLEU, chrF2: nothing to score against; give 'references'"),
        ({"executor": {"actors": 2}}, "executor.actors: 2 goes with 'kind: ray', this is 'kind: plain'"),
        (
            {"executor": {"kind": "ray", "gpus_per_actor": 1, "device": "cpu"}},
            "gpus_per_actor: 1 with 'device: cpu'",
        ),
        ({"healing": False}, "glossary: needs retries: it cannot be had with 'healing: false'"),
        ({"decoding": {"links": False}}, "decoding.links: false: a glossary needs word links"),
        ({"inputs": [{"path": "x", "id": "url"}]}, "inputs[0].id: 'url' goes with 'text'"),
        ({"inputs": ["."], "output": {"directory": "out"}}, "output.directory: "),
    ],
)
def test_impossible_combinations(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    config = {key: value for key, value in {**FULL, **change}.items() if value is not None}
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        load(write(tmp_path, config))
    assert re.match(r".*run\.yaml:\d+: ", str(caught.value))


def test_the_line_is_the_right_one(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(
        "name: x\ninputs: [a]\n\n# a comment\noutput:\n  directory: o\ndecoding:\n  beam_size: 99\n"
    )
    with pytest.raises(
        UsageError, match=r"run.yaml:8: decoding.beam_size: 99 \(a whole number\) is not a whole"
    ):
        load(str(path))
    path.write_text("name: x\nname: y\ninputs: [a]\noutput: {directory: o}\n")
    with pytest.raises(UsageError, match=r"run.yaml:2: the key 'name' stands there twice"):
        load(str(path))
    path.write_text("name: x\ntagret: [en]\n")
    with pytest.raises(
        UsageError, match=r"run.yaml:2: unknown key 'tagret' \(valid: name, .*did you mean 'targets'"
    ):
        load(str(path))


NO_CONFIGURATION = [
    "", "- a\n", "x", "a: [", "a: &x [*x]\n", "a: !!python/object:os.system {}\n", "%YAML 9.9\n---\na: 1\n",
    "a: 1\n---\nb: 2\n", "? [a]\n: 1\n", "a: &a [x]\nb: &b [*a,*a]\n", "name: 0x\x00\n", "a:\tb\n c: d\n",
    "name: !!int x\n", "<<: {name: x}\n", "name: 1:99:99\n", "name: .nan\n",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_CONFIGURATION)
def test_what_is_no_configuration_is_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(text)
    with pytest.raises(MtpipeError) as caught:
        load(str(path))
    assert "run.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_without_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "run.yaml"
    path.write_bytes(data)
    with pytest.raises(MtpipeError):
        load(str(path))


def test_variables_and_settings(tmp_path: Path) -> None:
    path = write(tmp_path, {**FULL, "name": "${WHO:-nobody}", "decoding": {"compute_type": "int8"}})
    assert load(path, variables={}).name == "nobody"
    assert load(path, variables={"WHO": "me"}).name == "me"
    with Path(path).open("a") as file:
        file.write("# beam_size is a number, though a variable holds it\n")
    text = Path(path).read_text().replace("  compute_type: int8", "  beam_size: ${BEAM}")
    Path(path).write_text(text)
    assert load(path, variables={"BEAM": "4"}).decoding.beam_size == 4
    with pytest.raises(UsageError, match=r"run.yaml:\d+: .*'BEAM' is not set"):
        load(path, variables={})
    with pytest.raises(UsageError, match=r"run.yaml:\d+: decoding.beam_size: 'x' is not a whole number"):
        load(path, variables={"BEAM": "x"})
    changed = load(
        path, ["decoding.beam_size=7", "targets=[fr]", "models=builtin", "references={fr: r.txt}", "inputs.0=c.txt",
         "triangle=false", "executor.kind=plain",
               "executor={}", "output.formats=[tsv]"],
        variables={"BEAM": "4"},
    )  # fmt: skip
    assert changed.decoding.beam_size == 7
    assert changed.targets == ("fr",)
    assert changed.inputs[0].path == "c.txt", "what the command line says starts from the current folder"
    assert changed.output.formats == ("tsv",)
    for wrong, said in [
        ("decoding.beam_size=99", "--set decoding.beam_size=99: decoding.beam_size: 99"),
        ("decoding.beam=1", "--set decoding.beam=1: decoding: unknown key 'beam'"),
        ("nothing", "--set nothing: should be key=value"),
        ("name.x=1", "--set name.x=1: 'x' is looked for in"),
        ("targets=[", "--set targets=[: not YAML"),
        ("name=", "--set name=: name: nothing is not"),
    ]:
        with pytest.raises(UsageError, match=re.escape(said)):
            load(path, [wrong], variables={"BEAM": "4"})


def test_a_wrong_configuration_ends_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, {**FULL, "sourc": "ar"})
    assert run(["run", path]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "unknown key 'sourc'" in said
    assert run(["run", str(tmp_path / "none.yaml")]) == 2
    assert "no such file" in capsys.readouterr().err
