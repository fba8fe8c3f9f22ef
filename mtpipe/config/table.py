"""The one table of the keys of a run's configuration: their kinds, meanings and defaults."""

from __future__ import annotations

from dataclasses import dataclass, field

from mtpipe.config.kinds import (
    Choice,
    Either,
    Encoding,
    Keyed,
    Lines,
    Many,
    ModelText,
    Number,
    PathText,
    Switch,
    Table,
    Text,
    Whole,
    key,
)
from mtpipe.languages import LANGUAGES

LANGUAGE_CODES = tuple(LANGUAGES)
FORMATS = ("html", "md", "tsv", "jsonl")
METRICS = ("BLEU", "chrF2", "chrF++", "TER")
DEVICES = ("auto", "cpu", "cuda")
COMPUTE_TYPES = (
    "auto", "default", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float32",
    "float16", "bfloat16",
)  # fmt: skip
KINDS = ("plain", "ray")


@dataclass(frozen=True, slots=True)
class Input:
    """Files to translate: a file, a folder (all text files in it and below), a glob, or JSON lines."""

    path: str = key(PathText(), "File, folder or glob; from the folder of this file.")
    text: str = key(
        Text(like="the name of a field"), "JSON lines: the field that holds the text of a document.", ""
    )
    id: str = key(
        Text(like="the name of a field"),
        "JSON lines: the field that names a document (default: its line).",
        "",
    )
    encoding: str = key(Encoding(), "Encoding of the files (default: found).", "")
    lines: bool = key(Switch(), "Whether every line is one segment, taken as it stands.", False)


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the engine decodes; what is left out is the model's own default."""

    beam_size: int | None = key(Whole(1, 32), "Width of the search.", None)
    compute_type: str = key(
        Choice(COMPUTE_TYPES), "Arithmetic; auto is int8 on a CPU, int8_float16 on a GPU.", "auto"
    )
    batch_pieces: int | None = key(
        Whole(16, 1_000_000),
        "Source pieces of one batch, padding included (default: as measured by doctor --tune).",
        None,
    )
    links: bool | None = key(
        Switch(),
        "Whether words are linked to their counterparts; costs a tenth (default: where html, jsonl or a glossary do).",
        None,
    )


@dataclass(frozen=True, slots=True)
class Output:
    """Where the run folder is and what it holds for each document."""

    directory: str = key(PathText(), "The run folder; it is made, and a run in it goes on where it was.")
    formats: tuple[str, ...] = key(Many(Choice(FORMATS)), "Formats of the outputs.", ("html", "jsonl"))


@dataclass(frozen=True, slots=True)
class Executor:
    """Where the work is done."""

    kind: str = key(
        Choice(KINDS), "plain (this machine) or ray (one machine or a cluster; needs mtpipe[ray]).", "plain"
    )
    device: str = key(Choice(DEVICES), "auto, cpu or cuda.", "auto")
    threads: int | None = key(
        Whole(1, 1024),
        "Batches translated at a time, by an actor where kind is ray (default: as measured, else all cores; 1).",
        None,
    )
    readers: int = key(
        Whole(0, 256), "Processes that read, clean and segment ahead; 0 is a thread of this one.", 0
    )
    actors: int | None = key(
        Whole(1, 100_000), "ray: loaded models (default: one a core, or one a GPU).", None
    )
    gpus_per_actor: float = key(Number(0, 64), "ray: GPUs that an actor holds; a fraction shares one.", 0.0)
    address: str = key(
        Text(r"auto|local|[^\s]+:\d+", "auto, local or host:port"),
        "ray: auto (a cluster if one runs here, else local), local or host:port.",
        "auto",
    )


@dataclass(frozen=True, slots=True)
class RunConfig:
    """A run of mtpipe: what is translated, by what, into what, where to."""

    name: str = key(
        Text(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "a name of letters, digits, '.', '_' and '-'"),
        "Name of the run, for its report and log.",
    )
    inputs: tuple[Input, ...] = key(
        Many(Either(PathText(), Table(Input), lambda path: Input(path=path))),
        "What to translate, in this order.",
    )
    output: Output = key(Table(Output), "Where the results go.")
    source: str = key(Choice(LANGUAGE_CODES), "Language of the inputs.", "ar")
    targets: tuple[str, ...] = key(Many(Choice(LANGUAGE_CODES)), "Languages to translate into.", ("en", "fr"))
    models: tuple[tuple[str, str], ...] = key(
        Either(
            ModelText(),
            Keyed(LANGUAGE_CODES, ModelText()),
            lambda name: (("", name),),
        ),
        "Name or path of the model for all targets, or one for each target (default: the best that is installed).",
        (),
    )
    decoding: Decoding = key(Table(Decoding), "How the engine decodes.", Decoding())
    healing: bool = key(
        Switch(), "Whether a translation that a check doubts is tried again; false: checked only.", True
    )
    glossary: str = key(PathText(), "Terms and how to render them: .tsv or .yaml, see docs/terms.md.", "")
    triangle: bool = key(
        Switch(),
        "Whether the columns are compared by way of an installed model between them, see docs/checks.md.",
        False,
    )
    references: tuple[tuple[str, str], ...] = key(
        Keyed(LANGUAGE_CODES, PathText()),
        "Human translations to score against, by target; {id} stands for the document's name.",
        (),
    )
    metrics: tuple[str, ...] = key(
        Many(Choice(METRICS)), "Metrics, where there are references (default: all but TER for long runs).", ()
    )
    executor: Executor = key(Table(Executor), "Where the work is done.", Executor())
    lines: Lines = field(default_factory=dict, compare=False, repr=False)

    def model_for(self, target: str) -> str:
        """Return the name or path of the model for ``target``; "" where the best installed one shall be taken."""
        table = dict(self.models)
        return table.get(target) or table.get("", "")

    @property
    def links(self) -> bool:
        """Return whether words are to be linked: as the key says, else where something shows or needs it."""
        if self.decoding.links is not None:
            return self.decoding.links
        return bool(self.glossary) or not {"html", "jsonl"}.isdisjoint(self.output.formats)

    def where(self, dotted: str) -> str:
        """Return the file and line of a key, or of the nearest one above it that the file has."""
        while dotted and dotted not in self.lines:
            dotted = dotted.rpartition(".")[0]
        return self.lines.get(dotted, "")
