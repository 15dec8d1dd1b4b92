"""Student's t."""

from statistics import NormalDist

import pytest

from scoring.statistics.student_t import t_quantile


@pytest.mark.parametrize(
    ("degrees", "t95", "t99"),
    [
        # scipy 1.17.1: t.ppf(0.975, degrees), t.ppf(0.995, degrees)
        (1, 12.706204736174694, 63.656741162871526),
        (2, 4.302652729749462, 9.924843200918287),
        (3, 3.1824463052837078, 5.840909309733355),
        (4, 2.7764451051977934, 4.604094871349992),
        (5, 2.5705818356363146, 4.032142983555228),
        (9, 2.262157162798205, 3.249835541592126),
        (30, 2.0422724563012378, 2.7499956535672254),
        (100, 1.9839715185235518, 2.6258905214380173),
        (1000, 1.9623390808264083, 2.580754698065951),
    ],
)
def test_quantile_is_that_of_scipy(degrees: int, t95: float, t99: float) -> None:
    assert (t_quantile(0.95, degrees), t_quantile(0.99, degrees)) == pytest.approx((t95, t99), rel=1e-10)


def test_quantile_of_many_degrees_nears_the_normal() -> None:
    assert t_quantile(0.95, 20_000) == pytest.approx(NormalDist().inv_cdf(0.975), rel=1e-4)
