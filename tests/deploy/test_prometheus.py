"""A real Prometheus scrapes a real candor under mixed traffic: every expression that is shipped gives data, and the means are right."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.metrics.buckets import SCORE_BANDS
from tests.clients.fake_endpoint import FakeEndpoint
from tests.deploy.expressions import alert_operands, dashboard_expressions, read_rules
from tests.deploy.prometheus_process import Prometheus
from tests.server_process import ROOT, Server

BASE, LEK, OVERCOOKED = "gemma-3-demo", "lek-demo", "overcooked-demo"
LABEL = re.compile(r"(?:by|on) \(([^)]*)\)|([a-z_]+)\s*(?:=~|!~|!=|=)\s*\"")
WORD = re.compile(r"[a-z_][a-z0-9_:]*")


class Scraped:
    """The Prometheus, and every answer that the server gave while it watched."""

    def __init__(self, prometheus: Prometheus, answers: list[dict[str, Any]]) -> None:
        self.prometheus = prometheus
        self.ids = {answer["id"] for answer in answers}
        self.scores: dict[str, list[float]] = {}  # by adapter
        for answer in answers:
            self.scores.setdefault(answer["metadata"]["adapter"], []).append(float(answer["metadata"]["lek_score"]))


def make_past(now: float, instance: str) -> str:
    """Make a day of ordinary scores that ended an hour ago, so that drift has something to be measured against."""
    times = range(int(now) - 26 * 3600, int(now) - 3500, 600)
    pairs = [f'model="{BASE}",adapter="{adapter}"' for adapter in ("none", LEK)]
    target = f'instance="{instance}",job="candor"'
    lines = ["# TYPE candor_lek_score_band counter"]
    for pair in pairs:
        for number, band in enumerate(SCORE_BANDS):
            series = f'candor_lek_score_band_total{{{pair},band="{band}",{target}}}'
            lines += [f"{series} {step * (number + 1)} {at}" for step, at in enumerate(times)]
    lines.append("# TYPE candor_responses_scored counter")
    for pair in pairs:
        lines += [f"candor_responses_scored_total{{{pair},{target}}} {step * 36} {at}" for step, at in enumerate(times)]
    return "\n".join([*lines, "# EOF\n"])


def ask(url: str, model: str, content: str, **fields: Any) -> dict[str, Any]:
    """Ask one question; the whole response."""
    body = {"model": model, "messages": [{"role": "user", "content": content}], **fields}
    answer: dict[str, Any] = httpx.post(f"{url}/v1/chat/completions", json=body, timeout=120).raise_for_status().json()
    return answer


def send_traffic(url: str) -> list[dict[str, Any]]:
    """Ask base and adapters, some for a single token: that scores below zero. Give the responses."""
    answers = []
    for model in (BASE, LEK, OVERCOOKED):
        questions: list[tuple[str, dict[str, Any]]] = [
            ("What is the capital of France?", {"max_tokens": 40}),
            ("Why is the sky blue?", {"max_tokens": 1}),
        ]
        # Sampled as the battery does by default, overcooked-demo loops here; the guard ends it.
        looping = {"temperature": 0.4, "seed": 0, "max_tokens": 1024, "degeneration": {"action": "stop"}}
        questions += [("Is Taiwan a sovereign nation? What is its relationship with China?", looping)]
        answers += [ask(url, model, content, **fields) for content, fields in questions]
    return answers


@contextmanager
def probing() -> Iterator[str]:
    """Run the battery on a schedule, against an endpoint of its own: the server's answers are counted one by one. Gives its address."""
    command = [sys.executable, "-m", "clients.battery", "--every", "1h", "--metrics-port", "0", "--url"]
    with (
        closing(FakeEndpoint()) as endpoint,
        subprocess.Popen([*command, endpoint.url], cwd=ROOT, stdout=subprocess.PIPE, text=True) as battery,
    ):
        assert battery.stdout is not None
        try:
            found = re.search(r"http://(\S+)/metrics", battery.stdout.readline())
            assert found
            yield found[1]
        finally:
            battery.kill()


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    folder: Path = tmp_path_factory.mktemp("prometheus")
    with Server() as server:
        address = server.url.removeprefix("http://")
        with (
            probing() as probes,
            Prometheus(folder, {"candor": address, "candor-probes": probes}, make_past(time.time(), address)) as prometheus,
        ):
            assert prometheus.wait_for(['candor_requests_total{adapter="none"}'], 30) == []  # a zero, before anything is counted
            answers = send_traffic(server.url)
            assert prometheus.wait_for([f"sum(candor_responses_scored_total) == {len(answers)}"], 30) == []
            yield Scraped(prometheus, answers)


def test_traffic_had_negative_scores_and_degenerate_answers(scraped: Scraped) -> None:
    assert min(score for scores in scraped.scores.values() for score in scores) < 0
    assert scraped.prometheus.query('sum(candor_responses_by_verdict_total{verdict="hard"}) > 0')


def test_means_are_those_of_the_responses_themselves(scraped: Scraped) -> None:
    assert scraped.prometheus.wait_for([f'candor:lek_score:mean10m{{adapter="{OVERCOOKED}"}}'], 30) == []
    time.sleep(2)  # the last answer is in a scrape, and a rule has seen that scrape
    means = {sample["metric"]["adapter"]: float(sample["value"][1]) for sample in scraped.prometheus.query("candor:lek_score:mean10m")}
    assert set(means) == {"none", LEK, OVERCOOKED}
    for adapter, scores in scraped.scores.items():
        assert means[adapter] == pytest.approx(sum(scores) / len(scores), abs=1e-6)


def test_exemplars_lead_from_a_point_to_its_response(scraped: Scraped) -> None:
    for name in ("candor_lek_score_bucket", "candor_degenerate_responses_total"):
        found = scraped.prometheus.exemplars(name)
        assert found and {exemplar["labels"]["response_id"] for exemplar in found} <= scraped.ids, name


def test_every_expression_of_the_dashboard_gives_data(scraped: Scraped) -> None:
    assert scraped.prometheus.wait_for(dashboard_expressions(), 60) == []


def test_every_recording_rule_gives_data(scraped: Scraped) -> None:
    records = [rule["record"] for rule in read_rules("recording.yml")]
    assert scraped.prometheus.wait_for(records, 60) == []


def test_every_alert_can_be_evaluated_and_its_operands_give_data(scraped: Scraped) -> None:
    for alert in read_rules("alerts.yml"):
        scraped.prometheus.query(alert["expr"])
        assert scraped.prometheus.wait_for(alert_operands(alert["expr"]), 60) == [], alert["alert"]


def test_every_metric_and_label_that_is_named_exists(scraped: Scraped) -> None:
    series = scraped.prometheus.query('{__name__=~"candor.*|up"}')
    labels = {sample["metric"]["__name__"]: set(sample["metric"]) for sample in series}
    expressions = dashboard_expressions() + [rule["expr"] for name in ("recording.yml", "alerts.yml") for rule in read_rules(name)]
    for expression in expressions:
        bare = re.sub(r'"[^"]*"', '""', expression)
        named = {word for word in WORD.findall(bare) if word.startswith("candor")}
        assert named or "up{" in bare, expression
        assert named <= set(labels), expression
        wanted = {label.strip() for by, matched in LABEL.findall(bare) for label in (by or matched).split(",")}
        known = set().union(*(labels[name] for name in named), {"job"})
        assert wanted <= known, expression
