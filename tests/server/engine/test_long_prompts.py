"""Long prompts beside rows that decode: read in pieces, overtaken by short ones, and the same as mlx-lm reads them."""

import asyncio
from pathlib import Path

import pytest

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Piece
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run
from tests.server.engine.test_parity import NUM_TOKENS, reference

LONG = [f"Report {number}. " + "It was said that the matter stands as it stood. " * (60 + 25 * number) for number in range(4)]


@pytest.fixture(scope="module")
def expected(small_gemma: Path, device: Device) -> list[tuple[int, ...]]:
    """What mlx_lm answers."""
    return reference(small_gemma, LONG, device)


def test_prompts_read_in_pieces_together_answer_as_mlx_lm_does(engine: MlxEngine, run: Run, expected: list[tuple[int, ...]]) -> None:
    async def ask_all(tag: str) -> list[tuple[int, ...]]:
        asked = [ask(engine, question(text, id=f"{tag}-{n}", max_tokens=NUM_TOKENS)) for n, text in enumerate(LONG)]
        return [answer.token_ids for answer in await asyncio.gather(*asked)]

    assert run(ask_all("cold")) == expected
    assert run(ask_all("hot")) == expected  # from what the first round has left in the prefix cache


def test_a_short_prompt_overtakes_long_ones_and_running_rows_go_on(engine: MlxEngine, run: Run) -> None:
    order: list[str] = []

    async def note_first(name: str, text: str) -> None:
        async for event in engine.generate(question(text, id=name, max_tokens=4)):
            if isinstance(event, Piece):
                order.append(name)
                return

    async def ask_all() -> None:
        running = asyncio.create_task(ask(engine, question("Go on and on", id="running", max_tokens=2000)))
        await asyncio.sleep(0.2)
        long = [asyncio.create_task(note_first(f"long-{n}", f"{n} " + "and of another thing " * 900)) for n in range(4)]
        await asyncio.sleep(0.05)
        await note_first("short", "Hi")
        await asyncio.gather(*long)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run(ask_all())
    assert order.index("short") <= 1


def test_a_row_keeps_no_windows_once_its_prompt_is_read(engine: MlxEngine, run: Run) -> None:
    async def look_while_it_runs() -> list[dict[int, object]]:
        async for event in engine.generate(question(LONG[3], id="long", max_tokens=50)):
            if isinstance(event, Piece):
                return [dict(row.windows._windows) for row in engine._worker._batch.rows()]
        return []

    assert run(look_while_it_runs()) == [{}]
