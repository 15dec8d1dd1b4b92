"""What a gate can never see."""

import pytest

from clients.promote.options import DEFAULT_SAMPLES
from clients.report.power import Power, lowest_p_of_average, lowest_p_of_probe
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
    assert lowest_p_of_probe(1, num_samples, num_samples) == pytest.approx(test.p_value)
    assert lowest_p_of_probe(6, num_samples, num_samples) == pytest.approx(min(1.0, 6 * test.p_value))


@pytest.mark.parametrize(("num_samples", "num_baseline_samples"), [(2, 5), (3, 8), (6, 2)])
def test_unequal_sides_have_the_smallest_p_value_of_their_test(num_samples: int, num_baseline_samples: int) -> None:
    low, high = [float(n) for n in range(num_samples)], [100.0 + n for n in range(num_baseline_samples)]
    test = permutation_of_two(low, high, seed=0)
    assert test is not None
    assert lowest_p_of_probe(1, num_samples, num_baseline_samples) == pytest.approx(test.p_value)


def test_default_sees_any_one_of_the_six_probes_fall_and_one_fewer_does_not() -> None:
    assert _power(6, DEFAULT_SAMPLES).blind_spots == ()
    assert _power(6, DEFAULT_SAMPLES - 1).blind_spots == (
        "--samples 4 is too few for any one of 6 probes to be significantly worse: it takes 5",
    )


def test_gate_that_can_see_no_drop_says_what_would_do() -> None:
    assert _power(5, 1).blind_spots == (
        "5 probes are too few for their average to be significantly worse: it takes 6",
        "--samples 1 is too few for any one of 5 probes to be significantly worse: it takes 5",
    )


def test_locked_baseline_of_one_sample_can_never_show_a_probe_fall() -> None:
    power = Power(num_probes=5, num_samples=4, num_baseline_samples=1)
    assert power.blind_spots[-1].endswith("it takes a baseline with two samples or more")
    assert not power.sees_probes


def _power(num_probes: int, num_samples: int) -> Power:
    return Power(num_probes=num_probes, num_samples=num_samples, num_baseline_samples=num_samples)
