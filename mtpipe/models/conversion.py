"""Turns what was fetched (an OPUS zip, a Hugging Face folder, a converted folder) into a CTranslate2 folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from mtpipe.errors import ModelError, WorkError
from mtpipe.models.catalogue import NEED_TRANSFORMERS
from mtpipe.models.passport import read_json

QUANTISATIONS = (
    "int8",
    "int8_float32",
    "int8_float16",
    "int8_bfloat16",
    "int16",
    "float16",
    "bfloat16",
    "float32",
)
# What the SentencePiece models are called by their authors: source and target, or one for both.
_PIECES = (
    ("source.spm", "target.spm"),
    ("src.spm.model", "tgt.spm.model"),
    ("source.model", "target.model"),
    ("sentencepiece.bpe.model", "sentencepiece.bpe.model"),
    ("spiece.model", "spiece.model"),
    ("joint.spm.model", "joint.spm.model"),
    ("sentencepiece.model", "sentencepiece.model"),
)
_READY = ("model.bin", "config.json")
_VOCABULARIES = ("source_vocabulary", "target_vocabulary", "shared_vocabulary")
# Without these files a conversion ends in an error, or in garbage without a word.
_NEEDED = {
    "marian": ("config.json", "vocab.json", "source.spm", "target.spm"),
    "nllb": ("config.json", "tokenizer.json", "sentencepiece.bpe.model"),
    "m2m100": ("config.json", "vocab.json", "sentencepiece.bpe.model"),
    "t5": ("config.json", "spiece.model"),
}
_WHY = {"tokenizer.json": "; without it transformers 5 takes NLLB's language codes for <unk>"}
# A zip that says it holds more than this many bytes for one of its own is not unpacked.
_LONGEST_RATIO = 200


@dataclass(frozen=True, slots=True)
class Converted:
    """A folder as CTranslate2 reads it, and how it came about; ``positions`` is the model's own limit, if any."""

    folder: Path
    converter: str
    versions: dict[str, str]
    quantisation: str
    positions: int | None


