"""haystack's generators."""

import json
from typing import Annotated, Literal

import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from haystack.components.generators.chat import OpenAIChatGenerator, OpenAIResponsesChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import tool
from haystack.utils import Secret

AT = {"model": MODEL, "api_base_url": BASE_URL, "api_key": Secret.from_token(KEY), "max_retries": 0}


class Sky(pydantic.BaseModel):
    colour: Literal["blue", "grey"]
    is_clear: bool


@tool
def get_weather(city: Annotated[Literal["Paris", "Rome"], "Which city."]) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def ask(messages=None, generator=OpenAIChatGenerator, **fields):
    return generator(**(AT | fields)).run(messages or [ChatMessage.from_system("Be brief."), ChatMessage.from_user(PROMPT)])["replies"]


def check_chat():
    assert ask()[0].text


def check_stream():
    pieces = []
    assert ask(streaming_callback=pieces.append)[0].text
    assert len(pieces) > 1


def check_named_message():
    assert ask([ChatMessage.from_user(PROMPT, name="ada")])[0].text


def check_tools():
    [reply] = ask(tools=[get_weather], generation_kwargs={"tool_choice": "required", "parallel_tool_calls": False})
    [call] = reply.tool_calls
    assert call.arguments["city"] in ("Paris", "Rome")
    said = [ChatMessage.from_user(PROMPT), reply, ChatMessage.from_tool(get_weather.invoke(**call.arguments), origin=call)]
    assert ask(said, tools=[get_weather], generation_kwargs={"tool_choice": "none"})[0].text


def check_tools_streamed():
    [reply] = ask(tools=[get_weather], generation_kwargs={"tool_choice": "required"}, streaming_callback=lambda _: None)
    assert reply.tool_calls[0].tool_name == "get_weather"


def check_response_format():
    Sky.model_validate(json.loads(ask(generation_kwargs={"response_format": Sky})[0].text))


def check_choices():
    assert len(ask(generation_kwargs={"n": 2, "max_tokens": 4})) == 2


def check_responses():
    assert ask(generator=OpenAIResponsesChatGenerator)[0].text


def check_responses_streamed():
    assert ask(generator=OpenAIResponsesChatGenerator, streaming_callback=lambda _: None)[0].text


run_checks(vars())
