"""What a gate can never see."""

import pytest

from clients.promote.options import DEFAULT_SAMPLES
from clients.promote.power import blind_spots, lowest_p_of_average, lowest_p_of_probe
from scoring.statistics.sign_flip import sign_flip_test
from scoring.statistics.two_samples import permutation_of_two


@pytest.mark.parametrize("num_probes", [1, 5, 6])
def test_average_has_the_smallest_p_value_of_its_test(num_probes: int) -> None:
    differences = [-1.0 - 0.1 * number for number in range(num_probes)]
    assert lowest_p_of_average(num_probes) == pytest.approx(sign_flip_test(differences, seed=0).p_value)


@pytest.mark.parametrize("num_samples", [2, 4, 5])
def test_probe_has_the_smallest_p_value_of_its_test(num_samples: int) -> None:
    low, high = [float(n) for n in range(num_samples)], [100.0 + n for n in range(num_samples)]
    test = permutation_of_two(low, high, seed=0)
    assert test is not None
    assert lowest_p_of_probe(1, num_samples) == pytest.approx(test.p_value)
    assert lowest_p_of_probe(6, num_samples) == pytest.approx(6 * test.p_value)


def test_default_sees_any_one_of_the_six_probes_fall_and_one_fewer_does_not() -> None:
    assert blind_spots(num_probes=6, num_samples=DEFAULT_SAMPLES) == ()
    assert blind_spots(num_probes=6, num_samples=DEFAULT_SAMPLES - 1) == (
        "--samples 4 is too few for any one of 6 probes to be significantly worse: it takes 5",
    )


def test_gate_that_can_see_no_drop_says_so() -> None:
    assert blind_spots(num_probes=5, num_samples=1) == (
        "5 probes are too few for their average to be significantly worse: it takes 6",
        "--samples 1 is too few for any one of 5 probes to be significantly worse: it takes 5",
        "so no drop of the scores can be significant: the gate looks at hard flags alone",
    )
