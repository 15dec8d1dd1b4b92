"""One thing to reach, what was measured of it, and whether it is met."""

import msgspec

from bench.detectors.share import Share


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table of targets."""

    name: str
    measured: str
    is_met: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """Show it as a row."""
        return self.name, self.measured, "yes" if self.is_met else "**no**"


def at_least(name: str, found: Share, least: float) -> Target:
    """Want so large a share of texts, and one text or more."""
    measured = f"{found.hits:,} of {found.trials:,}, {found.percent()} %"
    return Target(name=name, measured=measured, is_met=found.hits >= least * found.trials > 0)


def at_most(name: str, alarms: Share, most: float, *, least_trials: int = 1) -> Target:
    """Want no larger share of texts, seen on so many of them or more."""
    measured = f"{alarms.hits:,} of {alarms.trials:,}, {alarms.per_thousand()} per 1,000"
    return Target(name=name, measured=measured, is_met=alarms.hits <= most * alarms.trials and alarms.trials >= least_trials)
