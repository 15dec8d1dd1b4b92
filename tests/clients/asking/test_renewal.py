"""When a limit is renewed, by its headers."""

import pytest

from clients.asking.renewal import renewed_in_s

NOW_S = 1_700_000_000.0


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("250ms", 0.25),
        ("30", 30.0),
        ("1700000060", 60.0),
        ("1700000060500", 60.5),
        ("1600000000", 0.0),
        ("2023-11-14T22:14:20Z", 60.0),
        ("soon", None),
        ("", None),
        ("1.2.3", None),
    ],
)
def test_every_spelling_is_read(word: str, expected: float | None) -> None:
    headers = {"x-ratelimit-reset": word, "x-ratelimit-remaining": "0"}
    assert renewed_in_s(headers, now_s=NOW_S) == (None if expected is None else pytest.approx(expected))


def test_only_limits_that_are_used_up_count_and_the_last_decides() -> None:
    used = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s"}
    left = {"x-ratelimit-remaining-tokens": "55", "x-ratelimit-reset-tokens": "6h"}
    other = {"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "2023-11-14T22:14:20Z"}
    assert renewed_in_s(used | left, now_s=NOW_S) == 20.0
    assert renewed_in_s(used | other, now_s=NOW_S) == pytest.approx(60.0)
    assert renewed_in_s({"x-ratelimit-reset": "20s"}, now_s=NOW_S) is None
    assert renewed_in_s({"x-request-id": "reset"}, now_s=NOW_S) is None
