"""The Prometheus metrics, all changed on the event loop: tokens as they are drawn, the rest once, at the end of an answer or request.

Labels come from closed sets: `model` is the base's id (or `other` for a name nobody serves), `adapter` an adapter's name, `none`, or
`several` for all that answer together.
An adapter's series begin when it is loaded and go when it has been unloaded and the last request for it has ended.
"""

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from server.adapter_loading.names import SEVERAL_ADAPTERS
from server.engine.protocol import AdapterLoad, Finish, Load, ServedModel
from server.metrics.engine import IDLE, EngineMetrics
from server.metrics.group import MetricGroup
from server.metrics.pair import UNKNOWN, Pair, PairMetrics, pair_of


class Metrics(Collector):
    """All metrics: a group for the engine and one for each pair of model and adapter, which comes and goes with it.

    A busy server changes the series of a few pairs between two scrapes: only their groups have to be rendered anew (`page.py`).
    """

    def __init__(self, registry: CollectorRegistry, base: ServedModel, *, dimensions: Sequence[str] = ()) -> None:
        """Declare every metric in `registry`, which then shows what all groups have; `dimensions` are those of the server's scorer."""
        self._dimensions = dimensions
        self._engine = EngineMetrics(base.id)
        self._pairs: dict[Pair, PairMetrics] = {}
        self._served: tuple[ServedModel, ...] = ()
        self._lasting = {UNKNOWN, (base.id, SEVERAL_ADAPTERS)}  # which nobody loads or unloads: once there, they stay
        registry.register(self)

    @property
    def groups(self) -> tuple[MetricGroup, ...]:
        """All groups, in the order of the page."""
        return (self._engine, *self._pairs.values())

    def collect(self) -> Iterator[Metric]:
        """Give every metric with the samples that all groups have of it."""
        merged: dict[str, Metric] = {}
        for group in self.groups:
            for metric in group.registry.collect():
                if metric.name in merged:
                    merged[metric.name].samples += metric.samples
                else:
                    merged[metric.name] = metric
        yield from merged.values()

    def of(self, pair: Pair) -> PairMetrics:
        """Give the metrics of a pair."""
        if pair not in self._pairs:
            self._pairs[pair] = PairMetrics(pair)
        return self._pairs[pair]

    def show_engine(self, models: Sequence[ServedModel], *, is_ready: bool, load: Load = IDLE) -> None:
        """Say whether the engine is ready, how busy it is and what it serves.

        Starts a new model's series at zero and ends those of adapters that have gone; changes nothing where all is as it was.
        """
        self._engine.show_ready(is_ready)
        self._engine.show_load(load)
        served = {pair_of(model): model for model in models}
        if tuple(models) != self._served:
            self._show_models(served)
            self._served = tuple(models)
        for pair in self._pairs.keys() - served.keys() - self._lasting:
            # A request that is still open would bring its series back when it ends.
            if not self._pairs[pair].num_open:
                del self._pairs[pair]

    def _show_models(self, served: dict[Pair, ServedModel]) -> None:
        for pair, metrics in self._pairs.items():
            if pair not in served:
                metrics.show_unloaded()
        for pair, model in served.items():
            self.of(pair).start(self._dimensions)
            if model.parent is not None:
                self.of(pair).show_loaded(model.created, is_loaded=model.state == "loaded")

    def observe_adapter_load(self, load: AdapterLoad) -> None:
        """Count how the load of an adapter has ended."""
        self._engine.observe_adapter_load(load)

    def open_request(self, pair: Pair) -> None:
        """Keep the series of a pair until `close_request`, whether or not it is unloaded meanwhile."""
        self.of(pair).num_open += 1

    def close_request(self, pair: Pair) -> None:
        """Let them go."""
        self.of(pair).num_open -= 1

    def observe_finish(self, pair: Pair, finish: Finish, *, decode_time_s: float | None, counts_prompt: bool = True) -> None:
        """Count what the engine says at the end of an answer: no time without a token; what was drawn has been counted as it came."""
        metrics = self.of(pair)
        if counts_prompt:
            metrics.prompt_tokens.labels().inc(finish.num_prompt_tokens)
            metrics.cached_tokens.labels().inc(finish.num_cached_tokens)
        self._engine.queue_time.labels().observe(finish.queue_time_s)
        if decode_time_s is not None:
            self._engine.prefill_time.labels().observe(finish.prefill_time_s)
            self._engine.decode_time.labels().observe(decode_time_s)

    def observe_scoring(self, pair: Pair, *, spent_s: float, has_failed: bool) -> None:
        """Count how the scoring of one answer went."""
        self._engine.scoring.labels().observe(spent_s)
        if has_failed:
            self.of(pair).scoring_errors.labels("raised").inc()
