"""An engine around an engine: forwards every event at once, puts the scores on the last one, and is the guard that ends broken answers."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from scoring.scorers import find_scorer
from server.answers.scoring_watch import AnswerWatch
from server.answers.wrapped_engine import WrappedEngine
from server.engine.protocol import DegenerationAction, Engine, Event, Finish, Generation, Piece

ObserveScoring = Callable[[Generation, AnswerWatch], None]


class ScoringEngine(WrappedEngine):
    """Scores each answer of the engine inside, and ends it at a hard flag where that is wanted; `observe` is told how it went.

    `scorer` and `on_degeneration` hold for requests that do not say.
    """

    def __init__(self, engine: Engine, *, scorer: str, on_degeneration: DegenerationAction, observe: ObserveScoring) -> None:
        super().__init__(engine)
        self._scorer = find_scorer(scorer)
        self._on_degeneration = on_degeneration
        self._observe = observe

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Stream the inner engine's answer, with `scores` and `counted_scores` on its `Finish`."""
        watch = AnswerWatch(generation, default_scorer=self._scorer, special_tokens=self._engine.special_tokens)
        may_stop = (generation.on_degeneration or self._on_degeneration) == "stop"
        async with aclosing(self._engine.generate(generation)) as events:
            async for event in events:
                match event:
                    case Piece():
                        hard_flag = watch.feed(event)
                        if may_stop and hard_flag:
                            self._engine.stop(generation.id, reason=hard_flag.flag)
                            may_stop = False
                        yield event
                    case Finish():
                        scored = watch.finish(event)
                        self._observe(generation, watch)
                        yield scored
