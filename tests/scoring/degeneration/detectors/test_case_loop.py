"""Letters that alternate between capital and small."""

import pytest

from tests.scoring.degeneration.judging import flags

LEVEL = "MAP\n xxJlKlLxx\n xJllKllLx\n xxJlKlLxx\n  aBcDeFgHiJkLm\nENDMAP\n"


def test_map_of_letters_is_no_loop_of_case() -> None:
    assert not [flag for flag in flags(LEVEL) if flag.flag == "case_loop"]


def test_names_of_two_short_words_are_no_loop_of_case() -> None:
    assert not [flag for flag in flags("The events are OnFwd OnRev OnFor and OnNot.") if flag.flag == "case_loop"]


@pytest.mark.parametrize(
    "text", ["oVeRnMeNtS eXaMpaPleS\naLl tHeIr sToRiEs\n", "- oVeRnMeNtS\n- eXaMpaPleS\n- cOnStItUtE\n", "hElLo wOrLd tHeRe"]
)
def test_words_that_alternate_are_a_loop_on_lines_and_in_lists(text: str) -> None:
    assert [flag.tier for flag in flags(text) if flag.flag == "case_loop"] == ["hard"]
