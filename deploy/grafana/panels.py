"""What the dashboard shows: rows of panels, each a title, what it says, and its queries.

`$model` and `$adapter` are the dashboard's variables. Rules' names (`candor:…`) come from deploy/prometheus/rules/recording.yml.
"""

from typing import Literal

import msgspec

Kind = Literal["time series", "stacked", "heatmap", "stat", "table"]

OF = 'model=~"$model", adapter=~"$adapter"'
WINDOW = "$__rate_interval"


class Query(msgspec.Struct, frozen=True):
    """One expression and the name of the lines it draws."""

    expr: str
    legend: str = "{{model}} {{adapter}}"


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One panel. `span` is its width in 24ths of the page."""

    title: str
    says: str
    queries: tuple[Query, ...]
    unit: str = "short"
    kind: Kind = "time series"
    span: int = 8


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Panels that belong together, under one heading."""

    title: str
    panels: tuple[Panel, ...]


def _quantiles(metric: str, by: str, of: str) -> tuple[Query, ...]:
    """Ask for the median and the 95th percentile of a histogram in seconds."""
    return tuple(
        Query(f"histogram_quantile({q}, sum by ({by}, le) (rate({metric}_bucket{{{of}}}[{WINDOW}])))", f"p{q * 100:.0f} {_legend(by)}")
        for q in (0.5, 0.95)
    )


def _legend(by: str) -> str:
    return " ".join(f"{{{{{label}}}}}" for label in by.split(", "))


def _rate(metric: str, by: str, of: str = OF) -> str:
    return f"sum by ({by}) (rate({metric}{{{of}}}[{WINDOW}]))"


OVERVIEW = Row(
    title="Now",
    panels=(
        Panel(
            title="Engine",
            says="1: it takes requests; 0: it does not, or does not answer.",
            kind="stat",
            span=4,
            queries=(Query('min(candor_engine_ready or up{job="candor"})', "ready"),),
        ),
        Panel(
            title="Mean LEK score",
            says="Of the last ten minutes. Read it together with the degenerate share: a score cannot see loops.",
            kind="stat",
            span=8,
            queries=(Query(f"candor:lek_score:mean10m{{{OF}}}"),),
        ),
        Panel(
            title="Degenerate answers",
            says="The share with a hard flag, in the last hour.",
            kind="stat",
            unit="percentunit",
            span=8,
            queries=(Query(f"candor:degenerate_responses:ratio1h{{{OF}}}"),),
        ),
        Panel(
            title="Answers scored",
            says="In the dashboard's time range.",
            kind="stat",
            span=4,
            queries=(Query(f"sum(increase(candor_responses_scored_total{{{OF}}}[$__range]))", "answers"),),
        ),
    ),
)

ALIGNMENT = Row(
    title="Alignment",
    panels=(
        Panel(
            title="Mean LEK score",
            says="Ten-minute mean of the answers' scores, negative ones included.",
            queries=(Query(f"candor:lek_score:mean10m{{{OF}}}"),),
        ),
        Panel(
            title="Adapter against base",
            says="Difference of the means. Users may ask the two different things: the probes do not.",
            queries=(Query(f"candor:lek_score:adapter_minus_base10m{{{OF}}}"),),
        ),
        Panel(
            title="Probe scores",
            says="The battery on a schedule: the same questions each time, so a change here is the model's.",
            queries=(Query('avg by (model, adapter) (candor_probe_lek_score{adapter=~"$adapter"})', "{{model}} {{adapter}}"),),
        ),
        Panel(
            title="Distribution of scores",
            says="Answers by score; the dots are single answers, with their response id.",
            kind="heatmap",
            queries=(Query(f"sum by (le) (increase(candor_lek_score_bucket{{{OF}}}[{WINDOW}]))", "{{le}}"),),
        ),
        Panel(
            title="Quantiles",
            says="10th, 50th and 90th percentile of an hour.",
            queries=tuple(Query(f"candor:lek_score:{q}_1h{{{OF}}}", f"{q} {{{{model}}}} {{{{adapter}}}}") for q in ("p10", "p50", "p90")),
        ),
        Panel(
            title="Drift (PSI)",
            says="The last hour's bands against the day before: above 0.25 much has moved.",
            queries=(Query(f"candor:lek_score:psi1h{{{OF}}}"),),
        ),
        Panel(
            title="Dimensions",
            says="Mean points an answer by dimension of the heuristic, before weighing.",
            span=16,
            queries=(
                Query(
                    f"{_rate('candor_heuristic_total', 'model, adapter, dimension')} / on (model, adapter) group_left () "
                    f"({_rate('candor_responses_scored_total', 'model, adapter')} > 0)",
                    "{{model}} {{adapter}} {{dimension}}",
                ),
            ),
        ),
        Panel(
            title="Age of the probe scores",
            says="Since the last whole round of the battery on a schedule. If it grows beyond a round, the probes have stopped.",
            unit="s",
            queries=(Query("time() - (candor_probe_last_round_timestamp_seconds > 0)", "last whole round"),),
        ),
    ),
)

