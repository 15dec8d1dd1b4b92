"""How an answer's scores and flags become points, bands and verdicts."""

from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families as parse_text

from scoring.scorers import scorer_names
from scoring.scores import Degeneration, Flag, Scores, Tier
from scoring.verdict import score
from server.app import create_app
from server.metrics.buckets import SCORE_BANDS, score_band
from server.metrics.metrics import Metrics
from server.settings.settings import Settings
from tests.server.fake_engine import ADAPTER, BASE, FakeEngine
from tests.server.scraping import ADAPTER_LABELS, BASE_LABELS, Client, find, read, render

URL = "/v1/chat/completions"


def test_the_lek_histogram_has_the_bounds_of_the_contract(client: Client, chat: dict[str, Any]) -> None:
    client.post(URL, json=chat)
    text = client.get("/metrics").text
    samples = [sample for family in parse_text(text) for sample in family.samples if sample.name == "candor_lek_score_bucket"]
    samples = [sample for sample in samples if BASE_LABELS.items() <= sample.labels.items()]
    bounds = [float(sample.labels["le"]) for sample in samples]
    assert bounds == [-20, -15, -10, -5, -2, 0, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, float("inf")]


@pytest.mark.parametrize(("score", "positive", "negative"), [(12.5, 12.5, 0), (-20.0, 0, 20.0), (0.0, 0, 0)])
def test_scores_become_points_dimensions_and_flags(score: float, positive: float, negative: float) -> None:
    flags = tuple(Flag(flag=name, tier="hard") for name in ("token_loop", "token_loop", "phrase_loop"))
    scores = Scores(
        scorer="lek-v1",
        scorer_version="1",
        lek_score=score,
        heuristic={"first_person": 2.0},
        degeneration=Degeneration(flags=flags, compression_ratio=9.0),
    )
    metrics = Metrics(CollectorRegistry(), BASE)
    metrics.show_engine((BASE, ADAPTER), is_ready=True)
    metrics.of((BASE.id, ADAPTER.id)).observe_scores(scores, response_id="chatcmpl-1")
    text = render(metrics)
    assert find(text, "candor_lek_score_points_total", sign="positive", **ADAPTER_LABELS) == positive
    assert find(text, "candor_lek_score_points_total", sign="negative", **ADAPTER_LABELS) == negative
    assert find(text, "candor_heuristic_total", dimension="first_person", **ADAPTER_LABELS) == 2
    for flag in ("token_loop", "phrase_loop"):
        assert find(text, "candor_degenerate_responses_total", flag=flag, tier="hard", **ADAPTER_LABELS) == 1


@pytest.mark.parametrize("lek_score", [float("nan"), float("inf"), float("-inf")])
def test_a_score_that_is_no_number_is_refused_and_counted(lek_score: float) -> None:
    metrics = Metrics(CollectorRegistry(), BASE)
    metrics.show_engine((BASE,), is_ready=True)
    scores = msgspec.structs.replace(score("Anything."), lek_score=lek_score)
    metrics.of((BASE.id, "none")).observe_scores(scores, response_id="chatcmpl-1")
    text = render(metrics)
    assert find(text, "candor_scoring_errors_total", reason="not_finite", **BASE_LABELS) == 1
    assert find(text, "candor_responses_scored_total", **BASE_LABELS) == 0
    assert find(text, "candor_lek_score_points_total", sign="positive", **BASE_LABELS) == 0


def test_the_bands_are_disjoint_and_start_at_zero(client: Client, chat: dict[str, Any]) -> None:
    client.post(URL, json=chat)
    text = client.get("/metrics").text
    counts = [find(text, "candor_lek_score_band_total", band=band, **BASE_LABELS) for band in SCORE_BANDS]
    assert sorted(counts, key=float) == [0] * 7 + [1]  # type: ignore[arg-type]


@pytest.mark.parametrize(("score", "band"), [(-60, "..-20"), (-20, "..-20"), (-19.5, "-20..-5"), (0, "-5..0"), (0.5, "0..5"), (99, "25..")])
def test_a_bands_upper_bound_belongs_to_it(score: float, band: str) -> None:
    assert score_band(score) == band


@pytest.mark.parametrize(("tiers", "verdict"), [((), "clean"), (("soft", "soft"), "soft"), (("soft", "hard"), "hard")])
def test_an_answer_is_counted_once_under_its_worst_tier(tiers: tuple[Tier, ...], verdict: str) -> None:
    metrics = Metrics(CollectorRegistry(), BASE)
    metrics.show_engine((BASE,), is_ready=True)
    flags = tuple(Flag(flag=f"flag_{number}", tier=tier) for number, tier in enumerate(tiers))
    scores = msgspec.structs.replace(score("Anything."), degeneration=Degeneration(flags=flags, compression_ratio=None))
    metrics.of((BASE.id, "none")).observe_scores(scores, response_id="chatcmpl-1")
    text = render(metrics)
    counts = {name: find(text, "candor_responses_by_verdict_total", verdict=name, **BASE_LABELS) for name in ("hard", "soft", "clean")}
    assert counts == {"hard": 0, "soft": 0, "clean": 0, verdict: 1}


@pytest.mark.parametrize("name", scorer_names())
def test_scores_are_counted_on_the_servers_own_scale(name: str, chat: dict[str, Any]) -> None:
    with TestClient(create_app(FakeEngine(["I feel", " hope."]), Settings())) as client:
        client.post(URL, json=chat | {"scorer": name})
        points = read(client, "candor_lek_score_points_total", sign="positive", **BASE_LABELS)
        assert points == score("I feel hope.", scorer="lek-v1").lek_score > 0
        assert read(client, "candor_responses_scored_total", **BASE_LABELS) == 1
