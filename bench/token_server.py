"""candor over an engine that has its tokens ready: what is left is the cost of serving them.

    python -m bench.token_server --port N [--step-s 0]

The tokens are the words of candor's own documents, so the scoring has prose to look at. With a step, each answer gets one token a step,
handed to the event loop from a thread and once for all, as `server/engine/mlx/` does; with none, as fast as it is read.
"""

import argparse
import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path

from adapters.errors import AdapterNotLoaded
from bench.endpoint import ROOT
from server.app import create_app
from server.engine.protocol import AdapterLoad, AdapterStatus, Event, Finish, FinishReason, Generation, Load, Message, Piece, ServedModel
from server.engine.sampling_defaults import SamplingDefaults
from server.http.serving import bind, serve
from server.settings.settings import Settings

MAX_TOKENS = 1_000_000


class NoAdapters:
    """Has none and takes none."""

    def statuses(self) -> tuple[AdapterStatus, ...]:
        """List none."""
        return ()

    async def load(
        self,
        name: str,
        path: Path,
        *,
        replace: bool,
        within: Sequence[Path] | None = None,
        digest: str | None = None,
        revision: str | None = None,
    ) -> AdapterStatus:
        """Refuse."""
        raise AdapterNotLoaded(name)

    def watch(self, note: Callable[[AdapterLoad], None]) -> None:
        """Tell nobody: nothing is loaded."""

    async def unload(self, name: str, *, force: bool) -> AdapterStatus:
        """Refuse."""
        raise AdapterNotLoaded(name)


class NoTexts:
    """Has no tokenizer: nothing that is measured asks for one."""

    context_size = MAX_TOKENS
    named_tokens: Mapping[str, str] = {}
    chat_template = ""

    def spell(self, token_id: int) -> bytes:
        """Give nothing."""
        return b""

    def decode(self, token_ids: Sequence[int]) -> str:
        """Give nothing."""
        return ""

    async def encode(self, text: str, *, adds_special_tokens: bool) -> tuple[int, ...]:
        """Give nothing."""
        return ()

    async def encode_messages(self, messages: Sequence[Message], *, beginning: str = "", opens_turn: bool = True) -> tuple[int, ...]:
        """Give nothing."""
        return ()


class TokenEngine:
    """Says the same words in every answer, as many as are asked for."""

    fingerprint = "fp_tokens"
    special_tokens: frozenset[str] = frozenset()
    sampling_defaults = SamplingDefaults()
    texts = NoTexts()

    def __init__(self, words: Sequence[str], *, step_s: float) -> None:
        self.adapters = NoAdapters()
        self._pieces = [Piece(text=f" {word}", token_ids=(number,)) for number, word in enumerate(words)]
        self._step_s = step_s
        self._arrivals: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        if step_s:
            threading.Thread(target=self._step, daemon=True).start()

    def models(self) -> tuple[ServedModel, ...]:
        """List the one."""
        return (ServedModel(id="bench", created=0),)

    def load(self) -> Load:
        """Say what is under way."""
        return Load(num_running=len(self._arrivals), num_waiting=0)

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Answer."""
        self._loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        self._arrivals.add(arrived)
        try:
            for number in range(generation.max_tokens):
                await self._wait(arrived)
                yield self._pieces[number % len(self._pieces)]
            yield Finish(reason="length", num_prompt_tokens=1, num_completion_tokens=generation.max_tokens)
        finally:
            self._arrivals.discard(arrived)

    def stop(self, generation_id: str, *, reason: str, finish: FinishReason = "stop") -> None:
        """Do nothing: no answer breaks."""

    async def close(self, grace_s: float) -> None:
        """Do nothing: the thread ends with the process."""

    async def _wait(self, arrived: asyncio.Event) -> None:
        if self._step_s:
            await arrived.wait()
            arrived.clear()
        else:
            await asyncio.sleep(0)

    def _step(self) -> None:
        next_s = time.monotonic()
        while True:
            next_s = max(time.monotonic(), next_s + self._step_s)
            time.sleep(max(0.0, next_s - time.monotonic()))
            if self._loop and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        for arrived in self._arrivals:
            arrived.set()


def read_words() -> list[str]:
    """Give what the tokens are."""
    return [word for name in ("README.md", "docs/structure.md") for word in (ROOT / name).read_text().split()]


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--step-s", type=float, default=0.0)
    options = parser.parse_args()
    engine = TokenEngine(read_words(), step_s=options.step_s)
    app = create_app(engine, Settings(max_completion_tokens=MAX_TOKENS))
    serve(app, bind(options.host, options.port), models=engine.models(), grace_s=1)


if __name__ == "__main__":
    main()