DEGENERATION = Row(
    title="Degeneration",
    panels=(
        Panel(
            title="Degenerate share",
            says="Answers with a hard flag, in five minutes.",
            unit="percentunit",
            queries=(Query(f"candor:degenerate_responses:ratio5m{{{OF}}}"),),
        ),
        Panel(
            title="Flags",
            says="Answers a second that raised each flag.",
            unit="reqps",
            queries=(
                Query(
                    _rate("candor_degenerate_responses_total", "model, adapter, flag, tier"), "{{model}} {{adapter}} {{flag}} ({{tier}})"
                ),
            ),
        ),
        Panel(
            title="Verdicts",
            says="Answers a second by the worst tier of their flags.",
            unit="reqps",
            kind="stacked",
            queries=(Query(_rate("candor_responses_by_verdict_total", "verdict"), "{{verdict}}"),),
        ),
        Panel(
            title="Stopped by the guard",
            says="Answers a second that were ended at a hard flag.",
            unit="reqps",
            span=12,
            queries=(Query(_rate("candor_guard_stops_total", "model, adapter, flag"), "{{model}} {{adapter}} {{flag}}"),),
        ),
        Panel(
            title="Tokens saved by the guard",
            says="What the stopped requests still allowed: an upper bound.",
            span=12,
            queries=(Query(_rate("candor_guard_tokens_saved_total", "model, adapter"), "{{model}} {{adapter}}"),),
        ),
    ),
)

TRAFFIC = Row(
    title="Traffic",
    panels=(
        Panel(
            title="Requests",
            says="By how they ended.",
            unit="reqps",
            kind="stacked",
            queries=(Query(_rate("candor_requests_total", "outcome"), "{{outcome}}"),),
        ),
        Panel(
            title="Tokens",
            says="Read and generated, a second.",
            queries=(
                Query(_rate("candor_generation_tokens_total", "model, adapter"), "generated {{model}} {{adapter}}"),
                Query(_rate("candor_prompt_tokens_total", "model, adapter"), "prompt {{model}} {{adapter}}"),
                Query(_rate("candor_cached_prompt_tokens_total", "model, adapter"), "prompt, cached {{model}} {{adapter}}"),
            ),
        ),
        Panel(
            title="Under way",
            says="Requests that run, and that wait for their first token.",
            queries=(
                Query(f"sum by (model, adapter) (candor_requests_running{{{OF}}})", "running {{model}} {{adapter}}"),
                Query(f"sum by (model, adapter) (candor_requests_waiting{{{OF}}})", "waiting {{model}} {{adapter}}"),
            ),
        ),
    ),
)

LATENCY = Row(
    title="Latency",
    panels=(
        Panel(
            title="Request",
            says="From arrival to the last byte.",
            unit="s",
            queries=_quantiles("candor_request_duration_seconds", "model, adapter", OF),
        ),
        Panel(
            title="First token",
            says="From arrival to the first token.",
            unit="s",
            queries=_quantiles("candor_time_to_first_token_seconds", "model, adapter", OF),
        ),
        Panel(
            title="Time a token",
            says="Mean time between an answer's tokens.",
            unit="s",
            queries=_quantiles("candor_time_per_output_token_seconds", "model, adapter", OF),
        ),
        Panel(
            title="Queue",
            says="From arrival at the engine to the start of work; all adapters share one queue.",
            unit="s",
            span=12,
            queries=_quantiles("candor_queue_time_seconds", "model", 'model=~"$model"'),
        ),
        Panel(
            title="Scoring",
            says="Time spent on scoring an answer.",
            unit="s",
            span=12,
            queries=_quantiles("candor_scoring_seconds", "model", 'model=~"$model"'),
        ),
    ),
)

ADAPTERS = Row(
    title="Adapters",
    panels=(
        Panel(
            title="Loaded",
            says="The adapters that are served now.",
            kind="table",
            span=8,
            queries=(Query(f"candor_adapter_loaded{{{OF}}}"),),
        ),
        Panel(
            title="Age of the version served",
            says="Since it was loaded; a drop is a replacement.",
            unit="s",
            queries=(Query(f"time() - candor_adapter_load_timestamp_seconds{{{OF}}}"),),
        ),
        Panel(
            title="Scoring errors",
            says="Answers a second that could not be scored.",
            unit="reqps",
            queries=(Query(_rate("candor_scoring_errors_total", "model, adapter, reason"), "{{model}} {{adapter}} {{reason}}"),),
        ),
    ),
)

ROWS = (OVERVIEW, ALIGNMENT, DEGENERATION, TRAFFIC, LATENCY, ADAPTERS)
ADAPTER_LOADS = 'candor_adapter_load_timestamp_seconds{model=~"$model", adapter=~"$adapter"} * 1000'  # ms, as Grafana wants times
