"""Counting runs: what only counts is found where it goes on for long, and what says something with each number is not."""

import pytest

from scoring.degeneration.repetition.counting_run import MIN_COPIES, find_counting_run

UNITS = {
    "citations": "[{0}]",
    "hashes": " #{0}",
    "items": "Item {0}\n",
    "rows": "| {0} | barrel |\n",
    "functions": "def pour_{0}(a):\n    return a + 1\n\n",
    "records": '{{"id": {0}, "name": "barrel", "volume": {1}}},\n',
    "formulas": "$x_{{{0}}} = x_{{{2}}} + 10$\n",
    "styles": ".barrel-{0} {{ width: {0}px; }}\n",
    "branches": "    elif n == {0}:\n        return {1}\n",
}


def counted(unit: str, num_copies: int) -> str:
    return "".join(unit.format(number, 10 * number, number - 1) for number in range(1, num_copies + 1))


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("lead", ["", "It has 7 parts, of which 3 are new.\n\n"])
@pytest.mark.parametrize("cut", [0, 3])
def test_long_count_is_found(name: str, lead: str, cut: int) -> None:
    text = lead + counted(UNITS[name], 80)
    run = find_counting_run(text[: len(text) - cut])
    assert run is not None
    assert abs(run.start - len(lead)) <= 2 * len(UNITS[name])
    assert 77 <= run.copies <= 81


@pytest.mark.parametrize("name", UNITS)
def test_short_count_is_not(name: str) -> None:
    assert find_counting_run(counted(UNITS[name], MIN_COPIES - 3)) is None


@pytest.mark.parametrize(
    "text",
    [
        ", ".join(map(str, range(1, 201))),
        "\n".join(map(str, range(1, 201))),
        "".join(f"{number} km = {number * 0.621:.2f} miles\n" for number in range(1, 90)),
        "".join(f"assert rounded({number * 37 % 101}.5) == {number * 37 % 101}\n" for number in range(90)),
        "".join(f'{{"id": {number}, "name": "barrel", "volume": {number * 71 % 97}}},\n' for number in range(90)),
        "".join(f"{number}. {chr(97 + number % 26) * 3} barrel\n" for number in range(90)),
        "no number at all " * 40,
        "",
    ],
)
def test_what_says_something_is_no_counting_run(text: str) -> None:
    assert find_counting_run(text) is None


def test_run_that_is_over_is_not_found() -> None:
    assert find_counting_run(counted("Item {0}\n", 100) + "And that is all of them, but for the two that were lost.\n" * 3) is None


def test_number_of_many_digits_is_no_count() -> None:
    assert find_counting_run("".join(f"x{10**12 + number} " for number in range(80))) is None
