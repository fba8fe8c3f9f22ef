"""A configuration's models become what the run needs of them: passports, circumstances, piece counts, engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mtpipe.batch.planning import Route, Sizes
from mtpipe.batch.tuning import Tuning, tuned, usual_pieces
from mtpipe.config import RunConfig
from mtpipe.data import Passport
from mtpipe.errors import ModelError, MtpipeError, UsageError
from mtpipe.guard.glossary import Glossary, read_glossary
from mtpipe.guard.terms import Terms
from mtpipe.memory import Circumstances, Memory
from mtpipe.pipeline import routes, systems_for
from mtpipe.pipeline.healing import Healing
from mtpipe.pipeline.remembered import circumstances as of_translator
from mtpipe.pipeline.remembered import legs
from mtpipe.pipeline.routing import Route as ModelRoute
from mtpipe.pipeline.triangle import Bridge, bridge_between
from mtpipe.translator import Translator, resolved


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines of a run: each one once, and which makes which target.

    ``weights`` are what each target's translations come from: the models' SHA-256, those of the spare ones included.
    """

    loaded: tuple[Translator, ...]
    number: Mapping[str, int]
    passports: Mapping[str, Passport]
    weights: Mapping[str, str]
    glossary: Glossary | None
    sizes: tuple[Sizes, ...]
    threads: int
    device: str
    batch_pieces: int


def load_engines(config: RunConfig, *, threads: int | None, glossary: Glossary | None = None) -> Engines:
    """Load what the configuration names; errors bear the line of the key that is to blame.

    Without ``threads`` as many are used as were measured to be best, else all cores. A ``glossary`` that was read
    already is not looked for again.
    """
    if config.glossary and glossary is None:
        glossary = _glossary(config)
    chosen = {target: (name,) for target in config.targets if (name := config.model_for(target))}
    try:
        found = routes(config.source, config.targets, chosen)
        known = _tuning(config, found)
        (made,) = systems_for(
            found,
            device=config.executor.device,
            compute_type=config.decoding.compute_type,
            threads=threads or (known.threads if known else None),
            links=config.links,
            heal=config.healing,
            source=config.source,
            terms=None if glossary is None else Terms(glossary, config.source),
        )
    except MtpipeError as error:
        raise type(error)(f"{_blame(config, error)}{error}") from None
    loaded = tuple(dict.fromkeys(made.values()))
    parts = [legs(engine) for engine in loaded]
    first = parts[0][0]
    return Engines(
        loaded,
        {target: loaded.index(engine) for target, engine in made.items()},
        {target: engine.passport for target, engine in made.items()},
        {target: _weights(engine, target) for target, engine in made.items()},
        glossary,
        tuple(engines[0].sizes for engines in parts),
        first.threads,
        first.device,
        known.batch_pieces if known else usual_pieces(first),
    )


def load_bridge(config: RunConfig, engines: Engines) -> Bridge | None:
    """Load the model by way of which the columns are compared, None where they are not.

    UsageError or ModelError with the key's file and line where there is none.
    """
    if not config.triangle:
        return None
    try:
        return bridge_between(
            config.targets,
            [{target: engines.loaded[number] for target, number in engines.number.items()}],
            device=config.executor.device,
            compute_type=config.decoding.compute_type,
            threads=engines.threads,
        )
    except MtpipeError as error:
        where = config.where("triangle")
        raise type(error)(f"{f'{where}: ' if where else ''}triangle: {error}") from None


def _glossary(config: RunConfig) -> Glossary:
    try:
        return read_glossary(config.glossary, config.source)
    except MtpipeError as error:
        where = config.where("glossary")
        raise type(error)(f"{f'{where}: ' if where else ''}glossary: {error}") from None


def _weights(engine: Translator, target: str) -> str:
    own = "+".join(leg.passport.sha256 for leg in legs(engine))
    spare = (
        engine.find.weights(target) if isinstance(engine, Healing) and engine.retry and engine.find else ""
    )
    return f"{own}, else {spare}" if spare else own


def _tuning(config: RunConfig, found: Sequence[ModelRoute]) -> Tuning | None:
    """Return what was measured on this machine for the model of the first target."""
    device, compute_type = resolved(config.executor.device, config.decoding.compute_type)
    return tuned(found[0].models[0].passport.sha256, device, compute_type)


def _blame(config: RunConfig, error: MtpipeError) -> str:
    key = "decoding.compute_type" if "compute type" in str(error) else "models"
    if isinstance(error, UsageError) and "device" in str(error):
        key = "executor.device"
    where = config.where(key)
    return f"{where}: {key}: " if where and isinstance(error, ModelError | UsageError) else ""


def circumstances(config: RunConfig, engines: Engines) -> dict[str, Circumstances]:
    """Return what each target's translations depend on besides their texts."""
    beam_size = config.decoding.beam_size
    return {
        target: of_translator(engines.loaded[number], config.source, target, beam_size=beam_size)
        for target, number in engines.number.items()
    }


def numbered(memory: Memory, engines: Engines, wanted: Mapping[str, Circumstances]) -> list[Route]:
    """Return the routes of all targets, their circumstances numbered by the memory."""
    return [
        Route(target, number, memory.circumstances(wanted[target]))
        for target, number in engines.number.items()
    ]
