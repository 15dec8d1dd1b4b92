"""litellm's SDK, as `openai/…` and `hosted_vllm/…`."""

import json
from typing import Literal

import litellm
import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks

AT = {"model": f"openai/{MODEL}", "api_base": BASE_URL, "api_key": KEY, "num_retries": 0, "max_retries": 0}
MESSAGES = [{"role": "user", "content": PROMPT}]
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "Tell the weather.", "parameters": PARAMETERS}}


class Sky(pydantic.BaseModel):
    colour: Literal["blue", "grey"]
    is_clear: bool


def check_completion():
    answer = litellm.completion(**AT, messages=MESSAGES)
    assert answer.choices[0].message.content
    assert answer.usage.completion_tokens > 0


def check_stream():
    chunks = list(litellm.completion(**AT, messages=MESSAGES, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert litellm.stream_chunk_builder(chunks).usage.completion_tokens > 0


async def check_async():
    answer = await litellm.acompletion(**AT, messages=MESSAGES)
    assert answer.choices[0].message.content


def check_round_trip():
    first = litellm.completion(**AT, messages=MESSAGES).choices[0].message
    for said in (first, first.model_dump()):
        again = litellm.completion(**AT, messages=[*MESSAGES, said, {"role": "user", "content": "And at night?"}])
        assert again.choices[0].message.content


def check_prefix():
    beginning = {"role": "assistant", "content": "The sky", "prefix": True}
    assert litellm.completion(**AT, messages=[*MESSAGES, beginning]).choices[0].message.content


def check_cache_control():
    part = {"type": "text", "text": PROMPT, "cache_control": {"type": "ephemeral"}}
    assert litellm.completion(**AT, messages=[{"role": "user", "content": [part]}]).choices[0].message.content


def check_response_format():
    answer = litellm.completion(**AT, messages=MESSAGES, response_format=Sky)
    Sky.model_validate_json(answer.choices[0].message.content)


def check_tools():
    answer = litellm.completion(**AT, messages=MESSAGES, tools=[TOOL], tool_choice="required")
    message = answer.choices[0].message
    assert "city" in json.loads(message.tool_calls[0].function.arguments)
    results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in message.tool_calls]
    second = litellm.completion(**AT, messages=[*MESSAGES, message, *results], tools=[TOOL], tool_choice="none")
    assert second.choices[0].message.content


def check_tools_streamed():
    chunks = list(litellm.completion(**AT, messages=MESSAGES, tools=[TOOL], tool_choice="required", stream=True))
    built = litellm.stream_chunk_builder(chunks)
    assert "city" in json.loads(built.choices[0].message.tool_calls[0].function.arguments)
    assert built.choices[0].finish_reason == "tool_calls"


def check_choices_and_logprobs():
    answer = litellm.completion(**AT, messages=MESSAGES, n=2, logprobs=True, top_logprobs=2, max_tokens=4)
    assert len(answer.choices) == 2
    assert answer.choices[1].logprobs.content


def check_reasoning_effort():
    answer = litellm.completion(**AT, messages=MESSAGES, reasoning_effort="low", allowed_openai_params=["reasoning_effort"])
    assert answer.choices[0].message.content


def check_text_completion():
    assert litellm.text_completion(**(AT | {"model": f"text-completion-openai/{MODEL}"}), prompt="The sky is", max_tokens=8).choices[0].text


def check_responses():
    assert litellm.responses(**AT, input=PROMPT).output[0].content[0].text


def check_responses_streamed():
    events = list(litellm.responses(**AT, input=PROMPT, stream=True))
    assert events[-1].type == "response.completed"


def check_hosted_vllm():
    assert litellm.completion(**(AT | {"model": f"hosted_vllm/{MODEL}"}), messages=MESSAGES).choices[0].message.content


run_checks(vars())
