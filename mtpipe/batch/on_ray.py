"""Batches into hypotheses on a Ray cluster: Ray Data hands them to actors that have loaded the model once."""

from __future__ import annotations

import logging
import os
import pickle
import queue
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from mtpipe.batch.engines import Engines, load_engines
from mtpipe.batch.plain import Made, translate_batch
from mtpipe.batch.planning import Batch, Window
from mtpipe.config import RunConfig
from mtpipe.errors import MtpipeError, UsageError, WorkError
from mtpipe.guard.glossary import Glossary

# Windows that are out with the cluster, for each actor and beyond.
_WINDOWS_AN_ACTOR = 1
_WINDOWS_MORE = 3
# How often the cluster may fail without a single batch done in between.
_MOST_FAILURES = 3
_POLL_SECONDS = 0.05
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spec:
    """What an actor needs to know: the run, its glossary, and the weights that it must find, by target."""

    config: RunConfig
    weights: tuple[tuple[str, str], ...]
    glossary: Glossary | None
    threads: int


class RayExecutor:
    """Does batches on a cluster; only this process reads inputs and writes results.

    UsageError where Ray is missing or no cluster answers; WorkError where the
    actors cannot work.
    """

    def __init__(self, config: RunConfig, engines: Engines, windows: int) -> None:
        self._config = config
        self._windows = windows
        self._threads = config.executor.threads or 1
        self._spec = Spec(config, tuple(engines.weights.items()), engines.glossary, self._threads)
        self._ray = _connect(config)
        self._actors = config.executor.actors or _actors_for(self._ray, config)

    def results(self, windows: Iterator[Window]) -> Generator[Window | Made]:
        """Yield each window when it is taken up, then what its batches became, in any order."""
        desk = _Desk(self._ray, self._actors * _WINDOWS_AN_ACTOR + _WINDOWS_MORE, self._threads)
        failures = 0
        try:
            more = True
            while more or desk.open:
                before = desk.received
                stream = _Stream(self._ray, self._spec, self._config, desk, self._windows, self._actors)
                try:
                    while True:
                        while more and desk.has_room:
                            window = next(windows, None)
                            if window is None:
                                more = False
                                desk.end()
                            else:
                                yield window
                                desk.put(window)
                        if not more and not desk.open:
                            break
                        yield from desk.take(stream.next())
                except self._ray.exceptions.RayError as error:
                    failures = failures + 1 if desk.received == before else 0
                    if failures >= _MOST_FAILURES or _is_ours(error):
                        raise WorkError(f"executor: ray: {_said(error)}") from None
                    desk.renew()
                finally:
                    stream.close()
        finally:
            self._ray.shutdown()


class _Desk:
    """Where batches lie until their results are here, for actors that may ask twice, as after the loss of a node.

    ``slots`` number the windows as they come; each is handed out by an actor on
    this machine that keeps the batches until all of them are done.
    """

    def __init__(self, ray: Any, most: int, threads: int) -> None:
        self._ray = ray
        self._most = most
        self._threads = threads
        self._missing: dict[int, dict[int, Batch]] = {}
        self._next = 0
        self._ended = False
        self.received = 0
        self.shelf: Any = None
        self.first = 0
        self.renew()

    @property
    def open(self) -> bool:
        """Tell whether batches are out."""
        return bool(self._missing)

    @property
    def has_room(self) -> bool:
        """Tell whether another window may go out."""
        return len(self._missing) < self._most

    def renew(self) -> None:
        """Lay out anew what is missing, for a new stream."""
        self.shelf = _shelf(self._ray)
        missing, self._missing = self._missing, {}
        self.first = self._next
        for batches in missing.values():
            self._lay(list(batches.values()))
        if self._ended:
            self._ray.get(self.shelf.end.remote())

    def put(self, window: Window) -> None:
        """Hand out a window's batches."""
        if window.batches:
            self._lay(list(window.batches))

    def _lay(self, batches: list[Batch]) -> None:
        slot = self._next
        self._next += 1
        self._missing[slot] = dict(enumerate(batches))
        groups = [
            list(self._missing[slot].items())[n : n + self._threads]
            for n in range(0, len(batches), self._threads)
        ]
        self._ray.get(
            self.shelf.put.remote(slot - self.first, [pickle.dumps((slot, group)) for group in groups])
        )

    def end(self) -> None:
        """Say that no more windows come."""
        self._ended = True
        self._ray.get(self.shelf.end.remote())

    def take(self, rows: list[Row]) -> Iterator[Made]:
        """Yield the results in ``rows``; what came already (a lost node's work done again) is passed over."""
        for row in rows:
            slot, results = pickle.loads(row["data"])  # noqa: S301  (our own actors')
            for number, made in results:
                if self._missing.get(slot, {}).pop(number, None) is not None:
                    self.received += 1
                    yield made
            if slot in self._missing and not self._missing[slot]:
                del self._missing[slot]
                self.shelf.drop.remote(slot - self.first)


class _Stream:
    """One execution of the dataset: a thread that waits for it, and what has come."""

    def __init__(
        self, ray: Any, spec: Spec, config: RunConfig, desk: _Desk, windows: int, actors: int
    ) -> None:
        self._ray = ray
        self._came: queue.SimpleQueue[list[Row] | BaseException] = queue.SimpleQueue()
        dataset = _dataset(ray, spec, config, desk.shelf, windows + desk.first + 1, actors)
        self._thread = threading.Thread(
            target=self._receive, args=(dataset,), daemon=True, name="ray-results"
        )
        self._thread.start()
        self._stopped = False

    def _receive(self, dataset: Any) -> None:
        try:
            for bundle in dataset.iter_internal_ref_bundles():
                for reference in bundle.block_refs:
                    self._came.put(_rows(self._ray.get(reference)))
                if self._stopped:
                    return
            self._came.put(self._ray.exceptions.RayError("the cluster ended before the work did"))
        except BaseException as error:
            self._came.put(error)

    def next(self) -> list[Row]:
        """Return the next results, or none if nothing has come for a moment."""
        try:
            came = self._came.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return []
        if isinstance(came, BaseException):
            raise came
        return came

    def close(self) -> None:
        """Take no more results."""
        self._stopped = True


