"""What tokens mean to whoever shows them, on the demo model."""

import asyncio
import random
import threading
from collections.abc import Iterator

import pytest

from adapters.base.tokens.tokenizer import Tokenizer
from adapters.base.vocabulary import Vocabulary, load_vocabulary
from server.engine.errors import InvalidGeneration
from server.engine.mlx.prompt import PromptEncoder
from server.engine.mlx.texts import MlxTexts
from server.engine.protocol import Message, Texts
from tests.adapters.base.folders import DEMO
from tests.server.fake_texts import FakeTexts

WORDS = "Hello there, naïve 日本 👩‍🚀  two\n\n"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(DEMO)


@pytest.fixture(scope="module")
def texts(vocabulary: Vocabulary) -> Iterator[MlxTexts]:
    encoder = PromptEncoder(vocabulary.tokenizer, vocabulary.template, max_tokens=8192, num_embeddings=4096)
    yield MlxTexts(vocabulary, encoder, context_size=8192)
    encoder.close()


def test_tokens_are_spelt_as_their_text_is(texts: MlxTexts) -> None:
    ids = asyncio.run(texts.encode(WORDS, adds_special_tokens=False))
    spelt = [texts.spell(token) for token in ids]
    assert b"".join(spelt) == WORDS.encode()
    assert any(len(one) == 1 and one[0] > 127 for one in spelt), "no character in pieces: nothing was tried"
    assert texts.decode(ids) == WORDS
    assert texts.decode(ids[:-1]) != WORDS


def test_special_tokens_are_put_in_front_where_that_is_asked_and_spelt_as_they_are(texts: MlxTexts, vocabulary: Vocabulary) -> None:
    begin = vocabulary.tokenizer.vocabulary["<bos>"]
    plain = asyncio.run(texts.encode("Hi<end_of_turn>", adds_special_tokens=False))
    assert asyncio.run(texts.encode("Hi<end_of_turn>", adds_special_tokens=True)) == (begin, *plain)
    assert texts.decode((begin, *plain)) == "<bos>Hi<end_of_turn>"
    assert texts.spell(plain[-1]) == b"<end_of_turn>"


def test_a_conversation_is_encoded_as_an_answer_to_it_is(texts: MlxTexts) -> None:
    messages = [Message(role="user", content="Hi")]
    opened = texts.decode(asyncio.run(texts.encode_messages(messages, beginning="Well")))
    assert opened == "<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nWell"
    closed = texts.decode(asyncio.run(texts.encode_messages(messages, opens_turn=False)))
    assert closed == "<bos><start_of_turn>user\nHi<end_of_turn>\n"


def test_names_and_template_are_the_models(texts: MlxTexts) -> None:
    assert {name: texts.named_tokens[f"{name}_token"] for name in ("bos", "eos", "pad")} == {"bos": "<bos>", "eos": "<eos>", "pad": "<pad>"}
    assert "start_of_turn" in texts.chat_template
    assert texts.context_size == 8192


@pytest.mark.parametrize("token", [-1, 1 << 40])
def test_ids_without_a_piece_are_refused(texts: MlxTexts, token: int) -> None:
    for refuse in (texts.decode, FakeTexts().decode):
        with pytest.raises(InvalidGeneration) as refused:
            refuse([5, token])
        assert refused.value.param == "tokens"
    with pytest.raises(InvalidGeneration):
        texts.spell(token)


def test_the_fake_is_what_the_protocol_says(texts: MlxTexts) -> None:
    assert all(isinstance(one, Texts) for one in (texts, FakeTexts()))


def test_of_many_tokens_without_a_piece_some_are_named(texts: MlxTexts) -> None:
    with pytest.raises(InvalidGeneration) as refused:
        texts.decode(range(100_000, 200_000))
    assert str(refused.value).endswith("100000, 100001, 100002, 100003, 100004, 100005, 100006, 100007 and 99992 more")


def test_tokens_in_any_order_become_the_text_that_an_answer_of_them_has(texts: MlxTexts, vocabulary: Vocabulary) -> None:
    assert vocabulary.detokenizers.joins_bytes
    pieces = vocabulary.tokenizer.pieces
    known = [token for token, piece in enumerate(pieces) if piece]
    parts = [token for token in known if pieces[token].startswith("<0x")]
    rng = random.Random(3)
    for share in (0, 0.5, 0.9, 1) * 100:
        ids = [rng.choice(parts if rng.random() < share else known) for _ in range(rng.randrange(40))]
        detokenizer = vocabulary.detokenizers.make()
        for token in ids:
            detokenizer.add_token(token)
        detokenizer.finalize()
        assert texts.decode(ids) == detokenizer.text


def test_no_prompt_waits_for_a_text_that_is_too_long_for_one(
    texts: MlxTexts, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun, may_go_on = threading.Event(), threading.Event()
    encode = Tokenizer.encode

    def hold_up(self: Tokenizer, text: str, **options: bool) -> list[int]:
        if len(text) > 8192:
            has_begun.set()
            assert may_go_on.wait(10)
        return encode(self, text, **options)

    monkeypatch.setattr(Tokenizer, "encode", hold_up)

    async def ask_for_both() -> tuple[int, int]:
        long = asyncio.ensure_future(texts.encode("a" * 8193, adds_special_tokens=False))
        await asyncio.to_thread(has_begun.wait, 10)
        async with asyncio.timeout(5):
            short = await texts.encode("Hi", adds_special_tokens=False)
        may_go_on.set()
        return len(short), len(await long)

    num_short, num_long = asyncio.run(ask_for_both())
    assert 0 < num_short < num_long
