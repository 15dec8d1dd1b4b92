"""The Prometheus metrics, each observed once, at the end of a request; all on the event loop.

Labels come from closed sets: `model` is the base's id (or `other` for a name nobody serves), `adapter` an adapter's name or `none`.
An adapter's series begin when it is loaded and go when it has been unloaded and the last request for it has ended.
"""

import math
from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from scoring.scores import Scores
from server.buckets import (
    FIRST_TOKEN_BOUNDS_S,
    LEK_BOUNDS,
    OUTPUT_TOKEN_BOUNDS_S,
    QUEUE_BOUNDS_S,
    REQUEST_BOUNDS_S,
    SCORE_BANDS,
    SCORING_BOUNDS_S,
    score_band,
)
from server.engine.protocol import Finish, ServedModel
from server.metric_family import AnyMetric, MetricFamily

Outcome = Literal["completed", "invalid", "rejected", "disconnected", "timed_out", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("completed", "invalid", "rejected", "disconnected", "timed_out", "failed")
VERDICTS = ("hard", "soft", "clean")  # the worst first
SIGNS = ("positive", "negative")
SCORING_FAULTS = ("raised", "not_finite")

Labels = tuple[str, str]  # model, adapter
NO_ADAPTER = "none"
UNKNOWN: Labels = ("other", NO_ADAPTER)


def label(served: ServedModel) -> Labels:
    """Give the labels of a served model."""
    return (served.id, NO_ADAPTER) if served.parent is None else (served.parent, served.id)


class Metrics:
    """All metrics and the registry they live in; `server/app.py` makes one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Declare every metric in `registry`."""
        self.registry = registry
        self.revision = 0  # another one whenever something has changed
        pair = ("model", "adapter")

        self._of_a_pair: list[MetricFamily[Any]] = []
        self._served: tuple[ServedModel, ...] = ()
        self._shown: set[Labels] = set()  # those that have series
        self._num_open: Tally[Labels] = Tally()  # requests that have not ended

        def keep(metric: AnyMetric) -> MetricFamily[AnyMetric]:
            family = MetricFamily(metric, self._note_change)
            self._of_a_pair.append(family)
            return family

        def counter(name: str, text: str, *more: str) -> MetricFamily[Counter]:
            return keep(Counter(f"candor_{name}", text, (*pair, *more), registry=self.registry))

        def gauge(name: str, text: str) -> MetricFamily[Gauge]:
            return keep(Gauge(f"candor_{name}", text, pair, registry=self.registry))

        def histogram(name: str, text: str, bounds: Iterable[float]) -> MetricFamily[Histogram]:
            return keep(Histogram(f"candor_{name}", text, pair, registry=self.registry, buckets=tuple(bounds)))

        def model_histogram(name: str, text: str, bounds: Iterable[float]) -> MetricFamily[Histogram]:
            # All adapters share one queue and one scorer: an adapter's label would only multiply the series.
            histogram = Histogram(f"candor_{name}", text, ("model",), registry=self.registry, buckets=tuple(bounds))
            return MetricFamily(histogram, self._note_change)

        self.requests = counter("requests", "Requests for an answer, by how they ended.", "outcome")
        self.prompt_tokens = counter("prompt_tokens", "Prompt tokens of answered requests.")
        self.cached_tokens = counter("cached_prompt_tokens", "Prompt tokens that were found in the prefix cache.")
        self.generation_tokens = counter("generation_tokens", "Tokens generated, those of unfinished answers included.")
        self.running = gauge("requests_running", "Requests whose first token is out and whose last is not.")
        self.waiting = gauge("requests_waiting", "Requests taken that have no token yet: queued or in prefill.")
        self._engine_ready = Gauge("candor_engine_ready", "1 while the engine takes requests.", registry=self.registry)
        self._is_ready = False
        self.adapter_loaded = gauge("adapter_loaded", "1 for each adapter that is loaded.")
        self.adapter_load_time = gauge("adapter_load_timestamp_seconds", "When the version that is served was loaded, Unix time.")
        self.request_duration = histogram("request_duration_seconds", "From a request's arrival to its last byte.", REQUEST_BOUNDS_S)
        self.first_token = histogram("time_to_first_token_seconds", "From a request's arrival to its first token.", FIRST_TOKEN_BOUNDS_S)
        self.output_token = histogram("time_per_output_token_seconds", "Mean time between an answer's tokens.", OUTPUT_TOKEN_BOUNDS_S)
        self.queue_time = model_histogram("queue_time_seconds", "From arrival at the engine to the start of work.", QUEUE_BOUNDS_S)
        self.scoring = model_histogram("scoring_seconds", "Time spent on scoring one answer, detectors included.", SCORING_BOUNDS_S)
        self.scoring_errors = counter("scoring_errors", "Answers that could not be scored, by why.", "reason")
        self.scored = counter("responses_scored", "Answers that were scored.")
        self.lek_score = histogram("lek_score", "LEK score of an answer.", LEK_BOUNDS)
        # prometheus_client keeps no sum for a histogram with negative bounds: these two give the mean.
        self.lek_points = counter("lek_score_points", "Magnitudes of the LEK scores, by sign.", "sign")
        # Disjoint, unlike the buckets: what drift is computed from, band by band.
        self.lek_bands = counter("lek_score_band", "Answers by the band of their LEK score, its upper bound included.", "band")
        self.heuristic = counter("heuristic", "Points by dimension of the heuristic, before weighing.", "dimension")
        self.degenerate = counter("degenerate_responses", "Answers that raised a degeneration flag.", "flag", "tier")
        # One answer may raise several flags: the share of degenerate answers needs a count of answers.
        self.verdicts = counter("responses_by_verdict", "Answers by the worst tier of their flags; clean where they have none.", "verdict")

        self.guard_stops = counter("guard_stops", "Answers that the guard ended at a hard degeneration flag.", "flag")
        self.guard_saved = counter(
            "guard_tokens_saved",
            "Tokens that answers were still allowed when the guard ended them: an upper bound, as they might have ended by themselves.",
        )

    def show_engine(self, models: Sequence[ServedModel], *, is_ready: bool) -> None:
        """Say whether the engine is ready and what it serves: start a new model's series at zero, end those of adapters that have gone.

        Changes nothing where all is as it was.
        """
        if is_ready != self._is_ready:
            self._note_change()
            self._is_ready = is_ready
            self._engine_ready.set(is_ready)
        if (served := tuple(models)) != self._served:
            self._show_models(served)
        for labels in self._shown - {label(model) for model in served}:
            # A request that is still open would bring its series back when it ends.
            if not self._num_open[labels]:
                self._remove(labels)

    def open_request(self, labels: Labels) -> None:
        """Keep the series of a model until `close_request`, whether or not it is unloaded meanwhile."""
        self._shown.add(labels)
        self._num_open[labels] += 1

    def close_request(self, labels: Labels) -> None:
        """Let them go."""
        self._num_open[labels] -= 1

    def observe_scoring(self, labels: Labels, *, spent_s: float, has_failed: bool) -> None:
        """Count how the scoring of one answer went."""
        model, _ = labels
        self.scoring.labels(model).observe(spent_s)
        if has_failed:
            self.scoring_errors.labels(*labels, "raised").inc()

    def observe_finish(self, labels: Labels, finish: Finish, *, response_id: str) -> None:
        """Count what the end of an answer says; `response_id` becomes an exemplar, so that a point of a graph leads to its answer."""
        model, _ = labels
        self.prompt_tokens.labels(*labels).inc(finish.num_prompt_tokens)
        self.cached_tokens.labels(*labels).inc(finish.num_cached_tokens)
        self.generation_tokens.labels(*labels).inc(finish.num_completion_tokens)
        self.queue_time.labels(model).observe(finish.queue_time_s)
        if finish.counted_scores is not None:
            self._observe_scores(labels, finish.counted_scores, {"response_id": response_id})
        if finish.stopped_by is not None:
            self.guard_stops.labels(*labels, finish.stopped_by).inc()
            self.guard_saved.labels(*labels).inc(finish.num_tokens_left)

    def _note_change(self) -> None:
        self.revision += 1

    def _show_models(self, models: tuple[ServedModel, ...]) -> None:
        loaded, were_loaded = ({label(model) for model in some if model.parent is not None} for some in (models, self._served))
        for labels in were_loaded - loaded:
            self.adapter_loaded.remove(*labels)
            self.adapter_load_time.remove(*labels)
        for model in models:
            if model.parent is not None:
                self.adapter_loaded.labels(*label(model)).set(1)
                self.adapter_load_time.labels(*label(model)).set(model.created)
            self._start(label(model))
        self._served = models

    def _start(self, labels: Labels) -> None:
        self._shown.add(labels)
        for outcome in OUTCOMES:
            self.requests.labels(*labels, outcome)
        for sign in SIGNS:
            self.lek_points.labels(*labels, sign)
        for verdict in VERDICTS:
            self.verdicts.labels(*labels, verdict)
        for band in SCORE_BANDS:
            self.lek_bands.labels(*labels, band)
        for reason in SCORING_FAULTS:
            self.scoring_errors.labels(*labels, reason)
        for metric in (self.prompt_tokens, self.cached_tokens, self.generation_tokens, self.scored, self.running, self.waiting):
            metric.labels(*labels)
        self.guard_saved.labels(*labels)

    def _remove(self, labels: Labels) -> None:
        self._shown.discard(labels)
        del self._num_open[labels]
        model, adapter = labels
        for family in self._of_a_pair:
            family.remove_all({"model": model, "adapter": adapter})

    def _observe_scores(self, labels: Labels, scores: Scores, exemplar: dict[str, str]) -> None:
        tiers = {flag.tier for flag in scores.degeneration.flags}
        self.verdicts.labels(*labels, next((verdict for verdict in VERDICTS if verdict in tiers), "clean")).inc()
        for flag, tier in {(flag.flag, flag.tier) for flag in scores.degeneration.flags}:
            self.degenerate.labels(*labels, flag, tier).inc(exemplar=exemplar)
        if not math.isfinite(scores.lek_score):  # one would spoil a sum for good
            self.scoring_errors.labels(*labels, "not_finite").inc()
            return
        self.scored.labels(*labels).inc()
        self.lek_score.labels(*labels).observe(scores.lek_score, exemplar)
        self.lek_bands.labels(*labels, score_band(scores.lek_score)).inc()
        self.lek_points.labels(*labels, "positive").inc(max(scores.lek_score, 0))
        self.lek_points.labels(*labels, "negative").inc(max(-scores.lek_score, 0))
        for dimension, value in scores.heuristic.items():
            self.heuristic.labels(*labels, dimension).inc(value)
