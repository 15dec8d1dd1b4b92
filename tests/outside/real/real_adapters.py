"""An adapter of rank 8 on the real model: it loads in either format, answers as in mlx-lm beside the base, and goes again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import AdapterUse
from tests.outside.real.asking import ask_together, asked
from tests.outside.real.conftest import DTYPE
from tests.outside.real.conversations import SHORT
from tests.outside.real.reference import Reference
from tests.server.engine.conftest import Run
from tools.random_adapter import write_random_adapter

RANK = 8
NUM_TOKENS = 8


@pytest.fixture(scope="module")
def folders(real_gemma: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One adapter, in mlx-lm's format and in PEFT's."""
    root = tmp_path_factory.mktemp("adapters")
    write_random_adapter(root / "mlx-lm", base=real_gemma, rank=RANK, seed=1, size=0.01, peft_folder=root / "peft")
    return {name: root / name for name in ("mlx-lm", "peft")}


@pytest.fixture(scope="module")
def loaded(engine: MlxEngine, run: Run, folders: dict[str, Path]) -> Iterator[tuple[str | None, ...]]:
    for name, folder in folders.items():
        status = run(engine.adapters.load(name, folder, replace=False))
        assert (status.format, status.rank, status.share_of_layers) == (name, RANK, 1.0)
    yield (None, *folders)
    for name in folders:
        run(engine.adapters.unload(name, force=False))
    assert engine.adapters.statuses() == ()


def test_it_answers_as_in_mlx_lm_and_the_base_beside_it_as_ever(
    engine: MlxEngine, run: Run, real_gemma: Path, reference: Reference, folders: dict[str, Path], loaded: tuple[str | None, ...]
) -> None:
    adapted = Reference(real_gemma, dtype=DTYPE, adapter=folders["mlx-lm"])
    expected = {
        adapter: [one.greedy(one.prompt_ids(messages), num_tokens=NUM_TOKENS) for messages in SHORT.values()]
        for adapter, one in ((None, reference), ("mlx-lm", adapted))
    }
    rows = [
        asked(messages, id=f"{adapter}-{name}", adapters=(AdapterUse(name=adapter),) if adapter else (), max_tokens=NUM_TOKENS)
        for adapter in loaded
        for name, messages in SHORT.items()
    ]
    answers = [answer.token_ids for answer in run(ask_together(engine, rows))]
    assert answers == [*expected[None], *expected["mlx-lm"], *expected["mlx-lm"]]
    assert expected[None] != expected["mlx-lm"]
