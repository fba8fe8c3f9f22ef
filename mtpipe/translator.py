"""Turns a segmented Document into Translations, one hypothesis a segment, with CTranslate2."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import ctranslate2
import sentencepiece

from mtpipe.clauses import parts_of_one, split_clauses
from mtpipe.data import Document, Flag, Hypothesis, Passport, Translation
from mtpipe.errors import ModelError, UsageError
from mtpipe.models import Model
from mtpipe.rows import as_shown, untranslated
from mtpipe.text import SIGNS, Substitutes, for_model
from mtpipe.typesetting import typeset
from mtpipe.word_links import Links, carried, links_of

Job = tuple[str, str]  # the text of a segment, the target language
Progress = Callable[[int, int], None]  # pieces done, pieces in all

# Pieces in one engine batch; more is faster but holds more memory.
_BATCH_PIECES = 2048
_POLL_SECONDS = 0.004


class Decoding(NamedTuple):
    """How to decode where it differs from the model's own way.

    ``options`` are CTranslate2's, ``alternatives`` how many hypotheses to give for each job, ``exact`` whether
    scores are computed anew without what penalties did to them, ``begins`` the text each translation begins with.
    """

    options: Mapping[str, int | float] = {}
    alternatives: int = 1
    exact: bool = False
    begins: Sequence[str] = ()


class _Part(NamedTuple):
    """What the engine made of one input: pieces without prefix, mean log-probability, limit hit, word links."""

    pieces: list[str]
    score: float
    truncated: bool
    links: Links = ()
    words: int = 0


class Translator(Protocol):
    """Anything that makes hypotheses of texts."""

    @property
    def passport(self) -> Passport:
        """Return the passport of what translates."""

    def translate(
        self,
        jobs: Sequence[Job],
        source: str,
        *,
        beam_size: int | None = None,
        planned: bool = False,
        progress: Progress | None = None,
    ) -> list[Hypothesis]:
        """Return one hypothesis a job, in order."""


class Engine:
    """A converted model loaded into CTranslate2.

    ``device`` is "auto", "cpu" or "cuda", ``compute_type`` "auto" (int8 on a CPU,
    int8_float16 on a GPU) or one of CTranslate2's; ``threads`` is how many
    batches are translated at the same time (default: the cores there are);
    with ``links`` hypotheses carry the word links that the attention speaks for.
    ModelError when the folder cannot be loaded.
    """

    def __init__(
        self,
        model: Model,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int | None = None,
        links: bool = False,
    ) -> None:
        wanted = compute_type
        device, compute_type = resolved(device, compute_type)
        allowed = sorted(_compute_types(device))
        if wanted != "auto" and compute_type not in {*allowed, "default"}:
            raise UsageError(
                f"compute type {compute_type!r} is not for {device} (there: {', '.join(allowed)})"
            )
        self.model = model
        self.links = links
        self.device = device
        self.compute_type = compute_type
        self.threads = (threads or cores()) if device == "cpu" else 1
        try:
            self._engine = ctranslate2.Translator(
                str(model.folder),
                device=device,
                compute_type=compute_type,
                inter_threads=self.threads,
                intra_threads=1,
            )
            self._source = _pieces_of(model, "source.spm")
            self._target = _pieces_of(model, "target.spm")
            self._substitutes = Substitutes(self._lacks)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(f"{model.folder}: the model cannot be loaded: {_one_line(error)}") from None

    @property
    def passport(self) -> Passport:
        """Return the model's passport."""
        return self.model.passport

    def translate(
        self,
        jobs: Sequence[Job],
        source: str,
        *,
        beam_size: int | None = None,
        planned: bool = False,
        progress: Progress | None = None,
    ) -> list[Hypothesis]:
        """Translate ``jobs`` and return one hypothesis each, in order.

        Equal jobs are translated once. Texts longer than the model's limit are
        cut at clause marks and the parts' translations joined; the score is then
        the mean over all pieces. ``planned`` jobs are one batch as they stand, so
        that the same jobs give the same texts whatever else the engine does; they
        may be given from several threads at once.
        """
        options = {} if beam_size is None else {"beam_size": beam_size}
        made = self.alternatives(jobs, source, Decoding(options), planned=planned, progress=progress)
        return [hypotheses[0] for hypotheses in made]

    def alternatives(
        self,
        jobs: Sequence[Job],
        source: str,
        decoding: Decoding,
        *,
        planned: bool = False,
        progress: Progress | None = None,
    ) -> list[list[Hypothesis]]:
        """Translate ``jobs`` as ``decoding`` says and return its hypotheses for each, the likeliest first.

        A text that has to be cut has one hypothesis only, and begins with what the model wants.
        """
        begins = decoding.begins or [""] * len(jobs)
        asked = list(zip(jobs, begins, strict=True))
        unique = list(dict.fromkeys(asked))
        parts: list[list[str]] = []
        owners: list[int] = []
        read = [self._substitutes.written(text) for (text, _), _ in unique]
        for number, pieces in enumerate(self._cut([text for text, _ in read])):
            parts.extend(pieces)
            owners.extend([number] * len(pieces))
        whole = Counter(owners)
        forced = [
            self._target.encode(unique[owner][1], out_type=str) if whole[owner] == 1 else []
            for owner in owners
        ]
        targets = [unique[owner][0][1] for owner in owners]
        results = self._decode(parts, targets, source, decoding, forced, progress, planned=planned)
        grouped: dict[int, list[list[_Part]]] = {}
        asked_for: dict[int, list[str]] = {}
        for owner, part, result in zip(owners, parts, results, strict=True):
            grouped.setdefault(owner, []).append(result)
            # What a text that was not cut is does not matter for joining it.
            asked_for.setdefault(owner, []).append(self._source.decode(part) if whole[owner] > 1 else "")
        made = {}
        for number, job in enumerate(unique):
            found = grouped[number]
            variants = [[one] for one in found[0]] if len(found) == 1 else [[several[0] for several in found]]
            made[job] = [
                _seen_as(self._hypothesis(one, job[0][1], asked_for[number]), read[number][1])
                for one in variants
            ]
        return [made[job] for job in asked]

    def decoding(self, beam_size: int | None = None) -> dict[str, Any]:
        """Return all options that what comes out depends on."""
        wanted = {} if beam_size is None else {"beam_size": beam_size}
        return {"beam_size": 1, **self.model.decoding, **wanted, "compute_type": self.compute_type}

    def sizes(self, texts: Sequence[str]) -> list[int]:
        """Return how many source pieces each text has."""
        return [len(pieces) for pieces in self._source.encode(list(texts), out_type=int)]

    def _cut(self, texts: list[str]) -> list[list[list[str]]]:
        """Return for each text the pieces of its parts, none longer than the model's limit."""
        limit = self.model.conventions.max_source
        whole: list[list[str]] = self._source.encode(texts, out_type=str)
        return [
            [pieces]
            if len(pieces) <= limit
            else self._source.encode(split_clauses(text, self._count, limit), out_type=str)
            for text, pieces in zip(texts, whole, strict=True)
        ]

    def _lacks(self, character: str) -> bool:
        """Tell whether the model cannot read a character, or a sign that it could never write."""
        if self._source.unk_id() in self._source.encode(character):
            return True
        return character in SIGNS and self._target.unk_id() in self._target.encode(character)

    def _count(self, text: str) -> int:
        return len(self._source.encode(text))

    def _decode(
        self,
        parts: list[list[str]],
        targets: list[str],
        source: str,
        decoding: Decoding,
        forced: list[list[str]],
        progress: Progress | None,
        *,
        planned: bool,
    ) -> list[list[_Part]]:
        """Run the engine over all parts, in order; return the hypotheses of each."""
        if not parts:
            return []
        conventions = self.model.conventions
        framed = [
            conventions.frame(pieces, source, target) for pieces, target in zip(parts, targets, strict=True)
        ]
        prefixes = [
            [*conventions.forced(source, target), *begin]
            for target, begin in zip(targets, forced, strict=True)
        ]
        total = sum(map(len, framed))
        options: dict[str, Any] = {"beam_size": 1, **self.model.decoding, **decoding.options}
        options["beam_size"] = max(options["beam_size"], decoding.alternatives)
        pending = self._engine.translate_batch(
            framed,
            target_prefix=prefixes if any(prefixes) else None,
            # A short article shall keep every core busy, a long one fill the batches.
            max_batch_size=0 if planned else max(64, min(_BATCH_PIECES, -(-total // self.threads))),
            batch_type="examples" if planned else "tokens",
            max_input_length=0,
            max_decoding_length=conventions.max_target,
            num_hypotheses=decoding.alternatives,
            return_attention=self.links,
            return_scores=True,
            disable_unk=True,
            asynchronous=True,
            **options,
        )
        penalty = float(options.get("length_penalty", 1.0))
        done, results = 0, []
        for pieces, target, future in zip(framed, targets, pending, strict=True):
            # Waiting inside the engine would keep Ctrl-C waiting too; planned jobs come from threads of their own.
            while not planned and not future.done():
                time.sleep(_POLL_SECONDS)
            tag = len(conventions.forced(source, target))
            results.append(self._parts(future.result(), pieces, tag, penalty))
            done += len(pieces)
            if progress is not None:
                progress(done, total)
        return self._exact(framed, results, targets, source) if decoding.exact else results

    def _parts(self, result: Any, pieces: list[str], tag: int, penalty: float) -> list[_Part]:
        """Read what the engine gave for one input; ``tag`` is how many tokens of the output name the language."""
        tags = set((self.model.conventions.target_tokens or {}).values())
        parts = []
        for number, output in enumerate(result.hypotheses):
            made = [piece for piece in output[tag:] if piece not in tags]
            truncated = len(output) >= self.model.conventions.max_target
            # The engine gives the sum over the output without its prefix, divided by (whole length) ^ penalty; the
            # end of the sentence counts where there is one.
            whole = len(output) + (not truncated)
            summed = result.scores[number] * whole**penalty
            length = whole - tag
            links: Links = ()
            if self.links and result.attention:
                links = links_of(result.attention[number][: len(output)], pieces, output)
            words = sum(piece.startswith("▁") for piece in pieces)
            parts.append(_Part(made, summed / max(1, length), truncated, links, words))
        return parts

    def _exact(
        self, framed: list[list[str]], results: list[list[_Part]], targets: list[str], source: str
    ) -> list[list[_Part]]:
        """Return the parts with the mean log-probabilities that the model itself gives them."""
        inputs = [pieces for pieces, parts in zip(framed, results, strict=True) for _ in parts]
        outputs = [
            [*self.model.conventions.forced(source, target), *part.pieces]
            for target, parts in zip(targets, results, strict=True)
            for part in parts
        ]
        scored = iter(
            self._engine.score_batch(
                inputs, outputs, max_batch_size=_BATCH_PIECES, batch_type="tokens", max_input_length=0
            )
        )
        exact = []
        for target, parts in zip(targets, results, strict=True):
            tag = len(self.model.conventions.forced(source, target))
            means = []
            for _ in parts:
                logs = next(scored).log_probs[tag:]
                means.append(sum(logs) / max(1, len(logs)))
            exact.append([part._replace(score=mean) for part, mean in zip(parts, means, strict=True)])
        return exact

    def _hypothesis(self, parts: list[_Part], target: str, sources: list[str]) -> Hypothesis:
        decoded: list[str] = self._target.decode([part.pieces for part in parts])
        texts = parts_of_one(sources, decoded)
        text = typeset(" ".join(filter(None, texts)), target)
        weights = [len(part.pieces) + 1 for part in parts]
        score = sum(w * part.score for w, part in zip(weights, parts, strict=True)) / sum(weights)
        flags = [
            flag
            for flag, holds in (
                (Flag.SPLIT, len(parts) > 1),
                (Flag.EMPTY, not text),
                (Flag.TRUNCATED, any(part.truncated for part in parts)),
            )
            if holds
        ]
        complete = all(
            there < len(one.split())
            for part, one in zip(parts, decoded, strict=True)
            for _, there in part.links
        )
        links = self._joined_links(parts, texts, text) if self.links and complete else ()
        return Hypothesis(text=text, score=round(score, 4), flags=tuple(flags), links=links)

    def _joined_links(self, parts: list[_Part], texts: list[str], shown: str) -> Links:
        """Number the words of all parts through, and carry the links over to the text as it is shown."""
        found: list[tuple[int, int]] = []
        ours = yours = 0
        for part, text in zip(parts, texts, strict=True):
            words = len(text.split())
            found += [(ours + here, yours + there) for here, there in part.links if there < words]
            ours, yours = ours + part.words, yours + words
        return carried(tuple(found), " ".join(filter(None, texts)), shown)


def translate(
    document: Document,
    translators: Mapping[str, Translator],
    *,
    beam_size: int | None = None,
    progress: Progress | None = None,
) -> tuple[Translation, ...]:
    """Translate a segmented document into every target of ``translators``.

    Targets that share a translator are translated together. Segments without
    letters, or in another language than the document's, never reach a model:
    they stand in the translation as they are, flagged.
    """
    passed = untranslated(document)
    asked = [number for number in range(len(document.segments)) if number not in passed]
    texts = [for_model(document.segments[number].text) for number in asked]
    hypotheses: dict[str, list[Hypothesis]] = {}
    for translator in dict.fromkeys(translators.values()):
        targets = [target for target, used in translators.items() if used is translator]
        jobs = [(text, target) for target in targets for text in texts]
        made = translator.translate(jobs, document.language, beam_size=beam_size, progress=progress)
        for position, target in enumerate(targets):
            rows = made[position * len(texts) : (position + 1) * len(texts)]
            shown = [document.segments[number].text for number in asked]
            hypotheses[target] = [as_shown(*row) for row in zip(rows, texts, shown, strict=True)]
    translations = []
    for target, translator in translators.items():
        placed = passed | dict(zip(asked, hypotheses[target], strict=True))
        ordered = tuple(placed[number] for number in range(len(document.segments)))
        translations.append(Translation(document, target, ordered, translator.passport))
    return tuple(translations)


def _seen_as(made: Hypothesis, origins: tuple[int, ...] | None) -> Hypothesis:
    """Return ``made`` with its links from the words of the text that was asked for: ``origins`` of those read."""
    if origins is None or not made.links:
        return made
    links = ((origins[here], there) for here, there in made.links if here < len(origins))
    return replace(made, links=tuple(dict.fromkeys(links)))


def resolved(device: str, compute_type: str) -> tuple[str, str]:
    """Return the device and compute type that "auto" stands for on this machine."""
    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    if compute_type == "auto":
        compute_type = "int8" if device == "cpu" else "int8_float16"
    return device, compute_type


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pieces_of(model: Model, name: str) -> Any:
    return sentencepiece.SentencePieceProcessor(model_file=str(model.folder / name))


def _compute_types(device: str) -> set[str]:
    try:
        return set(ctranslate2.get_supported_compute_types(device))
    except (ValueError, RuntimeError) as error:
        raise UsageError(f"device {device!r} cannot be used: {_one_line(error)} (auto, cpu, cuda)") from None


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
