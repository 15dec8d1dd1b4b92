"""What the dashboard shows, row by row.

`$model` and `$adapter` are the dashboard's variables. Rules' names (`candor:…`) come from deploy/prometheus/rules/recording.yml.
"""

from deploy.grafana.panel import MODEL, OF, WINDOW, Panel, Query, Row, quantiles, rate

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
                    f"{rate('candor_heuristic_total', 'model, adapter, dimension')} / on (model, adapter) group_left () "
                    f"({rate('candor_responses_scored_total', 'model, adapter')} > 0)",
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
                Query(rate("candor_degenerate_responses_total", "model, adapter, flag, tier"), "{{model}} {{adapter}} {{flag}} ({{tier}})"),
            ),
        ),
        Panel(
            title="Verdicts",
            says="Answers a second by the worst tier of their flags.",
            unit="reqps",
            kind="stacked",
            queries=(Query(rate("candor_responses_by_verdict_total", "verdict"), "{{verdict}}"),),
        ),
        Panel(
            title="Stopped by the guard",
            says="Answers a second that were ended at a hard flag.",
            unit="reqps",
            span=12,
            queries=(Query(rate("candor_guard_stops_total", "model, adapter, flag"), "{{model}} {{adapter}} {{flag}}"),),
        ),
        Panel(
            title="Tokens saved by the guard",
            says="What the stopped requests still allowed: an upper bound.",
            span=12,
            queries=(Query(rate("candor_guard_tokens_saved_total", "model, adapter"), "{{model}} {{adapter}}"),),
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
            queries=(Query(rate("candor_requests_total", "outcome"), "{{outcome}}"),),
        ),
        Panel(
            title="Tokens",
            says="Read and generated, a second.",
            queries=(
                Query(rate("candor_generation_tokens_total", "model, adapter"), "generated {{model}} {{adapter}}"),
                Query(rate("candor_prompt_tokens_total", "model, adapter"), "prompt {{model}} {{adapter}}"),
                Query(rate("candor_cached_prompt_tokens_total", "model, adapter"), "prompt, cached {{model}} {{adapter}}"),
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
            span=6,
            queries=quantiles("candor_request_duration_seconds", "model, adapter", OF),
        ),
        Panel(
            title="First token",
            says="From arrival to the first token.",
            unit="s",
            span=6,
            queries=quantiles("candor_time_to_first_token_seconds", "model, adapter", OF),
        ),
        Panel(
            title="Time a token",
            says="Mean time between an answer's tokens.",
            unit="s",
            span=6,
            queries=quantiles("candor_time_per_output_token_seconds", "model, adapter", OF),
        ),
        Panel(
            title="Scoring",
            says="Time spent on scoring an answer.",
            unit="s",
            span=6,
            queries=quantiles("candor_scoring_seconds", "model", MODEL),
        ),
    ),
)

ENGINE = Row(
    title="Engine",
    panels=(
        Panel(
            title="Keys and values",
            says="What running rows may come to need, against what there is room for: where it is full, requests wait.",
            unit="bytes",
            queries=(
                Query(f"candor_kv_bytes{{{MODEL}}}", "reserved {{model}} {{instance}}"),
                Query(f"candor_kv_budget_bytes{{{MODEL}}}", "budget {{model}} {{instance}}"),
            ),
        ),
        Panel(
            title="Prefix cache",
            says="What is kept of prompts, against what it may take at most; it gives way to running rows.",
            unit="bytes",
            queries=(
                Query(f"candor_prefix_cache_bytes{{{MODEL}}}", "kept {{model}} {{instance}}"),
                Query(f"candor_prefix_cache_budget_bytes{{{MODEL}}}", "budget {{model}} {{instance}}"),
            ),
        ),
        Panel(
            title="Rows in a batch",
            says="By what is done with them: prompts that are read, answers that are drawn.",
            kind="stacked",
            queries=(Query(f"sum by (state) (candor_batch_rows{{{MODEL}}})", "{{state}}"),),
        ),
        Panel(
            title="Found in the prefix cache",
            says="The share of the prompts' tokens that had not to be read, and of prompts of which a beginning was there.",
            unit="percentunit",
            span=12,
            queries=(
                Query(f"candor:cached_prompt_tokens:ratio15m{{{MODEL}}}", "tokens {{model}}"),
                Query(f"candor:prefix_cache_hits:ratio15m{{{MODEL}}}", "prompts {{model}} {{instance}}"),
            ),
        ),
        Panel(
            title="Evictions a minute",
            says="Entries that the prefix cache dropped for want of room. Many, and nothing found: it is too small for this traffic.",
            span=12,
            queries=(Query(f"60 * {rate('candor_prefix_cache_evictions_total', 'model, instance', MODEL)}", "{{model}} {{instance}}"),),
        ),
        Panel(
            title="Queue",
            says="From arrival at the engine to the start of work; all adapters share one queue.",
            unit="s",
            queries=quantiles("candor_queue_time_seconds", "model", MODEL),
        ),
        Panel(
            title="Prefill",
            says="From there to the first token: the prompt is read, as far as the cache has it not.",
            unit="s",
            queries=quantiles("candor_prefill_time_seconds", "model", MODEL),
        ),
        Panel(
            title="Decode",
            says="From the first token to the last.",
            unit="s",
            queries=quantiles("candor_decode_time_seconds", "model", MODEL),
        ),
    ),
)

ADAPTERS = Row(
    title="Adapters",
    panels=(
        Panel(
            title="Loaded",
            says="1 for the adapters that are loaded, 0 for those that have made way for others until they are asked for.",
            kind="table",
            span=8,
            queries=(Query(f"candor_adapter_loaded{{{OF}}}"),),
        ),
        Panel(
            title="Age of the version served",
            says="Since it was first loaded; a drop is a replacement.",
            unit="s",
            queries=(Query(f"time() - candor_adapter_load_timestamp_seconds{{{OF}}}"),),
        ),
        Panel(
            title="Scoring errors",
            says="Answers a second that could not be scored.",
            unit="reqps",
            queries=(Query(rate("candor_scoring_errors_total", "model, adapter, reason"), "{{model}} {{adapter}} {{reason}}"),),
        ),
        Panel(
            title="Loads and evictions a minute",
            says="Loads at somebody's wish, and of evicted adapters that a request named. Many of these: the slots are too few.",
            span=12,
            queries=(
                Query(f"60 * {rate('candor_adapter_loads_total', 'model, kind, outcome', MODEL)}", "{{kind}} {{outcome}} {{model}}"),
                Query(f"60 * {rate('candor_adapter_evictions_total', 'model', MODEL)}", "evicted {{model}}"),
            ),
        ),
        Panel(
            title="Time of a load",
            says="From an adapter's turn to be loaded until it is served.",
            unit="s",
            span=12,
            queries=quantiles("candor_adapter_load_seconds", "model", MODEL),
        ),
    ),
)

ROWS = (OVERVIEW, ALIGNMENT, DEGENERATION, TRAFFIC, LATENCY, ENGINE, ADAPTERS)
ADAPTER_LOADS = 'candor_adapter_load_timestamp_seconds{model=~"$model", adapter=~"$adapter"} * 1000'  # ms, as Grafana wants times
