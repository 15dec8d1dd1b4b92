"""A row whose logits overflow fails by itself and says whose fault it is; those beside it answer as they would have."""

import asyncio
import struct
from pathlib import Path

import pytest

from server.engine.errors import LogitsNotFinite
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import AdapterUse, Generation
from tests.server.engine.asking import Answer, ask, question
from tests.server.engine.conftest import Run

OVERFLOWS = struct.unpack("f", b"\xff\xff\x7f\x7f")[0]  # float32's largest


def scaled(scale: float, id: str) -> Generation:
    return question("number 1", id=id, adapters=(AdapterUse(name="loud", scale=scale),))


def test_a_row_that_overflows_fails_alone_by_name(empty_engine: MlxEngine, run: Run, folders: list[tuple[Path, Path]]) -> None:
    engine = empty_engine
    run(engine.adapters.load("loud", folders[0][0], replace=False))
    beside = [question(f"number {n}", id=f"row-{n}") for n in range(3)] + [scaled(1.0, "row-3")]
    expected = [run(ask(engine, one)).token_ids for one in beside]

    async def ask_together() -> list[Answer | BaseException]:
        loud = (scaled(OVERFLOWS, "loud"), scaled(-OVERFLOWS, "also"))
        return await asyncio.gather(*(ask(engine, one) for one in (*loud, *beside)), return_exceptions=True)

    *failed, _, _, _, _ = answers = run(ask_together())
    for exc in failed:
        assert isinstance(exc, LogitsNotFinite)
        assert str(exc).startswith("after 0 tokens of the answer the logits are not finite, those of adapter 'loud' at the scale asked for")
    assert [answer.token_ids for answer in answers[2:]] == expected
    assert engine.load().memory.kv_bytes == 0
    with pytest.raises(LogitsNotFinite):
        run(ask(engine, scaled(OVERFLOWS, "again")))
    assert [run(ask(engine, one)).token_ids for one in beside] == expected
