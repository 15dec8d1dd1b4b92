"""OpenAI's own SDK for Python."""

import json
from typing import Literal

import openai
import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks

USER = {"role": "user", "content": PROMPT}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tell the weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"]},
    },
}
FLAT_WEATHER = {"type": "function", "strict": False, **WEATHER["function"]}
NAMED = {"type": "function", "function": {"name": "get_weather"}}
sdk = openai.OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0)
chats = sdk.chat.completions


class Sky(pydantic.BaseModel):
    colour: Literal["blue", "grey", "red"]
    is_clear: bool


def text_of(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def check_chat():
    completion = chats.create(model=MODEL, messages=[USER])
    assert completion.choices[0].message.content
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion._request_id


def check_raw_response():
    raw = chats.with_raw_response.create(model=MODEL, messages=[USER], max_tokens=8)
    assert raw.status_code == 200
    assert raw.parse().choices[0].message.content


def check_streaming_response():
    with chats.with_streaming_response.create(model=MODEL, messages=[USER], max_tokens=8, stream=True) as raw:
        assert raw.headers["content-type"].startswith("text/event-stream")
        assert list(raw.iter_lines())[-2] == "data: [DONE]"


def check_stream():
    chunks = list(chats.create(model=MODEL, messages=[USER], stream=True, stream_options={"include_usage": True}))
    assert text_of(chunks)
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens > 0


def check_stream_helper():
    with chats.stream(model=MODEL, messages=[USER]) as stream:
        kinds = {event.type for event in stream}
        completion = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert completion.choices[0].message.content


async def check_async():
    async with openai.AsyncOpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0) as own:
        stream = await own.chat.completions.create(model=MODEL, messages=[USER], stream=True)
        assert text_of([chunk async for chunk in stream])


def check_abort():
    stream = chats.create(model=MODEL, messages=[USER], stream=True)
    next(iter(stream))
    stream.close()


def check_round_trip():
    first = chats.create(model=MODEL, messages=[USER], max_tokens=8).choices[0].message
    again = chats.create(model=MODEL, messages=[USER, first, {"role": "user", "content": "And at night?"}], max_tokens=8)
    assert again.choices[0].message.content
    again = chats.create(model=MODEL, messages=[USER, first.model_dump(), {"role": "user", "content": "And at night?"}], max_tokens=8)
    assert again.choices[0].message.content


def check_content_parts():
    part = {"type": "text", "text": PROMPT, "prompt_cache_breakpoint": {"mode": "explicit"}}
    completion = chats.create(model=MODEL, messages=[{"role": "user", "content": [part], "name": "ada"}], max_tokens=8)
    assert completion.choices[0].message.content


def check_neutral_fields():
    completion = chats.create(
        model=MODEL,
        messages=[USER],
        max_completion_tokens=8,
        n=1,
        logprobs=False,
        tool_choice="auto",
        service_tier="auto",
        store=False,
        user="u",
        seed=1,
        reasoning_effort="none",
        verbosity="medium",
        response_format={"type": "text"},
        metadata={"run": "7"},
    )
    assert completion.metadata["run"] == "7"


def check_choices():
    completion = chats.create(model=MODEL, messages=[USER], n=3, max_tokens=8, temperature=1, seed=1)
    assert [choice.index for choice in completion.choices] == [0, 1, 2]
    assert all(choice.message.content for choice in completion.choices)


def check_logprobs():
    completion = chats.create(model=MODEL, messages=[USER], logprobs=True, top_logprobs=2, max_tokens=4)
    for token in completion.choices[0].logprobs.content:
        assert token.logprob <= 0
        assert len(token.top_logprobs) == 2


def check_logit_bias():
    completion = chats.create(model=MODEL, messages=[USER], logit_bias={"100": -100}, max_tokens=4)
    assert completion.choices[0].finish_reason in ("length", "stop")


def check_json_object():
    completion = chats.create(model=MODEL, messages=[USER], response_format={"type": "json_object"}, max_tokens=200)
    choice = completion.choices[0]
    assert choice.finish_reason == "length" or isinstance(json.loads(choice.message.content), dict)


def check_parse():
    completion = chats.parse(model=MODEL, messages=[USER], response_format=Sky)
    assert isinstance(completion.choices[0].message.parsed, Sky)


def check_parse_stream():
    with chats.stream(model=MODEL, messages=[USER], response_format=Sky) as stream:
        completion = stream.get_final_completion()
    assert isinstance(completion.choices[0].message.parsed, Sky)


def check_cut_json_is_a_length_error():
    try:
        chats.parse(model=MODEL, messages=[USER], response_format=Sky, max_tokens=3)
    except openai.LengthFinishReasonError:
        return
    raise AssertionError("JSON cut at the limit was taken for whole")


def ask_tool(**fields):
    return chats.create(model=MODEL, messages=[USER], tools=[WEATHER], **fields)


def has_weather_call(calls):
    return bool(calls) and all(call.function.name == "get_weather" and "city" in json.loads(call.function.arguments) for call in calls)


def check_tools_auto():
    message = ask_tool().choices[0].message
    assert message.content or message.tool_calls


def check_tools_none():
    message = ask_tool(tool_choice="none").choices[0].message
    assert message.content
    assert not message.tool_calls


