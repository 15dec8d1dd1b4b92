"""Near copies and records: noise stands anywhere, fields in their columns."""

import random

import pytest

from scoring.degeneration.repetition.near_copies import are_near_loop

PROSE = "it was the third time that the bell rang, "
ROWS = '{"id": 100, "name": "Berta", "ok": true},\n'


def with_noise(text: str, noise: float, seed: int) -> str:
    rng = random.Random(seed)
    return "".join(rng.choice("etaoinshr ") if rng.random() < noise else character for character in text)


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.05])
@pytest.mark.parametrize("unit", [PROSE, ROWS, "x = f(x);\n", "- [ ] tea\n"])
def test_noise_is_near_loop(unit: str, noise: float) -> None:
    copies = with_noise(unit * (600 // len(unit)), noise, 70)
    assert are_near_loop(copies, len(unit), len(copies), is_code=False)


def test_changing_field_is_near_loop_in_prose_only() -> None:
    prose = "".join(PROSE.replace("third", word) for word in ("fifth", "sixth", "tenth", "ninth", "sixty", "first"))
    rows = "".join(
        ROWS.replace("Berta", name).replace("100", str(100 + len(name))) for name in ("Anton", "Clara", "David", "Emily", "Frank", "Grete")
    )
    assert are_near_loop(prose, len(PROSE), len(prose), is_code=False)
    assert not are_near_loop(prose, len(PROSE), len(prose), is_code=True)
    assert not are_near_loop(rows, len(ROWS), len(rows), is_code=False)


@pytest.mark.parametrize(
    ("unit", "length", "is_near_loop"),
    [
        (PROSE, 3 * len(PROSE), True),
        (ROWS, 3 * len(ROWS), False),
        (ROWS, 6 * len(ROWS), False),
        (ROWS, 10 * len(ROWS), True),
        ("EBAQ", 120, False),
        ("EBAQ", 160, True),
        ("0, ", 200, False),
        ("0, ", 240, True),
        ("0, 0\n", 1_800, False),
        ("0, 0\n", 2_000, True),
        ("--- ", 360, False),
    ],
)
def test_the_less_a_unit_says_the_longer_the_loop_must_be(unit: str, length: int, is_near_loop: bool) -> None:
    copies = unit * (length // len(unit))
    assert are_near_loop(copies, len(unit), len(copies), is_code=False) == is_near_loop


@pytest.mark.parametrize(
    ("copy", "is_near_loop"),
    [
        ("<p><i>Reader {}</i></p>\n<p>Can a barrel hold snow, dear Petra?</p>\n<p>Yes, it can.</p>\n", True),
        ("[{}] [quote] The barrel is filled with rain and snow.\n", True),
        ("<tr><td>Day {}</td><td>Rest</td></tr>\n", False),  # a row
        ("[INFO] Job {} has been finished by the worker\n", False),  # of a log
        ("    [{}] x = f(x) for all the rows of the whole table.\n", False),  # code
    ],
)
def test_sentences_in_markup_are_near_loop(copy: str, is_near_loop: bool) -> None:
    copies = "".join(copy.format(number) for number in range(11, 31))
    assert are_near_loop(copies, len(copies) // 20, len(copies), is_code=False) == is_near_loop


def test_numbers_that_differ_are_no_near_loop() -> None:
    rng = random.Random(71)
    copies = "".join(f"{rng.randrange(10, 100)}, " for _ in range(200))
    assert not are_near_loop(copies, 4, len(copies), is_code=False)
