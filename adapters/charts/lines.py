"""Curves over a common axis, as SVG that stands by itself."""

from collections.abc import Sequence

import msgspec


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a chart."""

    name: str
    points: tuple[tuple[float, float], ...]  # x ascending; what is not finite is left out


def draw_curves(curves: Sequence[Curve], *, title: str, x_name: str, y_name: str) -> str:
    """Give the chart as an SVG document, the same for the same curves to the byte; legible in light and dark."""
    raise NotImplementedError
