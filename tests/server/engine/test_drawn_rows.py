"""What comes with a token: its log-probabilities, and a row whose logits are no numbers, which fails alone."""

import asyncio
from pathlib import Path

import mlx.core as mx
import mlx_lm
import numpy as np
import pytest
from mlx_lm.utils import dequantize_model

from adapters.base.device import Device
from server.engine.errors import RowFailed
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Generation, Message, Piece, Sampling, TokenLogprobs
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run


def with_logprobs(num_top: int, sampling: Sampling, *, id: str = "row-0") -> Generation:
    message = Message(role="user", content="What is said?")
    return Generation(id=id, messages=(message,), sampling=sampling, max_tokens=12, num_top_logprobs=num_top)


async def collect(engine: MlxEngine, generation: Generation) -> tuple[list[int], list[TokenLogprobs]]:
    ids: list[int] = []
    logprobs: list[TokenLogprobs] = []
    async for event in engine.generate(generation):
        if isinstance(event, Piece):
            ids += event.token_ids
            logprobs += event.logprobs
    return ids, logprobs


def reference(folder: Path, device: Device, ids: list[int]) -> np.ndarray:
    """The model's own log-probabilities before each token of an answer, by mlx_lm: (tokens, V)."""
    model, tokenizer = mlx_lm.load(str(folder))
    if device.weights_dtype:
        dequantize_model(model)
        model.set_dtype(getattr(mx, device.weights_dtype))
    prompt = tokenizer.apply_chat_template([{"role": "user", "content": "What is said?"}], add_generation_prompt=True)
    logits = model(mx.array([[*prompt, *ids]]))[0, len(prompt) - 1 : -1].astype(mx.float32)
    logprobs: np.ndarray = np.array(logits - mx.logsumexp(logits, axis=-1, keepdims=True))
    return logprobs


@pytest.mark.parametrize("sampling", [Sampling(temperature=0), Sampling(temperature=1.5, top_k=50, seed=3, repetition_penalty=1.5)])
def test_log_probabilities_are_the_models_own_whatever_is_done_to_draw(
    engine: MlxEngine, run: Run, small_gemma: Path, device: Device, sampling: Sampling
) -> None:
    ids, logprobs = run(collect(engine, with_logprobs(3, sampling)))
    expected = reference(small_gemma, device, ids)
    assert len(ids) == len(logprobs) == 12
    assert [one.logprob for one in logprobs] == pytest.approx(
        [float(row[token]) for row, token in zip(expected, ids, strict=True)], abs=1e-4
    )
    for one, row in zip(logprobs, expected, strict=True):
        assert [logprob for _, logprob in one.top] == pytest.approx(sorted(row.tolist(), reverse=True)[:3], abs=1e-4)
        assert [row[token] for token, _ in one.top] == pytest.approx([logprob for _, logprob in one.top], abs=1e-4)


def test_only_rows_that_ask_get_log_probabilities(engine: MlxEngine, run: Run) -> None:
    async def ask_three() -> list[tuple[list[int], list[TokenLogprobs]]]:
        plain = question("What is said?", id="plain", max_tokens=12)
        asked = (plain, with_logprobs(0, Sampling(temperature=0), id="drawn"), with_logprobs(2, Sampling(temperature=0), id="top"))
        return await asyncio.gather(*(collect(engine, one) for one in asked))

    plain, drawn, top = run(ask_three())
    assert plain[0] == drawn[0] == top[0]
    assert plain[1] == []
    assert [one.top for one in drawn[1]] == [()] * 12
    assert [one.logprob for one in drawn[1]] == pytest.approx([one.logprob for one in top[1]], abs=1e-5)


def test_a_row_whose_logits_are_no_numbers_fails_alone_and_leaves_none_behind(
    engine: MlxEngine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed = engine._runtime.forward._trunk.embed_tokens
    weight = embed.weight
    expected = [run(ask(engine, question(f"number {n}"))).token_ids for n in range(3)]
    said = {token for ids in expected for token in ids}
    letter, poison = next(
        (one, token)
        for one in "☃☂ǂǁѼ"
        for token in engine._runtime.vocabulary.tokenizer.encode(one, add_special_tokens=False)[-1:]
        if token not in said
    )
    spoilt = mx.array(weight)
    spoilt[poison] = mx.nan
    mx.eval(spoilt)  # here: MLX's streams are a thread's own
    # Only the lookup is spoilt: the same weights are the head's.
    monkeypatch.setattr(engine._runtime.forward, "logits", lambda hidden: hidden @ weight.T)

    async def ask_all() -> list[object]:
        embed.weight = spoilt
        asked = [ask(engine, question(f"number {n}", id=f"row-{n}")) for n in range(3)]
        return await asyncio.gather(*asked, ask(engine, question(letter, id="bad")), return_exceptions=True)

    try:
        *good, bad = run(ask_all())
    finally:
        embed.weight = weight
    assert isinstance(bad, RowFailed)
    assert "not finite" in str(bad.__cause__)
    assert [answer.token_ids for answer in good] == expected
    after = run(ask(engine, question("number 0, and of the one before, that is said to be")))
    assert after.finish.num_completion_tokens > 0
