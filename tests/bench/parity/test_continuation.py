"""Where an answer parts from the reference."""

import pytest

from bench.parity.continuation import Answer, Continuation, Parting, find_parting

REFERENCE = Continuation(token_ids=(7, 8, 9), segments=("The", " cat", " sat", "."), finish_reason="stop")


def answer(text: str, *ids: int, finish_reason: str | None = "stop") -> Answer:
    return Answer(text=text, finish_reason=finish_reason, token_ids=ids or None)


@pytest.mark.parametrize(
    "same",
    [answer("The cat sat."), answer("The cat sat.", finish_reason=None), answer("The cat sat.", 7, 8, 9)],
)
def test_same_answer_does_not_part(same: Answer) -> None:
    assert find_parting(REFERENCE, same) is None


@pytest.mark.parametrize(
    ("other", "num_agreed", "expected", "got", "got_id"),
    [
        (answer("The dog sat."), 1, " cat sat.", " dog sat.", None),
        (answer("The car sat."), 1, " cat sat.", " car sat.", None),
        (answer("A cat sat."), 0, "The cat sat.", "A cat sat.", None),
        (answer(""), 0, "The cat sat.", "", None),
        (answer("The cat"), 2, " sat.", "", None),
        (answer("The cat sat. And on."), 3, ".", ". And on.", None),
        (answer("The cat sat.", finish_reason="length"), 3, ".", ".", None),
        (answer("The dog sat.", 7, 4, 9), 1, " cat sat.", " dog sat.", 4),
        (answer("The cat", 7, 8), 2, " sat.", "", None),
        (answer("The cat sat.", 7, 5, 6, 9), 1, " cat sat.", " cat sat.", 5),
        (answer("The cat sag.", 7, 8, 9), 2, " sat.", " sag.", None),
    ],
)
def test_other_answer_parts_at_the_first_token_that_differs(
    other: Answer, num_agreed: int, expected: str, got: str, got_id: int | None
) -> None:
    assert find_parting(REFERENCE, other) == Parting(num_agreed=num_agreed, expected=expected, got=got, got_id=got_id)
