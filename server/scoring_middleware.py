"""An engine around an engine: forwards every event at once and puts the scores on the last one."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from scoring.verdict import AnswerScoring
from server.engine.protocol import Engine, Event, Finish, Generation, Load, Piece, ServedModel

ObserveScoring = Callable[[Generation, float], None]


class ScoringEngine:
    """Scores each answer of the engine inside; `observe` is told the seconds that took."""

    def __init__(self, engine: Engine, *, scorer: str, observe: ObserveScoring) -> None:
        self._engine = engine
        self._scorer = scorer
        self._observe = observe

    @property
    def fingerprint(self) -> str:
        return self._engine.fingerprint

    @property
    def special_tokens(self) -> frozenset[str]:
        return self._engine.special_tokens

    def models(self) -> tuple[ServedModel, ...]:
        return self._engine.models()

    def load(self) -> Load:
        return self._engine.load()

    def is_ready(self) -> bool:
        return self._engine.is_ready()

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Stream the inner engine's answer, with `scores` on its `Finish`."""
        scoring = AnswerScoring(
            scorer=self._scorer,
            prompt=generation.messages[-1].content,
            special_tokens=self._engine.special_tokens,
            max_tokens=generation.max_tokens,
        )
        spent_s = 0.0
        clock = time.perf_counter
        async with aclosing(self._engine.generate(generation)) as events:
            async for event in events:
                began = clock()
                match event:
                    case Piece():
                        scoring.feed(event.text, event.token_ids)
                        spent_s += clock() - began
                        yield event
                    case Finish():
                        scores = scoring.finish(finish_reason=event.reason, num_tokens=event.num_completion_tokens)
                        self._observe(generation, spent_s + clock() - began)
                        yield msgspec.structs.replace(event, scores=scores)

    async def close(self, grace_s: float) -> None:
        await self._engine.close(grace_s)
