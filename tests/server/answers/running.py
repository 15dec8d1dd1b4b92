"""Runs answers of an engine to their end, outside a server."""

import asyncio
from collections.abc import Callable, Sequence

from server.answers.answer import Answer, Scored, ScoringWish
from server.answers.outcome import Outcome
from server.answers.run import AnswerRun
from server.answers.scoring_watch import ScoringStage, ScoringWatch
from server.answers.watcher import Watch
from server.engine.protocol import Engine, Finish, Generation, Message, Piece, PromptRead, Sampling
from server.settings.values import DegenerationAction
from tests.server.fake_engine import BASE

GENERATION = Generation(id="1", messages=(Message(role="user", content="Hello"),), sampling=Sampling(), max_tokens=100)


class Notes:
    """A watcher that notes what it hears; `raises_at` names the call at which it breaks."""

    def __init__(self, *, raises_at: str | None = None) -> None:
        self.heard: list[str] = []
        self.texts: list[str] = []
        self.finishes: list[Finish] = []
        self.endings: list[tuple[Outcome, BaseException | None]] = []
        self._raises_at = raises_at

    def watch(self, answer: Answer) -> "Notes":
        """Begin with an answer."""
        self._hear("watch")
        return self

    def piece(self, piece: Piece) -> None:
        """Note a piece."""
        self._hear("piece")
        self.texts.append(piece.text)

    def finish(self, finish: Finish) -> None:
        """Note the end."""
        self._hear("finish")
        self.finishes.append(finish)

    def ended(self, how: Outcome, error: BaseException | None) -> None:
        """Note how it went."""
        self.endings.append((how, error))
        self._hear("ended")

    def _hear(self, call: str) -> None:
        self.heard.append(call)
        if call == self._raises_at:
            raise ValueError(f"broken at {call}")


def scoring(
    engine: Engine,
    *,
    on_degeneration: DegenerationAction = "observe",
    observe: Callable[[Answer, ScoringWatch], None] = lambda _answer, _watch: None,
) -> Watch:
    """Give what scores the answers of an engine."""
    return ScoringStage(engine, scorer="lek-v1", on_degeneration=on_degeneration, observe=observe).watch


def open_run(
    engine: Engine, watches: Sequence[Watch], *, generation: Generation = GENERATION, wish: ScoringWish | None = None
) -> AnswerRun:
    """Begin an answer by the base."""
    return AnswerRun(engine, Answer(generation, BASE, wish=wish), watches)


async def collect(run: AnswerRun) -> list[PromptRead | Piece | Scored]:
    """Run an answer to its end."""
    async with run:
        return [event async for event in run]


def finish_of(run: AnswerRun) -> tuple[str, Scored]:
    """Run an answer to its end; gives its text and its end."""
    *pieces, scored = asyncio.run(collect(run))
    assert isinstance(scored, Scored)
    return "".join(piece.text for piece in pieces if isinstance(piece, Piece)), scored
