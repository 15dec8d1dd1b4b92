"""A tokenizer and a model whose vocabularies differ, as Gemma 3's do: one piece too many on 270M and 1B, 63 rows too many above."""

import asyncio
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from server.engine.errors import InvalidGeneration
from server.engine.mlx.device import Device
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Sampling
from server.settings.settings import Settings
from tests.conftest import SMALL
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run
from tools.random_gemma3 import Shape, write_random_gemma3

STRANGER = "<image_soft_token>"
NUM_SPARE_ROWS = 512


@pytest.fixture(scope="module")
def one_piece_too_many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder whose tokenizer has one piece that the embedding has no row for."""
    folder = tmp_path_factory.mktemp("models") / "one-piece-too-many"
    write_random_gemma3(folder, SMALL)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([STRANGER], special_tokens=True)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def rows_to_spare(tmp_path_factory: pytest.TempPathFactory, small_gemma: Path) -> Path:
    """A model's folder with many rows beyond the tokenizer's pieces."""
    folder = tmp_path_factory.mktemp("models") / "rows-to-spare"
    shape = Shape(
        hidden=64, layers=4, intermediate=128, heads=2, head_dim=32, vocabulary=SMALL.vocabulary + NUM_SPARE_ROWS, window=32, pattern=3
    )
    write_random_gemma3(folder, shape)
    AutoTokenizer.from_pretrained(small_gemma).save_pretrained(folder)
    return folder


def test_a_message_with_a_piece_that_has_no_embedding_is_refused_by_name_and_the_next_answered(
    one_piece_too_many: Path, device: Device, run: Run
) -> None:
    engine = MlxEngine.open(model=str(one_piece_too_many), device=device, limits=Settings().limits)
    try:
        with pytest.raises(InvalidGeneration, match=STRANGER) as refused:
            run(ask(engine, question(f"what is {STRANGER}?")))
        assert refused.value.param == "messages"
        assert run(ask(engine, question("what is it?"))).finish.num_completion_tokens > 0
    finally:
        run(engine.close(grace_s=1))


def test_rows_without_a_piece_are_never_drawn(rows_to_spare: Path, device: Device, run: Run) -> None:
    async def ask_eight(engine: MlxEngine) -> list[int]:
        hot = [question(f"number {n}", id=f"row-{n}", sampling=Sampling(temperature=2.0, seed=n), max_tokens=40) for n in range(8)]
        answers = await asyncio.gather(*(ask(engine, one) for one in hot))
        return [token for answer in answers for token in answer.token_ids]

    engine = MlxEngine.open(model=str(rows_to_spare), device=device, limits=Settings().limits)
    try:
        drawn = run(ask_eight(engine))
    finally:
        run(engine.close(grace_s=1))
    assert len(drawn) > 200  # a third of which would be rows to spare
    assert max(drawn) < SMALL.vocabulary
