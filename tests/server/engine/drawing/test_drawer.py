"""A batch's draw is lazy, keeps to ids that have a piece, and says which rows have no numbers."""

from collections.abc import Sequence

import mlx.core as mx
import numpy as np
import pytest

from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.drawing.processor import Seat
from server.engine.protocol import Sampling
from tests.server.engine.drawing.reference import FakeRow, draw_steps


class Forced:
    """Sets all logits to 0 but one; joins with none but its own class."""

    needs_host_tokens = False

    def __init__(self, id: int) -> None:
        self.id = id

    @property
    def stage(self) -> int:
        return 5

    def join(self, seats: Sequence[Seat]) -> "Forced":
        return self

    def apply(self, logits: mx.array, last_tokens: mx.array | None) -> mx.array:
        return mx.broadcast_to((mx.arange(logits.shape[-1]) == self.id).astype(mx.float32), logits.shape)


class ForcedEarly(Forced):
    """The same, but before."""

    @property
    def stage(self) -> int:
        return 1


WAYS = [
    Sampling(temperature=0),
    Sampling(top_k=3),
    Sampling(top_k=100, top_p=0.9),
    Sampling(temperature=2),
    Sampling(min_p=0.1),
    Sampling(top_p=0.95, temperature=2),
]


def rows_of(samplings: list[Sampling]) -> list[FakeRow]:
    return [FakeRow(sampling, seed=seed, num_top_logprobs=2) for seed, sampling in enumerate(samplings)]


@pytest.mark.parametrize(
    "drawable",
    [range(4000), [*range(10), *range(20, 4000)], [7], range(1, 4097)],
    ids=["no end", "a hole and no end", "one only", "no beginning"],
)
def test_ids_without_a_piece_are_never_drawn(drawable: list[int]) -> None:
    logits = np.random.default_rng(0).normal(size=(len(WAYS), 4100)).astype(np.float32)
    logits[:, [0, 11, 12, 4001, 4050, 4099]] = 9  # what would be drawn
    rows = rows_of(WAYS)
    drawn = draw_steps(rows, logits, 60, list(drawable))
    assert set(drawn.ravel().tolist()) <= set(drawable)
    drawer = Drawer(num_rows_of_head=4100, drawable=set(drawable))
    tokens = [token for token in drawer.draw(mx.array(logits), rows, None).read() if token and token.logprobs]
    assert len(tokens) == len(rows)
    shown = [(id, logprob) for token in tokens if token.logprobs for id, logprob in token.logprobs.top]
    assert {id for id, logprob in shown if logprob > -np.inf} <= set(drawable)


def test_vocabulary_without_any_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="no piece for any of the head's 5 rows"):
        Drawer(num_rows_of_head=5, drawable={5, 6})


@pytest.mark.parametrize("num_ids", [100, 40000])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf], ids=str)
@pytest.mark.parametrize("everywhere", [True, False])
def test_rows_without_numbers_are_told_apart_and_others_go_on(num_ids: int, bad: float, everywhere: bool) -> None:
    rows = rows_of([*WAYS, *WAYS])
    logits = np.random.default_rng(0).normal(size=(len(rows), num_ids)).astype(np.float32)
    expected = draw_steps(rows, logits, 1)[:, 0].tolist()
    logits[: len(WAYS), slice(None) if everywhere else num_ids // 2] = bad
    drawn = Drawer(num_rows_of_head=num_ids, drawable=set(range(num_ids))).draw(mx.array(logits), rows, None)
    assert all(0 <= id < num_ids for id in np.array(drawn.token_ids).tolist())
    tokens = drawn.read()
    assert [token and token.token_id for token in tokens[len(WAYS) :]] == expected[len(WAYS) :]
    is_fine = bad == -np.inf and not everywhere  # a token that is forbidden, no more
    assert [token is not None for token in tokens[: len(WAYS)]] == [is_fine] * len(WAYS)


def test_drawing_builds_a_graph_and_computes_nothing() -> None:
    rows = rows_of([*WAYS, *WAYS])
    drawer = Drawer(num_rows_of_head=100000, drawable=set(range(100000)))
    drawer.draw(mx.zeros((len(rows), 100000)), rows, None).read()  # what depends on the rows alone is there now
    logits = mx.random.normal((len(rows), 100000), key=mx.random.key(0))
    before_bytes = mx.get_active_memory()
    drawn = drawer.draw(logits, rows, None)
    assert mx.get_active_memory() - before_bytes < 100_000
    mx.eval(*drawn.arrays())
    assert mx.get_active_memory() - before_bytes > 4_000_000  # the logits: the measure above can fail


def test_rows_that_come_and_go_are_drawn_by_their_own_parameters() -> None:
    logits = mx.array(np.random.default_rng(0).normal(size=(2, 50)).astype(np.float32))
    drawer = Drawer(num_rows_of_head=50, drawable=set(range(50)))
    greedy, hot = FakeRow(Sampling(temperature=0)), FakeRow(Sampling(temperature=5), seed=3)
    first = np.array(drawer.draw(logits, [greedy, hot], None).token_ids).tolist()
    swapped = np.array(drawer.draw(logits[::-1], [hot, greedy], None).token_ids).tolist()
    assert swapped == first[::-1]
    assert first[0] == int(mx.argmax(logits[0]))


@pytest.mark.parametrize("processors", [[ForcedEarly(3), Forced(4)], [Forced(4), ForcedEarly(3)]])
def test_processors_of_a_later_stage_have_the_last_word(processors: list[Forced]) -> None:
    rows = [FakeRow(Sampling(temperature=0), processors=processors), FakeRow(Sampling(temperature=0))]
    drawn = Drawer(num_rows_of_head=9, drawable=set(range(9))).draw(mx.array([[0.0] * 8 + [1.0]] * 2), rows, None)
    assert drawn.token_ids.tolist() == [4, 8]
