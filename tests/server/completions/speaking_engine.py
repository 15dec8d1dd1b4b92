"""An engine by hand that tells how likely its tokens are, a character each, and ends by a token that is not shown."""

import asyncio
from collections.abc import AsyncGenerator

from server.engine.protocol import EndToken, Event, Finish, Generation, Piece, PromptRead, TokenLogprobs
from tests.server.fake_engine import FakeEngine
from tests.server.fake_texts import BEGIN

END = 0x23F9  # a character of its own


class SpeakingEngine(FakeEngine):
    """Says the characters of its pieces; the first answer asked for is read last, as may happen."""

    def __init__(self, text: str = "é!") -> None:
        super().__init__()
        self.text = text
        self.delays_prompt = False
        self.stops_reading = False  # who is to tell of a prompt is stopped before it has been read

    async def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        self.generations.append(generation)
        prompt = generation.prompt
        assert prompt is not None
        ids = (BEGIN, *map(ord, prompt)) if isinstance(prompt, str) else prompt
        if self.delays_prompt and generation.num_prompt_logprobs is not None:
            for _ in range(20):
                await asyncio.sleep(0)
        if self.stops_reading and generation.num_prompt_logprobs is not None:
            yield Finish(reason="length", num_prompt_tokens=len(ids), num_completion_tokens=0, stopped_by="timeout")
            return
        if (asked := generation.num_prompt_logprobs) is not None:
            yield PromptRead(token_ids=ids, logprobs=(None, *(self._tell(token, asked) for token in ids[1:])))
        elif generation.tells_prompt:
            yield PromptRead(token_ids=ids)
        said = self.text[: generation.max_tokens]
        for character in said:
            await asyncio.sleep(0)
            num_top = generation.num_top_logprobs
            logprobs = () if num_top is None else (self._tell(ord(character), num_top),)
            yield Piece(text=character, token_ids=(ord(character),), logprobs=logprobs)
        num_top = generation.num_top_logprobs
        is_ended = len(self.text) < generation.max_tokens
        end = EndToken(token_id=END, logprobs=None if num_top is None else self._tell(END, num_top)) if is_ended else None
        yield Finish(
            reason="stop" if is_ended else "length",
            num_prompt_tokens=len(ids),
            num_completion_tokens=len(said) + is_ended,
            end=end,
        )

    @staticmethod
    def _tell(token: int, num_top: int) -> TokenLogprobs:
        return TokenLogprobs(logprob=-1.0, top=((ord("z"), -0.5), (ord("y"), -0.75))[:num_top])
