"""Turns prepared examples into weights; goes on from its checkpoint after a kill at any moment."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from torch import Tensor

from training.corpora import word_ids
from training.examples import Example
from training.misspelling import misspell
from training.names import Names
from training.network import Shape, TiedCrossEntropy, Transformer
from training.numbers import has_numbers, vary_numbers
from training.parallel import Partners, flatten, named_views
from training.vocabulary import BOS, EOS, LANGUAGE_TOKENS, PAD

# A pass over all weights: not after every update.
_AVERAGE_EVERY = 10


@dataclass(slots=True)
class Batch:
    """Sources (padded), and decoder rows that each point at their source."""

    source: Tensor  # (sentences, source length)
    rows: Tensor  # (decoder rows,) → sentence
    target_in: Tensor  # (decoder rows, target length)
    target_out: Tensor  # the same shifted by one; PAD where nothing is predicted
    links: Tensor  # (decoder rows, target length, source length), rows sum to 1 or 0


class Sampler:
    """Draws batches for ever: sources by weight, segmentations at random, lengths sorted."""

    def __init__(
        self,
        examples: list[Example],
        weights: dict[str, float],
        spm: tuple[Path, Path],
        options: dict[str, Any],
        seed: int,
    ) -> None:
        self.source_model = sentencepiece.SentencePieceProcessor(model_file=str(spm[0]))
        self.target_model = sentencepiece.SentencePieceProcessor(model_file=str(spm[1]))
        self.options = options
        self.random = random.Random(seed)
        sentencepiece.set_random_generator_seed(seed % (1 << 31))
        groups: dict[str, list[Example]] = {}
        for example in examples:
            if not example.name.endswith(".heldout"):
                groups.setdefault(_group(example.name, weights), []).append(example)
        if options["digits_weight"]:
            weights = weights | {"digits": options["digits_weight"]}
            groups["digits"] = [
                example
                for name, group in groups.items()
                if name.startswith("own/")
                for example in group
                if has_numbers(example)
            ]
        self.groups = {name: group for name, group in groups.items() if weights[name] > 0}
        self.weights = {name: weights[name] for name in self.groups}
        self.names = Names(examples)
        self.queues: dict[str, list[Example]] = {name: [] for name in self.groups}

    def _draw(self) -> Example:
        name = self.random.choices(list(self.weights), list(self.weights.values()))[0]
        queue = self.queues[name]
        if not queue:
            queue.extend(self.groups[name])
            self.random.shuffle(queue)
        return queue.pop()

    def _pieces(self, model: Any, text: str, alpha: float) -> list[str]:
        if self.random.random() < self.options["subword_sampling"]:
            return list(model.encode(text, out_type=str, enable_sampling=True, alpha=alpha, nbest_size=-1))
        return list(model.encode(text, out_type=str))

    def _pool(self) -> list[tuple[list[str], dict[str, list[str]], Example]]:
        alpha, limit = self.options["sampling_alpha"], self.options["max_pieces"]
        pool: list[tuple[list[str], dict[str, list[str]], Example]] = []
        for _ in range(self.options["pool"]):
            example = self._draw()
            if self.random.random() < self.options["vary_names"]:
                example = self.names.vary(example, self.random, self.options["latin_names"])
            if self.random.random() < self.options["vary_numbers"]:
                example = vary_numbers(example, self.random)
            shown = example.source
            if self.random.random() < self.options["misspell"]:
                shown = misspell(shown, self.random)
            source = self._pieces(self.source_model, shown, alpha)
            targets = {
                language: self._pieces(self.target_model, text, alpha)
                for language, text in example.targets.items()
            }
            if 0 < len(source) <= limit and all(0 < len(t) <= limit for t in targets.values()):
                pool.append((source, targets, example))
        pool.sort(key=lambda item: (len(item[0]), max(map(len, item[1].values()))))
        return pool

    def batches(self) -> Iterator[Batch]:
        """Yield batches of about ``batch_tokens`` target pieces, padding counted."""
        while True:
            pool, chunks, chunk = self._pool(), [], []
            rows = longest = 0
            for item in pool:
                size = len(item[1])
                wanted = _round_up(max(len(t) + 2 for t in item[1].values()))
                reach = max(longest, wanted)
                if chunk and (rows + size) * reach > self.options["batch_tokens"]:
                    chunks.append(chunk)
                    chunk, rows, reach = [], 0, wanted
                chunk.append(item)
                rows, longest = rows + size, reach
            chunks.append(chunk)
            self.random.shuffle(chunks)
            for chunk in chunks:
                yield self._batch(chunk)

    def _batch(self, chunk: list[tuple[list[str], dict[str, list[str]], Example]]) -> Batch:
        sources = [[*self.source_model.piece_to_id(source), EOS] for source, _, _ in chunk]
        rows, ins, outs, links = [], [], [], []
        for index, (source, targets, example) in enumerate(chunk):
            for language, pieces in targets.items():
                ids = self.target_model.piece_to_id(pieces)
                tag = self.target_model.piece_to_id(LANGUAGE_TOKENS[language])
                rows.append(index)
                ins.append([BOS, tag, *ids])
                outs.append([PAD, *ids, EOS])
                links.append(_piece_links(source, pieces, example.links.get(language, [])))
        # Few distinct shapes, because the CPU kernels are compiled once a shape.
        width, height = _round_up(max(map(len, sources))), _round_up(max(map(len, ins)))
        matrix = torch.zeros(len(rows), height, width)
        for row, pairs in enumerate(links):
            if pairs:
                left, right = zip(*pairs, strict=True)
                matrix[row, list(right), list(left)] = 1
        matrix /= matrix.sum(-1, keepdim=True).clamp_min(1)
        return Batch(_pad(sources, width), torch.tensor(rows), _pad(ins, height), _pad(outs, height), matrix)


def _group(name: str, weights: dict[str, float]) -> str:
    """Return the longest key of ``weights`` that ``name`` starts with."""
    return max((key for key in weights if name.startswith(key)), key=len)


def _round_up(length: int) -> int:
    return -(-length // 8) * 8


def _pad(rows: list[list[int]], width: int) -> Tensor:
    return torch.tensor([row + [PAD] * (width - len(row)) for row in rows])


def _piece_links(source: list[str], target: list[str], links: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spread word links over pieces; target positions count the language token at 0 as the first output."""
    source_of: dict[int, list[int]] = {}
    for piece, word in enumerate(word_ids(source)):
        source_of.setdefault(word, []).append(piece)
    target_of: dict[int, list[int]] = {}
    for piece, word in enumerate(word_ids(target)):
        target_of.setdefault(word, []).append(piece)
    return [
        (left, right + 1)
        for left_word, right_word in links
        for left in source_of.get(left_word, ())
        for right in target_of.get(right_word, ())
    ]


