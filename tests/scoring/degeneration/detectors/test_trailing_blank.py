"""White space after an answer, to the limit."""

import pytest

from tests.scoring.degeneration.judging import flags

ANSWER = '{"answer": "barrel"}'


@pytest.mark.parametrize(
    ("blank", "finish_reason"),
    [
        ("\n" * 100, "length"),
        ("\n" * 60, "length"),
        (" \n" * 60, "length"),
        ("\t" * 100, "length"),
        ("\n" * 200, None),
        ("\n" * 100, "stop"),
        ("\n" * 800, "length"),
        (" " * 2_000, "stop"),
    ],
)
def test_blank_to_the_limit_is_one_loop(blank: str, finish_reason: str | None) -> None:
    loops = [flag for flag in flags(ANSWER + blank, finish_reason=finish_reason) if flag.flag == "token_loop"]
    assert [(flag.tier, flag.start) for flag in loops] == [("hard", len(ANSWER))]


@pytest.mark.parametrize(("blank", "finish_reason"), [("\n" * 20, "length"), ("\n" * 60, "stop"), ("\n" * 90 + ".", "length")])
def test_less_of_it_is_none(blank: str, finish_reason: str) -> None:
    assert [flag.flag for flag in flags(ANSWER + blank, finish_reason=finish_reason) if flag.tier == "hard"] == []


def test_blank_without_an_answer_is_empty() -> None:
    assert [flag.flag for flag in flags("\n" * 120)] == ["empty"]


def test_padding_of_a_table_that_was_cut_off_is_none() -> None:
    assert flags("| Project | Status" + " " * 240) == ()
