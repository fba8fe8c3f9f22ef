"""The whole recipe as one command: ``python -m training`` prepares, trains, converts, scores and describes.

Each step leaves its result in the working folder and is skipped when it is there
already, so the command goes on after a kill at any moment. Torch and eflomal are
needed (``pip install -e '.[train]'``); running mtpipe needs neither.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
import yaml

from training import card, corpora, export, score, train, vocabulary
from training.layout import read_released
from training.network import Shape
from training.warm_start import warm_start

HOME = Path(__file__).parents[1]
STEPS = ("prepare", "train", "finish")


def main() -> int:
    """Read the arguments and run the steps asked for."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "steps", nargs="*", default=list(STEPS), choices=STEPS, metavar="STEP", help=", ".join(STEPS)
    )
    parser.add_argument("--config", type=Path, default=HOME / "training" / "config.yaml")
    parser.add_argument(
        "--work", type=Path, required=True, help="folder for checkpoints, outside the repository"
    )
    parser.add_argument(
        "--start-from", type=Path, help="a model that this recipe made: take its vocabularies and weights"
    )
    parser.add_argument("--output", type=Path, default=HOME / "models" / "builtin")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="cores to use")
    arguments = parser.parse_args()
    config = yaml.safe_load(arguments.config.read_text("utf-8"))
    data = Path(os.environ.get("MTPIPE_DATA", HOME.parent / "shared"))
    arguments.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(arguments.threads)
    if arguments.start_from is not None:
        take_over(arguments.start_from, arguments.work)
    if "prepare" in arguments.steps:
        prepare(config, data, arguments.work)
    if "train" in arguments.steps:
        fit(config, data, arguments.work, arguments.threads)
    if "finish" in arguments.steps:
        finish(config, data, arguments.work, arguments.output)
    return 0


def pieces(work: Path) -> tuple[Path, Path]:
    """Return the SentencePiece files of the working folder."""
    return work / "source.spm", work / "target.spm"


def take_over(released: Path, work: Path) -> None:
    """Copy a released model into the working folder once: its pieces, and its weights for the first update."""
    if not (work / "released").exists():
        shutil.copytree(released, work / "released.tmp")
        for path in pieces(work):
            shutil.copyfile(released / path.name, path)
        (work / "released.tmp").rename(work / "released")


def _resolve(path: str, data: Path) -> Path:
    return HOME / path if path.startswith("./") else data / path


def prepare(config: dict[str, Any], data: Path, work: Path) -> None:
    """Read the text, train the vocabularies (once) and align; skipped when the text is the same as last time."""
    own = [_resolve(path, data) for path in config["data"]["own"]]
    open_folder = _resolve(config["data"]["open"], data)
    check_sources(open_folder)
    stamp = _fingerprint(config["data"], [*own, open_folder])
    mark = work / "prepared.json"
    if mark.exists() and json.loads(mark.read_text())["fingerprint"] == stamp:
        print("prepared already", file=sys.stderr)
        return
    forbidden = corpora.evaluation_lines(_resolve(config["data"]["evaluation"], data))
    examples, counts = corpora.read_examples(own, open_folder, config["data"]["caps"], forbidden)
    print(f"{len(examples)} examples; {len(forbidden)} evaluation lines kept out", file=sys.stderr)
    for side, path in zip(("source", "target"), pieces(work), strict=True):
        if not path.exists():
            vocabulary.train_vocabulary(
                _sentences(examples, side), path.with_suffix(""), side, config["vocabulary"][side]
            )
    corpora.align(examples, *pieces(work))
    corpora.save(examples, work / "examples.pkl")
    mark.write_text(json.dumps({"fingerprint": stamp, "counts": counts}, indent=1))


def check_sources(folder: Path) -> None:
    """Refuse open text that is not what ``sources.yaml`` says it is."""
    sources = yaml.safe_load((HOME / "training" / "sources.yaml").read_text("utf-8"))
    for source in sources.values():
        for name, wanted in source["files"].items():
            path = folder / name
            if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
                raise SystemExit(f"{path}: the sha256 differs from training/sources.yaml")