def loss_of(model: Transformer, batch: Batch, options: dict[str, Any]) -> tuple[Tensor, float, float, int]:
    """Return the loss to minimise, the summed NLL, the alignment loss and the number of target pieces."""
    padding = batch.source == PAD
    memory = model.encode(batch.source, padding, options["word_dropout"])
    hidden, attention = model.decode(batch.target_in, memory[batch.rows], padding[batch.rows])
    labels = batch.target_out.flatten()
    wanted = (labels != PAD).nonzero().squeeze(1)
    count = len(wanted)
    # Some padding stays in: few distinct shapes here too.
    padded = torch.cat([wanted, (labels == PAD).nonzero().squeeze(1)[: -count % 64]])
    total, nll = TiedCrossEntropy.apply(
        hidden.flatten(0, 1)[padded],
        model.target_embeddings.weight,
        model.output_bias,
        labels[padded],
        PAD,
        options["label_smoothing"],
        512,
    )
    aligned = -(batch.links * torch.log_softmax(attention, dim=-1)).sum() / batch.links.sum().clamp_min(1)
    return (
        total / count + options["alignment_weight"] * aligned,
        float(nll.detach()),
        float(aligned.detach()),
        count,
    )


def precision(wanted: str, device: str) -> torch.dtype:
    """Return the type that matrices are multiplied in: "bfloat16", "float32", or with "auto" the quicker of the two.

    Not every processor that has bfloat16 is quicker with it: one with AVX-512 but without AMX was a third slower.
    """
    if wanted != "auto":
        return {"bfloat16": torch.bfloat16, "float32": torch.float32}[wanted]
    if device != "cpu":
        return torch.bfloat16
    return min((torch.bfloat16, torch.float32), key=_seconds)


def _seconds(dtype: torch.dtype) -> float:
    """Return what a multiplication as large as the network's takes, the least of several."""
    left, right = torch.ones(1024, 256, dtype=dtype), torch.ones(256, 1024, dtype=dtype)
    taken = []
    for _ in range(8):
        started = time.process_time()
        left @ right
        taken.append(time.process_time() - started)
    return min(taken)


