"""A translator that asks a translation memory first, and what a translation depends on besides its text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mtpipe import guard, text, typesetting
from mtpipe.data import Hypothesis, Passport
from mtpipe.memory import Circumstances, Memory, Unit
from mtpipe.pipeline.healing import Healing
from mtpipe.pipeline.pivot import Pivot
from mtpipe.translator import Engine, Job, Progress, Translator

CLEANER = f"{text.VERSION}.{typesetting.VERSION}"


def legs(translator: Translator) -> tuple[Engine, ...]:
    """Return the engines that a translator asks, in order."""
    if isinstance(translator, Pivot):
        return (*legs(translator.first), *legs(translator.second))
    if isinstance(translator, Healing):
        return legs(translator.inner)
    if isinstance(translator, Engine):
        return (translator,)
    raise TypeError(f"no engine: {translator!r}")


def circumstances(
    translator: Translator, source: str, target: str, *, beam_size: int | None = None
) -> Circumstances:
    """Return what the translations of ``translator`` depend on besides their texts."""
    engines = legs(translator)
    decoding: list[object] = [engine.decoding(beam_size) for engine in engines]
    if any(engine.links for engine in engines):
        decoding.append("links")
    glossary = ""
    if isinstance(translator, Healing):
        decoding.append(f"checks {guard.VERSION}")
        if translator.retry:
            spare = "" if translator.find is None else translator.find.weights(target)
            decoding.append(f"healed {spare}".strip())
        if translator.terms is not None:
            glossary = translator.terms.glossary.sha256
    return Circumstances(
        source=source,
        target=target,
        model="+".join(engine.passport.sha256 for engine in engines),
        decoding=json.dumps(decoding, sort_keys=True),
        glossary=glossary,
        cleaner=CLEANER,
    )


class Remembering:
    """Translates what the memory does not hold, and puts it there."""

    def __init__(self, translator: Translator, memory: Memory) -> None:
        self._translator = translator
        self._memory = memory

    @property
    def passport(self) -> Passport:
        """Return the passport of what translates."""
        return self._translator.passport

    def translate(
        self,
        jobs: Sequence[Job],
        source: str,
        *,
        beam_size: int | None = None,
        planned: bool = False,
        progress: Progress | None = None,
    ) -> list[Hypothesis]:
        """Return one hypothesis a job, in order: remembered ones as they were, the others made now."""
        numbers = {
            target: self._memory.circumstances(
                circumstances(self._translator, source, target, beam_size=beam_size)
            )
            for target in {target for _, target in jobs}
        }
        held = self._memory.find([(numbers[target], wanted) for wanted, target in dict.fromkeys(jobs)])
        missing = [job for job in dict.fromkeys(jobs) if (numbers[job[1]], job[0]) not in held]
        made = dict(
            zip(
                missing,
                self._translator.translate(
                    missing, source, beam_size=beam_size, planned=planned, progress=progress
                ),
                strict=True,
            )
        )
        self._memory.add(Unit(numbers[job[1]], job[0], hypothesis) for job, hypothesis in made.items())
        return [made[job] if job in made else held[numbers[job[1]], job[0]].hypothesis for job in jobs]


def remembering(
    systems: Sequence[Mapping[str, Translator]], memory: Memory
) -> tuple[dict[str, Translator], ...]:
    """Let every translator of ``systems`` ask ``memory`` first; those that serve several targets still do."""
    wrapped: dict[int, Translator] = {}
    return tuple(
        {
            target: wrapped.setdefault(id(translator), Remembering(translator, memory))
            for target, translator in system.items()
        }
        for system in systems
    )
