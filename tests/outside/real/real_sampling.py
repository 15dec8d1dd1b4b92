"""Drawing from 262,144 tokens: as often as the model says, within what the filters leave, and again with the same seed in any company."""

import asyncio
from collections import Counter
from typing import Any

import numpy as np
import pytest

from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Generation, Sampling
from server.engine.sampling_defaults import SamplingDefaults
from tests.outside.real.asking import ask_together, asked
from tests.outside.real.conversations import SHORT
from tests.outside.real.reference import Floats, Reference
from tests.server.engine.asking import ask
from tests.server.engine.conftest import Run
from tests.server.engine.drawing.reference import kept_weights, order
from tests.server_process import Server

GEMMAS: dict[str, Any] = {"top_k": 64, "top_p": 0.95}  # its generation_config.json
PLAIN: dict[str, Any] = {"top_k": 0, "top_p": 1.0}
NUM_DRAWS = 200
FEWEST_EXPECTED = 5  # of a token, to be counted by itself
BEGUN = "Once upon a time there was a"

# Quantiles of the chi-square distribution, 0.9999, by degrees of freedom: one run in ten thousand is beyond.
LIMITS = {3: 21.11, 4: 23.51, 5: 25.74, 6: 27.86, 7: 29.88, 8: 31.83, 9: 33.72, 10: 35.56, 11: 37.37, 12: 39.13, 13: 40.87, 14: 42.58}


def test_what_its_makers_say_of_drawing_is_what_unset_requests_get(engine: MlxEngine) -> None:
    assert engine.sampling_defaults == SamplingDefaults(top_k=64, top_p=0.95)


def ask_server(server: Server, seed: int, **fields: Any) -> str:
    """Ask for an answer at a temperature at which the filters tell."""
    options: dict[str, Any] = {"seed": seed, "max_tokens": 12, "temperature": 1.5, "extra_body": fields}
    with server.connect() as client:
        completion: Any = client.completions.create(model=server.announced, prompt=BEGUN, **options)
    text: str = completion.choices[0].text
    return text


def test_unset_requests_are_answered_as_those_that_set_what_its_makers_say(server: Server) -> None:
    unset, gemmas, plain = ([ask_server(server, seed, **fields) for seed in range(3)] for fields in ({}, GEMMAS, PLAIN))
    assert unset == gemmas != plain


@pytest.mark.parametrize("filters", [GEMMAS, PLAIN], ids=["gemmas", "plain"])
def test_first_tokens_are_drawn_as_often_as_the_model_says(
    engine: MlxEngine, run: Run, reference: Reference, filters: dict[str, Any]
) -> None:
    ids = tuple(reference.tokenizer.encode(BEGUN))
    rows = [
        Generation(id=f"{seed}", messages=(), prompt=ids, sampling=Sampling(seed=seed, **filters), max_tokens=1)
        for seed in range(NUM_DRAWS)
    ]
    drawn = [answer.token_ids[0] for answer in run(ask_together(engine, rows))]
    logprobs = reference.logprobs(ids, num_last=1)[0]
    weights = kept_weights(logprobs, order(logprobs), Sampling(**filters), filters["top_p"])
    assert all(weights[token] > 0 for token in drawn)
    statistic, degrees = chi_square(Counter(drawn), weights / weights.sum())
    assert statistic < LIMITS[degrees]


def chi_square(drawn: Counter[int], chances: Floats) -> tuple[float, int]:
    """How far draws lie from their chances, all rare tokens being one; and of how many degrees of freedom."""
    often = np.flatnonzero(chances * NUM_DRAWS >= FEWEST_EXPECTED)
    expected = [*(chances[often] * NUM_DRAWS), (1 - chances[often].sum()) * NUM_DRAWS]
    found = [*(drawn[int(token)] for token in often), NUM_DRAWS - sum(drawn[int(token)] for token in often)]
    return sum((one - other) ** 2 / other for one, other in zip(found, expected, strict=True)), len(often)


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=1.0, seed=7, **GEMMAS),
        Sampling(temperature=1.3, seed=7),
        Sampling(temperature=1.0, seed=7, top_k=64, min_p=0.02, repetition_penalty=1.2, frequency_penalty=0.4),
    ],
    ids=["gemmas", "plain", "penalties"],
)
def test_a_seed_gives_the_same_answer_alone_and_in_any_company(engine: MlxEngine, run: Run, sampling: Sampling) -> None:
    mine = asked(SHORT["turns"], id="mine", sampling=sampling, max_tokens=16)
    alone = run(ask(engine, mine)).token_ids

    async def ask_among(num_others: int) -> tuple[int, ...]:
        others = [
            asked(messages, id=f"{name}-{n}", sampling=Sampling(seed=n), max_tokens=16)
            for n in range(num_others)
            for name, messages in SHORT.items()
        ]
        answer, *_ = await asyncio.gather(ask(engine, mine), *(ask(engine, other) for other in others))
        return answer.token_ids

    assert [run(ask_among(num_others)) for num_others in (0, 1, 4)] == [alone] * 3
