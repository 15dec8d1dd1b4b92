"""False alarms on ordinary text, class by class."""

from collections import Counter
from collections.abc import Sequence

from bench.detectors.observation import Observation
from bench.detectors.share import Share, share
from bench.detectors.table import Table


def hard_alarms(observations: Sequence[Observation]) -> Share:
    """Count the ordinary texts with a hard flag; no hard flag fits an ordinary text."""
    return share([bool(seen.hard) for seen in observations if seen.example.is_ordinary])


def soft_alarms(observations: Sequence[Observation]) -> Share:
    """Count the ordinary texts with a soft flag that does not fit."""
    return share([bool(wrong_soft_flags(seen)) for seen in observations if seen.example.is_ordinary])


def wrong_soft_flags(observation: Observation) -> list[str]:
    """Name the soft flags that do not fit."""
    return [flag.flag for flag in observation.flags if flag.tier == "soft" and not observation.example.fits(flag)]


def false_alarms(observations: Sequence[Observation]) -> Table:
    """Tabulate hard and soft alarms by class."""
    ordinary = [seen for seen in observations if seen.example.is_ordinary]
    rows = [
        _row(kind, [seen for seen in ordinary if seen.example.kind == kind])
        for kind in dict.fromkeys(seen.example.kind for seen in ordinary)
    ]
    return Table(
        heading="False alarms on ordinary text",
        note="Texts with a wrong flag per 1,000 texts, with 95 % Wilson intervals; which flags, and on how many texts.",
        columns=("class", "texts", "characters", "hard", "soft", "flags"),
        rows=(*rows, _row("all", ordinary)),
    )


def _row(kind: str, cell: Sequence[Observation]) -> tuple[str, ...]:
    raised = Counter(f"`{flag.flag}` {flag.tier}" for seen in cell for flag in seen.flags if not seen.example.fits(flag))
    return (
        kind,
        f"{len(cell):,}",
        f"{sum(len(seen.example.text) for seen in cell):,}",
        hard_alarms(cell).per_thousand(),
        soft_alarms(cell).per_thousand(),
        ", ".join(f"{name}: {num}" for name, num in raised.most_common()) or "none",
    )
