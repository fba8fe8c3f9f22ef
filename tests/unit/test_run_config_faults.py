"""What a configuration can have wrong: one line and code 2, or exactly what was written; never a traceback."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mtpipe.batch import tuning
from mtpipe.batch.listing import listed
from mtpipe.batch.preparing import prepare
from mtpipe.cli import run
from mtpipe.config import load
from mtpipe.config.encodings import is_cut_at_line_feeds, is_text_encoding
from mtpipe.config.kinds import Many
from mtpipe.errors import InputError, MtpipeError, UsageError

BASE = "name: r\ninputs: [docs]\ntargets: [en]\noutput: {directory: out, formats: [jsonl]}\n"
WHOLE = "is not a whole number from 1 to 32"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with c.yaml, a document, and a link that leads to itself."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("ذهب الولد إلى المدرسة.\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        # A tag that the value does not fit.
        ("healing=!!bool maybe", "healing: !!bool 'maybe' is neither true nor false"),
        ("decoding.beam_size=!!int ''", f"decoding.beam_size: !!int '' {WHOLE}"),
        ("executor.gpus_per_actor=!!float ''", "!!float '' is not a number from 0 to 64"),
        ("healing=!!map x", "healing: the tag '!!map' is not for a configuration here"),
        ("targets=!!str [en]", "targets: the tag '!!str' is not for a configuration here"),
        ("name=!!python/name:os.system", "name: the tag '!!python/name:os.system'"),
        ("name=!!binary aGk=", "name: the tag '!!binary'"),
        # Paths that are none.
        ("inputs=[~backup.txt]", "inputs[0]: '~backup.txt' starts from a home folder that is not known"),
        ("glossary=~nosuchuser/x", "glossary: '~nosuchuser/x' starts from a home folder"),
        (f"inputs.0={'a' * 300}", "inputs[0]: 'aaa"),
        (f"glossary={'a' * 300}", "glossary: 'aaa"),
        (f"references={{en: {'a' * 300}}}", "references.en: 'aaa"),
        ("output.directory=loop", "output.directory: 'loop' is no path that can be used: "),
        ("output.directory=loop/below", "output.directory: 'loop/below' is no path that can be used: "),
        ('output.directory="\\ud800"', r"output.directory: '\ud800' is not a path: it holds '\ud800'"),
        ('output.directory="a\\nb"', r"output.directory: 'a\nb' is not a path: it holds '\n'"),
        ('name="\\Uffffffff"', "not YAML: "),
        ('inputs=["a\\0b"]', r"inputs[0]: 'a\x00b' is not a path: it holds '\x00'"),
        # What would be another value, or lose a part.
        ("output.directory=out #2", "' #' begins a comment; put the value in quotes"),
        ("glossary=#2", "' #' begins a comment"),
        ("targets=[en] # and fr", "' #' begins a comment"),
        ("output.directory=--- out", "'---' is a sign of YAML"),
        ("name=&r x", "'&r' is a sign of YAML"),
        ("output.directory=a\nb", r"'\n': a setting is one line"),
        ("output.directory=a\u2028b", r"'\u2028': a setting is one line"),
        ("name=\ufeffr", r"'\ufeff': a setting is one line"),
        ("inputs.٠=x", "'٠' is looked for in a list"),
        (f"inputs.{'9' * 5000}=x", "is looked for in a list"),
        # Numbers in other than plain decimal digits.
        ("decoding.beam_size=010", f"010 (a whole number) {WHOLE}, in plain decimal digits"),
        ("decoding.beam_size=0x4", f"0x4 (a whole number) {WHOLE}, in plain"),
        ("decoding.beam_size=0b10", f"0b10 (a whole number) {WHOLE}, in plain"),
        ("decoding.beam_size=1_0", f"1_0 (a whole number) {WHOLE}, in plain"),
        ("decoding.beam_size=!!int ٤", WHOLE),
        ("decoding.beam_size=4.0", f"4.0 (a number) {WHOLE}"),
        (f"decoding.beam_size={'9' * 5000}", WHOLE),
        ("decoding.batch_pieces=1:30", "1:30 (a whole number) is not a whole number from 16 to 1000000, in"),
        ("executor.gpus_per_actor=1:30.5", "1:30.5 (a number) is not a number from 0 to 64, in plain"),
        ("executor.gpus_per_actor=01", "01 (a whole number) is not a number from 0 to 64, in plain"),
        ("executor.gpus_per_actor=1_0.5", "1_0.5 (a number) is not a number from 0 to 64, in plain"),
        ("executor.gpus_per_actor=.inf", ".inf (a number) is not a number from 0 to 64"),
        ("executor.gpus_per_actor=.nan", ".nan (a number) is not a number from 0 to 64"),
        ("executor.gpus_per_actor=1.0e+999", "is not a number from 0 to 64"),
        # Encodings.
        ("inputs.0={path: docs, encoding: utf8x}", "inputs[0].encoding: 'utf8x' is no text encoding"),
        ("inputs.0={path: docs, encoding: rot13}", "inputs[0].encoding: 'rot13' is no text encoding"),
        ("inputs.0={path: docs, encoding: base64}", "inputs[0].encoding: 'base64' is no text encoding"),
        ("inputs.0={path: docs, encoding: undefined}", "'undefined' is no text encoding"),
        (f"inputs.0={{path: docs, encoding: {'a' * 300}}}", "is no text encoding"),
        ("inputs.0={path: s.jsonl, text: t, encoding: utf-16}", "inputs[0].encoding: 'utf-16' with 'text'"),
        ("inputs.0={path: s.jsonl, text: t, encoding: cp037}", "inputs[0].encoding: 'cp037' with 'text'"),
        (
            "inputs.0={path: s.jsonl, text: t, id: i, encoding: windows-1256}",
            "inputs[0].id: 'i' with 'encoding: windows-1256'",
        ),
    ],
)
def test_a_wrong_setting_is_one_line(
    setting: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "c.yaml", "--dry-run", "--set", setting]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == len(error.splitlines()) == 1, "one line, however lines are counted"
    assert said in error
    assert f"--set {setting.partition('=')[0][:40]}" in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE + "decoding:\n  beam_size: 010\n", "c.yaml:6: decoding.beam_size: 010 (a whole number)"),
        (BASE + "healing: !!bool maybe\n", "c.yaml:5: healing: !!bool 'maybe'"),
        (BASE.replace("docs", "{path: docs, encoding: utf8x}"), "c.yaml:2: inputs[0].encoding: 'utf8x'"),
        (BASE + "<<: {healing: false}\n", "c.yaml:5: unknown key << (merge) (valid: name, inputs"),
        (BASE + "!!int name: x\n", "c.yaml:5: unknown key !!int 'name' (valid: name, inputs"),
        (BASE + "healing: false\nhealing: true\n", "c.yaml:6: the key 'healing' stands there twice"),
        (BASE + "? [a]\n: b\n", "c.yaml:5: unknown key a list (valid: "),
        (BASE + "~: b\n", "c.yaml:5: unknown key nothing (valid: "),
        (BASE + "---\n" + BASE, "c.yaml:5: not YAML: but found another document"),
        (BASE + "healing:\n\tfalse\n", "c.yaml:6: not YAML: "),
        (BASE + "glossary: a\0b\n", r"c.yaml:5: not YAML: the character '\x00'"),
        (BASE + "glossary: =\n", "c.yaml:5: glossary: the tag '!!value'"),
        (BASE + "glossary: 2026-11-29\n", "c.yaml:5: glossary: 2026-11-29 (a date) is not a path"),
        (BASE + "glossary: !!timestamp x\n", "c.yaml:5: glossary: !!timestamp 'x' is not a path"),
        (BASE + "glossary: !!null x\n", "c.yaml:5: glossary: !!null 'x' is not a path"),
        (BASE + "glossary: |\n  a\n  b\n", r"c.yaml:5: glossary: 'a\nb\n' is not a path: it holds '\n'"),
        (BASE + 'healing: !!int "a\\nb"\n', r"c.yaml:5: healing: !!int 'a\nb' is neither true nor false"),
        (BASE + "glossary: ${NOT_SET_ANYWHERE}\n", "c.yaml:5: glossary: '${NOT_SET_ANYWHERE}': the environ"),
        (BASE + "glossary: &g [*g]\n", "c.yaml:5: glossary: a list is not a path"),
        (BASE + "glossary: *nothing\n", "c.yaml:5: not YAML: found undefined alias"),
        (BASE.replace("[docs]", "&i [docs, *i]"), "c.yaml:2: inputs[1]: a list is neither a text nor a map"),
        (BASE.replace("[docs]", "[&i docs, *i]"), "c.yaml:2: inputs[1]: 'docs' stands there twice"),
    ],
)
def test_a_wrong_file_is_one_line_with_its_number(
    text: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    assert run(["run", "c.yaml", "--dry-run"]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert said in error


def test_what_is_right_is_taken_as_it_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    (folder / "c.yaml").write_text("\ufeff" + BASE, encoding="utf-8")
    for setting, path in {
        'output.directory="out #2"': "out #2",
        "output.directory='out #2'": "out #2",
        "output.directory=out#2": "out#2",
        "output.directory=./~backup": "./~backup",
        "output.directory=~/x/": "/home/me/x/",
        "output.directory='---'": "---",
    }.items():
        assert load("c.yaml", [setting]).output.directory == path
    assert load("c.yaml", ["output.directory=~/x"]).output.directory == "/home/me/x"
    assert load("c.yaml", ["decoding.beam_size=+4"]).decoding.beam_size == 4
    ray = "executor.kind=ray"
    for written, value in {"0.5": 0.5, ".5": 0.5, "2": 2.0, "1.": 1.0, "1.0e-05": 1e-05}.items():
        assert load("c.yaml", [ray, f"executor.gpus_per_actor={written}"]).executor.gpus_per_actor == value
    for written, truth in {"true": True, "No": False, "!!bool off": False}.items():
        assert load("c.yaml", [f"healing={written}"]).healing is truth


def test_a_setting_changes_its_key_alone_where_another_is_an_alias(folder: Path) -> None:
    (folder / "c.yaml").write_text(BASE + "models: &m {en: builtin}\nreferences: *m\n", encoding="utf-8")
    config = load("c.yaml", ["references.en=other"])
    assert dict(config.references) == {"en": "other"}
    assert dict(config.models) == {"en": "builtin"}


@pytest.mark.parametrize(
    "name", ["utf-8", "UTF8", "utf-16", "utf-8-sig", "windows-1256", "ISO-8859-6", "cp720"]
)
def test_encodings_that_texts_are_saved_in(name: str) -> None:
    assert is_text_encoding(name)
    assert is_cut_at_line_feeds(name) == (name != "utf-16")


def test_json_lines_are_read_in_the_encoding_that_is_given(folder: Path) -> None:
    text = "ذهب الولد إلى المدرسة في الصباح."
    lines = [json.dumps({"t": text}, ensure_ascii=False).encode("windows-1256"), b'{"t": "\xff\x81', b"[]"]
    (folder / "s.jsonl").write_bytes(b"\n".join(lines))
    config = load("c.yaml", ["inputs=[{path: s.jsonl, text: t, encoding: windows-1256}]"])
    made = [prepare(item, config.inputs[0], "ar") for item in listed(config)]
    assert made[0].document is not None
    assert made[0].document.source == text
    assert made[0].document.origin.encoding == "windows-1256"
    assert "not JSON" in made[1].reason
    config = load("c.yaml", ["inputs=[{path: s.jsonl, text: t, encoding: iso-8859-6}]"])
    made = [prepare(item, config.inputs[0], "ar") for item in listed(config)]
    assert re.match(r"not valid iso-8859-6 \(byte 0x", made[1].reason), made[1].reason


@dataclass(frozen=True)
class Compared:
    """A value that counts how often it is compared."""

    number: int
    count: list[int]

    def __hash__(self) -> int:
        return hash(self.number)

    def __eq__(self, other: object) -> bool:
        self.count[0] += 1
        return isinstance(other, Compared) and self.number == other.number


@dataclass(frozen=True)
class Numbered:
    """The kind of such values."""

    count: list[int]

    def read(self, node: yaml.Node, key: str) -> Compared:
        return Compared(int(node.value), self.count)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        return {}


def test_a_list_is_read_in_time_that_grows_with_its_length() -> None:
    count = [0]
    node = yaml.compose(f"[{', '.join(map(str, range(2000)))}]", yaml.SafeLoader)
    assert node is not None
    assert len(Many(Numbered(count)).read(node, "x")) == 2000
    assert count[0] < 20_000, "compared with all before would be two million times"


def test_without_a_home_there_is_no_tuning(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "MTPIPE_TUNING", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54_321)  # as in a container: nobody of that number is known
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    assert tuning.tuned("x", "cpu", "int8") is None
    assert run(["doctor", "--tune"]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "MTPIPE_TUNING" in error
    assert "no home folder" in error
    with pytest.raises(UsageError, match="home folder that is not known"):
        load("c.yaml", ["glossary=~/terms.tsv"])


KEYS = (
    "name", "inputs", "inputs.0", "inputs.0.path", "output", "output.directory", "output.formats", "source", "targets",
    "decoding", "decoding.beam_size", "decoding.batch_pieces", "decoding.compute_type", "decoding.links", "healing",
    "glossary", "triangle", "references", "references.en", "metrics", "executor", "executor.kind", "executor.threads",
    "executor.gpus_per_actor", "executor.address",
)  # fmt: skip
ODD = (
    "", "~", "null", "!!null ''", "''", "' '", "[]", "{}", "[[]]", "[~]", "{~: ~}", "!!python/object:os.x {}",
    "!!binary aGk=", "!!set {a}", "!!omap [a: 1]", "!!timestamp 2026-11-29", "2026-11-29", "2026-11-29T10:00:00Z",
    "!!int 1.5", "!!float x", "!!bool ''", "!!str 4", "!!str", "! x", "!x y", "0o10", "010", "1e3", "1.0e+3", "-0",
    "+1", "١", "9" * 400, "1." + "9" * 400, ".nan", "-.inf", "1:30", "1:30.5", "0x1F", "1_000", '"\\n"', '"a\\0"',
    '"\\ud800"', '"\\t"', "a\tb", "\t", "a\n b", "|\n a", "&a x", "*a", "&a [*a]", "<<", "=", "<<: {a: b}",
    "{<<: {path: x}}", "{path: x, path: y}", "a: b: c", "--- x", "...", "%YAML 1.1", "x # y", "#", "a#b", "\ufeff",
    "\x85", "\u2028", "`", "@", "%", "[", "]", "'", '"', "{", "? x", "- x", "-", "${", "${A}", "${A:-4}", "$${A}",
    '"\\Uffffffff"', '"\\U00110000"', "[" * 300 + "]" * 300, "~/x", "~no/x",
    "a" * 5000, "/" * 5000, "../" * 2000, "yes", "NO", "on", "🙂", "\x1b[0m", "\0",
)  # fmt: skip


def _in_file(key: str, value: str) -> str:
    held: dict[str, Any] = yaml.safe_load(BASE)
    parts = key.split(".")
    into: Any = held
    for part in parts[:-1]:
        into = into[int(part)] if part.isdecimal() else into.setdefault(part, {})
        into = into if isinstance(into, dict | list) else {}
    into[int(parts[-1]) if parts[-1].isdecimal() else parts[-1]] = "THE VALUE"
    return yaml.safe_dump(held, sort_keys=False).replace("THE VALUE", value)


def _one_line_or_taken(path: str, given: list[str]) -> None:
    try:
        config = load(path, given, variables={})
    except (UsageError, InputError) as error:
        assert len(str(error).splitlines()) == 1, str(error)
        assert str(error).startswith((f"{path}:", "--set "))
    else:
        assert config.name
        hash((config.inputs, config.output, config.executor, config.decoding))


@pytest.mark.parametrize("key", KEYS)
def test_an_odd_value_is_refused_in_one_line_or_taken(key: str, folder: Path) -> None:
    for value in ODD:
        _one_line_or_taken("c.yaml", [f"{key}={value}"])
        (folder / "odd.yaml").write_bytes(_in_file(key, value).encode("utf-8"))
        _one_line_or_taken("odd.yaml", [])


@given(st.sampled_from(KEYS), st.text(max_size=12))
@example("inputs.0.path", "x\udcff")
@settings(max_examples=300, deadline=None)
def test_any_text_in_quotes_is_taken_as_it_is_or_refused(
    tmp_path_factory: pytest.TempPathFactory, key: str, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(BASE, encoding="utf-8")
    try:
        config = load(str(path), [f"{key}={json.dumps(text)}"], variables={})
    except MtpipeError as error:
        assert len(str(error).splitlines()) == 1
        return
    held = {"name": config.name, "output.directory": config.output.directory, "glossary": config.glossary}
    if key in held and "$" not in text and not text.startswith("~"):
        wanted = (
            text if key == "name" else str(Path(text)) + "/" * (text.endswith("/") and text.strip("/") != "")
        )
        assert held[key] == wanted
