"""The two lanes of a pass: about half of its tokens each, and the same answers as in one."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.mlx.forward import split_linear
from server.engine.mlx.forward.prefilling import Snapshot
from server.engine.mlx.lanes import FEWEST_TOKENS, TOLERANCE, share_lanes
from server.engine.mlx.prompt_piece import PromptPiece
from server.engine.mlx.row import Row
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question
from tests.server.engine.conftest import Adapters, Run


class Prompt(NamedTuple):
    """What a piece needs of its row."""

    input_ids: list[int]


def make_piece(num_tokens: int, *, begin: int = 0, snapshots: list[Snapshot] | None = None) -> PromptPiece:
    row = cast(Row, Prompt(list(range(begin + num_tokens))))
    return PromptPiece(row, begin, num_tokens, snapshots or [])


@pytest.mark.parametrize(
    ("num_tokens", "num_decoding"),
    [([40] * 8, 0), ([40] * 7, 1), ([300], 0), ([500], 16), ([200, 33], 32), ([10, 20, 500], 4), ([129], 31), ([64] * 2, 0)],
)
def test_both_lanes_take_about_half_and_nothing_is_lost(num_tokens: list[int], num_decoding: int) -> None:
    pieces = [make_piece(number) for number in num_tokens]
    first, second = share_lanes(pieces, num_decoding=num_decoding)
    lengths = [num_decoding + sum(piece.num_tokens for piece in first), sum(piece.num_tokens for piece in second)]
    assert abs(lengths[0] - lengths[1]) <= 2 * TOLERANCE * sum(lengths) + 1
    read = [token for piece in (*first, *second) for token in piece.token_ids]
    assert read == [token for piece in pieces for token in piece.token_ids]
    assert sum(piece.is_last for piece in (*first, *second)) == len(pieces)


def test_a_small_pass_has_one_lane() -> None:
    pieces = [make_piece(FEWEST_TOKENS // 2 - 1)] * 2
    assert share_lanes(pieces, num_decoding=1) == (pieces,)


def test_rows_that_decode_may_fill_the_first_lane() -> None:
    first, second = share_lanes([make_piece(100)], num_decoding=100)
    assert not first
    assert [piece.num_tokens for piece in second] == [100]


def test_a_prompt_that_is_cut_keeps_each_snapshot_where_its_token_is_read() -> None:
    snapshots = [Snapshot(position) for position in (110, 150, 151, 200)]
    before, behind = make_piece(100, begin=100, snapshots=snapshots).cut(50)
    assert [snapshot.position for snapshot in before.snapshots] == [110, 150]
    assert [snapshot.position for snapshot in behind.snapshots] == [151, 200]
    assert (before.is_last, behind.is_last) == (False, True)


async def ask_all(engine: MlxEngine) -> list[tuple[int, ...]]:
    adapters = (None, "adapter-0", "adapter-2")
    texts = ["Say it once more. " * (4 + 9 * (number % 4)) + str(number) for number in range(9)]
    asked = [question(text, id=str(number), adapter=adapters[number % 3]) for number, text in enumerate(texts)]
    answers: list[Answer] = await asyncio.gather(*(ask(engine, one) for one in asked))
    return [answer.token_ids for answer in answers]


Answers = Callable[[int], list[list[tuple[int, ...]]]]


@pytest.fixture
def answers_with(small_gemma: Path, small_adapters: Adapters, device: Device, run: Run) -> Answers:
    """Ask everything twice, the second time with the cache hot, of an engine with so many lanes."""

    def answers(num_lanes: int) -> list[list[tuple[int, ...]]]:
        changed = msgspec.structs.replace(device, has_second_stream=num_lanes > 1, num_lanes=num_lanes)
        limits = Settings(max_batch_size=16, max_queue=16).limits
        engine = MlxEngine.open(model=str(small_gemma), adapters=small_adapters, device=changed, limits=limits)
        try:
            return [run(ask_all(engine)), run(ask_all(engine))]
        finally:
            run(engine.close(grace_s=5))

    return answers


def test_answers_are_the_same_in_one_lane_and_in_two(answers_with: Answers) -> None:
    assert answers_with(1) == answers_with(2)


def test_answers_are_the_same_where_products_are_split(answers_with: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers_with(1)
    monkeypatch.setattr(split_linear, "FEWEST_IN_ALL", 1)
    monkeypatch.setattr(split_linear, "FEWEST_WEIGHTS", 1)
    assert answers_with(2) == expected
