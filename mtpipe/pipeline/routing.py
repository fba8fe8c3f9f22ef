"""Turns languages and the models at hand into routes: which model, or which two, for each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mtpipe import models
from mtpipe.errors import ModelError, MtpipeError, UsageError
from mtpipe.languages import LANGUAGES, language
from mtpipe.models.catalogue import RANKING_SET, Entry, load_catalogue


@dataclass(frozen=True, slots=True)
class Route:
    """How one column comes about: one model, or two with the language ``via`` between."""

    target: str
    models: tuple[models.Model, ...]
    via: str | None = None

    @property
    def name(self) -> str:
        """Return the ids of the models, in order."""
        return " → ".join(model.passport.id for model in self.models)


def routes(
    source: str, targets: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None
) -> tuple[Route, ...]:
    """Return the routes from ``source`` into ``targets``, those of a target together.

    ``chosen`` names the models for each target: every one of them that makes
    the target gets a column; where none does, two of them that do so one after
    the other. Without a choice the best installed model is taken: a direct one
    by its published score, else two, the built-in one last. UsageError for
    languages, ModelError for models that are missing, damaged or of no use.
    """
    language(source)
    found: list[Route] = []
    opened: dict[str, models.Model] = {}
    for target in dict.fromkeys(targets):
        language(target)
        if target == source:
            raise UsageError(f"--to {target}: the source is in that language already (--from {source})")
        names = list(dict.fromkeys((chosen or {}).get(target, ())))
        for name in names:
            opened.setdefault(name, models.find(name))
        if names:
            found += _named(source, target, [opened[name] for name in names])
        else:
            found.append(_best(source, target))
    used = {id(model) for route in found for model in route.models}
    for model in opened.values():
        if id(model) not in used:
            raise ModelError(
                f"{_unfit(model, source, targets[0])}; nor is it of use for {', '.join(targets)}"
            )
    return tuple(found)


def another(source: str, target: str, used: Sequence[models.Model]) -> Route | None:
    """Return the best route over installed models that is none of the ``used`` ones; None if there is none."""
    taken = {model.folder.resolve() for model in used}
    at_hand = [model for model in _installed()[0] if model.folder.resolve() not in taken]
    direct = [Route(target, (model,)) for model in at_hand if model.supports(source, target)]
    catalogue = load_catalogue()
    direct.sort(key=lambda route: (-_score(catalogue, route, source), route.name))
    found = [*direct, *_pivots(source, target, at_hand)]
    return _checked(found[0]) if found else None


def bridge(languages: Sequence[str]) -> tuple[str, str, models.Model]:
    """Return the best installed model from one of ``languages`` into another one, with these two languages.

    By published score, else in the order given. ModelError where none is installed.
    """
    catalogue = load_catalogue()
    pairs = [(one, other) for one in languages for other in languages if one != other]
    found = [
        (source, Route(target, (model,)))
        for source, target in pairs
        for model in _installed()[0]
        if model.says(source, target)
    ]
    if not found:
        listed = " or ".join(f"{source}→{target}" for source, target in pairs)
        could = [name for name, entry in catalogue.items() if any(entry.supports(*pair) for pair in pairs)]
        hint = f"; mtpipe models pull {could[0]}" if could else ""
        raise ModelError(f"no installed model translates {listed}{hint}")
    source, best = max(found, key=lambda pair: _score(catalogue, pair[1], pair[0]))
    return source, best.target, _checked(best).models[0]


def advice(source: str, found: Sequence[Route]) -> str | None:
    """Return one line about models that others have scored higher, and how to get them; None if there are none."""
    hints: dict[str, list[str]] = {}
    try:
        catalogue = load_catalogue()
    except MtpipeError:
        return None
    for route in found:
        mine = _score(catalogue, route, source)
        better = max(
            (entry for entry in catalogue.values() if entry.supports(source, route.target)),
            key=lambda entry: _rank(entry, source, route.target),
            default=None,
        )
        if better is not None and _rank(better, source, route.target) > max(mine, 0.0):
            hints.setdefault(better.id, []).append(route.target)
    if not hints:
        return None
    parts = [
        f"{' and '.join(targets)}: {name} (chrF2 {_rank(catalogue[name], source, targets[0]):g} on {RANKING_SET},"
        f" {catalogue[name].licence}): mtpipe models pull {name}"
        for name, targets in hints.items()
    ]
    return "better for " + "; ".join(parts)


def _named(source: str, target: str, named: Sequence[models.Model]) -> list[Route]:
    direct = [Route(target, (model,)) for model in named if model.supports(source, target)]
    if direct:
        return direct
    pivots = _pivots(source, target, named)
    if pivots:
        return pivots[:1]
    if len(named) == 1:
        raise ModelError(_unfit(named[0], source, target))
    listed = "; ".join(_unfit(model, source, target) for model in named)
    raise ModelError(f"no model named translates {source}→{target}, nor do two in a row: {listed}")


def _best(source: str, target: str) -> Route:
    """Return the best route over installed models; those without a passport do not say what they translate."""
    at_hand, broken = _installed()
    catalogue = load_catalogue()
    real = [model for model in at_hand if model.folder.name != models.BUILT_IN]
    direct = [Route(target, (model,)) for model in real if model.supports(source, target)]
    if direct:
        # Sorted by name first, so that the order on disk never decides.
        direct.sort(key=lambda route: route.name)
        return _checked(max(direct, key=lambda route: _score(catalogue, route, source)))
    if pivots := _pivots(source, target, real):
        return _checked(pivots[0])
    rest = [Route(target, (model,)) for model in at_hand if model.supports(source, target)]
    if rest or (rest := _pivots(source, target, at_hand)):
        return _checked(rest[0])
    could = [entry.id for entry in catalogue.values() if entry.supports(source, target)]
    hint = f"; mtpipe models pull {' or '.join(could)}" if could else ""
    damaged = f"; not usable: {'; '.join(broken)}" if broken else ""
    raise ModelError(f"no installed model translates {source}→{target}{hint}{damaged}")


def _installed() -> tuple[list[models.Model], list[str]]:
    """Return the installed models with a passport, the user's first, and what is wrong with others."""
    at_hand: list[models.Model] = []
    broken: list[str] = []
    for folder in models.installed():
        try:
            model = models.describe(folder)
        except ModelError as error:
            broken.append(str(error))
            continue
        if model is not None and all(model.folder.name != other.folder.name for other in at_hand):
            at_hand.append(model)
    return at_hand, broken


