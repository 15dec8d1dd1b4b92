"""Earlier calls and their results, as a model reads them."""

import pytest

from server.engine.protocol import Message
from server.tools.history import Called, Returned, Said, Turn, find_history_faults, spell_turns
from server.tools.tool import ToolCall
from tests.server.tools.offered import calls_of, read

ASK = Said(role="user", text="What is it like in Paris and Rome?")
PARIS = ToolCall(id="a", name="get_weather", arguments='{"city": "Paris"}')
ROME = ToolCall(id="b", name="get_weather", arguments='{"city": "Rome"}')


def result(call_id: str, text: str) -> Returned:
    return Returned(call_id=call_id, text=text, place="messages[2].tool_call_id")


def spell(*turns: Turn) -> list[tuple[str, str]]:
    assert list(find_history_faults(turns)) == []
    return [(message.role, message.content) for message in spell_turns(turns)]


def complain(*turns: Turn) -> list[tuple[str, str]]:
    return [(fault.param, fault.message) for fault in find_history_faults(turns)]


def test_words_stay_as_they_are() -> None:
    turns = (Said(role="system", text="Be brief."), ASK, Said(role="assistant", text=""))
    assert spell_turns(turns) == tuple(Message(role=turn.role, content=turn.text) for turn in turns)


def test_a_call_is_spelt_as_the_model_was_asked_to() -> None:
    assert spell(ASK, Called(calls=(PARIS,)))[1] == ("assistant", '{"name": "get_weather", "parameters": {"city": "Paris"}}')


def test_words_stand_in_front_of_their_calls_and_calls_one_a_line() -> None:
    ((_, spelt),) = spell(Called(text="Let me look.", calls=(PARIS, ROME)))
    answer = read(spelt)
    assert spelt.count("\n") == 2
    assert (answer.text, calls_of(answer)) == ("Let me look.", [(PARIS.name, PARIS.arguments), (ROME.name, ROME.arguments)])


@pytest.mark.parametrize(
    ("arguments", "spelt"),
    [
        ('{"city":"Paris"}', '{"city":"Paris"}'),
        (' {\n"city": "Paris"}\n', '{\n"city": "Paris"}'),
        ("", "{}"),
        (" ", "{}"),
        ('{"city": "Par', r'"{\"city\": \"Par"'),
        ("[1]", '"[1]"'),
        ("null", '"null"'),
        ("[" * 100_000, '"' + "[" * 100_000 + '"'),
    ],
    ids=lambda text: text[:20],
)
def test_arguments_stay_as_they_were_written_and_what_is_no_object_is_a_text(arguments: str, spelt: str) -> None:
    call = ToolCall(id="a", name="f", arguments=arguments)
    assert spell(Called(calls=(call,))) == [("assistant", f'{{"name": "f", "parameters": {spelt}}}')]


def test_results_in_a_row_are_one_message_in_the_order_of_their_calls() -> None:
    turns = (ASK, Called(calls=(PARIS, ROME)), result("b", "sun"), result("a", '{"sky": "rain"}'), Said(role="user", text="And?"))
    assert spell(*turns)[2:] == [
        (
            "user",
            'Result of get_weather:\n```tool_output\n{"sky": "rain"}\n```\nResult of get_weather:\n```tool_output\nsun\n```',
        ),
        ("user", "And?"),
    ]


def test_an_id_used_again_means_its_last_call() -> None:
    again = ToolCall(id="a", name="get-time", arguments="{}")
    turns = (Called(calls=(PARIS,)), result("a", "rain"), Called(calls=(again,)), result("a", "noon"))
    assert [content.partition(":")[0] for role, content in spell(*turns) if role == "user"] == [
        "Result of get_weather",
        "Result of get-time",
    ]


def test_a_call_without_a_result_is_let_be() -> None:
    assert [role for role, _ in spell(ASK, Called(calls=(PARIS, ROME)), result("b", "sun"), ASK)] == ["user", "assistant", "user", "user"]


def test_the_older_form_goes_by_names() -> None:
    call = ToolCall(id=None, name="get-time", arguments="{}")
    assert spell(Called(calls=(call,)), Returned(name="get-time", text="noon"))[1] == (
        "user",
        "Result of get-time:\n```tool_output\nnoon\n```",
    )


def test_a_fence_in_a_result_does_not_end_it() -> None:
    ((_, _), (_, spelt)) = spell(Called(calls=(PARIS,)), result("a", "```\nnow\n````"))
    assert spelt == "Result of get_weather:\n`````tool_output\n```\nnow\n````\n`````"


@pytest.mark.parametrize(
    "turns", [(result("a", "sun"),), (Called(calls=(ROME,)), result("a", "")), (result("a", ""), Called(calls=(PARIS,)))]
)
def test_a_result_of_no_call_before_it_is_a_fault(turns: tuple[Turn, ...]) -> None:
    ((param, message),) = complain(*turns)
    assert param == "messages[2].tool_call_id"
    assert message == "'messages[2].tool_call_id' is 'a': expected the id of a call that stands before it."


def test_a_result_that_names_nothing_is_a_fault() -> None:
    ((_, message),) = complain(Called(calls=(PARIS,)), Returned(text="sun", place="messages[1].tool_call_id"))
    assert message == "'messages[1].tool_call_id' is missing: expected the id of the call that this is the result of."
