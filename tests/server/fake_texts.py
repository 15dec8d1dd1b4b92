"""A tokenizer by hand: a token is a character, and its id the character's number."""

from collections.abc import Sequence

from server.engine.errors import InvalidGeneration
from server.engine.protocol import Message

BEGIN = 2
NUM_IDS = 0x110000


class FakeTexts:
    """Puts the id 2 in front where that is asked for; a conversation is its contents, a line each."""

    context_size = 8192
    chat_template = "{{ messages }}"

    def __init__(self) -> None:
        self.named_tokens = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>"}

    def spell(self, token_id: int) -> bytes:
        return self.decode([token_id]).encode()

    def decode(self, token_ids: Sequence[int]) -> str:
        if strangers := [token for token in token_ids if not 0 <= token < NUM_IDS]:
            raise InvalidGeneration(f"no piece for {strangers}", param="tokens")
        return "".join("<bos>" if token == BEGIN else chr(token) for token in token_ids)

    async def encode(self, text: str, *, adds_special_tokens: bool) -> tuple[int, ...]:
        return (*((BEGIN,) if adds_special_tokens else ()), *map(ord, text))

    async def encode_messages(self, messages: Sequence[Message], *, beginning: str = "", opens_turn: bool = True) -> tuple[int, ...]:
        lines = "".join(f"{message.content}\n" for message in messages)
        return await self.encode(lines + ("model\n" if opens_turn else "") + beginning, adds_special_tokens=True)
