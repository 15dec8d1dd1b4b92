"""Reading beside decoding: a burst in one go, a steady load at about half of the time."""

from server.engine.mlx.pacing import (
    FEWEST_TOKENS,
    FIRST_LOGPROBS_COST,
    LONG_STEPS,
    MOST_READING_S,
    MOST_SAVED_S,
    MOST_STEPS,
    MOST_TOKENS,
    SMALL_REST,
    Pace,
)

DECODE_S = 0.01
READ_S = 0.0002  # a token


def step(pace: Pace, *, num_decoding: int, wanted: int) -> tuple[int, float]:
    """Run a step on a machine of constant speed; gives what was read, and the time it took."""
    num_read = min(wanted, pace.budget([wanted], num_decoding=num_decoding)) if wanted else 0
    spent_s = (DECODE_S if num_decoding else 0) + num_read * READ_S
    pace.note(spent_s=spent_s, num_decoded=num_decoding, num_read=num_read)
    return num_read, spent_s


def learnt() -> Pace:
    pace = Pace()
    step(pace, num_decoding=0, wanted=100)
    for _ in range(50):
        step(pace, num_decoding=8, wanted=0)
    return pace


def test_a_burst_of_short_prompts_is_read_in_one_go() -> None:
    num_read, spent_s = step(learnt(), num_decoding=8, wanted=900)
    assert num_read == 900
    assert spent_s <= DECODE_S + MOST_SAVED_S


def test_under_a_steady_load_of_prompts_gaps_between_tokens_stay_below_three_steps() -> None:
    pace = learnt()
    steps = [step(pace, num_decoding=8, wanted=32_000) for _ in range(300)]
    gaps = sorted(spent_s for _, spent_s in steps)
    assert gaps[int(len(gaps) * 0.98)] <= 3 * DECODE_S
    assert sum(num_read for num_read, _ in steps[10:]) * READ_S >= 0.5 * 290 * DECODE_S  # and prompts get more than half as much time


def test_where_nobody_decodes_a_pass_reads_more_and_no_more_than_its_memory_allows() -> None:
    pace = learnt()
    assert pace.budget([100_000], num_decoding=0) > 2000
    pace.note(spent_s=1e-6, num_decoded=0, num_read=1000)
    for _ in range(30):
        pace.note(spent_s=1e-6, num_decoded=0, num_read=1000)
    assert pace.budget([100_000], num_decoding=0) == MOST_TOKENS


def test_prompts_go_on_however_slow_the_machine_is() -> None:
    pace = Pace()
    pace.note(spent_s=60.0, num_decoded=0, num_read=10)
    assert pace.budget([100_000], num_decoding=0) == FEWEST_TOKENS


def test_a_slow_model_reads_short_prompts_for_as_long_as_some_steps_take() -> None:
    pace = Pace()
    pace.note(spent_s=1.0, num_decoded=0, num_read=100)
    for _ in range(60):
        pace.note(spent_s=0.5, num_decoded=4, num_read=0)
    most = int(MOST_STEPS * 0.5 * 100)
    assert 0.9 * most <= pace.budget([60] * 100, num_decoding=4) <= most
    assert pace.budget([100_000], num_decoding=0) == pace.budget([60] * 100, num_decoding=4)


def test_a_prompt_that_is_not_read_in_one_go_holds_nobody_up_for_long() -> None:
    pace = learnt()
    steady = pace.budget([30_000], num_decoding=8)
    assert steady * READ_S <= LONG_STEPS * DECODE_S * 1.001
    assert pace.budget([30_000, 5], num_decoding=8) == steady  # a word behind it is read with it
    assert pace.budget([30_000, *[40] * 20], num_decoding=8) == 800  # and a burst of short ones has what was put by


def test_where_nobody_decodes_a_small_rest_is_read_along() -> None:
    pace = learnt()
    budget = pace.budget([100_000], num_decoding=0)
    nearly_all = int(budget * SMALL_REST)
    assert pace.budget([nearly_all - 10, 10], num_decoding=0) == nearly_all
    assert pace.budget([nearly_all, 1], num_decoding=0) == budget
    assert pace.budget([nearly_all], num_decoding=8) < nearly_all  # somebody would wait


def test_where_as_many_wait_as_decode_they_are_read_in_one_go_though_it_takes_longer() -> None:
    pace = learnt()
    assert pace.budget([70] * 32, num_decoding=32) == 2240
    assert pace.budget([70] * 31, num_decoding=32) < 31 * 70
    assert pace.budget([*[70] * 32, 3000], num_decoding=32) < 2240  # one of them is long
    assert pace.budget([70] * 1000, num_decoding=8) == pace.budget([100_000], num_decoding=0)  # and no longer than where nobody decodes


def test_such_a_pass_comes_again_only_when_as_much_is_put_by() -> None:
    pace = learnt()
    spent_s = []
    for _ in range(400):  # short prompts without end beside one row
        num_read = min(1500, pace.budget([60] * 25, num_decoding=1))
        spent_s.append(DECODE_S + num_read * READ_S)
        pace.note(spent_s=spent_s[-1], num_decoded=1, num_read=num_read)
    assert max(spent_s[:5]) > 0.25
    assert max(spent_s[5:]) <= 3 * DECODE_S


def test_a_pass_over_few_tokens_does_not_tell_how_long_one_over_many_takes() -> None:
    pace = Pace()
    for num_decoding, num_read in [(0, 500), *[(1, 0)] * 5, *[(0, 4)] * 3, *[(0, 500)] * 2]:
        pace.note(spent_s=DECODE_S + num_read * READ_S, num_decoded=num_decoding, num_read=num_read)
    assert abs(pace.budget([100_000], num_decoding=0) * READ_S - MOST_READING_S) < 0.1 * MOST_READING_S


def test_a_step_of_few_rows_does_not_tell_how_long_one_of_many_takes() -> None:
    pace = learnt()
    for _ in range(50):
        step(pace, num_decoding=1, wanted=0)
    pace.note(spent_s=20 * DECODE_S, num_decoded=32, num_read=0)
    assert pace.budget([30_000], num_decoding=8) * READ_S <= LONG_STEPS * DECODE_S * 1.001
    assert pace.budget([30_000], num_decoding=32) * READ_S > 2 * LONG_STEPS * DECODE_S


def test_a_rest_gives_a_burst_all_that_may_be_put_by() -> None:
    pace, fresh = learnt(), learnt()
    burst = [200] * 4
    step(pace, num_decoding=8, wanted=900)
    assert pace.budget(burst, num_decoding=8) < fresh.budget(burst, num_decoding=8) / 2
    pace.rest()
    assert pace.budget(burst, num_decoding=8) == fresh.budget(burst, num_decoding=8)


def test_tokens_whose_log_probabilities_are_wanted_count_for_what_they_take() -> None:
    pace = learnt()
    assert pace.logprobs_cost == FIRST_LOGPROBS_COST
    assert pace.budget([900], num_decoding=8) == 900
    pace.note_logprobs(spent_s=0.2, num_decoded=8, num_found=1000)  # as long as their reading
    assert round(pace.logprobs_cost, 3) == 2.0
    assert pace.budget([900], num_decoding=8) < 100  # those that decode have waited
    pace.note_logprobs(spent_s=0.0, num_decoded=0, num_found=0)
    assert round(pace.logprobs_cost, 3) == 2.0
