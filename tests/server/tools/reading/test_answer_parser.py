"""What is a call in an answer and what is text, however the answer is cut into pieces."""

import json
import random
from itertools import pairwise

import pytest

from server.tools.parts import CallArguments, CallBegin, CallEnd, TextPart, collect_parts
from server.tools.reading.answer_parser import AnswerParser
from server.tools.tool import Tool, ToolCall
from tests.server.tools.offered import calls_of, count_ids, read, read_pieces

CALL = '{"name": "get_weather", "parameters": {"city": "Paris"}}'
PARIS = ("get_weather", '{"city": "Paris"}')
NOW = ("get-time", "{}")

# Answers with calls, as Gemma 3 and models like it write them: the text beside the calls, and the calls.
CALLS = {
    CALL: ("", [PARIS]),
    f"{CALL}\n": ("", [PARIS]),
    f"\n  {CALL}  \n\n": ("", [PARIS]),
    '{"name":"get_weather","parameters":{"city":"Paris"}}': ("", [("get_weather", '{"city":"Paris"}')]),
    '{"name": "get_weather", "arguments": {"city": "Paris"}}': ("", [PARIS]),
    '{\n  "name": "get_weather",\n  "parameters": {\n    "city": "Paris"\n  }\n}': ("", [("get_weather", '{\n    "city": "Paris"\n  }')]),
    f'{CALL}\n{{"name": "get-time", "parameters": {{}}}}': ("", [PARIS, NOW]),
    f'{CALL}{{"name": "get-time"}}': ("", [PARIS, NOW]),
    f'[{CALL}, {{"name": "get-time", "parameters": {{}}}}]': ("", [PARIS, NOW]),
    f"[\n  {CALL},\n  {CALL}\n]": ("", [PARIS, PARIS]),
    f"```json\n{CALL}\n```": ("", [PARIS]),
    f"```tool_call\n{CALL}\n```": ("", [PARIS]),
    f"```tool_code\n{CALL}\n```": ("", [PARIS]),
    f"```\n{CALL}\n```\n": ("", [PARIS]),
    f"```json\n[{CALL}]\n```": ("", [PARIS]),
    f"```json\n{CALL},\n{CALL}\n```": ("", [PARIS, PARIS]),
    f"```json\n{CALL}\n": ("", [PARIS]),
    f"Let me look.\n\n{CALL}": ("Let me look.", [PARIS]),
    f"Let me look.\n```json\n{CALL}\n```\nOne moment.": ("Let me look.\nOne moment.", [PARIS]),
    f"{CALL}\nOne moment.\n": ("\nOne moment.\n", [PARIS]),
    f"{CALL} or not": (" or not", [PARIS]),
    # The last braces may be missing, and more may stand in the object.
    CALL[:-1]: ("", [PARIS]),
    f"[{CALL}": ("", [PARIS]),
    f'{CALL[:-1]}, "id": "x", "more": [1, {{}}]}}': ("", [PARIS]),
    f'{CALL[:-1]}, "id": oops}}\nHm.': (', "id": oops}\nHm.', [PARIS]),
    # Arguments as a text, as in OpenAI's own calls.
    r'{"name": "get_weather", "arguments": "{\"city\": \"Paris\"}"}': ("", [PARIS]),
    # As in Python
    '[get_weather(city="Paris")]': ("", [PARIS]),
    "[get_weather(city='Paris', days=3), get-time()]": ("", [("get_weather", '{"city": "Paris", "days": 3}'), NOW]),
    '```tool_code\nget_weather(city="Paris")\n```': ("", [PARIS]),
    '```tool_code\nprint(get_weather(city="Paris"))\n```\n': ("", [PARIS]),
    '```tool_code\n[get_weather("Paris")]\n```': ("", [PARIS]),
    '```tool_code\nget-time()\nget_weather("Paris")\n```': ("", [NOW, PARIS]),
    'Sure:\n[get_weather(city="a ) \\" ] b")]': ("Sure:", [("get_weather", '{"city": "a ) \\" ] b"}')]),
    '[get_weather(city="""a "quoted" ) word""")]': ("", [("get_weather", '{"city": "a \\"quoted\\" ) word"}')]),
    "[get_weather(city='', days=-1)]": ("", [("get_weather", '{"city": "", "days": -1}')]),
    # Where a later one of a list is no call, it is text.
    f'[{CALL}, {{"name": "unknown", "parameters": {{}}}}]': (', {"name": "unknown", "parameters": {}}]', [PARIS]),
    "[get-time(), import_os()]": (", import_os()]", [NOW]),
    # In the arguments
    '{"name": "get_weather", "parameters": {"city": "\\u00e9 \\ud83d\\ude00 \\"}{ 😀"}}': (
        "",
        [("get_weather", '{"city": "\\u00e9 \\ud83d\\ude00 \\"}{ 😀"}')],
    ),
    '{"name": "get_weather", "parameters": {"a": [1, -2.5e+3, 0, [], {}, {"b": [true, false, null]}], "c": -0.5E1}}': (
        "",
        [("get_weather", '{"a": [1, -2.5e+3, 0, [], {}, {"b": [true, false, null]}], "c": -0.5E1}')],
    ),
    '{"name": "get_weather", "parameters": {"city": "two\nlines\tand it\\\'s"}}': (
        "",
        [("get_weather", '{"city": "two\\u000alines\\u0009and it\'s"}')],
    ),
    '{"name": "get_weather", "parameters": {"a": [True, False, None, ], "b": {},\n}}': (
        "",
        [("get_weather", '{"a": [true, false, null], "b": {}}')],
    ),
}

