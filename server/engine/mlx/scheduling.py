"""Who reads how much of its prompt in a step: pure, from the rows that have not read all of theirs."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class ReadingRow(Protocol):
    """What scheduling needs of a row."""

    @property
    def num_unread(self) -> int:
        """Tokens of its prompt that are still to be read."""
        ...


AnyRow = TypeVar("AnyRow", bound=ReadingRow)


def share_out(rows: Sequence[AnyRow], budget: int) -> list[tuple[AnyRow, int]]:
    """Share `budget` tokens among rows in the order they came: half to those that are soonest done, the rest to the oldest.

    So a short prompt never waits behind long ones, and a long one always goes on, however many short ones come.
    """
    shares = dict.fromkeys(range(len(rows)), 0)
    soonest = sorted(shares, key=lambda index: rows[index].num_unread)
    left = budget
    for order, most in ((soonest, budget - budget // 2), (range(len(rows)), budget)):
        spent = 0
        for index in order:
            taken = min(rows[index].num_unread - shares[index], most - spent, left)
            shares[index] += taken
            spent += taken
            left -= taken
    return [(rows[index], taken) for index, taken in shares.items() if taken]