def _rows(block: Any) -> list[Row]:
    if hasattr(block, "to_pylist"):
        return list(block.to_pylist())
    return list(block.to_dict("records"))


def _dataset(ray: Any, spec: Spec, config: RunConfig, shelf: Any, slots: int, actors: int) -> Any:
    """Return the dataset: a row a window, a row a group of batches, a row a group of results."""

    def fetch(row: Row) -> list[Row]:
        return [{"data": data} for data in ray.get(shelf.get.remote(int(row["slot"])))]

    executor = config.executor
    cuda = executor.device == "cuda" or executor.gpus_per_actor > 0
    return (
        ray.data.from_items([{"slot": slot} for slot in range(slots)], override_num_blocks=slots)
        # A fetch waits for its window; it needs no core, and few at a time keep the actors busy.
        .flat_map(fetch, num_cpus=0, compute=ray.data.TaskPoolStrategy(size=2 + actors // 16))
        # By default an actor that is lost is started again and its work asked for again, without end.
        .map(
            _Actor,
            fn_constructor_args=(spec,),
            compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=3),
            num_cpus=0 if cuda else spec.threads,
            num_gpus=(executor.gpus_per_actor or 1) if cuda else 0,
        )
    )


class _Actor:
    """A process of the cluster with the run's models in it."""

    def __init__(self, spec: Spec) -> None:
        self._config = spec.config
        self._engines = load_engines(spec.config, threads=spec.threads, glossary=spec.glossary)
        for target, wanted in spec.weights:
            found = self._engines.weights[target]
            if found != wanted:
                raise WorkError(f"the models for {target} are others here: sha256 {found}, not {wanted}")
        self._pool = ThreadPoolExecutor(spec.threads)

    def __call__(self, row: Row) -> Row:
        slot, group = pickle.loads(row["data"])  # noqa: S301  (the driver's)
        results = list(self._pool.map(self._one, group))
        return {"data": pickle.dumps((slot, results))}

    def _one(self, numbered: tuple[int, Batch]) -> tuple[int, Made]:
        number, batch = numbered
        engine = self._engines.loaded[batch.engine]
        return number, translate_batch(engine, batch, self._config.source, self._config.decoding.beam_size)


def _shelf(ray: Any) -> Any:
    """Return the actor that hands out windows by their slot, on this machine, as often as asked."""
    import asyncio  # noqa: PLC0415

    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415

    class Shelf:
        def __init__(self) -> None:
            self._laid: dict[int, list[bytes]] = {}
            self._gone: set[int] = set()
            self._ended = False
            self._changed = asyncio.Condition()

        async def put(self, slot: int, groups: list[bytes]) -> None:
            async with self._changed:
                self._laid[slot] = groups
                self._changed.notify_all()

        async def drop(self, slot: int) -> None:
            self._laid.pop(slot, None)
            self._gone.add(slot)

        async def end(self) -> None:
            async with self._changed:
                self._ended = True
                self._changed.notify_all()

        async def get(self, slot: int) -> list[bytes]:
            async with self._changed:
                await self._changed.wait_for(lambda: slot in self._laid or slot in self._gone or self._ended)
            return self._laid.get(slot, [])

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(Shelf).options(num_cpus=0, max_concurrency=1000, scheduling_strategy=here).remote()


def _connect(config: RunConfig) -> Any:
    """Start Ray on this machine, or join the cluster that the configuration names."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DATA_DISABLE_PROGRESS_BARS", "1")
    where = config.where("executor.kind")
    prefix = f"{where}: executor.kind: " if where else ""
    if find_spec("ray") is None or find_spec("ray.data") is None:
        raise UsageError(f"{prefix}'ray' needs Ray, which is not installed: pip install 'mtpipe[ray]'")
    import ray  # noqa: PLC0415
    import ray.data  # noqa: PLC0415

    options: dict[str, Any] = {
        "log_to_driver": False,
        "logging_level": logging.ERROR,
        "include_dashboard": False,
    }
    address = config.executor.address
    try:
        if address == "auto":
            try:
                ray.init(address="auto", log_to_driver=False, logging_level=logging.ERROR)
            except ConnectionError:
                ray.init(address="local", **options)
        elif address == "local":
            ray.init(address="local", **options)
        else:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise UsageError(f"executor.address: {address!r}: no cluster answers: {_said(error)}") from None
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # Each group of batches goes to an actor as soon as it is there.
    context.target_max_block_size = 1
    return ray


def _actors_for(ray: Any, config: RunConfig) -> int:
    """Return how many actors the cluster holds: one a GPU where there are any to use, else one a core."""
    have = ray.cluster_resources()
    executor = config.executor
    if executor.device == "cuda" or executor.gpus_per_actor:
        return max(1, int(have.get("GPU", 0) / (executor.gpus_per_actor or 1)))
    return max(1, int(have.get("CPU", 1)) // (executor.threads or 1))


def _is_ours(error: BaseException) -> bool:
    cause = getattr(error, "cause", None)
    return (
        isinstance(cause, MtpipeError)
        or isinstance(error, MtpipeError)
        or "MtpipeError" in str(type(error).__mro__)
    )


def _said(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