# Answers in which nothing is called: they go through as they are.
TEXTS = [
    "",
    " ",
    "\n\n",
    "Hello there.\n\nHow are you?\n",
    "  An indented line.\n\t- another\n",
    "I would call get_weather(city='Paris') if I could.",
    f"You could write {CALL} for that.",
    f"`{CALL}`",
    "get_weather(city='Paris')",
    '{"name": "Bob", "age": 3}',
    '{"name": "unknown", "parameters": {"city": "Paris"}}',
    '{"name": 3}',
    '{"name": "get_weather", "parameters": [1]}',
    '{"name": "get_weather", "parameters": null}',
    '{"name": "get_weather", "city": "Paris"}',
    '{"name": "get_weather"',
    '{"name": "get_we',
    '{"name": "get\\u005fweather", "parameters": {}}',
    '{"parameters": {}, "name": "get_weather"}',
    '{"name": "get_weather", "arguments": "none"}',
    '{"name": "get_weather", "arguments": "{\\"city\\": ',
    "{",
    "[",
    "[link](https://example.org)\n[ ] to do\n[1, 2]\n[]",
    "```",
    "```python\nprint('hello')\n```\n",
    "```json\n{}\n```",
    "```python\nget_weather('Paris')\n```",
    "```tool_code\nopen('/etc/passwd')\n```",
    "```tool_code\nprint(1)\n```",
    "``` ```\n`a` and ``b``",
    "[get_weather(city=open('x'))]",
    "[get_weather(city='Paris', city='Rome')]",
    "[get_weather('Paris', 1, 2)]",
    "[get_weather(**{'city': 1})]",
    "[get_weather(*[1])]",
    "[get_weather(city=f'{1}')]",
    "[get_weather(city=b'x')]",
    "[get_weather(city=1j)]",
    "[get_weather(city={1: 2})]",
    "[get_weather(city={**{}})]",
    "[get_weather(days=1e999)]",
    "[get_weather(days=2**99)]",
    "[get_weather(city='Paris'",
    "[get_weather(city='Par\nis')]",
    "[get_weather(city=])]",
    "[get_weather(city='Paris' # )]\n",
    "[get_weather(\0)]",
]


@pytest.mark.parametrize("text", CALLS)
def test_a_call_is_told_from_the_text_beside_it(text: str) -> None:
    answer = read(text)
    assert (answer.text, calls_of(answer)) == CALLS[text]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_no_call_is_text(text: str) -> None:
    answer = read(text)
    assert (answer.text, answer.calls) == (text, ())


@pytest.mark.parametrize("text", CALLS)
def test_the_arguments_of_a_call_are_json(text: str) -> None:
    assert [json.loads(arguments) for _, arguments in calls_of(read(text))]


@pytest.mark.parametrize("text", [*CALLS, *TEXTS])
def test_an_answer_reads_the_same_in_any_pieces(text: str) -> None:
    draw = random.Random(text)
    whole = read(text)
    assert read(*text) == whole
    for _ in range(20):
        cuts = [0, *sorted(draw.choices(range(len(text) + 1), k=draw.randint(1, 6))), len(text)]
        assert read(*(text[a:b] for a, b in pairwise(cuts))) == whole


@pytest.mark.parametrize("seed", range(60))
def test_scraps_of_calls_read_the_same_in_any_pieces_and_none_is_lost(seed: int) -> None:
    draw = random.Random(seed)
    scraps = ["{", "}", "[", "]", "(", ")", '"', "'", "\\", ",", ":", "\n", " ", "```", "json", "tool_code", "get_weather", "get-time"]
    scraps += ['"name"', '"parameters"', '"city"', "city=", "1", "é", '{"name": "get_weather", "parameters": {', '[get_weather(city="']
    text = "".join(draw.choices(scraps, k=60))
    whole = read(text)
    assert read(*text) == whole
    assert read(*(text[i : i + 3] for i in range(0, len(text), 3))) == whole
    if not whole.calls:
        assert whole.text == text


