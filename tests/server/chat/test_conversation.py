"""From the messages of a chat to the turns that Gemma's template takes."""

from typing import Any

import pytest
from openai.types.chat import ChatCompletionMessage

from adapters.base.tokens.chat_template import GEMMA_TEMPLATE, ChatTemplate
from server.engine.protocol import Generation, Message
from tests.server.chat.asking import USER, refuse, translate

CALLING: dict[str, Any] = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
}


def spell(messages: str) -> list[dict[str, str]]:
    roles = {"u": "user", "a": "assistant", "s": "system", "d": "developer"}
    return [{"role": roles[turn[0]], "content": turn[2:]} for turn in messages.split()]


def say(generation: Generation) -> str:
    return " ".join(f"{message.role[0]}:{message.content}".replace("\n\n", "|") for message in generation.messages)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ("u:a", "u:a"),
        ("s:x u:a", "s:x u:a"),
        ("d:x u:a", "s:x u:a"),
        ("s:x u:a s:y", "s:x|y u:a"),
        ("u:a u:b", "u:a|b"),
        ("u:a a:b u:c", "u:a a:b u:c"),
        ("u:a a:b a:c u:d u:e", "u:a a:b|c u:d|e"),
        ("u:a s:x u:b", "s:x u:a|b"),
        ("s:x", "u:x"),
        ("s:x d:y", "u:x|y"),
        ("a:hi u:b", "u: a:hi u:b"),
        ("s:x a:hi u:b", "u:x a:hi u:b"),
        ("u:a a:b s:x s: u:c", "s:x u:a a:b u:c"),
        ("s: s:x u: u:a", "s:x u:a"),
        ("s: u:", "s: u:"),
        ("u:a a: u:b", "u:a a: u:b"),
    ],
)
def test_turns_are_merged_until_they_alternate(messages: str, expected: str) -> None:
    assert say(translate(messages=spell(messages))) == expected


@pytest.mark.parametrize(
    ("messages", "expected", "beginning"),
    [
        ("u:a a:Sure,", "u:a", "Sure,"),
        ("u:a a:b u:c a:d a:e", "u:a a:b u:c", "d\n\ne"),
        ("s:x u:a a:", "s:x u:a", ""),
        ("a:Hi", "u:", "Hi"),
        ("s:x a:Hi", "u:x", "Hi"),
        ("u:a a:Hi s:x", "s:x u:a", "Hi"),
    ],
)
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"continue_final_message": None, "add_generation_prompt": None},
        {"continue_final_message": True},
        {"add_generation_prompt": False},
        {"continue_final_message": True, "add_generation_prompt": False},
    ],
)
def test_an_assistant_message_at_the_end_begins_the_answer(messages: str, expected: str, beginning: str, asked: dict[str, Any]) -> None:
    generation = translate(messages=spell(messages), **asked)
    assert (say(generation), generation.beginning) == (expected, beginning)


@pytest.mark.parametrize(
    "asked",
    [{"continue_final_message": False}, {"add_generation_prompt": True}, {"continue_final_message": False, "add_generation_prompt": True}],
)
def test_a_final_message_that_is_not_continued_is_a_turn_as_any_other(asked: dict[str, bool]) -> None:
    generation = translate(messages=spell("u:a a:b"), **asked)
    assert (say(generation), generation.beginning) == ("u:a a:b", "")


@pytest.mark.parametrize("asked", [{"continue_final_message": True}, {"add_generation_prompt": False}])
@pytest.mark.parametrize("messages", ["u:a", "s:x", "u:a a:b u:c"])
def test_without_a_final_message_there_is_nothing_to_continue(messages: str, asked: dict[str, bool]) -> None:
    error = refuse(messages=spell(messages), **asked)
    assert error.param == next(iter(asked))
    assert "expected an assistant message at the end" in str(error)


def test_without_a_final_message_a_new_turn_is_what_happens_anyway() -> None:
    assert translate(continue_final_message=False, add_generation_prompt=True) == translate()


BEGUN = {"role": "assistant", "content": "Sure,", "prefix": True}


def test_a_prefix_begins_the_answer() -> None:
    generation = translate(messages=[USER, BEGUN])
    assert (say(generation), generation.beginning) == ("u:Hello", "Sure,")
    assert translate(messages=[USER, BEGUN | {"prefix": False}], continue_final_message=False).beginning == ""


def test_a_prefix_in_the_middle_is_a_turn_as_any_other() -> None:
    assert say(translate(messages=[USER, BEGUN, USER])) == "u:Hello a:Sure, u:Hello"


def test_a_prefix_of_somebody_else_is_refused() -> None:
    assert refuse(messages=[USER | {"prefix": True}]).param == "messages[0].prefix"


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"continue_final_message": True, "add_generation_prompt": True}, "continue_final_message"),
        ({"continue_final_message": False, "add_generation_prompt": False}, "continue_final_message"),
        ({"messages": [USER, BEGUN], "add_generation_prompt": True}, "add_generation_prompt"),
        ({"messages": [USER, BEGUN], "continue_final_message": False}, "continue_final_message"),
    ],
)
def test_to_go_on_and_to_open_a_new_turn_contradict_each_other(asked: dict[str, Any], param: str) -> None:
    error = refuse(**{"messages": spell("u:a a:b"), **asked})
    assert error.param == param
    assert "contradict each other" in str(error)


