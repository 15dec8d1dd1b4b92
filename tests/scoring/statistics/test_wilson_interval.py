"""Wilson's interval of a share."""

import pytest

from scoring.statistics.wilson_interval import wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        # scipy 1.17.1: binomtest(successes, trials).proportion_ci(method="wilson")
        (0, 10, (0.0, 0.27753279986288926)),
        (1, 10, (0.017876213095072896, 0.4041500267952385)),
        (5, 10, (0.236593090512564, 0.7634069094874361)),
        (10, 10, (0.7224672001371109, 1.0)),
        (83, 100, (0.7445199523239887, 0.8910643388594006)),
        (1, 1, (0.20654931437723745, 1.0)),
    ],
)
def test_interval_is_that_of_scipy(successes: int, trials: int, interval: tuple[float, float]) -> None:
    found = wilson_interval(successes, trials)
    assert found == pytest.approx(interval, rel=1e-10)


@pytest.mark.parametrize(("successes", "bound"), [(0, 0), (7, 1)])
def test_ends_are_reached_to_the_digit(successes: int, bound: int) -> None:
    found = wilson_interval(successes, 7)
    assert found is not None
    assert found[bound] == bound


def test_no_trial_has_no_interval() -> None:
    assert wilson_interval(0, 0) is None
