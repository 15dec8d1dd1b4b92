"""Holm's correction for several tests: Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure"."""

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Adjust the p-values of one family of tests: those at most 0.05 are significant, with a chance of 5 % that any of them is so wrongly.

    A test that could not be made is None and stays so; it does not count.
    """
    ordered = sorted((p_value, place) for place, p_value in enumerate(p_values) if p_value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    so_far = 0.0
    for rank, (p_value, place) in enumerate(ordered):
        so_far = max(so_far, min(1.0, p_value * (len(ordered) - rank)))
        adjusted[place] = so_far
    return tuple(adjusted)
