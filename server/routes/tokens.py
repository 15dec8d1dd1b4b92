"""`POST /tokenize`, `POST /detokenize` and `GET /tokenizer_info`: the tokenizer over HTTP, so that evaluations need none of their own."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency

from server.engine.protocol import Engine, Message, Texts
from server.exchange.logprobs import write_token
from server.exchange.model_choice import find_model
from server.http.beside import do_beside
from server.http.body import read_request
from server.http.deadline import Deadline
from server.http.disconnect import DisconnectWatch
from server.http.faults import Fault, refuse
from server.http.operation import JSON, OPERATION, Operation
from server.settings.settings import Settings
from server.wire.tokens import Detokenized, DetokenizeRequest, Tokenized, TokenizeRequest, TokenizerInfo

_TOKENIZE = msgspec.json.Decoder(TokenizeRequest)
_DETOKENIZE = msgspec.json.Decoder(DetokenizeRequest)


@post("/tokenize", status_code=200, opt={OPERATION: Operation(request=TokenizeRequest, answers={JSON: Tokenized}, errors=(404, 504))})
async def tokenize(request: Request[Any, Any, Any], engine: NamedDependency[Engine], settings: NamedDependency[Settings]) -> Tokenized:
    """Give the tokens of a prompt as it stands, or of messages in the model's chat template."""
    async with Deadline(settings.request_timeout_s).kept():
        asked = await read_request(request.scope, request.receive, settings, _TOKENIZE)
        _check_model(asked.model, engine)
        refuse(_find_faults(asked))
        async with DisconnectWatch(request.receive):
            tokens = await _encode(asked, engine.texts)
    texts = engine.texts
    strings = await do_beside(len(tokens), lambda: _spell_all(tokens, texts)) if asked.return_token_strs else None
    return Tokenized(count=len(tokens), max_model_len=texts.context_size, tokens=tuple(tokens), token_strs=strings)


@post("/detokenize", status_code=200, opt={OPERATION: Operation(request=DetokenizeRequest, answers={JSON: Detokenized}, errors=(404, 504))})
async def detokenize(request: Request[Any, Any, Any], engine: NamedDependency[Engine], settings: NamedDependency[Settings]) -> Detokenized:
    """Give the text of tokens, special ones as they are spelt."""
    async with Deadline(settings.request_timeout_s).kept():
        asked = await read_request(request.scope, request.receive, settings, _DETOKENIZE)
        _check_model(asked.model, engine)
        return Detokenized(prompt=await do_beside(len(asked.tokens), lambda: engine.texts.decode(asked.tokens)))


@get("/tokenizer_info", opt={OPERATION: Operation(answers={JSON: TokenizerInfo})})
async def show_tokenizer(engine: NamedDependency[Engine]) -> TokenizerInfo:
    """Name the special tokens and give the chat template."""
    texts = engine.texts
    named = texts.named_tokens
    return TokenizerInfo(
        bos_token=named.get("bos_token"),
        eos_token=named.get("eos_token"),
        pad_token=named.get("pad_token"),
        unk_token=named.get("unk_token"),
        chat_template=texts.chat_template,
        max_model_len=texts.context_size,
    )


def _check_model(name: str | None, engine: Engine) -> None:
    if name is not None:
        find_model(name, engine.models())


def _find_faults(asked: TokenizeRequest) -> Iterator[Fault]:
    if (asked.prompt is None) == (asked.messages is None):
        yield Fault(param="prompt", message="Expected either 'prompt' or 'messages'.")
    if asked.prompt is not None and asked.add_generation_prompt is not None:
        yield Fault(param="add_generation_prompt", message="'add_generation_prompt' is for 'messages': leave it out.")
    if asked.messages is not None and asked.add_special_tokens:
        text = "'add_special_tokens' is true: messages have the special tokens of their template, leave it out."
        yield Fault(param="add_special_tokens", message=text)


def _spell_all(tokens: Sequence[int], texts: Texts) -> tuple[str, ...]:
    return tuple(write_token(texts.spell(token)) for token in tokens)


async def _encode(asked: TokenizeRequest, texts: Texts) -> Sequence[int]:
    if asked.messages is None:
        return await texts.encode(asked.prompt or "", adds_special_tokens=asked.add_special_tokens is not False)
    messages = [Message(role=message.role, content=message.content) for message in asked.messages]
    return await texts.encode_messages(messages, opens_turn=asked.add_generation_prompt is not False)
