"""llama-index's OpenAILike, which asks for completions unless told that the model chats."""

from typing import Literal

import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from llama_index.core.llms import ChatMessage
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike

AT = {"model": MODEL, "api_base": BASE_URL, "api_key": KEY, "max_retries": 0, "max_tokens": 64}
plain = OpenAILike(**AT)
chat = OpenAILike(**AT, is_chat_model=True, is_function_calling_model=True)
MESSAGES = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content=PROMPT)]


class Sky(pydantic.BaseModel):
    """What the sky is like."""

    colour: Literal["blue", "grey"]
    is_clear: bool


def get_weather(city: Literal["Paris", "Rome"]) -> str:
    """Tell the weather in a city."""
    return f"sunny in {city}"


def check_complete():
    assert plain.complete("The sky is").text


def check_complete_streamed():
    assert list(plain.stream_complete("The sky is"))[-1].text


def check_chat_by_completions():
    assert plain.chat(MESSAGES).message.content


def check_chat():
    assert chat.chat(MESSAGES).message.content


def check_chat_streamed():
    assert list(chat.stream_chat(MESSAGES))[-1].message.content


async def check_chat_async():
    assert (await chat.achat(MESSAGES)).message.content


def check_tools():
    answer = chat.chat_with_tools([FunctionTool.from_defaults(get_weather)], user_msg=PROMPT, tool_required=True)
    [call, *_] = chat.get_tool_calls_from_response(answer)
    assert call.tool_kwargs["city"] in ("Paris", "Rome")


def check_structured():
    assert isinstance(chat.structured_predict(Sky, PromptTemplate(PROMPT)), Sky)


def check_structured_by_schema():
    model = OpenAILike(**AT, is_chat_model=True, should_use_structured_outputs=True)
    assert isinstance(model.structured_predict(Sky, PromptTemplate(PROMPT)), Sky)


run_checks(vars())
