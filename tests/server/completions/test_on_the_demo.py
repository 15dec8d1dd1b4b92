"""Completions of the demo model: as likely as mlx-lm finds them, and the client of OpenAI reads them."""

from collections.abc import Iterator
from typing import Any

import mlx.core as mx
import mlx_lm
import numpy as np
import pytest
from mlx_lm.utils import dequantize_model
from openai import OpenAI

from adapters.base.device import Device
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tests.adapters.base.folders import DEMO
from tests.server.live_server import LiveServer

CONTEXTS = (
    "What is a river?",
    "Rivers and hills",
    "Be kind: ",
    "1 + 1 =",
    "日本 is",
    "What makes a good question, and what a bad one? I think",
)
ENDINGS = (" A stream of water.", " the end", " 2", " naïve 👩‍🚀", "\n\nYes.<end_of_turn>")
TOLERANCE = 1e-3


@pytest.fixture(scope="module")
def client(device: Device) -> Iterator[OpenAI]:
    limits = Settings(max_batch_size=16, max_queue=64).limits
    engine = MlxEngine.open(model=str(DEMO), model_name="gemma-3-demo", device=device, limits=limits)
    with LiveServer(engine, Settings()) as server, OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_endings_are_as_likely_as_mlx_lm_finds_them_and_greedy_where_they_are(client: OpenAI, device: Device) -> None:
    """As lm-eval asks: the ids of context and ending, echoed, one token more."""
    model, tokenizer = mlx_lm.load(str(DEMO))
    if device.weights_dtype:
        dequantize_model(model)
        model.set_dtype(getattr(mx, device.weights_dtype))
    items = [(tokenizer.encode(context), tokenizer.encode(ending, add_special_tokens=False)) for context in CONTEXTS for ending in ENDINGS]
    greedy = client.completions.create(model="gemma-3-demo", prompt=items[0][0], max_tokens=6, temperature=0)
    items.append((items[0][0], tokenizer.encode(greedy.choices[0].text, add_special_tokens=False)))
    reply = client.completions.create(
        model="gemma-3-demo",
        prompt=[context + ending for context, ending in items],
        max_tokens=1,
        logprobs=1,
        echo=True,
        temperature=0,
        seed=1234,
    )
    found = [_read(choice, len(context)) for choice, (context, _) in zip(reply.choices, items, strict=True)]
    expected = [_ask_mlx_lm(model, context, ending) for context, ending in items]
    np.testing.assert_allclose([total for total, _ in found], [total for total, _ in expected], atol=TOLERANCE)
    assert [is_greedy for _, is_greedy in found] == [is_greedy for _, is_greedy in expected]
    assert found[-1][1] and not all(is_greedy for _, is_greedy in found)


def _read(choice: Any, num_context: int) -> tuple[float, bool]:
    """Do as lm-eval does with a choice: the one token behind the ending is left out."""
    logprobs = choice.logprobs
    values, tops = logprobs.token_logprobs[num_context:-1], logprobs.top_logprobs[num_context:-1]
    return sum(values), all(value == max(top.values()) for value, top in zip(values, tops, strict=True))


def _ask_mlx_lm(model: Any, context: list[int], ending: list[int]) -> tuple[float, bool]:
    logits = model(mx.array([context + ending]))[0, len(context) - 1 : -1].astype(mx.float32)
    logprobs = np.array(logits - mx.logsumexp(logits, axis=-1, keepdims=True))
    places = np.arange(len(ending))
    return float(logprobs[places, ending].sum()), bool((logprobs.argmax(axis=-1) == ending).all())


def test_the_token_that_ends_an_answer_has_its_place_behind_an_echo(client: OpenAI) -> None:
    """An evaluation leaves the last one out: were it missing, that would be a token of the prompt."""
    prompt = "<start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n"
    whole = client.completions.create(model="gemma-3-demo", prompt=prompt, max_tokens=200, temperature=0)
    assert whole.choices[0].finish_reason == "stop"
    ended = client.completions.create(
        model="gemma-3-demo", prompt=prompt + whole.choices[0].text, max_tokens=1, temperature=0, echo=True, logprobs=1
    )
    logprobs = ended.choices[0].logprobs
    assert logprobs is not None and logprobs.tokens is not None and logprobs.token_logprobs is not None
    assert logprobs.tokens[-1] == "<end_of_turn>"
    assert ended.choices[0].text == prompt + whole.choices[0].text
    assert len(logprobs.tokens) == ended.usage.prompt_tokens + 1 if ended.usage else False


def test_offsets_find_every_token_in_the_text(client: OpenAI) -> None:
    prompt = "naïve 日本 👩‍🚀 <end_of_turn> words"
    choice = client.completions.create(model="gemma-3-demo", prompt=prompt, max_tokens=12, echo=True, logprobs=0, temperature=0).choices[0]
    logprobs = choice.logprobs
    assert logprobs is not None and logprobs.tokens is not None and logprobs.text_offset is not None
    assert logprobs.tokens[0] == "<bos>"
    whole = [(token, at) for token, at in zip(logprobs.tokens[1:], logprobs.text_offset[1:], strict=True) if "\ufffd" not in token]
    assert len(whole) > 15
    assert all(choice.text.startswith(token, at) for token, at in whole)


def test_a_stream_is_the_whole_reply_in_pieces(client: OpenAI) -> None:
    asked: dict[str, Any] = {"model": "gemma-3-demo", "prompt": ["Rivers", "Hills are"], "n": 2, "seed": 3, "max_tokens": 8, "logprobs": 1}
    whole = client.completions.create(**asked, echo=True)
    texts = [""] * 4
    tokens: list[list[str]] = [[], [], [], []]
    for chunk in client.completions.create(**asked, echo=True, stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.text
            tokens[choice.index] += (choice.logprobs.tokens or []) if choice.logprobs else []
    assert texts == [choice.text for choice in whole.choices]
    assert tokens == [choice.logprobs.tokens for choice in whole.choices if choice.logprobs]
    assert texts[0] != texts[1]
    alone = client.completions.create(**asked | {"prompt": "Rivers", "n": 1, "seed": 4})
    assert alone.choices[0].text == texts[1].removeprefix("Rivers")
