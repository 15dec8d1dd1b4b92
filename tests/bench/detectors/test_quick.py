"""What no change to a detector may lose, on the small corpus."""

from bench.detectors.false_alarm_table import hard_alarms, soft_alarms
from bench.detectors.loop_tables import found, found_hard, loops
from bench.detectors.observation import Observation

# Cut out of what is installed: other versions have other texts, and a test must not hang on them.
INSTALLED = {"manual", "docstrings", "Python", "other programming languages", "Markdown pages", "licences"}


def test_every_exact_loop_is_flagged_hard(observations: list[Observation]) -> None:
    exact = [seen for seen in loops(observations) if not seen.example.noise_percent]
    assert len(exact) >= 100
    assert [seen.example for seen in exact if not found_hard([seen]).is_all] == []


def test_nearly_every_noisy_loop_is_flagged(observations: list[Observation]) -> None:
    noisy = found([seen for seen in loops(observations) if seen.example.noise_percent == 2])
    assert noisy.trials >= 30
    assert noisy.hits >= 0.85 * noisy.trials


def test_no_ordinary_text_is_flagged_hard(observations: list[Observation]) -> None:
    ours = [seen for seen in observations if seen.example.kind not in INSTALLED]
    assert hard_alarms(ours).trials >= 350
    assert [(seen.example.kind, seen.flags) for seen in ours if hard_alarms([seen]).hits] == []


def test_few_ordinary_texts_are_flagged_soft(observations: list[Observation]) -> None:
    alarms = soft_alarms(observations)
    assert alarms.hits < 0.1 * alarms.trials