def test_text_goes_through_at_once_but_for_what_may_begin_a_call() -> None:
    pieces = ["Hi", " {", "\n", "x", "\n  {", ' "na', "me", '": 1', "}\n", "```", "py", "\n", "f()", "\n[a", "b]"]
    given = ["".join(part.text for part in parts if isinstance(part, TextPart)) for parts in read_pieces(pieces)]
    expected = ["Hi", " {", "", "\nx", "", "", "", '\n  { "name": 1', "}", "", "", "", "\n```py\nf()", "", "\n[ab]", ""]
    assert given == expected


def test_arguments_go_out_as_they_come() -> None:
    pieces = ['{"name": "get_weather"', ', "parameters": ', '{"ci', 'ty": "Par', 'is"', "}", "}", "\nSo."]
    assert read_pieces(pieces) == [
        (),
        (),
        (CallBegin(index=0, id="call_0", name="get_weather"), CallArguments(index=0, text='{"ci')),
        (CallArguments(index=0, text='ty": "Par'),),
        (CallArguments(index=0, text='is"'),),
        (CallArguments(index=0, text="}"), CallEnd(index=0)),
        (),
        (TextPart(text="\nSo."),),
        (),
    ]


def test_calls_are_counted_and_named_apart() -> None:
    answer = read(f"{CALL}\n{CALL}\n[get-time()]")
    assert [call.id for call in answer.calls] == ["call_0", "call_1", "call_2"]


@pytest.mark.parametrize(
    ("text", "arguments", "rest"),
    [
        ('{"name": "get_weather", "parameters": {"city": "Par', '{"city": "Par', ""),
        ('{"name": "get_weather", "parameters": {"city": "\\u00', '{"city": "\\u00', ""),
        ('{"name": "get_weather", "parameters": {', "{", ""),
        ('{"name": "get_weather", "parameters": {"city": tru}}', '{"city": tru', "}}"),
        ('{"name": "get_weather", "parameters": {"city": 01}}\nSorry.', '{"city": 0', "1}}\nSorry."),
        ('{"name": "get_weather", "parameters": {"a": 1,', '{"a": 1,', ""),
        ('{"name": "get_weather", "parameters": {"a": 1, , "b": 2}}', '{"a": 1, ', ', "b": 2}}'),
        ('{"name": "get_weather", "parameters": {"a": [1 2]}}', '{"a": [1 ', "2]}}"),
        ('{"name": "get_weather", "parameters": {"a": Trap}}', '{"a": tr', "ap}}"),
        ('{"name": "get_weather", "parameters": {"a": "\\x"}}', '{"a": "\\', 'x"}}'),
    ],
)
def test_arguments_that_break_off_end_there_and_the_rest_is_text(text: str, arguments: str, rest: str) -> None:
    answer = read(text)
    assert (answer.text, calls_of(answer)) == (rest, [("get_weather", arguments)])
    assert [type(part) for parts in read_pieces(text) for part in parts].count(CallEnd) == 1


def test_without_parallel_calls_the_answer_is_over_after_the_first() -> None:
    answer = read(f"Look:\n[{CALL}, {CALL}]", "\nand on", is_parallel=False)
    assert (answer.text, calls_of(answer)) == ("Look:", [PARIS])


@pytest.mark.parametrize(
    "text",
    [
        "{" * 1_000_000,
        '"' * 1_000_000,
        "\n" * 1_000_000,
        "[get_weather(\n" * 70_000,
        "[get_weather([" * 70_000,
        '[get_weather(city="' + "x" * 1_000_000,
        '{"name": "get_weather",\n' * 40_000,
        "```\n" * 250_000,
        "[get_weather(days=" + "-" * 60_000 + "1)]",
        "[get_weather(days=a" + ".a" * 30_000 + ")]",
        "[get_weather(days=0x" + "f" * 60_000 + ")]",
        '{"name": "' + "get_weather" * 90_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_hostile_answer_is_text(text: str) -> None:
    answer = read(text)
    assert answer.text == text
    assert not answer.calls


def test_arguments_nested_too_deeply_end_where_they_are_no_longer_followed() -> None:
    answer = read('{"name": "get_weather", "parameters": {"a": ' + "[" * 1_000_000)
    ((_, arguments),) = calls_of(answer)
    assert arguments + answer.text == '{"a": ' + "[" * 1_000_000
    assert len(arguments) < 200


@pytest.mark.parametrize("name", ["a.b-c_D9", "n" * 128, "print"])
def test_a_name_may_be_any_that_a_function_may_have(name: str) -> None:
    for text in (f'{{"name": "{name}", "parameters": {{}}}}', f"[{name}()]", f"```tool_code\n{name}()\n```"):
        parser = AnswerParser([Tool(name=name)], is_parallel=True, draw_id=count_ids())
        assert collect_parts((*parser.feed(text), *parser.end())).calls == (ToolCall(id="call_0", name=name, arguments="{}"),)


def test_ids_are_asked_for_one_a_call() -> None:
    draw_id = count_ids()
    assert [draw_id(), draw_id()] == ["call_0", "call_1"]