def test_text_parts_are_joined() -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
    assert translate(messages=[{"role": "user", "content": parts}]) == translate()


def test_what_an_sdk_dumps_of_an_answer_is_taken_back() -> None:
    dumped = ChatCompletionMessage(role="assistant", content="Hi").model_dump()
    assert len(dumped) > 5
    assert translate(messages=[USER, dumped, USER]).messages[1] == Message(role="assistant", content="Hi")


@pytest.mark.parametrize("content", [None, "", []])
def test_an_assistant_may_have_said_nothing(content: object) -> None:
    assert say(translate(messages=[USER, {"role": "assistant", "content": content}, USER])) == "u:Hello a: u:Hello"
    assert translate(messages=[USER, {"role": "assistant", "content": content}]) == translate()


def test_a_user_may_say_an_empty_text() -> None:
    assert say(translate(messages=[{"role": "user", "content": ""}])) == "u:"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"content": None, "refusal": "No."}, "No."),
        ({"content": "Well.", "refusal": "No."}, "Well.\n\nNo."),
        ({"content": [{"type": "refusal", "refusal": "No."}]}, "No."),
        ({"content": [{"type": "text", "text": "Well. "}, {"type": "refusal", "refusal": " No."}]}, "Well.No."),
    ],
)
def test_a_refusal_is_what_the_model_said(message: dict[str, Any], expected: str) -> None:
    conversation = [USER, {"role": "assistant"} | message]
    assert translate(messages=[*conversation, USER]).messages[1] == Message(role="assistant", content=expected)
    assert translate(messages=conversation).beginning == expected


SPACED = [{"type": "text", "text": " What is \n"}, {"type": "text", "text": "\tthis? "}, {"type": "text", "text": ""}]


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": SPACED}],
        [{"role": "user", "content": SPACED}, {"role": "assistant", "content": SPACED}, {"role": "user", "content": " And? "}],
        [{"role": "system", "content": SPACED[:1]}, {"role": "user", "content": SPACED}],
        [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": ""}],
    ],
)
def test_gemmas_template_would_write_parts_as_they_are_joined(messages: list[Any]) -> None:
    template = ChatTemplate({"default": GEMMA_TEMPLATE.read_text()}, {"bos_token": "<bos>"})
    joined = [{"role": message.role, "content": message.content} for message in translate(messages=messages).messages]
    assert template.render(joined, add_generation_prompt=True) == template.render(messages, add_generation_prompt=True)


def test_all_parts_of_a_system_text_are_shown_as_they_are() -> None:
    assert translate(messages=[{"role": "system", "content": SPACED}, USER]).messages[0].content == " What is \n\tthis? "


def test_a_begun_answer_may_come_in_parts() -> None:
    assert translate(messages=[USER, {"role": "assistant", "content": SPACED}]).beginning == "What isthis?"


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([USER, {"role": "tool", "content": "x", "tool_call_id": "1"}, USER], "messages[1].tool_call_id"),
        ([USER, {"role": "tool", "content": "x"}, USER], "messages[1].tool_call_id"),
        ([USER, CALLING | {"content": "a"}], "messages[1].tool_calls"),
        ([USER, CALLING, {"role": "tool", "content": "x", "tool_call_id": "2"}], "messages[2].tool_call_id"),
        ([USER, {"role": "function", "name": "f", "content": "x"}, USER], "messages[1].role"),
        ([USER | {"tool_calls": CALLING["tool_calls"]}], "messages[0].tool_calls"),
        ([USER | {"tool_call_id": "1"}], "messages[0].tool_call_id"),
        ([{"role": "user", "content": None}], "messages[0].content"),
        ([{"role": "user", "content": []}], "messages[0].content"),
        ([{"role": "user", "content": [{"type": "text"}]}], "messages[0].content[0].text"),
        (
            [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "x"}}]}],
            "messages[0].content[1]",
        ),
        ([{"role": "user"}], "messages[0].content"),
        ([{"role": "system", "content": None}, USER], "messages[0].content"),
        ([{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}], "messages[0].content[0]"),
        ([{"role": "user", "content": [{"type": "file", "file": {}}]}], "messages[0].content[0]"),
        ([{"role": "user", "content": [{"type": "text", "text": "a", "image_url": {}}]}], "messages[0].content[0].image_url"),
        ([{"role": "user", "content": [{"type": "text", "text": "a", "refusal": "No."}]}], "messages[0].content[0].refusal"),
        ([{"role": "user", "content": [{"type": "refusal", "refusal": "No."}]}], "messages[0].content[0]"),
        ([USER, {"role": "assistant", "content": [{"type": "refusal"}]}, USER], "messages[1].content[0].refusal"),
        ([USER, {"role": "assistant", "content": [{"type": "refusal", "refusal": "", "text": ""}]}], "messages[1].content[0].text"),
        ([USER | {"refusal": "No."}], "messages[0].refusal"),
        ([USER, {"role": "assistant", "audio": {"id": "a"}}, USER], "messages[1].audio"),
        ([USER, {"role": "assistant", "content": "a", "images": [{}]}, USER], "messages[1].images"),
    ],
)
def test_a_conversation_gemma_cannot_take_is_refused(messages: list[object], param: str) -> None:
    error = refuse(messages=messages)
    assert error.param == param
    assert param in str(error)
