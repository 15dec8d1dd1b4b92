"""The arithmetic of long prompts: which gaps count, what was read anew, and that prompts are new."""

from bench.event_stream import PromptTokensDetails, Usage
from bench.load import Answer
from bench.prompt_reuse import num_read
from bench.prompts import PromptTag, even_prompts, long_text, new_run, prompts
from bench.stalls import gaps_within

TAG = PromptTag(run="1a2b3c", round_number=0, part="a")


def answer(num_prompt: int, num_cached: int | None) -> Answer:
    details = None if num_cached is None else PromptTokensDetails(cached_tokens=num_cached)
    usage = Usage(prompt_tokens=num_prompt, completion_tokens=1, prompt_tokens_details=details)
    return Answer(began_s=0, arrivals_s=[1.0], text="a", usage=usage)


def test_gaps_count_that_lie_in_the_span_at_least_in_part() -> None:
    assert gaps_within([[0, 1, 3, 6, 10], [5, 6]], 2, 6) == [2, 3, 1]


def test_what_a_server_says_nothing_of_was_read() -> None:
    assert num_read([answer(100, None), answer(100, 90), answer(50, 0)]) == 160


def test_prompts_have_no_beginning_in_common_with_those_of_another_run_round_or_part() -> None:
    tags = [
        TAG,
        *(
            PromptTag(run=run, round_number=number, part=part)
            for run, number, part in (("0", 0, "a"), ("1a2b3c", 1, "a"), ("1a2b3c", 0, "b"))
        ),
    ]
    assert len({even_prompts(tag, 1)[0][:10] for tag in tags}) == len(tags)
    assert len({long_text(tag, 0, 50)[20:] for tag in tags}) == len(tags)
    assert long_text(TAG, 0, 50) == long_text(TAG, 0, 50) != long_text(TAG, 1, 50)
    assert new_run() != new_run()
    assert len(set(prompts(0, 20))) == 20
