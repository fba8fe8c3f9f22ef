"""Turns a finished model into its passport and its model card, every figure measured on the converted folders."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import ctranslate2
import sacrebleu
import yaml

from mtpipe.typesetting import typeset
from training import score
from training.corpora import TARGETS
from training.counts import dates_kept, names_kept, numbers_kept, repeats_itself
from training.network import Shape
from training.train import Trainer
from training.vocabulary import LANGUAGE_TOKENS

# English: their outputs on flores-dev, scored with this evaluator. French: published for FLORES devtest.
_PEERS = """| system | into English, BLEU / chrF2 | into French, BLEU / chrF2 |
|---|---|---|
| Argos Translate | 30.0 / 57.2 | – |
| OPUS-MT (base into English, base ara-fra into French) | 33.9 / 60.8 | 28.6 / 55.7 |
| M2M-100 418M | 29.2 / 57.4 (devtest) | 25.4 / 53.5 |
| NLLB-200 distilled 600M | 37.5 / 63.1 | 29.2 / 55.4 |
| Firefox (Bergamot base) | 39.6 / 65.2 | – |"""


def write_passport(folder: Path, config: dict[str, Any], trainer: Trainer) -> None:
    """Write ``passport.json``: identity, conventions, decoding, and the checksum of every file."""
    files = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name not in ("passport.json", "README.md")
    }
    passport = {
        "schema": "mtpipe.passport/1",
        "id": config["model"]["id"],
        "source": "trained by mtpipe's own recipe (training/)",
        "revision": config["model"]["revision"],
        "licence": "Apache-2.0",
        "sources": ["ar"],
        "targets": list(TARGETS),
        "quantisation": "int8",
        "engine": f"ctranslate2 {ctranslate2.__version__}",
        "conventions": {
            "source_suffix": ["</s>"],
            "target_prefix": ["{target}"],
            "target_tokens": LANGUAGE_TOKENS,
            "max_source": config["model"]["max_source"],
            "max_target": trainer.shape.positions - 2,
        },
        "decoding": config["model"]["decoding"],
        "misspells_names": True,
        "files": files,
    }
    (folder / "passport.json").write_text(json.dumps(passport, ensure_ascii=False, indent=1) + "\n", "utf-8")


def measure(
    folder: Path, sets: dict[str, dict[str, list[str]]], decoding: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return ``set.target`` → chrF2, BLEU with signatures, loops and numbers kept."""
    chrf, bleu = sacrebleu.CHRF(), sacrebleu.BLEU()
    rows: dict[str, dict[str, Any]] = {}
    for name, lines in sets.items():
        references = {target: lines[target] for target in TARGETS}
        outputs = {target: score.translate(folder, lines["ar"], target, **decoding) for target in TARGETS}
        for target, made in outputs.items():
            shown = [typeset(text, target) for text in made]
            rows[f"{name}.{target}"] = {
                "n": len(made),
                "shown": chrf.corpus_score(shown, [lines[target]]).score,
                "chrF2": chrf.corpus_score(made, [lines[target]]).score,
                "BLEU": bleu.corpus_score(made, [lines[target]]).score,
                "loops": sum(map(repeats_itself, made)),
                "numbers": numbers_kept(lines["ar"], made),
                "dates": dates_kept(lines[target], made, target),
                "names": names_kept(references, outputs, target),
                "signatures": (str(chrf.get_signature()), str(bleu.get_signature())),
            }
    return rows


