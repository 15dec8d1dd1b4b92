"""How long a loop must be: the less its unit says, the longer."""

import pytest

from scoring.degeneration.repetition.spans import span_needed


@pytest.mark.parametrize(
    ("unit", "span"),
    [
        ("Ne", 160),
        ("9", 160),
        ("0, ", 160),
        ("eGfese", 80),
        ("123 ", 400),
        ("The sea. ", 80),
        ("-", 200),
        ("| ", 400),
        (" \n", 400),
        ("0.0, ", 400),
        ("0, 0, 0\n", 2_000),
        (", 0xff, 0xff\n0xff", 2_000),
        ("        0,\n", 2_000),
        ("[0, 0, 0], ", 2_000),
        ("<td>0</td>\n", 2_000),
        ("0, 1, 0\n", 2_000),
        ("TTAGGG", 400),
        ("ttaggg", 80),
        ('{"x": 1}, ', 240),
        ('{"x": 1},\n', 400),
        ("\tcall(s, o)\n", 400),
        ("call(s, o) &&\n  ", 400),
        ("Yes.\n", 80),
    ],
)
def test_span_depends_on_what_the_unit_is(unit: str, span: int) -> None:
    assert span_needed(unit) == span
    if len(unit) > 8:
        assert span_needed(unit[3:] + unit[:3]) == span  # wherever the loop was entered
