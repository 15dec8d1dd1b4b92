"""How an answer ended, in the words of many servers."""

import pytest

from scoring.finish_reasons import end_of
from scoring.verdict import score


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("length", "cut"),
        ("MAX_TOKENS", "cut"),
        ("max-output-tokens", "cut"),
        ("FINISH_REASON_MAX_TOKENS", "cut"),
        ("stop", "stopped"),
        ("STOP", "stopped"),
        ("end_turn", "stopped"),
        ("tool_calls", "stopped"),
        ("content_filter", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_reasons_are_read_in_whichever_words(reason: str | None, end: str) -> None:
    assert end_of(reason) == end


@pytest.mark.parametrize("reason", ["length", "MAX_TOKENS", "max_output_tokens"])
def test_sentence_cut_off_is_truncated_in_whichever_words(reason: str) -> None:
    flags = score("The tide is low and the", prompt="Tell me about the tide.", finish_reason=reason).degeneration.flags
    assert [flag.flag for flag in flags] == ["truncated"]
