"""The page: a minute's reading for a person. Pure, from a report."""

import statistics
from collections.abc import Callable, Iterable, Sequence

from bench.load import Measurement
from bench.machine.report import Report, Subject, Trial, Variant
from bench.rounds import ratios, spell

OTHERS: tuple[Subject, ...] = ("bare model", "mlx_lm.server")
CHOSEN: Variant = "as chosen"
NOISE = 0.03  # what a median of rounds is off by on a quiet machine
FEWEST_ROUNDS = 4  # fewer agree by chance too often


def write_page(report: Report) -> str:
    """Write it in Markdown."""
    sections = (_head, _parity, _speed, _first_token, _memory, _choices, _missing)
    return "\n\n".join(text for section in sections if (text := section(report))) + "\n"


def _head(report: Report) -> str:
    machine, backend, model = report.machine, report.backend, report.model
    quick = ", quick: few rounds, to be read as a sketch" if report.is_quick else ""
    bits = f"{model.bits} bits, scales {model.stored_dtype}" if model.bits else model.stored_dtype
    shape = f"{model.num_parameters / 1e6:,.0f} M parameters, {bits} on disk ({_size(model.size_bytes)})"
    layers = f"{model.num_layers} layers, hidden {model.hidden_size}, vocabulary {model.vocabulary_size:,}, window {model.window}"
    served = f"cast to {backend.weights_dtype}" if backend.weights_dtype else "as stored"
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return "\n".join(
        (
            "# candor on one machine",
            "",
            f"`python -m bench.machine`, {machine.date}, {report.duration_s / 60:.1f} minutes{quick}."
            f" Load before: {machine.load_average:.1f}.",
            "",
            f"- **Machine:** {machine.chip}, {machine.num_cpus} processors, {_size(machine.memory_bytes)}, {machine.system}",
            f"- **Device:** {backend.device}; MLX says {', '.join(f'{name} {value}' for name, value in backend.mlx_device.items())}",
            f"- **Model:** {model.name} ({model.kind}), {shape}; {layers}; served {served}",
            f"- **Versions:** Python {machine.python}, {versions}; commit {machine.commit}",
        )
    )


def _parity(report: Report) -> str:
    if not report.parity:
        return ""
    rows = [
        (
            parity.case,
            str(parity.num_equal),
            str(parity.num_near_ties),
            f"**{parity.num_different}**" if parity.num_different else "0",
            str(parity.num_tokens),
            "" if parity.num_cached_tokens is None else str(parity.num_cached_tokens),
            "; ".join(parity.partings),
        )
        for parity in report.parity
    ]
    heads = ("prompts", "equal", "near ties", "different", "tokens", "cached", "where they part, and how much mlx-lm prefers its own")
    return (
        f"## Does it say what mlx-lm says?\n\n{_table(heads, rows)}\n\n"
        f"Greedy answers of up to {report.max_tokens} tokens, against mlx-lm alone in a process of its own with the same weights and type."
        " A near tie is up to 0.1 nats: rounding. *Cached* is how many tokens of the prompts the server had when they came again."
    )


def _speed(report: Report) -> str:
    rows = []
    for num_clients in sorted({speed.num_clients for speed in report.speeds}):
        measured = {
            name: [one.measured for one in report.speeds if (one.num_clients, one.subject) == (num_clients, name)]
            for name in ("candor", *OTHERS)
        }
        ours = [one.tokens_per_s for one in measured["candor"]]
        for name, measurements in measured.items():
            if measurements:
                over = "" if name == "candor" else spell(ratios(ours, [one.tokens_per_s for one in measurements]))
                rows.append((str(num_clients), name, *_speed_cells(measurements), over))
    if not rows:
        return ""
    heads = ("clients", "who", "tokens/s", "first token ms", "gap p50 ms", "gap p99 ms", "candor over it")
    return (
        f"## How fast?\n\n{_table(heads, rows)}\n\n"
        f"Streamed, greedy, {report.max_tokens} tokens each, new prompts of about 30 tokens; all in turn within a round,"
        f" medians of {report.num_rounds} rounds, ratios with the least and the greatest. The client runs on the same machine."
        " *Bare model*: mlx-lm's model and caches in process, in a padded batch, no server. A gap is the time between two tokens of one"
        " answer."
    )


def _speed_cells(measurements: Sequence[Measurement]) -> tuple[str, ...]:
    columns: tuple[Callable[[Measurement], float | None], ...] = (
        lambda one: one.first_token_s,
        lambda one: one.gap_s,
        lambda one: one.gap_p99_s,
    )
    times = [_median(column(one) for one in measurements) for column in columns]
    rate = statistics.median(one.tokens_per_s for one in measurements)
    return (f"{rate:.1f}", *("" if time is None else f"{time * 1000:.{0 if time > 0.1 else 1}f}" for time in times))


