"""What ends an answer, and how much of it is shown, on the demo model, which ends its turns."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.base.device import Device
from server.engine.errors import InvalidGeneration
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Event, Finish, Grammar, PromptRead, Sampling
from server.settings.settings import Settings
from tests.adapters.base.folders import DEMO
from tests.server.engine.asking import GREEDY, Answer, ask, question
from tests.server.engine.conftest import Run

END = "<end_of_turn>"
QUESTION = "Hello"


@pytest.fixture(scope="module")
def demo(device: Device, run: Run) -> Iterator[MlxEngine]:
    engine = MlxEngine.open(model=str(DEMO), device=device, limits=Settings(max_batch_size=8, max_queue=8).limits)
    yield engine
    run(engine.close(grace_s=5))


@pytest.fixture(scope="module")
def plain(demo: MlxEngine, run: Run) -> Answer:
    """What it answers of itself: some words, and the end of the turn."""
    answer: Answer = run(ask(demo, question(QUESTION, max_tokens=200)))
    assert answer.finish.reason == "stop"
    assert len(answer.token_ids) > 8
    return answer


def end_id(demo: MlxEngine) -> int:
    return demo._runtime.vocabulary.tokenizer.vocabulary[END]


def test_the_token_that_ends_an_answer_is_shown_where_that_is_wanted(demo: MlxEngine, run: Run, plain: Answer) -> None:
    shown: Answer = run(ask(demo, question(QUESTION, max_tokens=200, shows_stop=True)))
    assert (shown.text, shown.token_ids) == (plain.text + END, (*plain.token_ids, end_id(demo)))
    assert (shown.finish.reason, shown.finish.num_completion_tokens) == ("stop", plain.finish.num_completion_tokens)
    hidden: Answer = run(ask(demo, question(QUESTION, max_tokens=200, shows_stop=True, hides_special_tokens=True)))
    assert (hidden.text, hidden.token_ids) == (plain.text, shown.token_ids)


def test_an_answer_goes_on_past_the_models_own_ends_where_they_are_ignored(demo: MlxEngine, run: Run, plain: Answer) -> None:
    max_tokens = len(plain.token_ids) + 12
    answer: Answer = run(ask(demo, question(QUESTION, max_tokens=max_tokens, ignores_stop_ids=True)))
    assert (answer.finish.reason, len(answer.token_ids)) == ("length", max_tokens)
    assert answer.token_ids[: len(plain.token_ids) + 1] == (*plain.token_ids, end_id(demo))
    assert answer.text.startswith(plain.text + END)
    hidden: Answer = run(ask(demo, question(QUESTION, max_tokens=max_tokens, ignores_stop_ids=True, hides_special_tokens=True)))
    assert hidden.token_ids == answer.token_ids
    assert END not in hidden.text
    assert hidden.text.startswith(plain.text)


def test_other_tokens_end_an_answer_too(demo: MlxEngine, run: Run, plain: Answer) -> None:
    place = next(place for place, token in enumerate(plain.token_ids) if place > 3 and token not in plain.token_ids[:place])
    stop_token_ids = (plain.token_ids[place],)
    for ignores_stop_ids in (False, True):
        options: dict[str, Any] = {"max_tokens": 200, "stop_token_ids": stop_token_ids, "ignores_stop_ids": ignores_stop_ids}
        ended: Answer = run(ask(demo, question(QUESTION, **options)))
        assert (ended.token_ids, ended.finish.reason) == (plain.token_ids[:place], "stop")
        assert ended.finish.num_completion_tokens == place + 1
        shown: Answer = run(ask(demo, question(QUESTION, shows_stop=True, **options)))
        assert shown.token_ids == plain.token_ids[: place + 1]
        assert len(shown.text) > len(ended.text)
        assert plain.text.startswith(shown.text)


def test_a_stop_string_is_shown_where_that_is_wanted(demo: MlxEngine, run: Run, plain: Answer) -> None:
    stop = plain.text[8:14]
    cut = plain.text.index(stop)
    assert run(ask(demo, question(QUESTION, stop=(stop,)))).text == plain.text[:cut]
    assert run(ask(demo, question(QUESTION, stop=(stop,), shows_stop=True))).text == plain.text[: cut + len(stop)]


def test_no_answer_ends_before_its_fewest_tokens(demo: MlxEngine, run: Run, plain: Answer) -> None:
    fewest = plain.finish.num_completion_tokens + 5
    for ignores_stop_ids in (False, True):
        asked = question(QUESTION, max_tokens=200, min_tokens=fewest, ignores_stop_ids=ignores_stop_ids)
        answer: Answer = run(ask(demo, asked))
        assert answer.token_ids[: len(plain.token_ids)] == plain.token_ids
        assert end_id(demo) not in answer.token_ids[:fewest]
        assert answer.finish.num_completion_tokens > fewest
    stop = plain.text[2:5]
    longer: Answer = run(ask(demo, question(QUESTION, max_tokens=200, stop=(stop,), min_tokens=len(plain.token_ids))))
    assert longer.text.startswith(plain.text)


def test_biased_tokens_are_drawn_or_never_drawn(demo: MlxEngine, run: Run, plain: Answer) -> None:
    wanted, unwanted = 3000, plain.token_ids[0]
    answer: Answer = run(ask(demo, question(QUESTION, logit_bias=((wanted, 100.0),), max_tokens=5)))
    assert answer.token_ids == (wanted,) * 5
    other: Answer = run(ask(demo, question(QUESTION, logit_bias=((unwanted, -100.0),), max_tokens=20)))
    assert unwanted not in other.token_ids


@pytest.mark.parametrize(
    ("options", "param", "said"),
    [
        ({"logit_bias": ((5, 1.0), (4096, 1.0), (-1, 2.0))}, "logit_bias", "names -1, 4096"),
        ({"stop_token_ids": (5, 99_999)}, "stop_token_ids", "names 99999"),
        ({"min_tokens": 25}, "min_tokens", "no more than 24"),
        ({"min_tokens": 1, "stop_token_ids": tuple(range(4096))}, "stop_token_ids", "every token"),
    ],
)
def test_what_cannot_be_is_refused_by_name(demo: MlxEngine, run: Run, options: dict[str, Any], param: str, said: str) -> None:
    with pytest.raises(InvalidGeneration, match=said) as refused:
        run(ask(demo, question(QUESTION, **options)))
    assert refused.value.param == param


def test_rows_with_wishes_change_nothing_for_others(demo: MlxEngine, run: Run, plain: Answer) -> None:
    async def ask_mixed() -> list[Answer]:
        asked = [
            question(QUESTION, id="plain", max_tokens=200),
            question(QUESTION, id="biased", logit_bias=((3000, 100.0),)),
            question(QUESTION, id="long", min_tokens=24),
            question(QUESTION, id="seeded", sampling=Sampling(seed=7), logit_bias=((3000, 1.0),)),
        ]
        return await asyncio.gather(*(ask(demo, one) for one in asked))

    answers: list[Answer] = run(ask_mixed())
    assert answers[0].token_ids == plain.token_ids
    alone: Answer = run(ask(demo, question(QUESTION, sampling=Sampling(seed=7), logit_bias=((3000, 1.0),))))
    assert answers[3].token_ids == alone.token_ids


def test_nothing_is_told_of_a_prompt_where_nobody_asks(demo: MlxEngine, run: Run) -> None:
    async def collect() -> list[object]:
        return [event async for event in demo.generate(question(QUESTION, sampling=GREEDY))]

    assert not any(isinstance(event, PromptRead) for event in run(collect()))


def test_the_token_that_ended_an_answer_is_told_with_its_log_probability(demo: MlxEngine, run: Run, plain: Answer) -> None:
    end = plain.finish.end
    assert end is not None and (end.token_id, end.logprobs) == (end_id(demo), None)
    told: Answer = run(ask(demo, question(QUESTION, max_tokens=200, num_top_logprobs=1)))
    assert told.finish.end is not None and told.finish.end.logprobs is not None
    assert told.finish.end.logprobs.top == ((end_id(demo), told.finish.end.logprobs.logprob),)
    shown: Answer = run(ask(demo, question(QUESTION, max_tokens=200, shows_stop=True)))
    cut: Answer = run(ask(demo, question(QUESTION, max_tokens=3)))
    assert (shown.finish.end, cut.finish.end) == (None, None)


def test_a_prompt_alone_may_be_read(demo: MlxEngine, run: Run) -> None:
    async def collect() -> list[Event]:
        return [event async for event in demo.generate(question(QUESTION, max_tokens=0, num_prompt_logprobs=0))]

    read, finish = run(collect())
    assert isinstance(read, PromptRead) and isinstance(finish, Finish)
    assert (finish.reason, finish.num_prompt_tokens, finish.num_completion_tokens) == ("length", len(read.token_ids), 0)
    assert demo.load().num_running == 0
    assert run(ask(demo, question(QUESTION, max_tokens=0))).text == ""


def test_a_prompt_may_be_told_without_log_probabilities(demo: MlxEngine, run: Run, plain: Answer) -> None:
    async def collect() -> list[Event]:
        return [event async for event in demo.generate(question(QUESTION, sampling=GREEDY, tells_prompt=True))]

    read, *_, finish = run(collect())
    assert isinstance(read, PromptRead) and isinstance(finish, Finish)
    assert (len(read.token_ids), read.logprobs) == (finish.num_prompt_tokens, ())
    assert read.num_cached_tokens == finish.num_cached_tokens


def test_a_grammar_that_leaves_nothing_but_the_end_goes_before_the_fewest_tokens(demo: MlxEngine, run: Run) -> None:
    grammar = Grammar(kind="regex", source="yes|no")
    answer: Answer = run(ask(demo, question(QUESTION, max_tokens=30, min_tokens=20, grammar=grammar)))
    assert answer.text in ("yes", "no")
    assert answer.finish.reason == "stop"
