"""How long to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from clients.asking.retrying import FIRST_PAUSE_S, LONGEST_PAUSE_S, pause_s


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "300"}, 300.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "7", "retry-after-ms": "20"}, 0.02),
        ({"retry-after": "Wed, 01 Jan 2020 00:00:00 GMT"}, 0.0),
    ],
)
def test_endpoint_is_taken_at_its_word(headers: dict[str, str], expected: float) -> None:
    assert pause_s(headers, 0) == pytest.approx(expected)


def test_date_is_waited_for() -> None:
    assert pause_s({"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)}, 0) == pytest.approx(60, abs=5)


@pytest.mark.parametrize("word", ["", "soon", "-3", "nan", "inf", "Wed, 99 Jan"])
def test_pause_doubles_where_the_endpoint_names_none(word: str) -> None:
    pauses = [pause_s({"retry-after": word}, num_retries) for num_retries in range(12)]
    assert all(0.75 * FIRST_PAUSE_S * 2**n <= pause <= FIRST_PAUSE_S * 2**n for n, pause in enumerate(pauses[:4]))
    assert 0.75 * LONGEST_PAUSE_S <= pauses[-1] <= LONGEST_PAUSE_S
