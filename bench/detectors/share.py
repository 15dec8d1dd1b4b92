"""A share of some texts, with its interval."""

import msgspec

from scoring.statistics.wilson_interval import wilson_interval


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many."""

    hits: int
    trials: int

    @property
    def is_all(self) -> bool:
        """Whether there was something to hit, and all of it was hit."""
        return 0 < self.trials == self.hits

    def percent(self) -> str:
        """Show the share in per cent with its 95 % interval."""
        return self._show(100, 1)

    def per_thousand(self) -> str:
        """Show the share per 1,000 with its 95 % interval."""
        return self._show(1_000, 1)

    def _show(self, scale: int, digits: int) -> str:
        interval = wilson_interval(self.hits, self.trials)
        if interval is None:
            return "none seen"
        low, high = (f"{scale * end:.{digits}f}" for end in interval)
        return f"{scale * self.hits / self.trials:.{digits}f} ({low} to {high})"


def share(hits: list[bool]) -> Share:
    """Count the true ones."""
    return Share(hits=sum(hits), trials=len(hits))
