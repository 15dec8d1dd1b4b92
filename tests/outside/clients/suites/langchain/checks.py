"""langchain-openai, alone and under langchain's agents."""

from typing import Literal

import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAI

AT = {"model": MODEL, "base_url": BASE_URL, "api_key": KEY, "max_retries": 0}
chat = ChatOpenAI(**AT)


class Sky(pydantic.BaseModel):
    """What the sky is like."""

    colour: Literal["blue", "grey"]
    is_clear: bool


@tool
def get_weather(city: Literal["Paris", "Rome"]) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def check_invoke():
    answer = chat.invoke(PROMPT)
    assert answer.content
    assert answer.usage_metadata["output_tokens"] > 0


def check_limit():
    assert ChatOpenAI(**AT, max_tokens=4).invoke(PROMPT).response_metadata["finish_reason"] == "length"


def check_stream():
    assert "".join(chunk.content for chunk in chat.stream(PROMPT))


async def check_async():
    assert "".join([chunk.content async for chunk in chat.astream(PROMPT)])


def check_batch():
    assert all(answer.content for answer in chat.batch([PROMPT, "What is honesty?"]))


def check_conversation():
    said = [SystemMessage("Be brief."), HumanMessage(PROMPT, name="ada"), AIMessage("Scattered light."), HumanMessage("And at night?")]
    assert chat.invoke(said).content


def check_structured_by_schema():
    assert isinstance(chat.with_structured_output(Sky).invoke(PROMPT), Sky)


def check_structured_by_function_calling():
    assert isinstance(chat.with_structured_output(Sky, method="function_calling").invoke(PROMPT), Sky)


def check_structured_by_json_mode():
    # No schema goes with it, so any JSON may come: the parser's own complaint is fine, the server's is not.
    answer = chat.bind(max_tokens=100).with_structured_output(Sky, method="json_mode", include_raw=True).invoke(f"{PROMPT} Answer in JSON.")
    assert answer["raw"].content.lstrip().startswith("{")


def check_tools_auto():
    answer = chat.bind_tools([get_weather]).invoke(PROMPT)
    assert answer.content or answer.tool_calls


def check_tools_required_and_second_turn():
    bound = chat.bind_tools([get_weather], tool_choice="required")
    first = bound.invoke(PROMPT)
    assert first.tool_calls[0]["args"]["city"] in ("Paris", "Rome")
    results = [ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"]) for call in first.tool_calls]
    assert chat.bind_tools([get_weather], tool_choice="none").invoke([HumanMessage(PROMPT), first, *results]).content


def check_tools_streamed():
    whole = None
    for chunk in chat.bind_tools([get_weather], tool_choice="get_weather").stream(PROMPT):
        whole = chunk if whole is None else whole + chunk
    assert whole.tool_calls[0]["args"]["city"] in ("Paris", "Rome")


def check_agent_with_tools():
    answer = create_agent(chat, [get_weather]).invoke({"messages": [HumanMessage(PROMPT)]}, {"recursion_limit": 6})
    assert answer["messages"][-1].content


def check_agent_with_response_format():
    # It wants its schema's tool called once, and the demo model likes to call.
    once = ChatOpenAI(**AT, extra_body={"parallel_tool_calls": False})
    answer = create_agent(once, [], response_format=Sky).invoke({"messages": [HumanMessage(PROMPT)]}, {"recursion_limit": 6})
    assert isinstance(answer["structured_response"], Sky)


def check_logprobs():
    answer = chat.bind(logprobs=True, top_logprobs=2, max_tokens=4).invoke(PROMPT)
    assert answer.response_metadata["logprobs"]["content"]


def check_reasoning_effort():
    assert ChatOpenAI(**AT, reasoning_effort="low").invoke(PROMPT).content


def check_responses():
    assert ChatOpenAI(**AT, use_responses_api=True).invoke(PROMPT).text


def check_responses_structured():
    assert isinstance(ChatOpenAI(**AT, use_responses_api=True).with_structured_output(Sky).invoke(PROMPT), Sky)


def check_completions():
    assert OpenAI(**AT, max_tokens=16).invoke("The sky is")


run_checks(vars())
