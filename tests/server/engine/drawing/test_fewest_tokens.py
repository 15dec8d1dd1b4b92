"""An answer does not end before it may, and ends then as it would have."""

import numpy as np
import pytest

from server.engine.mlx.drawing.wishes import NO_WISHES, Wishes
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, draw_steps

END, OTHER_END = 3, 4
LOGITS = np.array([0.0, 1.0, 2.0, 9.0, 8.0, 3.0], np.float32)


def wanting(min_tokens: int, sampling: Sampling) -> FakeRow:
    wishes = Wishes(min_tokens=min_tokens, forbidden_until_then=frozenset({END, OTHER_END}))
    return FakeRow(sampling, processors=wishes.make_processors(sampling))


@pytest.mark.parametrize("sampling", [Sampling(temperature=0), Sampling(temperature=0.01, top_k=3), Sampling(temperature=0.01, top_p=0.9)])
def test_ends_cannot_be_drawn_before_so_many_tokens(sampling: Sampling) -> None:
    rows = [wanting(2, sampling), FakeRow(sampling), wanting(0, sampling), wanting(4, sampling)]
    drawn = draw_steps(rows, np.stack([LOGITS] * 4), 5)
    assert drawn.tolist() == [[5, 5, END, END, END], [END] * 5, [END] * 5, [5, 5, 5, 5, END]]


def test_an_end_comes_early_where_nothing_else_is_left() -> None:
    nothing_else = np.where(np.isin(np.arange(6), (END, OTHER_END)), LOGITS, -np.inf).astype(np.float32)
    rows = [wanting(2, Sampling(temperature=0)), wanting(2, Sampling(seed=1))]
    drawn = draw_steps(rows, np.stack([nothing_else] * 2), 2)
    assert set(drawn.ravel().tolist()) <= {END, OTHER_END}


def test_ends_of_two_kinds_have_each_their_own_time() -> None:
    sampling = Sampling(temperature=0)
    wishes = Wishes(min_tokens=1, forbidden_until_then=frozenset({END, OTHER_END}), last_resort=frozenset({END}))
    rows = [FakeRow(sampling), FakeRow(sampling, processors=wishes.make_processors(sampling))]
    assert draw_steps(rows, np.stack([LOGITS] * 2), 3).tolist() == [[END] * 3, [5, OTHER_END, OTHER_END]]


def test_a_bias_does_not_bring_an_end_forward() -> None:
    sampling = Sampling(temperature=0)
    wishes = Wishes(min_tokens=1, forbidden_until_then=frozenset({END}), logit_bias=((END, 100.0),))
    assert draw_steps([FakeRow(sampling, processors=wishes.make_processors(sampling))], LOGITS[None], 2).tolist() == [[OTHER_END, END]]


def test_who_wishes_nothing_has_no_processors() -> None:
    assert not NO_WISHES.make_processors(Sampling())
    assert not Wishes(min_tokens=3).make_processors(Sampling())
