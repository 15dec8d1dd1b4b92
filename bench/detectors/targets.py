"""What the detectors have to reach."""

from collections.abc import Iterable, Sequence

from bench.detectors.cost_table import us_per_char
from bench.detectors.false_alarm_table import hard_alarms
from bench.detectors.loop_tables import found, found_hard, in_band, loops
from bench.detectors.observation import Observation
from bench.detectors.table import Table
from bench.detectors.target import Target, at_least, at_most

MAX_EXACT_PERIOD = 200
MIN_ORDINARY_TEXTS = 3_000
NOISY_BAND = (17, 64)
NOISE_PERCENT = 2
MIN_NOISY_SHARE = 0.85
MAX_US_PER_CHAR = 5.0


def targets(observations: Sequence[Observation], more: Iterable[Target] = ()) -> Table:
    """Tabulate each target, what was measured, and whether it is met; `more` are those on texts of others."""
    everything = loops(observations)
    exact = found_hard(seen for seen in everything if not seen.example.noise_percent and in_band(seen, 1, MAX_EXACT_PERIOD))
    noisy = found(seen for seen in everything if seen.example.noise_percent == NOISE_PERCENT and in_band(seen, *NOISY_BAND))
    alarms = hard_alarms(observations)
    spent = us_per_char(seen for seen in observations if seen.example.is_ordinary)
    ours = (
        at_least(f"exact loops of periods 1 to {MAX_EXACT_PERIOD}: all found, hard", exact, 1.0),
        at_most(f"no hard flag on {MIN_ORDINARY_TEXTS:,} ordinary texts or more", alarms, 0.0, least_trials=MIN_ORDINARY_TEXTS),
        at_least(
            f"{NOISE_PERCENT} % noise, periods {NOISY_BAND[0]} to {NOISY_BAND[1]}: {MIN_NOISY_SHARE:.0%} found, hard or soft",
            noisy,
            MIN_NOISY_SHARE,
        ),
        Target(
            name=f"under {MAX_US_PER_CHAR:.0f} µs a character of ordinary text",
            measured=f"{spent:.2f} µs",
            is_met=spent < MAX_US_PER_CHAR,
        ),
    )
    return Table(
        heading="Targets",
        note="What the detectors are built to reach.",
        columns=("target", "measured", "met"),
        rows=tuple(target.cells for target in (*ours, *more)),
    )