def gradients_of(
    model: Transformer, gradients: Tensor, batch: Batch, options: dict[str, Any], dtype: torch.dtype
) -> tuple[float, float, int]:
    """Put a batch's mean gradients where the parameters keep theirs; return summed NLL, alignment loss and pieces."""
    model.train()
    gradients.zero_()
    moved = Batch(*(getattr(batch, name).to(gradients.device) for name in Batch.__slots__))
    with torch.autocast(gradients.device.type, dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        loss, nll, aligned, count = loss_of(model, moved, options)
    loss.backward()
    return nll, aligned, count


class Trainer:
    """A model, its optimiser and its exponential average, saved together."""

    def __init__(self, shape: Shape, options: dict[str, Any], folder: Path, device: str) -> None:
        torch.manual_seed(options["seed"])
        self.shape, self.options, self.folder, self.device = shape, options, folder, device
        self.model = Transformer(shape, options["dropout"]).to(device)
        self.weights, self.gradients = flatten(self.model)
        whole = torch.nn.Parameter(self.weights)
        whole.grad = self.gradients
        # The second moment reaches back over 200 updates: the usual thousand is slow to see a new text.
        self.optimiser = torch.optim.AdamW(
            [whole], lr=1.0, betas=(0.9, 0.995), eps=1e-9, weight_decay=0.0, fused=True
        )
        self.average_weights = self.weights.clone()
        self.step = self.tokens = 0
        self.seconds = 0.0
        self.decay_from: int | None = None
        self.dtype = precision(options.get("precision", "auto"), device)
        self.partners: Partners | None = None

    @property
    def average(self) -> dict[str, Tensor]:
        """The exponential average of the weights, by the names of the parameters."""
        return named_views(self.model, self.average_weights)

    def begin(self, weights: dict[str, Tensor] | None = None) -> None:
        """Take ``weights`` if given, and let the average begin with the weights as they are."""
        if weights is not None:
            self.model.load_state_dict(weights)
        self.average_weights.copy_(self.weights)

    def invite(self, count: int, batches: Callable[[int], Iterator[Batch]]) -> None:
        """Start ``count`` processes that add gradients of their own batches; on a CPU only."""
        self.weights.share_memory_()
        self.partners = Partners(count, self.weights, (self.shape, self.options, self.dtype), batches)

    def dismiss(self) -> None:
        """End the partners' processes."""
        if self.partners:
            self.partners.stop()
        self.partners = None

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def save(self, name: str = "checkpoint.pt") -> None:
        """Write everything needed to go on, under a temporary name first."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average_weights,
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "decay_from": self.decay_from,
        }
        temporary = self.folder / f"{name}.tmp"
        torch.save(state, temporary)
        temporary.replace(self.folder / name)

    def resume(self, path: Path | None = None) -> bool:
        """Load the checkpoint if there is one."""
        path = path or self.checkpoint
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average_weights.copy_(state["average"])
        self.step, self.tokens, self.seconds = state["step"], state["tokens"], state["seconds"]
        self.decay_from = state["decay_from"]
        return True

    def rate(self) -> float:
        """Warm up, stay, and once ``decay_from`` is set fall to a twentieth in a straight line."""
        rate = self.options["learning_rate"] * min(1.0, (self.step + 1) / self.options["warmup_steps"])
        if self.decay_from is not None:
            done = (self.step - self.decay_from) / self.options["decay_steps"]
            rate *= max(0.05, 1 - done)
        return float(rate)

    def finished(self) -> bool:
        return self.decay_from is not None and self.step - self.decay_from >= self.options["decay_steps"]

    def update(self, batch: Batch) -> tuple[float, float, int]:
        """Update with this batch and what partners have ready; return summed NLL, alignment loss and pieces."""
        started = time.process_time()
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        nll, aligned, count = gradients_of(self.model, self.gradients, batch, self.options, self.dtype)
        if self.partners:
            more, pieces = self.partners.mix_into(self.gradients, count)
            nll, count = nll + more, count + pieces
            self.seconds += self.partners.seconds_since()
        self.gradients.mul_((1 / (self.gradients.norm() + 1e-6)).clamp_max(1))
        self.optimiser.step()
        self.step += 1
        self.tokens += count
        if self.step % _AVERAGE_EVERY == 0:
            # The early weights are no use to the average: it reaches back a tenth of the way at most.
            reach = min(1 / (1 - self.options["average_decay"]), 0.1 * self.step + 1)
            self.average_weights.lerp_(self.weights, min(1.0, _AVERAGE_EVERY / reach))
        self.seconds += time.process_time() - started
        return nll, aligned, count


def run(
    trainer: Trainer,
    sampler: Sampler,
    evaluate: Callable[[Trainer], dict[str, float]],
    stop: Callable[[Trainer], bool],
) -> None:
    """Train until ``stop``; a line of JSON for every report goes to log.jsonl and stderr."""
    options, folder = trainer.options, trainer.folder
    saved = time.monotonic()
    reported = evaluated = trainer.seconds
    nll = aligned = 0.0
    tokens = steps = 0
    for batch in sampler.batches():
        part, guide, count = trainer.update(batch)
        nll, aligned, tokens, steps = nll + part, aligned + guide, tokens + count, steps + 1
        ended = trainer.finished() or stop(trainer)
        row: dict[str, float] = {}
        if trainer.seconds - reported > options["report_seconds"] or ended:
            row = {
                "step": trainer.step,
                "tokens": trainer.tokens,
                "hours": round(trainer.seconds / 3600, 3),
                "rate": trainer.rate(),
                "nll": round(nll / tokens, 4),
                "aligned": round(aligned / steps, 4),
                "tokens_per_second": round(tokens / (trainer.seconds - reported)),
            }
            nll = aligned = 0.0
            tokens, steps, reported = 0, 0, trainer.seconds
        if trainer.seconds - evaluated > options["evaluate_seconds"] or ended:
            row |= evaluate(trainer)
            evaluated = trainer.seconds
        if row:
            print(json.dumps(row), file=sys.stderr, flush=True)
            with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")
        if time.monotonic() - saved > options["save_seconds"] or ended:
            trainer.save()
            saved = time.monotonic()
        if ended:
            return
