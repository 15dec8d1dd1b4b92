"""What is made of a parting."""

import pytest

from bench.parity.continuation import Parting
from bench.parity.finding import Finding, Gap, LogprobError

PARTING = Parting(num_agreed=3, expected=" cat sat.", got="", got_id=None)


def finding(*, gap: Gap | None = None, error: float | None = None) -> Finding:
    return Finding(
        id="p1",
        num_tokens=8,
        parting=None if gap is None else PARTING,
        gap=gap,
        logprob_error=None if error is None else LogprobError(nats=error, num_compared=10),
    )


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (finding(), "equal"),
        (finding(error=0.1), "equal"),
        (finding(error=0.11), "DIFFERENT"),
        (finding(error=float("inf")), "DIFFERENT"),
        (finding(error=float("nan")), "DIFFERENT"),
        (finding(gap=Gap(nats=0.05, is_least=False)), "near tie"),
        (finding(gap=Gap(nats=0.05, is_least=False), error=0.2), "DIFFERENT"),
        (finding(gap=Gap(nats=0.05, is_least=True)), "DIFFERENT"),
        (finding(gap=Gap(nats=2.0, is_least=False)), "DIFFERENT"),
    ],
)
def test_verdict_forgives_rounding_and_nothing_else(found: Finding, verdict: str) -> None:
    assert found.verdict(0.1) == verdict


def test_equal_answer_is_told_in_a_line() -> None:
    assert finding(error=0.03).describe(0.1).split(maxsplit=1) == [
        "p1",
        "equal: 8 tokens alike; log-probabilities of the first token within 0.030 nats, over 10 tokens",
    ]


def test_parting_is_told_with_both_continuations() -> None:
    told = finding(gap=Gap(nats=12.0, is_least=True)).describe(0.1).splitlines()
    assert told[0].endswith("DIFFERENT after 3 tokens, where mlx-lm prefers its own by more than 12.000 nats")
    assert told[1:] == ["    mlx-lm: ' cat sat.'", "    server: (the end)"]
