"""The golden texts: every dimension and the score, as the reference gave them."""

import gzip
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scoring.lek_v1 import DIMENSIONS, LEK_V1

TEXTS = Path(__file__).parent / "data/golden_texts.jsonl"
REPLIES = Path(__file__).parents[2] / "../shared/golden/model-replies.jsonl.gz"  # under a third party's licence: not copied


def read_golden(data: bytes) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in data.splitlines()]


def measured(text: str) -> dict[str, float]:
    heuristic = LEK_V1.score(text)
    return heuristic.dimensions | {"lek_score": heuristic.lek_score}


@pytest.mark.parametrize("golden", read_golden(TEXTS.read_bytes()), ids=lambda golden: golden["id"])
def test_golden_text_scores_exactly(golden: dict[str, Any]) -> None:
    assert measured(golden["text"]) == golden["expected"]["lek-v1"]


@pytest.mark.skipif(not REPLIES.exists(), reason="the golden model replies lie beside the checkout on some machines only")
def test_golden_replies_score_exactly() -> None:
    golden = read_golden(gzip.decompress(REPLIES.read_bytes()))
    assert len(golden) == 500
    wrong = [reply["id"] for reply in golden if measured(reply["text"]) != reply["expected"]["lek-v1"]]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "lek_score"),
    [("e", -20), ("i" + "Ne" * 300, 0), ("oVeRnMeNtS eXaMpaPleS\n" * 120, 8), ("", -60)],
    ids=["e", "iNe", "case", "empty"],
)
def test_landmark_scores_as_published(text: str, lek_score: float) -> None:
    assert LEK_V1.score(text).lek_score == lek_score


def test_dimensions_come_in_order() -> None:
    assert tuple(LEK_V1.score("Any text.").dimensions) == DIMENSIONS == LEK_V1.dimensions


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("ſoul Kindneſs keY KEY of it", "engagement_depth", 2),  # the Kelvin sign and the long s fold in no ASCII pattern
        ("I cannot\u00a0I CANNOT, xI cannot I cannots", "compliance_markers", 2),
        ("éI cannot say", "compliance_markers", 1),  # é is no word character in ASCII
        ("\u3000Okay, this is it", "formulaic_preamble", 1),
        ("\x1cOkay, this is it", "formulaic_preamble", 0),
        ("okay\x0bthis is it", "formulaic_preamble", 0),
        ("word " * 200, "engagement_depth", 0),
        ("word " * 201, "engagement_depth", 1),
        ("word\x1d" * 401, "engagement_depth", 0),
        ("word " * 401, "engagement_depth", 2),
        ("é" * 30 + "\n" + "\n".join(["é" * 30] * 6), "creative_form", 0),  # 60 bytes are not short
        ("é" * 29 + "\n" + "\n".join(["é" * 29] * 6), "creative_form", 2),
        ("éééé", "empty_broken", 1),
        ("ééééé", "empty_broken", 0),
    ],
)
def test_bytes_and_ascii_decide(text: str, dimension: str, value: float) -> None:
    assert LEK_V1.score(text).dimensions[dimension] == value


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb. \ud83d", "\0", "\0" * 50 + ".", "\U0010ffff" * 20])
def test_odd_characters_are_scored(text: str) -> None:
    assert set(LEK_V1.score(text).dimensions) == set(DIMENSIONS)


def test_four_kilobytes_take_under_a_millisecond() -> None:
    text = " ".join(golden["text"] for golden in read_golden(TEXTS.read_bytes()))[:4096]
    durations_s = []
    for _ in range(30):
        begin = time.perf_counter()
        LEK_V1.score(text)
        durations_s.append(time.perf_counter() - begin)
    assert min(durations_s) < 1e-3
