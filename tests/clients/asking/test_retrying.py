"""How long to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from clients.asking.retrying import FIRST_PAUSE_S, LONGEST_PAUSE_S, Chance, chance_of, named_pause_s, own_pause_s, spelled_pause_s


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
    assert named_pause_s(headers) == pytest.approx(expected)


def test_date_is_waited_for() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert named_pause_s({"retry-after": date}) == pytest.approx(60, abs=5)


@pytest.mark.parametrize("word", ["", "soon", "-3", "nan", "inf", "Wed, 99 Jan"])
def test_what_names_no_pause_is_none(word: str) -> None:
    assert named_pause_s({"retry-after": word}) is None


def test_own_pause_doubles() -> None:
    pauses = [own_pause_s(num_retries) for num_retries in range(12)]
    assert all(0.75 * FIRST_PAUSE_S * 2**n <= pause <= FIRST_PAUSE_S * 2**n for n, pause in enumerate(pauses[:4]))
    assert 0.75 * LONGEST_PAUSE_S <= pauses[-1] <= LONGEST_PAUSE_S


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Rate limit reached. Please try again in 20s.", 20.0),
        ("Please try again in 1m26.5s. Need more?", 86.5),
        ("try again in 1h2m3s", 3723.0),
        ("Please try again in 250ms.", 0.25),
        ("retry after 12 seconds", 12.0),
        ("Please retry in 2 minutes", 120.0),
        ('{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}', 34.0),
        ("try again later", None),
        ("try again in . seconds", None),
        ("In 20 seconds you will see", None),
    ],
)
def test_pause_is_read_out_of_the_words(words: str, expected: float | None) -> None:
    assert spelled_pause_s(words) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("status", "words", "headers", "expected"),
    [
        (429, "busy", {}, "any"),
        (429, "Request too large for gpt-4o: Limit 30000, Requested 40000", {}, "none"),
        (529, "overloaded", {}, "any"),
        (503, "loading", {"retry-after": "3"}, "any"),
        (503, "Loading model", {}, "any"),
        (503, "That model is currently overloaded with other requests.", {}, "any"),
        (503, "Server is busy; please try again later.", {}, "any"),
        (503, "<title>503 Service Temporarily Unavailable</title>", {}, "any"),
        (503, "No model is loaded", {}, "few"),
        (498, "Flex tier capacity exceeded", {}, "few"),
        (499, "client closed request", {}, "few"),
        (500, "oops", {"retry-after": "3"}, "few"),
        (408, "slow", {}, "few"),
        (501, "no such thing", {}, "none"),
        (400, "too long", {}, "none"),
        (413, "too long", {}, "none"),
        (409, "changed", {}, "few"),
        (409, "changed", {"x-should-retry": "false"}, "none"),
        (500, "not finite", {"x-should-retry": "false"}, "none"),
        (429, "busy", {"x-should-retry": "false"}, "any"),
    ],
)
def test_only_what_may_pass_is_asked_again(status: int, words: str, headers: dict[str, str], expected: Chance) -> None:
    assert chance_of(status, words, headers) == expected
