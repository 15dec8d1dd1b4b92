"""An engine that stands in front of another and passes everything on: what scoring, the board and tracing build on."""

from collections.abc import AsyncGenerator

from server.engine.protocol import AdapterHost, Engine, Event, FinishReason, Generation, Load, ServedModel


class WrappedEngine:
    """Implements `Engine` by the engine inside; a subclass says what it does otherwise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def fingerprint(self) -> str:
        return self._engine.fingerprint

    @property
    def special_tokens(self) -> frozenset[str]:
        return self._engine.special_tokens

    @property
    def adapters(self) -> AdapterHost:
        return self._engine.adapters

    def models(self) -> tuple[ServedModel, ...]:
        return self._engine.models()

    def load(self) -> Load:
        return self._engine.load()

    def is_ready(self) -> bool:
        return self._engine.is_ready()

    def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        return self._engine.generate(generation)

    def stop(self, generation_id: str, *, reason: str, finish: FinishReason = "stop") -> None:
        self._engine.stop(generation_id, reason=reason, finish=finish)

    async def close(self, grace_s: float) -> None:
        await self._engine.close(grace_s)
