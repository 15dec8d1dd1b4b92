"""Cohen's d of paired differences."""

import pytest

from scoring.statistics.effect_size import cohens_d


@pytest.mark.parametrize(
    ("differences", "size"),
    [
        # numpy: mean / std(ddof=1)
        ([2.0, 5.0, 3.0, 4.0, 0.0, 0.0], 1.12962014264383),
        ([-11.5, -9.0, -3.0, -2.5, -20.0, 0.0, 1.0, 4.0, -7.5, 2.0], -0.6305024370447353),
        ([1.0, -1.0], 0.0),
    ],
)
def test_size_is_the_mean_in_standard_deviations(differences: list[float], size: float) -> None:
    assert cohens_d(differences) == pytest.approx(size, rel=1e-12)


@pytest.mark.parametrize("differences", [[], [3.0], [3.0, 3.0], [0.0, 0.0], [0.1 + 0.2, 0.3, 0.3]])
def test_size_without_a_spread_is_undefined(differences: list[float]) -> None:
    assert cohens_d(differences) is None
