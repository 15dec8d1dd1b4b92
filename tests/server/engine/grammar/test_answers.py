"""Answers that are bound to a grammar, from the demo model, which has never seen JSON: alone, in company, cut off, and begun anew."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import msgspec
import pytest

from adapters.base.device import Device
from server.engine.errors import InvalidGeneration
from server.engine.mlx.engine import MlxEngine
from server.engine.mlx.forward.gemma import GemmaForward
from server.engine.mlx.grammar.mask import GrammarMask
from server.engine.protocol import Generation, Grammar, Piece, Sampling
from server.settings.settings import Settings
from tests.server.engine.asking import Answer, ask, question
from tests.server.engine.conftest import Run
from tests.server.structured.judging import is_valid
from tests.server.structured.schemas import WORD, closed, make_schemas

DEMO = Path(__file__).parents[4] / "server" / "demo" / "model"
SAMPLE = make_schemas()[::5]
PERSON = closed(
    {"name": WORD, "age": {"type": "integer", "minimum": 0, "maximum": 120}, "tags": {"type": "array", "items": WORD, "maxItems": 2}}
)
WARM = Sampling(temperature=1, seed=3)


@pytest.fixture(scope="module")
def demo(device: Device, run: Run) -> Iterator[MlxEngine]:
    engine = MlxEngine.open(model=str(DEMO), device=device, limits=Settings(max_batch_size=16, max_queue=64).limits)
    yield engine
    run(engine.close(grace_s=5))


def bound(schema: Any, *, id: str = "row-0", **options: Any) -> Generation:
    grammar = Grammar(kind="json_schema", source=msgspec.json.encode(schema).decode())
    return question("Who are you?", id=id, **({"grammar": grammar, "max_tokens": 300} | options))


@pytest.mark.parametrize("sampling", [Sampling(temperature=0), WARM, Sampling(temperature=1, top_k=64, top_p=0.95, min_p=0.1, seed=1)])
def test_every_answer_that_ends_by_itself_is_what_its_schema_says(demo: MlxEngine, run: Run, sampling: Sampling) -> None:
    async def ask_all() -> list[Answer]:
        return await asyncio.gather(*(ask(demo, bound(schema, id=name, sampling=sampling)) for name, schema in SAMPLE))

    answers = run(ask_all())
    ended = [(one, answer) for one, answer in zip(SAMPLE, answers, strict=True) if answer.finish.reason == "stop"]
    assert len(ended) >= 0.9 * len(SAMPLE)
    assert [(one.name, answer.text) for one, answer in ended if not is_valid(answer.text, one.schema)] == []


def test_a_seed_gives_the_same_answer_alone_and_beside_others(demo: MlxEngine, run: Run) -> None:
    samplings = [Sampling(temperature=0), WARM, Sampling(temperature=1, seed=5, repetition_penalty=1.3), Sampling(top_k=5, seed=7)]
    asked = [bound(PERSON, id=f"row-{index}", sampling=sampling) for index, sampling in enumerate(samplings)]
    free = [question(f"Tell me of {n}", id=f"free-{n}", max_tokens=40, sampling=WARM) for n in range(4)]

    async def ask_together() -> list[Answer]:
        return await asyncio.gather(*(ask(demo, one) for one in (*asked, *free)))

    alone = [run(ask(demo, one)).token_ids for one in (*asked, *free)]
    assert [answer.token_ids for answer in run(ask_together())] == alone


def test_a_row_without_a_grammar_says_what_it_said(demo: MlxEngine, run: Run) -> None:
    free = question("Who are you?", id="free", max_tokens=40)
    alone = run(ask(demo, free))

    async def ask_both() -> list[Answer]:
        return list(await asyncio.gather(ask(demo, free), ask(demo, bound(PERSON, id="bound"))))

    assert run(ask_both())[0].token_ids == alone.token_ids


def test_an_answer_that_is_cut_off_says_length(demo: MlxEngine, run: Run) -> None:
    whole = run(ask(demo, bound(PERSON)))
    cut = run(ask(demo, bound(PERSON, max_tokens=9)))
    assert whole.finish.reason == "stop"
    assert cut.finish.reason == "length"
    assert cut.token_ids == whole.token_ids[:9]
    assert not is_valid(cut.text, PERSON)


def test_log_probabilities_are_the_models_own_and_know_of_no_grammar(demo: MlxEngine, run: Run) -> None:
    async def collect() -> list[Piece]:
        generation = bound({"enum": ["yes", "no"]}, num_top_logprobs=3)
        return [event async for event in demo.generate(generation) if isinstance(event, Piece)]

    logprobs = [one for piece in run(collect()) for one in piece.logprobs]
    assert all(one.logprob > -100 for one in logprobs)  # of a forbidden token it would be minus infinity
    first = logprobs[0]
    assert first.logprob < first.top[-1][1]  # a quotation mark is not what the model would begin with


@pytest.mark.parametrize(
    ("kind", "source", "pattern"),
    [
        ("regex", "(cat|dog) [0-9]{2}", r"(cat|dog) [0-9]{2}"),
        ("regex", "[a-zé]{3,9}!", r"[a-zé]{3,9}!"),
        ("lark", 'start: "x" pair~1..3\npair: " " WORD "=" WORD\nWORD: /[a-z]{1,4}/', r"x( [a-z]{1,4}=[a-z]{1,4}){1,3}"),
    ],
)
@pytest.mark.parametrize("sampling", [Sampling(temperature=0), WARM])
def test_other_grammars_bind_the_whole_answer(demo: MlxEngine, run: Run, kind: Any, source: str, pattern: str, sampling: Sampling) -> None:
    answer = run(ask(demo, bound(None, grammar=Grammar(kind=kind, source=source), sampling=sampling)))
    assert answer.finish.reason == "stop"
    assert re.fullmatch(pattern, answer.text)


@pytest.mark.parametrize("options", [{}, {"min_tokens": 20}, {"min_tokens": 3, "stop_token_ids": (300,)}])
def test_an_answer_that_ignores_its_end_is_over_where_its_grammar_is(demo: MlxEngine, run: Run, options: dict[str, Any]) -> None:
    answer = run(ask(demo, bound({"enum": ["yes", "no"]}, ignores_stop_ids=True, **options)))
    assert answer.text in ('"yes"', '"no"')
    assert answer.finish.reason == "stop"


def test_an_answer_that_ignores_its_end_goes_on_as_long_as_its_grammar_does(demo: MlxEngine, run: Run) -> None:
    letters = Grammar(kind="regex", source="(a|b|c){1,9}")
    wanted: dict[str, Any] = {"grammar": letters, "logit_bias": tuple((end, 100.0) for end in demo._rows._stop_ids)}
    short, long = (run(ask(demo, bound(None, ignores_stop_ids=ignores, **wanted))) for ignores in (False, True))
    assert (short.finish.reason, long.finish.reason) == ("stop", "stop")
    assert len(short.text) < len(long.text) == 9


def test_a_row_that_joins_another_batch_goes_on_in_its_grammar(demo: MlxEngine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(ask(demo, bound(PERSON, sampling=WARM)))
    calls = 0
    forward = GemmaForward.__call__

    def fail_once(self: GemmaForward, lanes: Any) -> mx.array:
        nonlocal calls
        calls += 1
        if calls == 12:
            raise RuntimeError("once")
        return forward(self, lanes)

    monkeypatch.setattr(GemmaForward, "__call__", fail_once)
    answer = run(ask(demo, bound(PERSON, sampling=WARM)))
    assert calls > 12
    assert answer.token_ids == expected.token_ids


def test_a_row_whose_grammar_leaves_nothing_fails_alone_and_says_so(demo: MlxEngine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    check = GrammarMask.check

    def leave_nothing(self: GrammarMask, words: Any) -> None:
        if self._num_taken == 3 and self in bad:
            words.fill(0)
        check(self, words)

    bad: list[GrammarMask] = []
    advance = GrammarMask.advance

    def mark(self: GrammarMask, row: Any) -> Any:
        if row.id == "bad":
            bad.append(self)
        return advance(self, row)

    monkeypatch.setattr(GrammarMask, "advance", mark)
    monkeypatch.setattr(GrammarMask, "check", leave_nothing)

    async def ask_both() -> list[Any]:
        asked = [ask(demo, bound(PERSON, id=name)) for name in ("good", "bad")]
        return await asyncio.gather(*asked, return_exceptions=True)

    good, failed = run(ask_both())
    assert is_valid(good.text, PERSON)
    assert isinstance(failed, InvalidGeneration)
    assert failed.param == "response_format"
    assert str(failed) == "response_format: after 3 tokens the grammar lets nothing come next: it allows no token"


@pytest.mark.parametrize("sampling", [Sampling(temperature=0), Sampling(top_k=64), Sampling(top_p=0.3), Sampling(min_p=0.5), Sampling()])
def test_where_one_token_is_left_it_is_drawn_however_unlikely(demo: MlxEngine, run: Run, sampling: Sampling) -> None:
    text = "Zxq☃ 7#"
    answer = run(ask(demo, bound({"const": text}, sampling=msgspec.structs.replace(sampling, seed=0))))
    assert answer.text == f'"{text}"'
    assert answer.finish.reason == "stop"


@pytest.mark.parametrize(
    "schema", [{"type": "number"}, {"type": "number", "minimum": 0}, {"type": "integer"}, closed({"a": {"type": "number"}})]
)
def test_a_number_ends_whatever_the_model_would_write(demo: MlxEngine, run: Run, schema: Any) -> None:
    answers = [run(ask(demo, bound(schema, sampling=sampling))) for sampling in (Sampling(temperature=0), WARM)]
    assert [answer.finish.reason for answer in answers] == ["stop", "stop"]
    assert all(is_valid(answer.text, schema) for answer in answers)


def test_a_grammar_that_leads_nowhere_is_the_requests_fault(demo: MlxEngine, run: Run) -> None:
    grammar = Grammar(kind="lark", source='start: "a" rest\nrest: rest', param="structured_outputs.grammar")
    with pytest.raises(
        InvalidGeneration, match=r"grammar: after 1 tokens the grammar lets nothing come next: it allows no token"
    ) as caught:
        run(ask(demo, bound(None, grammar=grammar)))
    assert caught.value.param == "structured_outputs.grammar"
