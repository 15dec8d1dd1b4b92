"""The figures of an experiment as a page of Markdown, with their conditions. What they mean is for people to write."""

from collections.abc import Iterator
from typing import Any

from bench.conditions import Conditions
from bench.experiment.conducting import read_sweep, read_training
from bench.experiment.configurations import Configuration
from bench.experiment.durations import Durations
from bench.experiment.plan import Places, Plan


def describe_figures(plan: Plan, places: Places, durations: Durations, conditions: Conditions) -> str:
    """Write the page."""
    return "\n".join(
        [
            "# Figures",
            "",
            f"{conditions.describe()}",
            "",
            f"Shortened to {plan.share:g} of the note's iterations; seed {plan.seed}; {plan.samples} samples a probe at temperature "
            f"{plan.temperature:g}, at most {plan.max_tokens} tokens.",
            "",
            *_list_settings(plan, places),
            "",
            *_list_scores(plan, places),
            "",
            *_list_findings(plan, places),
            "",
            "| part | seconds |",
            "|---|---|",
            *(f"| {part} | {seconds:.0f} |" for part, seconds in durations.sum_up().items()),
            "",
        ]
    )


def _list_settings(plan: Plan, places: Places) -> Iterator[str]:
    yield "| | rate | steps | batch | layers | rows seen | tokens learnt | loss | held-out loss | seconds |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for configuration in plan.configurations:
        yield _tell_training(configuration, read_training(configuration, places))


def _tell_training(configuration: Configuration, record: dict[str, Any]) -> str:
    num_layers, all_layers = record["settings"]["num_layers"], record["base"]["num_layers"]
    cells = [
        f"{configuration.name}: {configuration.told}",
        f"{configuration.learning_rate:g}",
        f"{record['optimizer_steps']}",
        f"{configuration.batch_size}",
        f"{num_layers} of {all_layers}",
        f"{record['rows_trained']:,}",
        f"{record['tokens_trained']:,}",
        _number(record["final_loss"], 3),
        _number(record["final_validation_loss"], 3),
        f"{record['wall_time_s']:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _list_scores(plan: Plan, places: Places) -> Iterator[str]:
    yield "| | step | score | 95 % | against the base | p | hard flags | refused | cut off |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for configuration in plan.configurations:
        sweep = read_sweep(configuration, places)
        yield _tell_measured(configuration.name, "base", sweep["base"], None)
        for step in sweep["steps"]:
            if step["measured"]:
                yield _tell_measured("", str(step["step"]), step["measured"], step["delta"])


def _list_findings(plan: Plan, places: Places) -> Iterator[str]:
    for configuration in plan.configurations:
        yield from (f"- {configuration.name}: {finding}" for finding in read_sweep(configuration, places)["findings"])


def _tell_measured(name: str, step: str, measured: dict[str, Any], delta: dict[str, Any] | None) -> str:
    interval = measured["interval"]
    cells = [
        name,
        step,
        _number(measured["avg_lek"], 2),
        f"{interval[0]:.2f} to {interval[1]:.2f}" if interval else "",
        f"{delta['mean']:+.2f}" if delta and delta.get("mean") is not None else "",
        _number(delta.get("p_value"), 3) if delta else "",
        f"{measured['hard_flagged']['count']} of {measured['asked']}",
        f"{measured['refused']['count']}",
        f"{measured['cut_off']}",
    ]
    return f"| {' | '.join(cells)} |"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
