"""Asking: one question to one endpoint, with the SDK, answered by a `Received` whatever happens."""

import asyncio
from collections.abc import Mapping
from itertools import count
from time import perf_counter
from typing import Any

import msgspec
import openai
from openai.types.chat import ChatCompletionMessageParam

from clients.asking.completion import Completion, UnreadableCompletion, read_completion
from clients.asking.connection import describe, word_refusal
from clients.asking.exchange import Question, Received, Reply, Sampler
from clients.asking.retrying import MAX_RETRIES, may_pass, pause_s
from clients.asking.sampling_fields import Dialect
from clients.asking.subject import Subject
from clients.errors import EndpointFailure


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt ended with in place of a completion."""

    error: str
    may_pass: bool
    headers: Mapping[str, str] = {}
    refusal: str | None = None  # the whole of what the endpoint says where it finds the request at fault


async def ask(client: openai.AsyncOpenAI, question: Question, sampler: Sampler, dialect: Dialect) -> Received:
    """Ask one question, again where that may help. Raises EndpointFailure where every other question would fail alike.

    That is where the key, the model or the route is refused. `dialect` is the endpoint's.
    """
    start = perf_counter()
    for num_retries in count():
        unsent, ended = await _attempt_in_its_words(client, question, sampler, dialect, ends_s=start + sampler.timeout_s)
        seconds = perf_counter() - start
        if isinstance(ended, Completion):
            return _receive(ended, seconds=seconds, num_retries=num_retries, unsent=unsent)
        pause = pause_s(ended.headers, num_retries)
        if not ended.may_pass or num_retries == MAX_RETRIES:
            break
        if seconds + pause >= sampler.timeout_s:
            ended = Failure(error=f"{ended.error}; it can be asked again in {pause:.0f} s, which is beyond --timeout-s", may_pass=False)
            break
        await asyncio.sleep(pause)
    return Received(reply=Reply(error=ended.error, seconds=round(seconds, 3), num_retries=num_retries))


async def _attempt_in_its_words(
    client: openai.AsyncOpenAI, question: Question, sampler: Sampler, dialect: Dialect, *, ends_s: float
) -> tuple[tuple[str, ...], Completion | Failure]:
    """Ask without the fields that the endpoint refuses as soon as it names them; also say which were left out."""
    while True:
        said, unsent = dialect.phrase(sampler.fields), dialect.unsent(sampler.fields)
        ended = await _attempt(client, question, sampler, said, left_s=ends_s - perf_counter())
        refusal = ended.refusal if isinstance(ended, Failure) else None
        if refusal is None or not dialect.learn(said, sampler.fields, refusal):
            return unsent, ended


async def _attempt(
    client: openai.AsyncOpenAI, question: Question, sampler: Sampler, said: dict[str, Any], *, left_s: float
) -> Completion | Failure:
    headers: Mapping[str, str] = {}
    try:
        async with asyncio.timeout(left_s):
            response = await _send(client, question, sampler, said)
        headers = response.headers
        return read_completion(response.content)
    except TimeoutError:
        return Failure(error=f"no reply within {sampler.timeout_s:g} s; --timeout-s gives it longer", may_pass=False)
    except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as exc:
        raise EndpointFailure(f"{question.subject.model}: {word_refusal(exc)}") from exc
    except (openai.BadRequestError, openai.UnprocessableEntityError) as exc:
        return Failure(error=describe(exc), may_pass=False, refusal=exc.response.text)
    except openai.APIStatusError as exc:
        return Failure(error=describe(exc), may_pass=may_pass(exc), headers=exc.response.headers)
    except openai.APIError as exc:
        return Failure(error=describe(exc), may_pass=may_pass(exc))
    except UnreadableCompletion as exc:
        return Failure(error=str(exc), may_pass=True, headers=headers)


async def _send(client: openai.AsyncOpenAI, question: Question, sampler: Sampler, said: dict[str, Any]) -> Any:
    """Post the request in the words that every endpoint takes: `max_tokens`, not its newer name."""
    return await client.chat.completions.with_raw_response.create(
        model=question.subject.model,
        messages=_messages(question),
        temperature=sampler.temperature,
        max_tokens=sampler.max_tokens,
        seed=openai.omit if question.seed is None else question.seed,
        extra_body=said | _candor_fields(question.subject),
    )


def _messages(question: Question) -> list[ChatCompletionMessageParam]:
    system, prompt = question.subject.system, question.probe.prompt
    if system is None:
        return [{"role": "user", "content": prompt}]
    if question.subject.is_system_prepended:
        return [{"role": "user", "content": f"{system}\n\n{prompt}"}]
    return [{"role": "system", "content": system}, {"role": "user", "content": prompt}]


def _candor_fields(subject: Subject) -> dict[str, Any]:
    """Add what only candor understands, and only where it was asked for: other endpoints refuse unknown fields."""
    return {} if subject.scale is None else {"lora": [{"name": subject.model, "scale": subject.scale}]}


def _receive(completion: Completion, *, seconds: float, num_retries: int, unsent: tuple[str, ...]) -> Received:
    choice = completion.choices[0]
    reply = Reply(
        text=choice.message.content or choice.message.refusal or "",
        refusal=choice.message.refusal,
        finish_reason=choice.finish_reason if isinstance(choice.finish_reason, str) else None,
        num_prompt_tokens=_count(completion.usage, "prompt_tokens"),
        num_completion_tokens=_count(completion.usage, "completion_tokens"),
        seconds=round(seconds, 3),
        num_retries=num_retries,
        unsent=unsent,
        system_fingerprint=completion.system_fingerprint if isinstance(completion.system_fingerprint, str) else None,
    )
    return Received(reply=reply, metadata=_strings(completion.metadata))


def _count(usage: Any, name: str) -> int | None:
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None


def _strings(metadata: Any) -> dict[str, str]:
    """Keep what OpenAI's type allows in `metadata`: strings."""
    if not isinstance(metadata, dict):
        return {}
    return {key: value for key, value in metadata.items() if isinstance(value, str)}
