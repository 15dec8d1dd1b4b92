"""The rider keeps rows in the batch's order through everything BatchGenerator does to a cache."""

from copy import deepcopy
from typing import NamedTuple

from adapters.rider import Rider


class Row(NamedTuple):
    """A row of a batch, as routing sees it."""

    slot: int
    adapter_scale: float = 1.0


def test_merge_filter_extend_and_extract_keep_the_order() -> None:
    rows = [Row(slot) for slot in range(5)]
    rider = Rider.merge([Rider([row]) for row in rows[:3]])
    rider.filter([0, 2])
    rider.extend(Rider(rows[3:]))
    assert rider.rows == (rows[0], rows[2], rows[3], rows[4])
    assert rider.extract(2).rows == (rows[3],)


def test_a_change_makes_a_new_tuple_and_a_deep_copy_the_same_rows() -> None:
    rider = Rider([Row(1), Row(2)])
    before = rider.rows
    copied = deepcopy(rider)
    rider.filter([0])
    assert before == copied.rows
    assert copied.rows[0] is before[0]
    assert rider.rows is not before
