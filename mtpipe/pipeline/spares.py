"""Other installed models, for what the first ones cannot do."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence

from mtpipe import models
from mtpipe.pipeline.pivot import Pivot
from mtpipe.pipeline.routing import Route, another
from mtpipe.translator import Engine, Translator


class Spares:
    """Gives for a target the best route over installed models that are none of the ``used`` ones.

    ``engine`` loads a model. Several threads may ask; a model is loaded once, when it is first asked for.
    """

    def __init__(
        self, source: str, used: Sequence[models.Model], engine: Callable[[models.Model], Engine]
    ) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._found: dict[str, Translator | None] = {}
        self._route: Callable[[str], Route | None] = functools.cache(
            lambda target: another(source, target, used)
        )

    def __call__(self, target: str) -> Translator | None:
        """Return the translator, None where there is none."""
        with self._lock:
            if target not in self._found:
                self._found[target] = self._loaded(self._route(target))
            return self._found[target]

    def weights(self, target: str) -> str:
        """Return the SHA-256 of the weights it would take, "" for none; nothing is loaded."""
        route = self._route(target)
        return "" if route is None else "+".join(model.passport.sha256 for model in route.models)

    def _loaded(self, route: Route | None) -> Translator | None:
        if route is None:
            return None
        legs = [self._engine(model) for model in route.models]
        return legs[0] if route.via is None else Pivot(legs[0], route.via, legs[1])