def convert(kind: str, source: Path, folder: Path, *, quantisation: str = "int8") -> Converted:
    """Convert ``source``, a model of ``kind``, into the new folder ``folder``.

    ModelError names what is missing or cannot be converted; WorkError where
    the disk or the memory does not suffice.
    """
    if quantisation not in QUANTISATIONS:
        raise ModelError(f"unknown quantisation {quantisation!r} (known: {', '.join(QUANTISATIONS)})")
    try:
        if kind == "opus":
            return _convert_opus(source, folder, quantisation)
        if kind in NEED_TRANSFORMERS:
            return _convert_transformers(kind, source, folder, quantisation)
        return _take_over(source, folder)
    except OSError as error:
        raise WorkError(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from None


def guess_kind(source: Path) -> str:
    """Tell by its files of what kind a local model is; ModelError says what was looked for."""
    if source.suffix == ".zip" or (source / "decoder.yml").is_file():
        return "opus"
    if all((source / name).is_file() for name in _READY):
        return "ctranslate2"
    if (source / "config.json").is_file():
        described = read_json(source / "config.json")
        family = described.get("model_type") if isinstance(described, dict) else None
        kinds = {"marian": "marian", "t5": "t5", "m2m_100": "m2m100"}
        if family == "m2m_100" and (source / "tokenizer.json").is_file():
            return "nllb"
        if family == "m2m_100" and not (source / "vocab.json").is_file():
            return "nllb"
        if isinstance(family, str) and family in kinds:
            return kinds[family]
        raise ModelError(f"{source / 'config.json'}: model_type is {family!r} (known: {', '.join(kinds)})")
    raise ModelError(
        f"{source}: neither an OPUS zip or folder (decoder.yml), nor a Hugging Face one (config.json),"
        " nor a converted one (model.bin)"
    )


def _convert_opus(source: Path, folder: Path, quantisation: str) -> Converted:
    """Convert Marian's npz with CTranslate2's converter, which appends </s> to the source at run time."""
    from ctranslate2.converters import OpusMTConverter  # noqa: PLC0415  (heavy, and only pull and convert need it)

    unpacked = source if source.is_dir() else _unpack(source, folder.with_name("unpacked"))
    for name in ("decoder.yml", "source.spm", "target.spm"):
        if not (unpacked / name).is_file():
            bpe = (
                "; this release uses BPE, take one with SentencePiece"
                if (unpacked / "source.bpe").exists()
                else ""
            )
            raise ModelError(f"{source}: no {name} in it{bpe}")
    try:
        OpusMTConverter(str(unpacked)).convert(str(folder), quantization=_quantised(quantisation))
    except OSError:
        raise
    except (ValueError, KeyError, RuntimeError, NotImplementedError, TypeError, EOFError) as error:
        raise ModelError(f"{source}: CTranslate2 cannot convert it: {_one_line(error)}") from None
    except zipfile.BadZipFile as error:
        raise ModelError(f"{source}: the weights are damaged: {error}") from None
    _copy_pieces(unpacked, folder)
    return Converted(folder, "ctranslate2.converters.OpusMTConverter", _versions(), quantisation, None)


def _convert_transformers(kind: str, source: Path, folder: Path, quantisation: str) -> Converted:
    """Convert in a process of its own: it needs much memory for a short time, and must not ask any hub."""
    if not source.is_dir():
        raise ModelError(f"{source}: no such folder")
    for name in _NEEDED[kind]:
        if not (source / name).is_file():
            raise ModelError(f"{source / name}: the file is missing{_WHY.get(name, '')}")
    require_transformers()
    quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    quiet |= {"DO_NOT_TRACK": "1", "TOKENIZERS_PARALLELISM": "false", "TRANSFORMERS_VERBOSITY": "error"}
    job = [kind, str(source), str(folder), _quantised(quantisation) or ""]
    done = subprocess.run(  # noqa: S603  (our own module)
        [sys.executable, "-m", "mtpipe.models.transformers_conversion", *job],
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode < 0:
        raise WorkError(
            f"{source}: the conversion was killed (signal {-done.returncode}); if nobody did, memory ran out:"
            f" about {_weights_megabytes(source) * 2.5:.0f} MB are needed"
        )
    if done.returncode:
        told = done.stderr.strip().splitlines() or ["no message"]
        raise ModelError(f"{source}: cannot be converted: {told[-1]}")
    told_versions: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    _copy_pieces(source, folder)
    described = read_json(source / "config.json")
    positions = described.get("max_position_embeddings") if kind != "t5" else None
    converter = "ctranslate2.converters.TransformersConverter"
    return Converted(folder, converter, _versions() | told_versions, quantisation, positions)


def require_transformers() -> None:
    """Raise ModelError, with the way out, where the [convert] extra is missing or too old."""
    missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"converting from Hugging Face's form needs {' and '.join(missing)}: pip install 'mtpipe[convert]'"
            " (OPUS zips and converted models do without)"
        )
    found = version("transformers")
    if int(found.split(".")[0]) < 5:
        raise ModelError(f"transformers {found} is too old to convert with: 5 or newer is needed")


def _take_over(source: Path, folder: Path) -> Converted:
    """Copy a folder that its author converted, its SentencePiece models under mtpipe's names."""
    for name in _READY:
        if not (source / name).is_file():
            raise ModelError(f"{source / name}: the file is missing; not a CTranslate2 model")
    folder.mkdir(parents=True)
    vocabularies = [
        source / f"{name}{suffix}"
        for name in _VOCABULARIES
        for suffix in (".json", ".txt")
        if (source / f"{name}{suffix}").is_file()
    ]
    if not vocabularies:
        raise ModelError(f"{source}: neither a source nor a shared vocabulary is there")
    for path in (*(source / name for name in _READY), *vocabularies):
        shutil.copyfile(path, folder / path.name)
    _copy_pieces(source, folder)
    return Converted(folder, "converted by its authors", _versions(), "as its authors made it", None)


def _copy_pieces(source: Path, folder: Path) -> None:
    for names in _PIECES:
        if all((source / name).is_file() for name in names):
            for name, own in zip(names, ("source.spm", "target.spm"), strict=True):
                shutil.copyfile(source / name, folder / own)
            return
    known = ", ".join(dict.fromkeys(name for names in _PIECES for name in names))
    raise ModelError(f"{source}: no SentencePiece models (looked for: {known})")


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip flat into ``folder``; names that lead elsewhere and bombs are refused."""
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = [member for member in zipped.infolist() if not member.is_dir()]
            size = sum(member.file_size for member in members)
            if size > _LONGEST_RATIO * archive.stat().st_size:
                raise ModelError(f"{archive}: says it holds {size} bytes: not unpacked")
            free = shutil.disk_usage(folder).free
            if size > free:
                raise WorkError(
                    f"{folder}: no space to unpack: {size / 1e6:.0f} MB needed, {free / 1e6:.0f} MB free"
                )
            for member in members:
                name = Path(member.filename).name
                with zipped.open(member) as data, (folder / name).open("xb") as out:
                    shutil.copyfileobj(data, out, 1 << 20)
    except zipfile.BadZipFile as error:
        raise ModelError(f"{archive}: not a zip, or damaged: {error}") from None
    except FileExistsError as error:
        raise ModelError(f"{archive}: holds {Path(str(error.filename)).name} twice") from None
    return folder


def _quantised(quantisation: str) -> str | None:
    return None if quantisation == "float32" else quantisation


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for package in ("mtpipe", "ctranslate2", "sentencepiece"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def _weights_megabytes(source: Path) -> float:
    weights = [path for path in source.iterdir() if path.suffix in (".bin", ".safetensors")]
    return sum(path.stat().st_size for path in weights) / 1e6


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
