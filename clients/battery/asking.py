"""Asking: one question to one endpoint, with the SDK, answered by a `Reply` whatever happens."""

import asyncio
from time import perf_counter
from typing import Any

import openai

from clients.battery.completion import Completion, UnreadableCompletion, read_completion
from clients.battery.connection import describe, refusal
from clients.battery.errors import EndpointFailure
from clients.battery.exchange import Question, Reply, Sampler


async def ask(client: openai.AsyncOpenAI, question: Question, sampler: Sampler) -> Reply:
    """Ask one question. Raises EndpointFailure where every other question would fail alike: key, model or route refused."""
    start = perf_counter()
    try:
        async with asyncio.timeout(sampler.timeout_s):
            response = await _send(client, question, sampler)
        return _reply(read_completion(response.content), seconds=perf_counter() - start, num_retries=response.retries_taken)
    except TimeoutError:
        error = f"no reply within {sampler.timeout_s:g} s; --timeout-s gives it longer"
    except (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError) as exc:
        raise EndpointFailure(f"{question.subject.model}: {refusal(exc)}") from exc
    except openai.APIError as exc:
        error = describe(exc)
    except UnreadableCompletion as exc:
        error = str(exc)
    return Reply(error=error, seconds=perf_counter() - start)


async def _send(client: openai.AsyncOpenAI, question: Question, sampler: Sampler) -> Any:
    """Post the request in the words that every endpoint takes: `max_tokens`, not its newer name."""
    return await client.chat.completions.with_raw_response.create(
        model=question.subject.model,
        messages=[{"role": "user", "content": question.probe.prompt}],
        temperature=sampler.temperature,
        max_tokens=sampler.max_tokens,
        seed=openai.omit if question.seed is None else question.seed,
    )


def _reply(completion: Completion, *, seconds: float, num_retries: int) -> Reply:
    choice = completion.choices[0]
    usage = completion.usage
    return Reply(
        text=choice.message.content or "",
        finish_reason=choice.finish_reason,
        num_prompt_tokens=usage.prompt_tokens if usage else None,
        num_completion_tokens=usage.completion_tokens if usage else None,
        seconds=seconds,
        num_retries=num_retries,
        system_fingerprint=completion.system_fingerprint if isinstance(completion.system_fingerprint, str) else None,
        metadata=_strings(completion.metadata),
    )


def _strings(metadata: Any) -> dict[str, str]:
    """Keep what OpenAI's type allows in `metadata`: strings."""
    if not isinstance(metadata, dict):
        return {}
    return {key: value for key, value in metadata.items() if isinstance(value, str)}
