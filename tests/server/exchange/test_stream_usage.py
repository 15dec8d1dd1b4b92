"""What the chunks of a stream say of its tokens: on which of them, and how many."""

import msgspec
import pytest

from server.engine.protocol import Finish, Piece, PromptRead
from server.exchange.stream_usage import ChunkUsage, StreamUsage


def make_usage(*, include_usage: bool = False, counts_on: bool = False, num_choices: int = 1) -> StreamUsage:
    """Count two answers."""
    return StreamUsage(num_answers=2, num_choices=num_choices, include_usage=include_usage, counts_on=counts_on)


def make_finish(num_completion_tokens: int) -> Finish:
    return Finish(reason="stop", num_prompt_tokens=5, num_completion_tokens=num_completion_tokens)


def numbers(usage: ChunkUsage) -> tuple[int, int] | None:
    return None if not isinstance(usage, msgspec.Struct) else (usage.prompt_tokens, usage.completion_tokens)


def test_usage_is_on_the_last_end_and_on_no_other_chunk() -> None:
    usage = make_usage()
    usage.note_piece(Piece(text="a", token_ids=(1,)))
    assert [usage.so_far(), usage.note_end(1, make_finish(3))] == [msgspec.UNSET, msgspec.UNSET]
    assert numbers(usage.note_end(0, make_finish(4))) == (10, 7)
    assert usage.extra() is None


def test_usage_that_is_asked_for_is_behind_all_ends() -> None:
    usage = make_usage(include_usage=True)
    assert [usage.so_far(), usage.note_end(0, make_finish(3)), usage.note_end(1, make_finish(4))] == [None, None, None]
    assert numbers(usage.extra()) == (10, 7)


@pytest.mark.parametrize(("num_choices", "num_prompt_tokens"), [(1, 10), (2, 5)])
def test_choices_of_a_prompt_count_it_once(num_choices: int, num_prompt_tokens: int) -> None:
    usage = make_usage(num_choices=num_choices, counts_on=True)
    for index in (0, 1):
        usage.note_prompt(index, PromptRead(token_ids=(1, 2, 3, 4, 5)))
        usage.note_piece(Piece(text="ab", token_ids=(6, 7)))
    assert numbers(usage.so_far()) == (num_prompt_tokens, 4)
    usage.note_end(0, make_finish(2))
    assert numbers(usage.note_end(1, make_finish(3))) == (num_prompt_tokens, 5)
