"""Prompts that are far too long, with a tokenizer that counts its work."""

from typing import Any

import pytest

from server.engine.errors import InvalidGeneration
from server.engine.mlx.prompt import PromptEncoder
from server.engine.protocol import Message


class CountingTokenizer:
    """Two characters a token, tokens of four in its vocabulary."""

    def __init__(self) -> None:
        self.num_encoded = 0

    def get_vocab(self) -> dict[str, int]:
        return {"a": 0, "aaaa": 1}

    def apply_chat_template(self, conversation: list[dict[str, str]], **_: Any) -> str:
        return "".join(message["content"] for message in conversation)

    def encode(self, text: str, **_: Any) -> list[int]:
        self.num_encoded += 1
        return [0] * (len(text) // 2)


@pytest.mark.parametrize(("num_characters", "said", "num_encoded"), [(20, "is 10 tokens", 1), (40, "is at least 10 tokens", 0)])
def test_a_prompt_that_cannot_fit_is_refused_untokenised(num_characters: int, said: str, num_encoded: int) -> None:
    tokenizer = CountingTokenizer()
    encoder = PromptEncoder(tokenizer, max_tokens=10, num_embeddings=2)
    with pytest.raises(InvalidGeneration, match=said) as refused:
        encoder.encode([Message(role="user", content="a" * num_characters)])
    assert refused.value.code == "context_length_exceeded"
    assert tokenizer.num_encoded == num_encoded


def test_a_prompt_that_fits_is_encoded() -> None:
    assert (
        PromptEncoder(CountingTokenizer(), max_tokens=10, num_embeddings=2).encode([Message(role="user", content="a" * 18)]).token_ids
        == [0] * 9
    )
