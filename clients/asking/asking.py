"""Asking: one question to one endpoint, with the SDK, answered by a `Received` whatever happens."""

import asyncio
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import msgspec
import openai
from openai.types.chat import ChatCompletionMessageParam

from clients.asking.channel import Channel
from clients.asking.completion import Completion, UnreadableCompletion, read_body, read_completion, withheld_completion
from clients.asking.connection import refused_key
from clients.asking.dialect import advise, unsent_fields
from clients.asking.exchange import Question, Received, Reply, Sampler
from clients.asking.failure import Failure, failure_in_answer, failure_of
from clients.asking.patience import Patience
from clients.asking.subject import Subject
from clients.asking.unfound import explain_unfound, is_about_model, is_another_api, is_unfound
from clients.errors import EndpointFailure


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What was said to an endpoint, and what it ended with."""

    said: dict[str, Any]
    ended: Completion | Failure


async def ask(channel: Channel, question: Question, sampler: Sampler) -> Received:
    """Ask one question, again where that may help. Raises EndpointFailure where every other question would fail alike.

    That is where the key, the model, the route or a field is refused, or a quota is spent. The time that a reply may take begins with
    the first attempt: until then the question waits for its turn.
    """
    await channel.pace.enter()
    patience = Patience(sampler.timeout_s)
    while True:
        began_s = perf_counter()
        try:
            attempt = await _attempt_in_its_words(channel, question, sampler, patience)
        finally:
            channel.pace.leave()
        if isinstance(attempt.ended, Completion):
            channel.pace.note_reply()
            channel.answering.add(question.subject.model)
            unsent = unsent_fields(attempt.said, sampler)
            return _receive(attempt.ended, seconds=patience.seconds, num_retries=patience.num_retries, unsent=unsent)
        failure = attempt.ended
        try:
            advice = advise(failure.refusal, attempt.said) if failure.refusal else None
            if advice is not None and question.subject.model not in channel.answering:
                raise EndpointFailure(f"the endpoint refuses a field that every request has: {failure.error}; {advice}")
            _give_up_on_all(failure, sampler)
            if failure.chance == "any":
                channel.pace.slow_down(failure.asked_for_s, began_s=began_s)
            error = await patience.wait(failure, channel.pace)
            if error is not None and failure.chance == "any" and channel.pace.answered_s < patience.start_s:
                raise EndpointFailure(f"nothing was answered for {patience.seconds:.0f} s: {error}")
        except EndpointFailure as exc:
            raise EndpointFailure(channel.credentials.conceal(f"{question.subject.model}: {exc}")) from exc
        if error is not None:
            words = channel.credentials.conceal(error)
            reply = Reply(
                error=words, partial=failure.partial or None, seconds=round(patience.seconds, 3), num_retries=patience.num_retries
            )
            return Received(reply=reply)


def _give_up_on_all(failure: Failure, sampler: Sampler) -> None:
    """Raise EndpointFailure where no other question can fare better."""
    if failure.is_quota_spent:
        raise EndpointFailure(f"the quota is spent: {failure.error}")
    if failure.is_key_refused:
        raise EndpointFailure(refused_key(failure.error))
    if failure.chance == "any" and (failure.asked_for_s or 0) > sampler.timeout_s:
        raise EndpointFailure(f"{failure.error}; it can be asked again in {failure.asked_for_s:.0f} s, which is beyond --timeout-s")


async def _attempt_in_its_words(channel: Channel, question: Question, sampler: Sampler, patience: Patience) -> Attempt:
    """Ask otherwise where the endpoint refuses fields that it names and that can be left out or said in other words."""
    dialect = channel.dialect(question.subject.model)
    while True:
        said = dialect.phrase(sampler, question.seed)
        ended = await _attempt_where_it_is(channel, question, said, patience)
        refusal = ended.refusal if isinstance(ended, Failure) else None
        if refusal is None or not dialect.learn(said, sampler, refusal):
            return Attempt(said=said, ended=ended)


async def _attempt_where_it_is(channel: Channel, question: Question, said: dict[str, Any], patience: Patience) -> Completion | Failure:
    """Ask at the other form of the address, with or without `/v1`, where the given one is not found; raises EndpointFailure."""
    ended = await _attempt(channel.client, question, said, patience)
    if isinstance(ended, Completion) or not is_unfound(ended):
        channel.is_root_sure = channel.is_root_sure or isinstance(ended, Completion)
        return ended
    way = None
    if not channel.is_root_sure and not is_about_model(ended):
        way = channel.other_way()
        at_other = await _attempt(way.client, question, said, patience)
        if is_another_api(at_other):
            channel.take(way)
            channel.is_root_sure = True
            if not isinstance(at_other, Failure) or not is_unfound(at_other):
                return at_other
            ended, way = at_other, None
    model = question.subject.model
    words = explain_unfound(channel, model, ended, way)
    raise EndpointFailure(channel.credentials.conceal(f"{model}: {words}"))


async def _attempt(client: openai.AsyncOpenAI, question: Question, said: dict[str, Any], patience: Patience) -> Completion | Failure:
    headers: Mapping[str, str] = {}
    try:
        async with asyncio.timeout(patience.left_s):
            response = await _send(client, question, said)
        headers = response.headers
        return read_completion(read_body(response.content, headers.get("content-type", "")))
    except TimeoutError:
        return Failure(error=f"no reply within {patience.timeout_s:g} s; --timeout-s gives it longer", chance="none")
    except openai.APIStatusError as exc:
        return withheld_completion(exc.body) or failure_of(exc)
    except openai.APIError as exc:
        return failure_of(exc)
    except UnreadableCompletion as exc:
        return failure_in_answer(exc, headers)


async def _send(client: openai.AsyncOpenAI, question: Question, said: dict[str, Any]) -> Any:
    """Post the request; a stream is read whole, too, for nobody watches it come."""
    return await client.chat.completions.with_raw_response.create(
        model=question.subject.model, messages=_messages(question), extra_body=said | _candor_fields(question.subject)
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
    reply = Reply(
        text=completion.text,
        reasoning=completion.reasoning,
        refusal=completion.refusal,
        finish_reason=completion.finish_reason,
        answered_as=completion.model,
        num_prompt_tokens=completion.num_prompt_tokens,
        num_completion_tokens=completion.num_completion_tokens,
        num_reasoning_tokens=completion.num_reasoning_tokens,
        seconds=round(seconds, 3),
        num_retries=num_retries,
        unsent=unsent,
        system_fingerprint=completion.system_fingerprint,
    )
    return Received(reply=reply, metadata=completion.metadata)
