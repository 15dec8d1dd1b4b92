"""Gemma 3 ends a text by `<eos>` (1) and a turn by `<end_of_turn>` (106): either ends an answer, and neither is shown."""

from typing import Any

import pytest

from server.engine.mlx.engine import MlxEngine
from tests.outside.real.asking import asked
from tests.outside.real.conversations import SHORT
from tests.server.engine.asking import Answer, ask
from tests.server.engine.conftest import Run

ENDS = {"<eos>": 1, "<end_of_turn>": 106}
NUM_BEFORE = 4
WANTED = 100.0  # what no other token's logit has


@pytest.mark.parametrize("end", ENDS)
def test_either_end_ends_an_answer_and_is_not_shown(engine: MlxEngine, run: Run, end: str) -> None:
    plain: Answer = run(ask(engine, asked(SHORT["question"], max_tokens=NUM_BEFORE)))
    ended: Answer = run(
        ask(engine, asked(SHORT["question"], max_tokens=NUM_BEFORE + 4, min_tokens=NUM_BEFORE, logit_bias=((ENDS[end], WANTED),)))
    )
    assert (ended.finish.reason, ended.token_ids, ended.text) == ("stop", plain.token_ids, plain.text)
    assert ended.finish.end is not None
    assert ended.finish.end.token_id == ENDS[end]
    assert ended.finish.num_completion_tokens == NUM_BEFORE + 1


@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_shown_and_gone_past_where_that_is_wanted(engine: MlxEngine, run: Run, end: str) -> None:
    options: dict[str, Any] = {"max_tokens": 3, "logit_bias": ((ENDS[end], WANTED),)}
    shown: Answer = run(ask(engine, asked(SHORT["question"], shows_stop=True, **options)))
    ignored: Answer = run(ask(engine, asked(SHORT["question"], ignores_stop_ids=True, **options)))
    assert (shown.text, shown.finish.reason) == (end, "stop")
    assert (ignored.text, ignored.token_ids, ignored.finish.reason) == (end * 3, (ENDS[end],) * 3, "length")


def test_no_other_special_token_ends_an_answer(engine: MlxEngine, run: Run) -> None:
    for token in (0, 2, 105, 107):  # <pad>, <bos>, <start_of_turn>, a line break
        answer: Answer = run(ask(engine, asked(SHORT["question"], max_tokens=2, logit_bias=((token, WANTED),))))
        assert (answer.token_ids, answer.finish.reason) == ((token, token), "length")
