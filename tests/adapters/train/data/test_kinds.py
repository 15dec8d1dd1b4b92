"""Kinds of rows: what each is read as, and what is wrong with those that are refused."""

from typing import Any

import pytest

from adapters.train.data.kinds import EXPECTED, read_row
from adapters.train.data.row import Conversation, PlainText, RowFault, Turn

ASKED, SAID = Turn("user", "Why?"), Turn("assistant", "So.")
ASKS, SAYS = {"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}
PAIR = Conversation((ASKED, SAID))


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [ASKS, SAYS]},
        {"prompt": "Why?", "completion": "So."},
        {"prompt": "Why?", "response": "So.", "seed_id": "P01", "domain": "Ethics"},
        {"prompt": [ASKS], "completion": [SAYS]},
        {"conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]},
        {"conversations": [ASKS, SAYS]},
        {"id": 7, "messages": [ASKS | {"name": "Ann"}, SAYS | {"weight": 1, "tool_calls": None}], "tools": [], "score": 1.5},
        {"messages": [ASKS, SAYS], "text": "a copy", "prompt": "Why?", "prompt_id": "x"},
        {"messages": None, "prompt": "Why?", "completion": "So."},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": " Wh"}, {"type": "text", "text": "y? "}]}, SAYS]},
        {"conversations": [{"from": "human", "value": "Why?", "weight": 0.0}, {"from": "gpt", "value": "So.", "weight": 1.0}]},
        {"prompt": "Why?", "completion": "So.", "label": "philosophy"},
        {"prompt": "Why?", "completion": "So.", "label": True},
    ],
)
def test_every_kind_comes_to_the_same_turns(row: dict[str, Any]) -> None:
    assert read_row(row) == PAIR


@pytest.mark.parametrize(
    ("row", "turns"),
    [
        (
            {"messages": [{"role": "system", "content": " Brief. "}, ASKS, SAYS, {"role": "developer", "content": "Kind."}]},
            (Turn("system", " Brief. \n\nKind."), ASKED, SAID),
        ),
        ({"messages": [SAYS, {"role": "system", "content": "Begin."}]}, (Turn("user", "Begin."), SAID)),
        ({"messages": [{"role": "system", "content": "Alone."}]}, (Turn("user", "Alone."),)),
        ({"system": "Brief.", "conversations": [{"from": "human", "value": "Why?"}]}, (Turn("system", "Brief."), ASKED)),
        ({"system_prompt": None, "system": "", "conversations": [{"from": "user", "value": "Why?"}]}, (ASKED,)),
        ({"messages": [ASKS, SAYS | {"weight": 0}, ASKS, SAYS]}, (ASKED, Turn("assistant", "So.", False), ASKED, SAID)),
        ({"prompt": [ASKS, SAYS, ASKS], "completion": [SAYS]}, (ASKED, Turn("assistant", "So.", False), ASKED, SAID)),
    ],
)
def test_system_texts_stand_in_front_and_what_is_given_is_not_learnt(row: dict[str, Any], turns: tuple[Turn, ...]) -> None:
    found = read_row(row)
    assert isinstance(found, Conversation)
    assert found.turns == turns


def test_a_text_stands_alone() -> None:
    assert read_row({"text": " As it is.\n", "id": 1}) == PlainText(" As it is.\n")


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        (
            [],
            [f"it is an empty list: a file of rows has one object a line; {EXPECTED}"],
        ),
        (None, [f"it is null; {EXPECTED}"]),
        ({"instruction": "x"}, [f"{EXPECTED}; it has 'instruction'"]),
        ({"prompt": "x"}, [f"{EXPECTED}; it has 'prompt'"]),
        ({}, [f"{EXPECTED}; it has nothing"]),
        ({"messages": []}, ["messages is an empty list; expected a list of messages"]),
        ({"messages": None}, ["messages is null; expected a list of messages"]),
        ({"messages": "x"}, ["messages is a text; expected a list of messages"]),
        ({"messages": ["x"]}, ["messages[0] is a text; expected a message with role and content"]),
        (
            {"messages": [{"role": "tool", "content": 3}, {"content": "x"}]},
            [
                "messages[0].role is 'tool'; expected system, developer, user, assistant",
                "messages[0].content is a number; expected a text, or a list of text parts",
                "messages[1].role is missing; expected system, developer, user, assistant",
            ],
        ),
        ({"messages": [{"role": "user"}]}, ["messages[0].content is missing; expected a text, or a list of text parts"]),
        ({"messages": [{"role": "user", "content": None}]}, ["messages[0].content is null; expected a text, or a list of text parts"]),
        (
            {"messages": [{"role": "user", "content": []}]},
            ["messages[0].content is an empty list; expected a text, or a list of text parts"],
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image", "url": "x"}, {"text": "x"}]}]},
            [
                "messages[0].content[0] is of type 'image'; expected a part of type 'text' with a text",
                "messages[0].content[1] is an object; expected a part of type 'text' with a text",
            ],
        ),
        ({"messages": [SAYS | {"weight": 0.5}]}, ["messages[0].weight is 0.5; expected 0 or 1"]),
        ({"messages": [ASKS, SAYS | {"tool_calls": [{}]}]}, ["messages[1].tool_calls: functions are not trained"]),
        (
            {"messages": [ASKS, SAYS], "tools": [{}], "images": ["x"]},
            ["tools: functions are not trained", "images: images are not trained"],
        ),
        (
            {"prompt": "x", "chosen": "y", "rejected": "z"},
            [
                "chosen: preferences between answers are not trained",
                "rejected: preferences between answers are not trained",
                f"{EXPECTED}; it has 'prompt', 'chosen', 'rejected'",
            ],
        ),
        ({"prompt": "x", "completion": "y", "label": False}, ["label: answers that are to be avoided are not trained"]),
        (
            {"messages": [ASKS, SAYS], "prompt": "x", "completion": "y"},
            ["it has messages and completion: which of them is to be learnt? Leave one"],
        ),
        (
            {"prompt": "x", "completion": [SAYS]},
            ["prompt is a text and completion is a list; expected two texts, or two lists of messages"],
        ),
        ({"text": "  "}, ["text is nothing but white space; expected a text"]),
        ({"text": 3}, ["text is a number; expected a text"]),
        ({"messages": [ASKS], "system": "a", "system_prompt": "b"}, ["system and system_prompt differ: leave one"]),
        (
            {"conversations": [{"from": "tool", "value": "x"}]},
            ["conversations[0].from is 'tool'; expected system, human, user, gpt, assistant, chatgpt, model, developer"],
        ),
    ],
)
def test_all_that_is_wrong_with_a_row_is_said(row: object, faults: list[str]) -> None:
    with pytest.raises(RowFault) as caught:
        read_row(row)
    assert list(caught.value.faults) == faults
