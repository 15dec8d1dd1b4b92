"""What is counted by model and adapter."""

import math
from collections.abc import Sequence

from scoring.scores import Scores
from server.adapter_loading.names import NO_ADAPTER, NO_MODEL, SEVERAL_ADAPTERS
from server.answers.outcome import OUTCOMES
from server.engine.protocol import ServedModel
from server.metrics.buckets import FIRST_TOKEN_BOUNDS_S, LEK_BOUNDS, OUTPUT_TOKEN_BOUNDS_S, REQUEST_BOUNDS_S, SCORE_BANDS, score_band
from server.metrics.group import MetricGroup

VERDICTS = ("hard", "soft", "clean")  # the worst first
SIGNS = ("positive", "negative")
SCORING_FAULTS = ("raised", "not_finite")

Pair = tuple[str, str]  # model, adapter
UNKNOWN: Pair = (NO_MODEL, NO_ADAPTER)


def pair_of(served: ServedModel) -> Pair:
    """Give the labels of a served model."""
    if served.parent is None:
        return (served.id, NO_ADAPTER)
    return (served.parent, SEVERAL_ADAPTERS if served.is_several else served.id)


class PairMetrics(MetricGroup):
    """The metrics of one pair. A family is there from the start, its series are not: `start` makes those that every served model has."""

    def __init__(self, pair: Pair) -> None:
        model, adapter = pair
        super().__init__({"model": model, "adapter": adapter})
        self.num_open = 0  # requests that have not ended

        counter, gauge, histogram = self.counter, self.gauge, self.histogram
        self.requests = counter("requests", "Requests for an answer, by how they ended.", "outcome")
        self.prompt_tokens = counter("prompt_tokens", "Prompt tokens of answered requests.")
        self.cached_tokens = counter("cached_prompt_tokens", "Prompt tokens that were found in the prefix cache.")
        self.generation_tokens = counter("generation_tokens", "Tokens generated, those of unfinished answers included.")
        self.running = gauge("requests_running", "Requests whose first token is out and whose last is not.")
        self.waiting = gauge("requests_waiting", "Requests taken that have no token yet: queued or in prefill.")
        self.adapter_loaded = gauge("adapter_loaded", "1 for each adapter that is loaded, 0 for one that has made way for others.")
        self.adapter_load_time = gauge("adapter_load_timestamp_seconds", "When the version that is served was loaded first, Unix time.")
        self.request_duration = histogram("request_duration_seconds", "From a request's arrival to its last byte.", REQUEST_BOUNDS_S)
        self.first_token = histogram("time_to_first_token_seconds", "From a request's arrival to its first token.", FIRST_TOKEN_BOUNDS_S)
        self.output_token = histogram("time_per_output_token_seconds", "Mean time between an answer's tokens.", OUTPUT_TOKEN_BOUNDS_S)
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

    def start(self, dimensions: Sequence[str]) -> None:
        """Start at zero what can be: a rate needs a value before the first answer. Flags begin when they first occur."""
        for outcome in OUTCOMES:
            self.requests.labels(outcome)
        for sign in SIGNS:
            self.lek_points.labels(sign)
        for verdict in VERDICTS:
            self.verdicts.labels(verdict)
        for band in SCORE_BANDS:
            self.lek_bands.labels(band)
        for reason in SCORING_FAULTS:
            self.scoring_errors.labels(reason)
        for dimension in dimensions:
            self.heuristic.labels(dimension)
        for histogram in (self.request_duration, self.first_token, self.output_token, self.lek_score):
            histogram.labels()
        for counter in (self.prompt_tokens, self.cached_tokens, self.generation_tokens, self.scored, self.guard_saved):
            counter.labels()
        for gauge in (self.running, self.waiting):
            gauge.labels()

    def show_loaded(self, created: float, *, is_loaded: bool) -> None:
        """Say whether the adapter is loaded or evicted, and when its version was loaded first (Unix time, s)."""
        self.adapter_loaded.labels().set(is_loaded)
        self.adapter_load_time.labels().set(created)

    def show_unloaded(self) -> None:
        """Say nothing of an adapter that is not listed any more."""
        self.adapter_loaded.remove()
        self.adapter_load_time.remove()

    def observe_guard(self, flag: str, *, num_tokens_left: int) -> None:
        """Count an answer that the guard ended."""
        self.guard_stops.labels(flag).inc()
        self.guard_saved.labels().inc(num_tokens_left)

    def observe_scores(self, scores: Scores, *, response_id: str) -> None:
        """Count the scores of an answer; `response_id` becomes an exemplar, so that a point of a graph leads to its answer."""
        exemplar = {"response_id": response_id}
        tiers = {flag.tier for flag in scores.degeneration.flags}
        self.verdicts.labels(next((verdict for verdict in VERDICTS if verdict in tiers), "clean")).inc()
        for flag, tier in {(flag.flag, flag.tier) for flag in scores.degeneration.flags}:
            self.degenerate.labels(flag, tier).inc(exemplar=exemplar)
        if not math.isfinite(scores.lek_score):  # one would spoil a sum for good
            self.scoring_errors.labels("not_finite").inc()
            return
        self.scored.labels().inc()
        self.lek_score.labels().observe(scores.lek_score, exemplar)
        self.lek_bands.labels(score_band(scores.lek_score)).inc()
        self.lek_points.labels("positive").inc(max(scores.lek_score, 0))
        self.lek_points.labels("negative").inc(max(-scores.lek_score, 0))
        for dimension, value in scores.heuristic.items():
            self.heuristic.labels(dimension).inc(value)
