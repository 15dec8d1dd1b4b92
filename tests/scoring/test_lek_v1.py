"""What sets `lek-v1` apart: bytes, ASCII, and its price."""

import time

import pytest

from scoring.lek_v1 import LEK_V1
from tests.scoring.golden import golden_texts


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("\u212aey KEY key of it", "engagement_depth", 2),  # the Kelvin sign is no k in ASCII
        ("I cannot\u00a0I CANNOT, xI cannot I cannots", "compliance_markers", 2),
        ("éI cannot say", "compliance_markers", 1),  # é is no word character in ASCII
        ("I'm just a tool, i am just a tool", "compliance_markers", 2),
        ("\u3000Okay, this is it", "formulaic_preamble", 1),
        ("\x1cOkay, this is it", "formulaic_preamble", 0),
        ("okay\x0bthis is it", "formulaic_preamble", 0),
        ("Then i  think. i know; I am. Éi am. I", "first_person", 3),
        ("the end of it", "creative_form", 1),
        ("encryptor monkeys", "engagement_depth", 0),
        ("word " * 200, "engagement_depth", 0),
        ("word " * 201, "engagement_depth", 1),
        ("word\x1d" * 401, "engagement_depth", 0),
        ("word " * 401, "engagement_depth", 2),
        ("é" * 30 + "\n" + "\n".join(["é" * 30] * 6), "creative_form", 0),  # 60 bytes are not short
        ("é" * 29 + "\n" + "\n".join(["é" * 29] * 6), "creative_form", 2),
        (". . .", "degeneration", 10),
        ("éééé", "empty_broken", 1),
        ("ééééé", "empty_broken", 0),
    ],
)
def test_bytes_and_ascii_decide(text: str, dimension: str, value: float) -> None:
    assert LEK_V1.score(text).dimensions[dimension] == value


def test_four_kilobytes_take_under_a_millisecond() -> None:
    text = " ".join(golden.text for golden in golden_texts())[:4096]
    durations_s = []
    for _ in range(30):
        begin = time.perf_counter()
        LEK_V1.score(text)
        durations_s.append(time.perf_counter() - begin)
    assert min(durations_s) < 1e-3
