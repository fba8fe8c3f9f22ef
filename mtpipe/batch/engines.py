"""A configuration's models become what the run needs of them: passports, circumstances, piece counts, engines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mtpipe import text, typesetting
from mtpipe.batch.planning import Route, Sizes
from mtpipe.config import RunConfig
from mtpipe.data import Passport
from mtpipe.errors import ModelError, MtpipeError, UsageError
from mtpipe.memory import Circumstances, Memory
from mtpipe.pipeline import routes, systems_for
from mtpipe.pipeline.pivot import Pivot
from mtpipe.translator import Engine, Translator


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines of a run: each one once, and which makes which target."""

    loaded: tuple[Translator, ...]
    number: Mapping[str, int]
    passports: Mapping[str, Passport]
    sizes: tuple[Sizes, ...]
    threads: int
    device: str


def load_engines(config: RunConfig, *, threads: int | None) -> Engines:
    """Load what the configuration names; errors bear the line of the key that is to blame."""
    chosen = {target: (name,) for target in config.targets if (name := config.model_for(target))}
    try:
        (made,) = systems_for(
            routes(config.source, config.targets, chosen),
            device=config.executor.device,
            compute_type=config.decoding.compute_type,
            threads=threads,
        )
    except MtpipeError as error:
        raise type(error)(f"{_blame(config, error)}{error}") from None
    loaded = tuple(dict.fromkeys(made.values()))
    legs = [_legs(engine) for engine in loaded]
    return Engines(
        loaded,
        {target: loaded.index(engine) for target, engine in made.items()},
        {target: engine.passport for target, engine in made.items()},
        tuple(parts[0].sizes for parts in legs),
        legs[0][0].threads,
        legs[0][0].device,
    )


def _legs(translator: Translator) -> tuple[Engine, ...]:
    """Return the engines that a translator asks, in order."""
    if isinstance(translator, Pivot):
        return (*_legs(translator.first), *_legs(translator.second))
    if isinstance(translator, Engine):
        return (translator,)
    raise TypeError(f"no engine: {translator!r}")


def _blame(config: RunConfig, error: MtpipeError) -> str:
    key = "decoding.compute_type" if "compute type" in str(error) else "models"
    if isinstance(error, UsageError) and "device" in str(error):
        key = "executor.device"
    where = config.where(key)
    return f"{where}: {key}: " if where and isinstance(error, ModelError | UsageError) else ""


def circumstances(config: RunConfig, engines: Engines) -> dict[str, Circumstances]:
    """Return what each target's translations depend on besides their texts."""
    return {
        target: Circumstances(
            source=config.source,
            target=target,
            model="+".join(leg.passport.sha256 for leg in _legs(engines.loaded[number])),
            decoding=json.dumps(
                [leg.decoding(config.decoding.beam_size) for leg in _legs(engines.loaded[number])],
                sort_keys=True,
            ),
            cleaner=f"{text.VERSION}.{typesetting.VERSION}",
        )
        for target, number in engines.number.items()
    }


def numbered(memory: Memory, engines: Engines, wanted: Mapping[str, Circumstances]) -> list[Route]:
    """Return the routes of all targets, their circumstances numbered by the memory."""
    return [
        Route(target, number, memory.circumstances(wanted[target]))
        for target, number in engines.number.items()
    ]
