"""pydantic-ai, over chat and, as `openai:` names do by default, over responses."""

from typing import Literal

import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from pydantic_ai import Agent, NativeOutput, PromptedOutput, UnexpectedModelBehavior
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=BASE_URL, api_key=KEY)
chat = OpenAIChatModel(MODEL, provider=provider)
responses = OpenAIResponsesModel(MODEL, provider=provider)


class Sky(pydantic.BaseModel):
    """What the sky is like."""

    colour: Literal["blue", "grey"]
    is_clear: bool


def get_weather(city: Literal["Paris", "Rome"]) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def check_chat():
    answer = Agent(chat, instructions="Be brief.").run_sync(PROMPT)
    assert answer.output
    assert answer.usage.output_tokens > 0


def check_history():
    agent = Agent(chat, system_prompt="Be brief.")
    first = agent.run_sync(PROMPT)
    assert agent.run_sync("And at night?", message_history=first.all_messages()).output


async def check_stream():
    async with Agent(chat).run_stream(PROMPT) as answer:
        assert "".join([piece async for piece in answer.stream_text(delta=True)])


def check_tools():
    assert Agent(chat, tools=[get_weather]).run_sync(PROMPT).output


def check_output_by_tool():
    assert isinstance(Agent(chat, output_type=Sky).run_sync(PROMPT).output, Sky)


async def check_output_by_tool_streamed():
    async with Agent(chat, output_type=Sky).run_stream(PROMPT) as answer:
        assert isinstance(await answer.get_output(), Sky)


def check_output_by_schema():
    assert isinstance(Agent(chat, output_type=NativeOutput(Sky)).run_sync(PROMPT).output, Sky)


def check_output_by_prompt():
    # A small model's JSON may be of another form: then the client asks again, and gives up. What counts is that it may ask.
    try:
        answer = Agent(chat, output_type=PromptedOutput(Sky), retries=1).run_sync(PROMPT, model_settings={"max_tokens": 100})
    except UnexpectedModelBehavior:
        return
    assert isinstance(answer.output, Sky)


def check_responses():
    assert Agent(responses).run_sync(PROMPT).output


async def check_responses_streamed():
    async with Agent(responses).run_stream(PROMPT) as answer:
        assert "".join([piece async for piece in answer.stream_text(delta=True)])


def check_responses_tools():
    assert Agent(responses, tools=[get_weather]).run_sync(PROMPT).output


def check_responses_output_by_tool():
    assert isinstance(Agent(responses, output_type=Sky).run_sync(PROMPT).output, Sky)


def check_responses_output_by_schema():
    assert isinstance(Agent(responses, output_type=NativeOutput(Sky)).run_sync(PROMPT).output, Sky)


run_checks(vars())