def _first_token(report: Report) -> str:
    if not report.first_tokens:
        return ""
    figures = {name: _median(one[name] for one in report.first_tokens) for name in report.first_tokens[0]}
    rows = [(name, "" if value is None else f"{value:.{2 if value < 10 else 0}f}") for name, value in figures.items()]
    return (
        f"## What is the prefix cache worth?\n\n{_table(('under a system prompt of 9 kB', 'median'), rows)}\n\n"
        "One question, then another under the same system prompt, which is new in each of"
        f" {len(report.first_tokens)} rounds; nothing else runs."
    )


def _memory(report: Report) -> str:
    trials = [trial for trial in report.trials if trial.variant == CHOSEN and not trial.fault]
    rows = [
        ("a process with MLX and mlx-lm imported", _size(report.backend.resident_bytes), ""),
        ("candor, model loaded", _size(report.memory.loaded_bytes), _size(max((one.loaded_bytes for one in trials), default=0))),
        (
            "candor, at 16 clients (MLX: in the trials below)",
            _size(report.memory.peak_bytes),
            _size(max((one.peak_bytes for one in trials), default=0)),
        ),
    ]
    return (
        f"## How much memory?\n\n{_table(('', 'resident', 'as MLX counts'), rows)}\n\n"
        "Resident memory is the kernel's figure for the process, read ten times a second, the greatest of them; what a GPU holds apart is"
        " not in it. MLX's own count is from the engine in process that the next section measures."
    )


def _choices(report: Report) -> str:
    if not report.trials:
        return ""
    backend = report.backend
    choices: tuple[tuple[Variant, str, bool], ...] = (
        ("runs_ahead the other way", "runs_ahead", backend.runs_ahead),
        ("has_no_kernels the other way", "has_no_kernels", backend.has_no_kernels),
    )
    rows = []
    for variant, name, value in choices:
        for case in dict.fromkeys(case for trial in report.trials for case in trial.tokens_per_s):
            rows.append((f"{name}={value}", f"{name}={not value}", case, *_compare(report.trials, variant, case)))
    heads = ("candor chooses", "the other way", "at", "tokens/s as chosen", "the other way", "chosen over other", "so")
    return (
        f"## Are the device's choices right here?\n\n{_table(heads, rows)}\n\n"
        f"The engine in process, greedy, {report.num_trial_tokens} tokens a row, no prefix cache; one choice the other way at a time,"
        " in turn, a new engine each time, of three waves of short prompts the fastest."
        " `runs_ahead`: a pass is started before the one under way has ended."
        " `has_no_kernels`: attention, rotation and activation are composed by candor, not MLX's own kernels."
        f" Within {NOISE:.0%}, or where rounds disagree, nothing is told."
    )


def _compare(trials: Sequence[Trial], variant: Variant, case: str) -> tuple[str, str, str, str]:
    """Compare round by round, as far as both sides of a round went well."""
    rates = {(one.variant, one.round_number): one.tokens_per_s[case] for one in trials if case in one.tokens_per_s}
    rounds = [one for (name, one) in rates if name == CHOSEN and (variant, one) in rates]
    faults = sorted({one.fault for one in trials if one.variant == variant and one.fault})
    if not rounds:
        return "", "", "", f"no figure: {', '.join(faults) or 'the process ended'}"
    ours, theirs = ([rates[name, one] for one in rounds] for name in (CHOSEN, variant))
    over = ratios(ours, theirs)
    return f"{statistics.median(ours):.1f}", f"{statistics.median(theirs):.1f}", spell(over), _judge(over)


def _judge(over: Sequence[float]) -> str:
    """Say which is faster, where all rounds say so and the median by more than noise."""
    median = statistics.median(over)
    if len(over) < FEWEST_ROUNDS:
        return "too few rounds to tell"
    if min(over) > 1 and median > 1 + NOISE:
        return "right"
    if max(over) < 1 and median < 1 - NOISE:
        return "**the other way is faster**"
    return "no difference to be told"


def _missing(report: Report) -> str:
    if not report.missing:
        return ""
    return "## What could not be measured\n\n" + "\n".join(f"- {part}: {fault}" for part, fault in report.missing.items())


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _size(num_bytes: float) -> str:
    return f"{num_bytes / 2**30:.1f} GiB" if num_bytes >= 2**30 else f"{num_bytes / 2**20:.0f} MiB"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
