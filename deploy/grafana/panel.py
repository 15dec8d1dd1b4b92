"""What a dashboard is made of: rows of panels, each a title, what it says, and its queries; and the expressions that recur."""

from typing import Literal

import msgspec

Kind = Literal["time series", "stacked", "heatmap", "stat", "table"]

OF = 'model=~"$model", adapter=~"$adapter"'
MODEL = 'model=~"$model"'  # what the engine has as a whole
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


def quantiles(metric: str, by: str, of: str) -> tuple[Query, ...]:
    """Ask for the median and the 95th percentile of a histogram in seconds."""
    return tuple(
        Query(f"histogram_quantile({q}, sum by ({by}, le) (rate({metric}_bucket{{{of}}}[{WINDOW}])))", f"p{q * 100:.0f} {_legend(by)}")
        for q in (0.5, 0.95)
    )


def _legend(by: str) -> str:
    return " ".join(f"{{{{{label}}}}}" for label in by.split(", "))


def rate(metric: str, by: str, of: str = OF) -> str:
    return f"sum by ({by}) (rate({metric}{{{of}}}[{WINDOW}]))"