def write_card(
    work: Path, config: dict[str, Any], trainer: Trainer, sets: dict[str, dict[str, list[str]]]
) -> None:
    """Measure the float32 and int8 folders of ``work`` and write the card beside the int8 weights."""
    decoding = config["model"]["decoding"] | {"max_source": config["model"]["max_source"]}
    small, full = (measure(work / kind, sets, decoding) for kind in ("int8", "float32"))
    (work / "scores.json").write_text(json.dumps({"int8": small, "float32": full}, indent=1))
    sources = yaml.safe_load((Path(__file__).parent / "sources.yaml").read_text("utf-8"))
    counts = json.loads((work / "prepared.json").read_text())["counts"]
    size = sum(path.stat().st_size for path in (work / "int8").iterdir())
    example = _examples(work / "int8", sets, decoding)
    text = f"""# The built-in model: {config["model"]["id"]}, revision {config["model"]["revision"]}

Arabic → English and French, {size / 1e6:.1f} MB in int8, trained from random weights by the recipe in `training/` on
open text and on the project's own corpus. It is there so that mtpipe works without a download. **It is small and it
was trained on little text: it gives the gist of news at best, it mistranslates and invents, above all names and rare
words. Do not rely on a row without reading the source; for publication use a real model.**

## Scores (development sets, mtpipe's own decoding {json.dumps(decoding)})

{_score_table(small, full)}

chrF2 `{next(iter(small.values()))["signatures"][0]}`, BLEU `{next(iter(small.values()))["signatures"][1]}`.
`heldout` is every 50th line of our own corpus (5 words or more), never trained on. "loops": outputs in which a phrase
comes three times in a row. "as mtpipe sets it": with the apostrophes, quotation marks and spaces that mtpipe sets (the
references of ntrex-dev have ’ and « »; the others mix). "numbers": numbers in digits of the source that stand in the translation; "dates": days with
their month of the reference; "names": capitalised words that both references spell alike. For comparison, what other
systems reach on FLORES (dev into English, devtest as published into French):

{_PEERS}

## Samples, good and bad, as they come

{example}

## How it was made

- {trainer.shape.encoder_layers}+{trainer.shape.decoder_layers} layers, width {trainer.shape.width}{_grown(trainer.shape)}, feed-forward {trainer.shape.feed_forward},
  {trainer.shape.heads} heads, vocabularies of {trainer.shape.source_vocabulary} (Arabic side) and {trainer.shape.target_vocabulary} pieces; embeddings warm-started from a lexicon of word
  links (eflomal), one attention head supervised by them; bf16, or float32 where the processor has no bfloat16;
  exponential average of the weights{_blend(config)}.
- {_history(config, trainer)}
  {sum(counts.values()):,} examples to draw from. No line of the evaluation sets is in them (dropped by
  code). Some of our own sentences were written around words that the development sets showed to be missing, so the
  development scores may flatter the model a little.
- Rate {config["train"]["learning_rate"]}, batches of {config["train"]["batch_tokens"]} target pieces.

## Text and licences

Own corpus (CC0): {sum(n for name, n in counts.items() if name.startswith("own/")):,} triples. Open text, not redistributed:

| source | licence | examples |
|---|---|---|
{_source_rows(sources, counts)}

The weights are released under Apache-2.0.
"""
    (work / "int8" / "README.md").write_text(text, "utf-8")


def _grown(shape: Shape) -> str:
    return f" (grown from {shape.position_width})" if shape.position_width else ""


def _blend(config: dict[str, Any]) -> str:
    share = float(config.get("blend", 0))
    mixed = share and config["model"]["earlier"]
    return f", mixed with {share} of the weights of the release before" if mixed else ""


def _history(config: dict[str, Any], trainer: Trainer) -> str:
    """Say how long the weights were trained, the releases they were gone on from included."""
    earlier = config["model"]["earlier"]
    updates = trainer.step + sum(release["updates"] for release in earlier)
    millions = trainer.tokens / 1e6 + sum(release["million_pieces"] for release in earlier)
    hours = trainer.seconds / 3600 + sum(release["core_hours"] for release in earlier)
    return (
        f"{updates:,} updates, {millions:.1f} million target pieces, about {hours:.1f} core hours on machines shared with\n"
        f"  other work ({trainer.tokens / 1e6:.1f} million pieces since the release before);"
    )


def _score_table(small: dict[str, dict[str, Any]], full: dict[str, dict[str, Any]]) -> str:
    lines = [
        "| set | n | chrF2 | BLEU | float32 chrF2 | as mtpipe sets it, chrF2 | loops | numbers | dates | names |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, row in small.items():
        lines.append(
            f"| {name.replace('.', ' → ')} | {row['n']} | {row['chrF2']:.1f} | {row['BLEU']:.1f} "
            f"| {full[name]['chrF2']:.1f} | {row['shown']:.1f} | {row['loops']} | {row['numbers'][0]}/{row['numbers'][1]} "
            f"| {row['dates'][0]}/{row['dates'][1]} | {row['names'][0]}/{row['names'][1]} |"
        )
    return "\n".join(lines)


def _source_rows(sources: dict[str, Any], counts: dict[str, int]) -> str:
    return "\n".join(
        f"| {facts['title']} | {facts['licence']} | {counts[f'open/{name}']:,} |"
        for name, facts in sources.items()
        if counts.get(f"open/{name}")
    )


def _examples(folder: Path, sets: dict[str, dict[str, list[str]]], decoding: dict[str, Any]) -> str:
    """Return eight held-back sentences of our own corpus, evenly spread over scores, with their translations."""
    held = sets["heldout"]
    made = {target: score.translate(folder, held["ar"], target, **decoding) for target in TARGETS}
    by_score = sorted(
        range(len(held["ar"])), key=lambda i: sacrebleu.sentence_chrf(made["en"][i], [held["en"][i]]).score
    )
    chosen = [
        by_score[round(part * (len(by_score) - 1))] for part in (0.97, 0.85, 0.7, 0.55, 0.4, 0.3, 0.15, 0.03)
    ]
    return "\n".join(
        f"- {held['ar'][i]}\n  - en: {made['en'][i]} *(reference: {held['en'][i]})*\n"
        f"  - fr: {made['fr'][i]} *(reference: {held['fr'][i]})*"
        for i in chosen
    )
