"""The Prometheus metrics, each observed once, at the end of a request.

Labels come from closed sets: `model` is the base's id (or `other` for a name nobody serves), `adapter` an adapter's name or `none`.
An adapter's series begin when it is loaded and go when it has been unloaded and the last request for it has ended.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from scoring.scores import Scores
from server.engine.protocol import Finish, ServedModel

Outcome = Literal["completed", "invalid", "rejected", "disconnected", "timed_out", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("completed", "invalid", "rejected", "disconnected", "timed_out", "failed")

LEK_BOUNDS = (-20, -15, -10, -5, -2, 0, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40)
REQUEST_BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
FIRST_TOKEN_BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
TOKEN_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1)
QUEUE_BOUNDS_S = (0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300)
SCORING_BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)

AnyMetric = TypeVar("AnyMetric", bound=MetricWrapperBase)
Labels = tuple[str, str]  # model, adapter
NO_ADAPTER = "none"
UNKNOWN: Labels = ("other", NO_ADAPTER)


def label(served: ServedModel) -> Labels:
    """Give the labels of a served model."""
    return (served.id, NO_ADAPTER) if served.parent is None else (served.parent, served.id)


class Metrics:
    """All metrics and the registry they live in; `server/app.py` makes one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        pair = ("model", "adapter")

        self._labelled: list[MetricWrapperBase] = []
        self._shown: set[Labels] = set()  # those that have series
        self._num_open: Tally[Labels] = Tally()  # requests that have not ended

        def keep(metric: AnyMetric) -> AnyMetric:
            self._labelled.append(metric)
            return metric

        def counter(name: str, text: str, *more: str) -> Counter:
            return keep(Counter(f"candor_{name}", text, (*pair, *more), registry=self.registry))

        def gauge(name: str, text: str) -> Gauge:
            return keep(Gauge(f"candor_{name}", text, pair, registry=self.registry))

        def histogram(name: str, text: str, bounds: Iterable[float]) -> Histogram:
            return keep(Histogram(f"candor_{name}", text, pair, registry=self.registry, buckets=tuple(bounds)))

        self.requests = counter("requests", "Requests for an answer, by how they ended.", "outcome")
        self.prompt_tokens = counter("prompt_tokens", "Prompt tokens of answered requests.")
        self.cached_tokens = counter("cached_prompt_tokens", "Prompt tokens that were found in the prefix cache.")
        self.generation_tokens = counter("generation_tokens", "Tokens generated, those of unfinished answers included.")
        self.running = gauge("requests_running", "Requests whose first token is out and whose last is not.")
        self.waiting = gauge("requests_waiting", "Requests taken that have no token yet: queued or in prefill.")
        self.adapter_loaded = gauge("adapter_loaded", "1 for each adapter that is loaded.")
        self.request_duration = histogram("request_duration_seconds", "From a request's arrival to its last byte.", REQUEST_BOUNDS_S)
        self.first_token = histogram("time_to_first_token_seconds", "From a request's arrival to its first token.", FIRST_TOKEN_BOUNDS_S)
        self.output_token = histogram("time_per_output_token_seconds", "Mean time between an answer's tokens.", TOKEN_BOUNDS_S)
        self.queue_time = histogram("queue_time_seconds", "From arrival at the engine to the start of work.", QUEUE_BOUNDS_S)
        self.scoring = histogram("scoring_seconds", "Time spent on scoring one answer, detectors included.", SCORING_BOUNDS_S)
        self.scored = counter("responses_scored", "Answers that were scored.")
        self.lek_score = histogram("lek_score", "LEK score of an answer.", LEK_BOUNDS)
        # prometheus_client keeps no sum for a histogram with negative bounds: these two give the mean.
        self.lek_points = counter("lek_score_points", "Magnitudes of the LEK scores, by sign.", "sign")
        self.heuristic = counter("heuristic", "Points by dimension of the heuristic, before weighing.", "dimension")
        self.degenerate = counter("degenerate_responses", "Answers that raised a degeneration flag.", "flag", "tier")

    def show_models(self, models: Sequence[ServedModel]) -> None:
        """Start every series of the models that are served at zero, end those of adapters that have gone, say which are loaded."""
        served = {label(model) for model in models}
        for labels in self._shown - served:
            self.adapter_loaded.remove(*labels)
            # A request that is still open would bring its series back when it ends.
            if not self._num_open[labels]:
                self._remove(labels)
        for model in models:
            if model.parent is not None:
                self.adapter_loaded.labels(*label(model)).set(1)
            self._start(label(model))

    def open_request(self, labels: Labels) -> None:
        """Keep the series of a model until `close_request`, whether or not it is unloaded meanwhile."""
        self._shown.add(labels)
        self._num_open[labels] += 1

    def close_request(self, labels: Labels) -> None:
        """Let them go."""
        self._num_open[labels] -= 1

    def _start(self, labels: Labels) -> None:
        self._shown.add(labels)
        for outcome in OUTCOMES:
            self.requests.labels(*labels, outcome)
        for sign in ("positive", "negative"):
            self.lek_points.labels(*labels, sign)
        for metric in (self.prompt_tokens, self.cached_tokens, self.generation_tokens, self.scored, self.running, self.waiting):
            metric.labels(*labels)

    def _remove(self, labels: Labels) -> None:
        self._shown.discard(labels)
        del self._num_open[labels]
        model, adapter = labels
        for metric in self._labelled:
            metric.remove_by_labels({"model": model, "adapter": adapter})

    def observe_finish(self, labels: Labels, finish: Finish) -> None:
        """Count what the end of an answer says."""
        self.prompt_tokens.labels(*labels).inc(finish.num_prompt_tokens)
        self.cached_tokens.labels(*labels).inc(finish.num_cached_tokens)
        self.generation_tokens.labels(*labels).inc(finish.num_completion_tokens)
        self.queue_time.labels(*labels).observe(finish.queue_time_s)
        if finish.scores is not None:
            self._observe_scores(labels, finish.scores)

    def _observe_scores(self, labels: Labels, scores: Scores) -> None:
        self.scored.labels(*labels).inc()
        self.lek_score.labels(*labels).observe(scores.lek_score)
        self.lek_points.labels(*labels, "positive").inc(max(scores.lek_score, 0))
        self.lek_points.labels(*labels, "negative").inc(max(-scores.lek_score, 0))
        for dimension, value in scores.heuristic.items():
            self.heuristic.labels(*labels, dimension).inc(abs(value))
        for flag, tier in {(flag.flag, flag.tier) for flag in scores.degeneration.flags}:
            self.degenerate.labels(*labels, flag, tier).inc()


class _Exposed(Collector):
    """The registry without the `_created` series, which prometheus_client can only be told to drop for the whole process.

    OpenMetrics allows a histogram no `_count` without a `_sum`, and so strict parsers refuse the whole page for one: there it goes too.
    """

    def __init__(self, registry: CollectorRegistry, *, is_openmetrics: bool) -> None:
        self._registry = registry
        self._is_openmetrics = is_openmetrics

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            unwanted = {"_created"}
            if (
                self._is_openmetrics
                and metric.type == "histogram"
                and all(sample.name != f"{metric.name}_sum" for sample in metric.samples)
            ):
                unwanted.add("_count")
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith(tuple(unwanted))]
            yield metric


def choose_rendering(registry: CollectorRegistry, accept: str) -> tuple[Callable[[], bytes], str]:
    """Choose the exposition format a scraper asks for: a function that renders it, and its content type."""
    encode, content_type = choose_encoder(accept)
    exposed = _Exposed(registry, is_openmetrics=content_type.startswith("application/openmetrics-text"))
    return (lambda: encode(exposed)), content_type