def _fingerprint(settings: Any, folders: list[Path]) -> str:
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for folder in folders:
        for path in sorted(folder.glob("*.tsv*")):
            digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sentences(examples: list[corpora.Example], side: str) -> list[str]:
    """Return the text a vocabulary is trained on: our own sentences count three times."""
    lines = []
    for example in examples:
        if example.name.endswith(".heldout"):
            continue
        times = 3 if example.name.startswith("own/") and not example.name.startswith("own/lexicon") else 1
        lines += ([example.source] if side == "source" else list(example.targets.values())) * times
    return lines


def make_trainer(config: dict[str, Any], work: Path, examples: list[corpora.Example]) -> train.Trainer:
    """Return the trainer as its checkpoint left it, else with a released model's weights, else warm-started."""
    shape = Shape(config["vocabulary"]["source"], config["vocabulary"]["target"], **config["shape"])
    trainer = train.Trainer(shape, config["train"], work, "cuda" if torch.cuda.is_available() else "cpu")
    if not trainer.resume():
        if (work / "released").exists():
            trainer.begin(read_released(work / "released", shape))
            print("start: the released weights", file=sys.stderr)
        else:
            known = warm_start(trainer.model, examples, pieces(work))
            trainer.begin()
            print(f"warm start: {known} source pieces", file=sys.stderr)
    return trainer


def fit(config: dict[str, Any], data: Path, work: Path, cores: int) -> None:
    """Train for ``hours`` at the full rate on everything, then let the rate fall on the close text.

    On a CPU every core but one, at most ``partners``, gives gradients of its own batches.
    """
    examples = corpora.load(work / "examples.pkl")
    trainer = make_trainer(config, work, examples)
    sets = score.read_sets(_resolve(config["data"]["evaluation"], data), examples, 250)

    def evaluate(trainer: train.Trainer) -> dict[str, float]:
        folder = work / "evaluated"
        export.export(trainer.average, trainer.shape, pieces(work), folder, "int8")
        return score.scores(folder, sets)

    def drive(weights: str, options: dict[str, Any], stop: Callable[[train.Trainer], bool]) -> None:
        drawn = (config[weights], pieces(work), options)
        seed = options["seed"] + trainer.step
        partners = min(cores - 1, options["partners"]) if trainer.device == "cpu" else 0
        if partners:
            torch.set_num_threads(1)
            trainer.invite(partners, partial(_partner_batches, work / "examples.pkl", *drawn, seed))
        try:
            train.run(trainer, train.Sampler(examples, *drawn, seed), evaluate, stop)
        finally:
            trainer.dismiss()

    if trainer.decay_from is None:
        hours = float(config["hours"])
        drive("weights", config["train"], lambda trainer: trainer.seconds >= hours * 3600)
        trainer.save("stable.pt")
        trainer.decay_from = trainer.step
        trainer.save()
    if not trainer.finished():
        drive("close_weights", config["train"] | config["close_train"], lambda trainer: trainer.finished())


def _partner_batches(
    examples: Path,
    weights: dict[str, float],
    spm: tuple[Path, Path],
    options: dict[str, Any],
    seed: int,
    number: int,
) -> Iterator[train.Batch]:
    """Draw batches in a partner's process: no two draw alike."""
    return train.Sampler(corpora.load(examples), weights, spm, options, seed + 1_000_003 * number).batches()


def blended(trainer: train.Trainer, released: Path, share: float) -> dict[str, torch.Tensor]:
    """Return the averaged weights, with ``share`` of those of the released model they were gone on from, if any."""
    weights = trainer.average
    if not share or not released.exists():
        return weights
    before = read_released(released, trainer.shape)
    return {name: value.cpu().lerp(before[name], share) for name, value in weights.items()}


def finish(config: dict[str, Any], data: Path, work: Path, output: Path) -> None:
    """Convert the averaged weights to float32 and int8, score both, write passport and card, move into place."""
    examples = corpora.load(work / "examples.pkl")
    trainer = make_trainer(config, work, examples)
    weights = blended(trainer, work / "released", float(config.get("blend", 0)))
    for quantisation in ("float32", "int8"):
        export.export(
            weights,
            trainer.shape,
            pieces(work),
            work / quantisation,
            None if quantisation == "float32" else quantisation,
        )
    card.write_passport(work / "int8", config, trainer)
    sets = score.read_sets(_resolve(config["data"]["evaluation"], data), examples)
    card.write_card(work, config, trainer, sets)
    if output.exists():
        shutil.rmtree(output)
    shutil.copytree(work / "int8", output)
    print(f"wrote {output}", file=sys.stderr)
