"""Counts the tokens of a reply."""

from collections.abc import Sequence

from server.engine.protocol import Finish, PromptRead
from server.wire.usage import PromptTokensDetails, Usage


def count_usage(finishes: Sequence[Finish], *, num_choices: int = 1) -> Usage:
    """Add up the answers of a request in the order asked for, `num_choices` of each prompt, which counts once."""
    firsts = finishes[::num_choices]
    num_prompt = sum(finish.num_prompt_tokens for finish in firsts)
    num_completion = sum(finish.num_completion_tokens for finish in finishes)
    return Usage(
        prompt_tokens=num_prompt,
        completion_tokens=num_completion,
        total_tokens=num_prompt + num_completion,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=sum(finish.num_cached_tokens for finish in firsts)),
    )


def count_usage_so_far(prompts: Sequence[PromptRead], num_completion: int) -> Usage:
    """Count answers under way, by the prompts that have been read and the tokens that have come."""
    num_prompt = sum(len(prompt.token_ids) for prompt in prompts)
    return Usage(
        prompt_tokens=num_prompt,
        completion_tokens=num_completion,
        total_tokens=num_prompt + num_completion,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=sum(prompt.num_cached_tokens for prompt in prompts)),
    )
