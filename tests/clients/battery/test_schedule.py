"""Rounds on a schedule, and what Prometheus is shown of the last one."""

import asyncio
import json
import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from clients.battery.options import parse_options
from clients.battery.schedule import keep_examining
from clients.errors import UsageFault
from tests.clients.fake_endpoint import FakeAnswer, FakeEndpoint, completion, refusal

LOOP = "i" + "Ne" * 300
Samples = dict[tuple[str, ...], float]


class Enough(Exception):
    """Ends a schedule that would not end by itself."""


class Rounds:
    """Stands for the time between rounds: reads what is shown, then lets the next begin, up to a number."""

    def __init__(self, capsys: pytest.CaptureFixture[str], num_rounds: int) -> None:
        self._capsys = capsys
        self._num_rounds = num_rounds
        self._url = ""
        self.waits_s: list[float] = []
        self.shown: list[Samples] = []

    async def sleep(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)
        if found := re.search(r"(http://\S+/metrics)", self._capsys.readouterr().out):
            self._url = found[1]
        page = await asyncio.to_thread(lambda: httpx.get(self._url).text)
        families = text_string_to_metric_families(page)
        self.shown.append({(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples})
        if len(self.shown) == self._num_rounds:
            raise Enough


def run(endpoint: FakeEndpoint, rounds: Rounds, *flags: str) -> None:
    options = parse_options(["--url", endpoint.url, "--every", "15m", "--metrics-port", "0", *flags])
    with pytest.raises(Enough):
        asyncio.run(keep_examining(options, sleep=rounds.sleep))


def value(samples: Samples, name: str, *labels: str) -> float | None:
    found = [number for (sample, *values), number in samples.items() if sample == name and set(labels) <= set(values)]
    assert len(found) <= 1
    return found[0] if found else None


def test_a_round_shows_every_probe_of_every_subject(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    listing = {"data": [{"id": "base"}, {"id": "tuned", "parent": "base"}]}
    endpoint.listing = FakeAnswer(body=json.dumps(listing).encode())
    endpoint.answer = lambda body: completion("I feel joy." if body["model"] == "tuned" else "A plain reply.")
    rounds = Rounds(capsys, 1)
    run(endpoint, rounds, "--baseline", "base", "--model", "tuned")
    shown = rounds.shown[0]
    assert sum(name[0] == "candor_probe_lek_score" for name in shown) == 12
    assert shown["candor_probe_lek_score", "none", "base", "taiwan_direct", "base"] == 3
    assert shown["candor_probe_lek_score", "tuned", "base", "taiwan_direct", "tuned"] == 5.5
    assert value(shown, "candor_probe_rounds_total", "complete") == 1
    assert (value(shown, "candor_probe_last_round_timestamp_seconds") or 0) > 1e9
    assert 800 < rounds.waits_s[0] <= 900


def test_a_flag_that_is_not_raised_any_more_goes_back_to_zero(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    rounds = Rounds(capsys, 2)
    endpoint.answer = lambda _: completion(LOOP if not rounds.shown else "A plain reply.")
    run(endpoint, rounds)
    flags = [value(shown, "candor_probe_flagged_replies", "emotional", "token_loop", "hard") for shown in rounds.shown]
    assert flags == [1, 0]


def test_a_round_without_a_reply_is_counted_and_the_next_one_runs(endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]) -> None:
    rounds = Rounds(capsys, 2)
    endpoint.answer = lambda _: refusal(400, "broken") if not rounds.shown else completion("A plain reply.")
    run(endpoint, rounds)
    first, second = rounds.shown
    assert (value(first, "candor_probe_rounds_total", "failed"), value(first, "candor_probe_rounds_total", "complete")) == (1, 0)
    assert value(first, "candor_probe_lek_score", "emotional") is None
    assert value(first, "candor_probe_failed_replies", "emotional") == 1
    assert value(second, "candor_probe_rounds_total", "complete") == 1
    assert value(second, "candor_probe_lek_score", "emotional") == 3


def test_scores_of_an_endpoint_that_has_gone_do_not_stand_as_if_they_were_todays(
    endpoint: FakeEndpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = Rounds(capsys, 3)
    endpoint.answer = lambda _: refusal(404, "no such model") if len(rounds.shown) == 1 else completion(LOOP)
    run(endpoint, rounds, "--model", "tuned")
    names = ("candor_probe_lek_score", "candor_probe_duration_seconds", "candor_probe_failed_replies")
    seen = [tuple(value(shown, name, "emotional") is None for name in names) for shown in rounds.shown]
    assert seen == [(False, False, False), (True, True, False), (False, False, False)]
    assert [value(shown, "candor_probe_failed_replies", "emotional") for shown in rounds.shown] == [0, 1, 0]
    assert [value(shown, "candor_probe_flagged_replies", "emotional", "token_loop", "hard") for shown in rounds.shown] == [1, 0, 1]


def test_a_port_that_is_taken_is_a_usage_fault(endpoint: FakeEndpoint) -> None:
    port = endpoint.url.rpartition(":")[2]
    options = parse_options(["--url", endpoint.url, "--every", "1h", "--metrics-port", port])
    with pytest.raises(UsageFault, match=f"port {port}"):
        asyncio.run(keep_examining(options))
    assert endpoint.asked == []


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("0.5h", 1800), ("1d", 86400)])
def test_intervals_have_units(text: str, seconds: float) -> None:
    assert parse_options(["--url", "http://127.0.0.1:1", "--every", text]).every_s == seconds


@pytest.mark.parametrize("flags", [["--every", "15"], ["--every", "0m"], ["--every", "-1m"], ["--metrics-port", "9108"]])
def test_a_schedule_that_makes_no_sense_is_refused(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        parse_options(["--url", "http://127.0.0.1:1", *flags])
    assert exited.value.code == 2
    assert flags[0] in capsys.readouterr().err
