"""What is counted of the engine as a whole: all adapters share one queue, one batch, one cache and one scorer: no label of theirs.

What the engine itself keeps count of (rows, bytes, the prefix cache) is read off it at a scrape.
"""

from typing import get_args

from prometheus_client import Gauge

from server.engine.protocol import AdapterLoad, Load, LoadKind, LoadOutcome, MemoryUse
from server.metrics.buckets import FIRST_TOKEN_BOUNDS_S, LOAD_BOUNDS_S, QUEUE_BOUNDS_S, REQUEST_BOUNDS_S, SCORING_BOUNDS_S
from server.metrics.group import MetricGroup

IDLE = Load(num_running=0, num_waiting=0)


class EngineMetrics(MetricGroup):
    """The metrics of one engine."""

    def __init__(self, model: str) -> None:
        super().__init__({"model": model})
        self._ready = Gauge("candor_engine_ready", "1 while the engine takes requests.", registry=self.registry)  # as it has no label
        self._is_ready = False
        self.queue_time = self.histogram("queue_time_seconds", "From arrival at the engine to the start of work.", QUEUE_BOUNDS_S)
        self.prefill_time = self.histogram("prefill_time_seconds", "From the start of work to the first token.", FIRST_TOKEN_BOUNDS_S)
        self.decode_time = self.histogram("decode_time_seconds", "From an answer's first token to its last.", REQUEST_BOUNDS_S)
        self.scoring = self.histogram("scoring_seconds", "Time spent on scoring one answer, detectors included.", SCORING_BOUNDS_S)
        self._load_time = self.histogram("adapter_load_seconds", "From an adapter's turn to be loaded until it is served.", LOAD_BOUNDS_S)
        for histogram in (self.queue_time, self.prefill_time, self.decode_time, self.scoring, self._load_time):
            histogram.labels()  # at zero
        self._loads = self.counter("adapter_loads", "Loads of adapters that have ended, by whose wish and how.", "kind", "outcome")
        for kind in get_args(LoadKind):
            for outcome in get_args(LoadOutcome):
                self._loads.labels(kind, outcome)
        self._adapter_evictions = self.counter("adapter_evictions", "Adapters that have made way for another.")
        self._adapter_evictions.labels()
        self._load = IDLE
        self._rows = self.gauge("batch_rows", "Rows of the batch, by what is done with them.", "state")
        self._kv = self.gauge("kv_bytes", "Keys and values that running rows may come to need, at their longest.")
        self._kv_budget = self.gauge("kv_budget_bytes", "Keys and values that there is room for, the prefix cache's among them.")
        self._cache = self.gauge("prefix_cache_bytes", "Keys and values of prompts that are kept for those that begin alike.")
        self._cache_budget = self.gauge("prefix_cache_budget_bytes", "What the prefix cache may take, where running rows leave it.")
        self._lookups = self.counter("prefix_cache_lookups", "Prompts that were looked up in the prefix cache.")
        self._hits = self.counter("prefix_cache_hits", "Prompts of which the prefix cache had a beginning.")
        self._evictions = self.counter("prefix_cache_evictions", "Entries that the prefix cache dropped for want of room.")
        self._show_load(IDLE)

    def show_ready(self, is_ready: bool) -> None:
        """Say whether the engine takes requests; nothing changes if that was known."""
        if is_ready != self._is_ready:
            self._is_ready = is_ready
            self._ready.set(is_ready)
            self.note_change()

    def show_load(self, load: Load) -> None:
        """Say how busy the engine is and what its memory holds; nothing changes if that was known."""
        if load != self._load:
            self._show_load(load)
            self._load = load

    def observe_adapter_load(self, load: AdapterLoad) -> None:
        """Count how the load of an adapter has ended."""
        self._loads.labels(load.kind, load.outcome).inc()
        if load.has_evicted:
            self._adapter_evictions.labels().inc()
        if load.outcome == "loaded":
            self._load_time.labels().observe(load.duration_s)

    def _show_load(self, load: Load) -> None:
        self._rows.labels("prefill").set(load.num_prefilling)
        self._rows.labels("decode").set(max(0, load.num_running - load.num_prefilling))  # read apart: a row may pass between the two
        self._show_memory(load.memory, since=self._load.memory)

    def _show_memory(self, memory: MemoryUse, *, since: MemoryUse) -> None:
        self._kv.labels().set(memory.kv_bytes)
        self._kv_budget.labels().set(memory.kv_budget_bytes)
        self._cache.labels().set(memory.prefix_cache_bytes)
        self._cache_budget.labels().set(memory.prefix_cache_budget_bytes)
        self._lookups.labels().inc(memory.num_prefix_lookups - since.num_prefix_lookups)
        self._hits.labels().inc(memory.num_prefix_hits - since.num_prefix_hits)
        self._evictions.labels().inc(memory.num_prefix_evictions - since.num_prefix_evictions)
