"""Rounds in which everybody is asked in turn."""

from collections.abc import Sequence

from bench.load import Measurement, Request
from bench.machine.report import Subject
from bench.machine.speed import Measure, measure_rounds

MEASURED = Measurement(num_tokens=4, tokens_per_s=1.0, first_token_s=0.1, gap_s=None, gap_p99_s=None)


def test_the_first_round_warms_up_and_each_begins_with_another_subject() -> None:
    asked: list[tuple[Subject, tuple[str, ...]]] = []

    def subject(name: Subject) -> Measure:
        def measure(wave: Sequence[Request]) -> Measurement:
            asked.append((name, tuple(request.messages[-1]["content"] for request in wave)))
            return MEASURED

        return measure

    subjects: dict[Subject, Measure] = {"candor": subject("candor"), "bare model": subject("bare model")}
    speeds = measure_rounds(subjects, "run", num_clients=2, num_rounds=2, max_tokens=4)
    assert [(speed.round_number, speed.subject) for speed in speeds] == [
        (0, "candor"),
        (0, "bare model"),
        (1, "bare model"),
        (1, "candor"),
    ]
    assert len(asked) == 6 and len({prompts for _, prompts in asked}) == 3  # the same for all in a round, new in each
    assert all(len(set(prompts)) == 2 for _, prompts in asked)
