"""One question through the real SDK to a fake endpoint."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from clients.asking.asking import ask
from clients.asking.channel import open_channel
from clients.asking.credentials import Credentials
from clients.asking.endpoint import read_api_root
from clients.asking.exchange import Question, Received, Reply, Sampler
from clients.asking.retrying import MAX_RETRIES
from clients.asking.sampling_fields import SamplingFields
from clients.asking.subject import Subject
from clients.errors import EndpointFailure
from clients.probes.probe import Probe
from tests.clients.fake_endpoint import HANGING, SOON, Body, FakeAnswer, FakeEndpoint, completion, refusal

SAMPLER = Sampler(temperature=0.4, max_tokens=64, timeout_s=60.0)
OFF = {
    "top_p": 1.0,
    "top_k": -1,
    "min_p": 0.0,
    "repetition_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
}


def put(endpoint: FakeEndpoint, **asked: Any) -> Reply:
    """Ask the endpoint one question and give the reply."""
    return receive(endpoint, **asked).reply


def receive(
    endpoint: FakeEndpoint,
    *,
    seed: int | None = 7,
    timeout_s: float = 60.0,
    api_key: str | None = None,
    fields: SamplingFields | None = None,
    **condition: Any,
) -> Received:
    """Ask the endpoint one question."""
    sampler = Sampler(temperature=0.4, max_tokens=64, timeout_s=timeout_s, fields=fields or SamplingFields())
    [reply] = put_all(endpoint, 1, sampler, seed=seed, credentials=Credentials(api_key=api_key), **condition)
    return reply


def put_all(
    endpoint: FakeEndpoint,
    times: int,
    sampler: Sampler,
    *,
    seed: int | None = 7,
    credentials: Credentials | None = None,
    path: str = "",
    **condition: Any,
) -> list[Received]:
    """Ask the endpoint the same question so often, one after the other over one channel."""

    async def ask_them() -> list[Received]:
        root = read_api_root(endpoint.url + path)
        subject = Subject(name="tuned", endpoint=root, model="tuned", **condition)
        question = Question(subject=subject, probe=Probe(id="p", prompt="Why?"), sample=0, seed=seed)
        async with open_channel(root, credentials or Credentials(), most_at_once=4) as channel:
            return [await ask(channel, question, sampler) for _ in range(times)]

    return asyncio.run(ask_them())


def answers(*given: FakeAnswer) -> Iterator[FakeAnswer]:
    yield from given


def test_every_field_of_the_sampling_is_sent(endpoint: FakeEndpoint) -> None:
    put(endpoint, api_key="secret")
    messages = [{"role": "user", "content": "Why?"}]
    assert endpoint.asked == [{"model": "tuned", "messages": messages, "temperature": 0.4, "max_tokens": 64, "seed": 7} | OFF]
    assert endpoint.keys == ["Bearer secret"]


@pytest.mark.parametrize(
    ("is_prepended", "expected"),
    [
        (False, [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Why?"}]),
        (True, [{"role": "user", "content": "Be kind.\n\nWhy?"}]),
    ],
)
def test_system_prompt_goes_into_its_own_turn_or_the_users(
    endpoint: FakeEndpoint, is_prepended: bool, expected: list[dict[str, str]]
) -> None:
    put(endpoint, system="Be kind.", is_system_prepended=is_prepended)
    assert endpoint.asked[0]["messages"] == expected
    assert set(endpoint.asked[0]) == {"model", "messages", "temperature", "max_tokens", "seed", *OFF}


def test_scale_is_sent_as_candor_reads_it(endpoint: FakeEndpoint) -> None:
    put(endpoint, scale=0.0)
    assert endpoint.asked[0]["lora"] == [{"name": "tuned", "scale": 0.0}]


def refuse_fields(
    *names: str, words: str = "Unrecognized request argument supplied: {}", status: int = 400
) -> Callable[[Body], FakeAnswer]:
    """Refuse the first of the names that a request holds, as OpenAI does."""

    def answer(body: Body) -> FakeAnswer:
        return next((refusal(status, words.format(name)) for name in names if name in body), completion("Hello."))

    return answer


@pytest.mark.parametrize(
    ("words", "status"),
    [("Unrecognized request argument supplied: {}", 400), ("Unknown parameter: '{}'.", 400), ('{{"loc": ["body", "{}"]}}', 422)],
)
def test_a_field_that_the_endpoint_refuses_is_left_out_and_said_to_be(endpoint: FakeEndpoint, words: str, status: int) -> None:
    names = ("top_k", "min_p", "repetition_penalty")
    endpoint.answer = refuse_fields(*names, words=words, status=status)
    for reply in (received.reply for received in put_all(endpoint, 2, SAMPLER)):
        assert (reply.text, reply.num_retries, reply.unsent) == ("Hello.", 0, names)
    assert endpoint.asked[-1] == {name: value for name, value in endpoint.asked[0].items() if name not in names}
    assert [name in body for name in names for body in endpoint.asked[-2:]] == [False] * 6  # what was learnt is not asked again
    assert len(endpoint.asked) == len(names) + 1 + 2  # top_k is tried in two ways


def test_top_k_off_is_written_as_the_endpoint_takes_it(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda body: refusal(400, "top_k must be at least 0") if body["top_k"] < 0 else completion("Hello.")
    reply = put(endpoint)
    assert (reply.text, reply.unsent) == ("Hello.", ())
    assert [body["top_k"] for body in endpoint.asked] == [-1, 0]


def test_a_field_that_was_to_change_something_is_never_left_out(endpoint: FakeEndpoint) -> None:
    endpoint.answer = refuse_fields("min_p", "top_k")
    reply = put(endpoint, fields=SamplingFields(top_k=20))
    assert (reply.text, reply.error) == (None, "HTTP 400: Unrecognized request argument supplied: top_k")
    assert endpoint.asked[-1]["top_k"] == 20 and "min_p" not in endpoint.asked[-1]


def test_another_refusal_is_not_asked_again(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: refusal(400, "the prompt is too long")
    assert put(endpoint).error == "HTTP 400: the prompt is too long"
    assert len(endpoint.asked) == 1


def test_no_seed_is_sent_where_there_is_none(endpoint: FakeEndpoint) -> None:
    put(endpoint, seed=None)
    assert "seed" not in endpoint.asked[0]


def test_reply_carries_what_the_endpoint_tells(endpoint: FakeEndpoint) -> None:
    metadata = {"scorer": "lek-v1", "lek_score": "11", "adapter": "tuned", "not_a_string": 3}
    endpoint.answer = lambda _: completion("Hello.", finish_reason="length", system_fingerprint="fp", metadata=metadata)
    received = receive(endpoint)
    reply = received.reply
    assert (reply.text, reply.error, reply.finish_reason, reply.system_fingerprint) == ("Hello.", None, "length", "fp")
    assert (reply.num_prompt_tokens, reply.num_completion_tokens, reply.num_retries) == (9, 7, 0)
    assert received.metadata == {"scorer": "lek-v1", "lek_score": "11", "adapter": "tuned"}
    assert reply.seconds is not None
    assert reply.seconds > 0


@pytest.mark.parametrize(("content", "num_tokens"), [("", 7), (None, 0)])
def test_empty_reply_is_a_reply(endpoint: FakeEndpoint, content: str | None, num_tokens: int) -> None:
    endpoint.answer = lambda _: completion(content, usage={"completion_tokens": num_tokens})
    reply = put(endpoint)
    assert (reply.text, reply.error) == ("", None)


def test_sparse_completion_is_enough(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: FakeAnswer(
        body=b'{"choices": [{"message": {"content": "Hi"}}], "metadata": "odd", "system_fingerprint": 3}'
    )
    received = receive(endpoint)
    reply = received.reply
    assert (reply.text, reply.finish_reason, reply.num_completion_tokens, received.metadata) == ("Hi", None, None, {})


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_endpoint_is_asked_again(endpoint: FakeEndpoint, status: int) -> None:
    script = answers(refusal(status, "busy", SOON), refusal(status, "busy", SOON), completion("Hello."))
    endpoint.answer = lambda _: next(script)
    reply = put(endpoint)
    assert (reply.text, reply.num_retries) == ("Hello.", 2)


def test_cut_stream_is_asked_again(endpoint: FakeEndpoint) -> None:
    whole = completion("Hello.")
    script = answers(FakeAnswer(body=whole.body[:20], headers={"content-length": str(len(whole.body))}), whole)
    endpoint.answer = lambda _: next(script)
    reply = put(endpoint)
    assert (reply.text, reply.num_retries) == ("Hello.", 1)


def test_refusal_in_its_own_field_is_the_reply(endpoint: FakeEndpoint) -> None:
    message = {"role": "assistant", "content": None, "refusal": "No."}
    endpoint.answer = lambda _: completion(None, choices=[{"message": message, "finish_reason": "stop"}])
    reply = put(endpoint)
    assert (reply.text, reply.refusal) == ("No.", "No.")


def test_wait_beyond_the_limit_is_not_waited(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: refusal(500, "come back later", {"retry-after": "86400"})
    reply = put(endpoint)
    assert reply.error == "HTTP 500: come back later; it can be asked again in 86400 s, which is beyond --timeout-s"
    assert (reply.num_retries, len(endpoint.asked)) == (0, 1)


def test_lasting_failure_is_an_error_in_the_endpoints_words(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: refusal(500, "the engine\nran out of \x1b[31mmemory", SOON)
    reply = put(endpoint)
    assert (reply.text, reply.error) == (None, "HTTP 500: the engine ran out of [31mmemory")
    assert reply.num_retries == MAX_RETRIES
    assert len(endpoint.asked) == 1 + MAX_RETRIES


def test_error_that_is_a_bare_string_is_understood(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: FakeAnswer(status=400, body=b'{"error": "no such snapshot"}')
    assert put(endpoint).error == "HTTP 400: no such snapshot"


def test_error_page_is_shortened(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: FakeAnswer(status=400, body=b"<html>" + b"x" * 9000, headers={"content-type": "text/html"})
    error = put(endpoint).error
    assert error is not None
    assert error.startswith("HTTP 400: xxx")
    assert len(error) < 320


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{garbage", "no chat completion"),
        (b"", "no chat completion"),
        (b"<html>Welcome</html>", "no chat completion"),
        (b"\xff\xfe", "no chat completion"),
        (b"[" * 100_000, "no chat completion"),
        (b"{}", "`choices`"),
        (b'{"choices": []}', "no choice"),
        (
            completion(None, choices=[{"message": {"content": 3}}]).body,
            r"choices\[0\]\.message\.content: expected text",
        ),
    ],
)
def test_garbage_is_asked_for_once_more_and_then_an_error(endpoint: FakeEndpoint, body: bytes, expected: str) -> None:
    endpoint.answer = lambda _: FakeAnswer(body=body, headers=SOON)
    reply = put(endpoint)
    assert reply.text is None
    assert len(endpoint.asked) == 2
    with pytest.raises(AssertionError, match=expected):
        raise AssertionError(reply.error)


def test_hanging_endpoint_is_given_up_after_the_limit(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: HANGING
    reply = put(endpoint, timeout_s=0.3)
    assert (reply.text, reply.error) == (None, "no reply within 0.3 s; --timeout-s gives it longer")
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(("status", "expected"), [(401, "--api-key"), (403, "--api-key"), (404, "does not know the model")])
def test_refusal_that_would_repeat_ends_the_battery(endpoint: FakeEndpoint, status: int, expected: str) -> None:
    endpoint.answer = lambda _: refusal(status, "no")
    with pytest.raises(EndpointFailure, match=rf"tuned: .*HTTP {status}: no") as caught:
        put(endpoint)
    assert expected in str(caught.value)
