"""The t-interval of a mean."""

import pytest

from scoring.statistics.mean_interval import mean_interval


@pytest.mark.parametrize(
    ("samples", "interval"),
    [
        # scipy 1.17.1: t.interval(0.95, n - 1, loc=mean, scale=sem)
        ([8.0, 9.5, 11.0], (5.7737934323745055, 13.226206567625495)),
        ([1.0, 2.0, 3.0, 8.0, 3.5], (0.15671736729358487, 6.843282632706416)),
        ([4.0, 4.0, 4.0], (4.0, 4.0)),
    ],
)
def test_interval_is_that_of_scipy(samples: list[float], interval: tuple[float, float]) -> None:
    assert mean_interval(samples) == pytest.approx(interval, rel=1e-10)


@pytest.mark.parametrize("samples", [[], [3.0]])
def test_fewer_than_two_samples_have_none(samples: list[float]) -> None:
    assert mean_interval(samples) is None
