import pytest

from scoring.degeneration.prompt.counts import counts, in_small_letters, may_count

COUNTED = (
    "Twenty-five times, please.",
    "ZWANZIGMAL!",
    "cent fois",
    "cincuenta veces",
    "1,000 times",
    "12 x",
    "сто раз",
    "열두 차례",
    "二十遍",
    "عشر مرات",
    "दस बार",
    "over and over",
    "immer wieder",
)


@pytest.mark.parametrize("text", COUNTED)
def test_quick_look_passes_over_nothing_that_counts(text: str) -> None:
    small = in_small_letters(text)
    assert counts().search(small)
    assert may_count(small)


@pytest.mark.parametrize("text", ["How does a steam engine work?", "1" * 1000, "a table of contents"])
def test_what_counts_nothing_is_found_so(text: str) -> None:
    assert not may_count(text)
    assert counts().search(text) is None


def test_small_letters_stay_where_they_were() -> None:
    assert in_small_letters("İKİ KEZ") == "iki kez"
