"""Prompts that are far too long, with a tokenizer that counts its work."""

import pytest
import tokenizers
from tokenizers.models import BPE

from adapters.base.chat_template import ChatTemplate
from adapters.base.special_tokens import SpecialTokens
from adapters.base.tokenizer import Tokenizer
from server.engine.errors import InvalidGeneration
from server.engine.mlx.prompt import PromptEncoder
from server.engine.protocol import Message


class CountingTokenizer(Tokenizer):
    """Two characters a token, tokens of four in its vocabulary."""

    def __init__(self) -> None:
        super().__init__(tokenizers.Tokenizer(BPE()), {"a": 0, "aaaa": 1}, SpecialTokens(named={}, extra=()), None)
        self.num_encoded = 0

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        self.num_encoded += 1
        return [0] * (len(text) // 2)


TEMPLATE = ChatTemplate({"default": "{% for message in messages %}{{ message.content }}{% endfor %}"}, {})


@pytest.mark.parametrize(("num_characters", "said", "num_encoded"), [(20, "is 10 tokens", 1), (40, "is at least 10 tokens", 0)])
def test_a_prompt_that_cannot_fit_is_refused_untokenised(num_characters: int, said: str, num_encoded: int) -> None:
    tokenizer = CountingTokenizer()
    encoder = PromptEncoder(tokenizer, TEMPLATE, max_tokens=10, num_embeddings=2)
    with pytest.raises(InvalidGeneration, match=said) as refused:
        encoder.encode([Message(role="user", content="a" * num_characters)])
    assert refused.value.code == "context_length_exceeded"
    assert tokenizer.num_encoded == num_encoded


def test_a_prompt_that_fits_is_encoded() -> None:
    assert (
        PromptEncoder(CountingTokenizer(), TEMPLATE, max_tokens=10, num_embeddings=2)
        .encode([Message(role="user", content="a" * 18)])
        .token_ids
        == [0] * 9
    )


@pytest.mark.parametrize(
    ("templates", "said"),
    [
        ({}, "the model has no chat template"),
        ({"default": "{{ raise_exception('only so') }}"}, "does not take these messages: only so"),
        ({"default": "{% if %}"}, "does not take these messages: Expected an expression"),
    ],
)
def test_what_the_template_refuses_or_lacks_is_the_messages_fault(templates: dict[str, str], said: str) -> None:
    encoder = PromptEncoder(CountingTokenizer(), ChatTemplate(templates, {}), max_tokens=10, num_embeddings=2)
    with pytest.raises(InvalidGeneration, match=said) as refused:
        encoder.encode([Message(role="user", content="a")])
    assert refused.value.param == "messages"
