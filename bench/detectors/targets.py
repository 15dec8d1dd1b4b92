"""What the detectors have to reach."""

from collections.abc import Sequence

from bench.detectors.cost_table import us_per_char
from bench.detectors.false_alarm_table import hard_alarms
from bench.detectors.loop_tables import found, found_hard, in_band, loops
from bench.detectors.observation import Observation
from bench.detectors.table import Table

MAX_EXACT_PERIOD = 200
MIN_ORDINARY_TEXTS = 3_000
NOISY_BAND = (17, 64)
NOISE_PERCENT = 2
MIN_NOISY_SHARE = 0.85
MAX_US_PER_CHAR = 5.0


def targets(observations: Sequence[Observation]) -> Table:
    """Tabulate each target, what was measured, and whether it is met."""
    everything = loops(observations)
    exact = found_hard(seen for seen in everything if not seen.example.noise_percent and in_band(seen, 1, MAX_EXACT_PERIOD))
    alarms = hard_alarms(observations)
    noisy = found(seen for seen in everything if seen.example.noise_percent == NOISE_PERCENT and in_band(seen, *NOISY_BAND))
    spent = us_per_char(seen for seen in observations if seen.example.is_ordinary)
    return Table(
        heading="Targets",
        note="What the detectors are built to reach.",
        columns=("target", "measured", "met"),
        rows=(
            (
                f"exact loops of periods 1 to {MAX_EXACT_PERIOD}: all found, hard",
                f"{exact.hits:,} of {exact.trials:,}, {exact.percent()} %",
                _yes(exact.is_all),
            ),
            (
                f"no hard flag on {MIN_ORDINARY_TEXTS:,} ordinary texts or more",
                f"{alarms.hits} of {alarms.trials:,}, {alarms.per_thousand()} per 1,000",
                _yes(alarms.hits == 0 and alarms.trials >= MIN_ORDINARY_TEXTS),
            ),
            (
                f"{NOISE_PERCENT} % noise, periods {NOISY_BAND[0]} to {NOISY_BAND[1]}: {MIN_NOISY_SHARE:.0%} found, hard or soft",
                f"{noisy.hits} of {noisy.trials}, {noisy.percent()} %",
                _yes(noisy.hits >= MIN_NOISY_SHARE * noisy.trials > 0),
            ),
            (f"under {MAX_US_PER_CHAR:.0f} µs a character of ordinary text", f"{spent:.2f} µs", _yes(spent < MAX_US_PER_CHAR)),
        ),
    )


def _yes(is_met: bool) -> str:
    return "yes" if is_met else "**no**"