def check_tools_required():
    choice = ask_tool(tool_choice="required").choices[0]
    assert choice.finish_reason == "tool_calls"
    assert has_weather_call(choice.message.tool_calls)


def check_tools_named():
    choice = ask_tool(tool_choice=NAMED, parallel_tool_calls=False).choices[0]
    assert len(choice.message.tool_calls) == 1
    assert has_weather_call(choice.message.tool_calls)


def check_tools_streamed():
    chunks = list(ask_tool(tool_choice="required", stream=True))
    deltas = [call for chunk in chunks if chunk.choices for call in chunk.choices[0].delta.tool_calls or []]
    assert deltas[0].id
    assert deltas[0].function.name == "get_weather"
    assert "city" in json.loads("".join(delta.function.arguments or "" for delta in deltas if delta.index == 0))
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "tool_calls"


def check_tools_stream_helper():
    strict = openai.pydantic_function_tool(Sky, name="tell_sky")
    with chats.stream(model=MODEL, messages=[USER], tools=[strict], tool_choice="required") as stream:
        completion = stream.get_final_completion()
    assert isinstance(completion.choices[0].message.tool_calls[0].function.parsed_arguments, Sky)


def check_tools_second_turn():
    first = ask_tool(tool_choice=NAMED).choices[0].message
    results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in first.tool_calls]
    for said in (first, first.model_dump(), {"role": "assistant", "content": "", "tool_calls": first.model_dump()["tool_calls"]}):
        second = chats.create(model=MODEL, messages=[USER, said, *results], tools=[WEATHER], tool_choice="none", max_tokens=16)
        assert second.choices[0].message.content


def check_completions():
    completion = sdk.completions.create(model=MODEL, prompt="The sky is", max_tokens=8)
    assert completion.object == "text_completion"
    assert completion.choices[0].text


def check_completions_of_several_prompts():
    completion = sdk.completions.create(model=MODEL, prompt=["The sky is", "The sea is"], n=2, max_tokens=4, temperature=1)
    assert [choice.index for choice in completion.choices] == [0, 1, 2, 3]


def check_completions_of_tokens():
    completion = sdk.completions.create(model=MODEL, prompt=[300, 301, 302], max_tokens=4)
    assert completion.usage.prompt_tokens in (3, 4)


def check_completions_echoed_with_logprobs():
    completion = sdk.completions.create(model=MODEL, prompt="The sky is", echo=True, logprobs=1, max_tokens=2)
    choice = completion.choices[0]
    assert choice.text.startswith("The sky is")
    assert choice.logprobs.token_logprobs[0] is None
    assert len(choice.logprobs.tokens) == len(choice.logprobs.token_logprobs) == len(choice.logprobs.text_offset)


def check_completions_streamed():
    chunks = list(sdk.completions.create(model=MODEL, prompt="The sky is", max_tokens=8, stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices)


def check_responses():
    response = sdk.responses.create(model=MODEL, input=PROMPT, instructions="Be brief.", store=False, metadata={"run": "7"})
    assert response.status == "completed"
    assert response.output_text
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    assert response.metadata["run"] == "7"


def check_responses_cut_at_the_limit():
    response = sdk.responses.create(model=MODEL, input=[USER], max_output_tokens=16, truncation="disabled")
    assert response.status in ("completed", "incomplete")
    if response.status == "incomplete":
        assert response.incomplete_details.reason == "max_output_tokens"


def check_responses_streamed():
    events = list(sdk.responses.create(model=MODEL, input=PROMPT, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:4]] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert events[-1].type == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == events[-1].response.output_text


def check_responses_stream_helper():
    with sdk.responses.stream(model=MODEL, input=PROMPT) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text


def check_responses_parse():
    assert isinstance(sdk.responses.parse(model=MODEL, input=PROMPT, text_format=Sky).output_parsed, Sky)


def check_responses_tools():
    given = [USER]
    response = sdk.responses.create(model=MODEL, input=given, tools=[FLAT_WEATHER], tool_choice="required")
    calls = [item for item in response.output if item.type == "function_call"]
    assert calls
    assert "city" in json.loads(calls[0].arguments)
    given += [*response.output, *({"type": "function_call_output", "call_id": call.call_id, "output": "sunny"} for call in calls)]
    assert sdk.responses.create(model=MODEL, input=given, tools=[FLAT_WEATHER], tool_choice="none").output_text


def check_responses_tools_streamed():
    choice = {"type": "function", "name": "get_weather"}
    events = list(sdk.responses.create(model=MODEL, input=PROMPT, tools=[FLAT_WEATHER], tool_choice=choice, stream=True))
    done = next(event for event in events if event.type == "response.function_call_arguments.done")
    pieces = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    assert "".join(pieces) == done.arguments


def check_models():
    assert MODEL in [model.id for model in sdk.models.list()]
    assert sdk.models.retrieve(MODEL).id == MODEL


def check_embeddings_are_said_to_be_missing():
    try:
        sdk.embeddings.create(model=MODEL, input="Hello")
    except openai.InternalServerError as error:
        assert (error.status_code, error.code) == (501, "not_implemented")
        return
    raise AssertionError("an embedding came")


run_checks(vars())
