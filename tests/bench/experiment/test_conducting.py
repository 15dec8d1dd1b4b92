"""Which sweeps an experiment goes on with."""

from typing import Any

import pytest

from bench.experiment.conducting import is_judged


@pytest.mark.parametrize(
    ("sweep", "expected"),
    [
        ({}, False),
        ({"is_complete": False, "steps": [{"error": None}]}, False),
        ({"is_complete": True, "steps": [{"error": None}, {"error": "HTTP 500"}]}, False),
        ({"is_complete": True, "steps": [{"error": None}]}, True),
    ],
)
def test_sweep_is_judged_where_no_checkpoint_is_missing(sweep: dict[str, Any], expected: bool) -> None:
    assert is_judged(sweep) is expected