def _checked(route: Route) -> Route:
    """Open the models of a route that was chosen from their passports alone, files and all."""
    return Route(route.target, tuple(models.open_folder(model.folder) for model in route.models), route.via)


def _pivots(source: str, target: str, named: Sequence[models.Model]) -> list[Route]:
    """Return the routes over one language between, English first."""
    between = sorted(
        (code for code in LANGUAGES if code not in (source, target)), key=lambda code: code != "en"
    )
    return [
        Route(target, (first, second), via)
        for via in between
        for first in named
        if first.says(source, via)
        for second in named
        if second is not first and second.says(via, target)
    ]


def _score(catalogue: Mapping[str, Entry], route: Route, source: str) -> float:
    """Return the published chrF2 that ranks a direct route, −1 where nobody published one."""
    if route.via is not None:
        return -1.0
    entry = catalogue.get(route.models[0].folder.name) or catalogue.get(route.models[0].passport.id)
    return _rank(entry, source, route.target) if entry is not None else -1.0


def _rank(entry: Entry, source: str, target: str) -> float:
    published = entry.published(source, target)
    return published.chrf2 if published is not None and published.chrf2 is not None else -1.0


def _unfit(model: models.Model, source: str, target: str) -> str:
    pairs = ", ".join(f"{s}→{t}" for s in model.sources or ("?",) for t in model.passport.targets or ("?",))
    return f"model {model.passport.id!r} does not translate {source}→{target} (it translates {pairs})"
