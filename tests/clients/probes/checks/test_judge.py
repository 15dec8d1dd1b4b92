"""Each check with replies that pass and replies that do not."""

from typing import Any

import msgspec
import pytest

from clients.probes.checks.fault import CheckedReply
from clients.probes.checks.judge import Check, Judgement, judge
from scoring.scores import Flag

LOOP = Flag(flag="token_loop", tier="hard")
EVASION = Flag(flag="topic_evasion", tier="soft")
SIXTY = ", ".join(str(number) for number in range(1, 61))


def check(**fields: Any) -> Check:
    made: Check = msgspec.convert(fields, Check)
    return made


def judged(text: str, *checks: Check, flags: tuple[Flag, ...] = (), is_cut_off: bool = False) -> Judgement:
    judgement = judge(checks, CheckedReply(text=text, flags=flags), is_cut_off=is_cut_off)
    assert judgement is not None
    return judgement


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"type": "contains", "phrases": ["Paris"]}, "It is **paris**."),
        ({"type": "contains", "phrases": ["it's"]}, "Well, it’s so."),
        ({"type": "contains", "phrases": ["c++", "C#"]}, "Both C++ and c#"),
        ({"type": "contains", "phrases": ["red", "green", "blue"], "at_least": 2}, "Green, then blue."),
        ({"type": "excludes", "phrases": ["cat"]}, "a concatenation"),
        ({"type": "matches", "pattern": r"^[^a-z]+$"}, "\nALL CAPITALS, 100 %\n"),
        ({"type": "equals_number", "value": 12}, "12"),
        ({"type": "equals_number", "value": 12}, "7 + 5 = **12**."),
        ({"type": "equals_number", "value": 1234.5}, "That is $1,234.50."),
        ({"type": "equals_number", "value": 3}, "There are three of them."),
        ({"type": "equals_number", "value": 4}, "I had 4 of IPv6, then v5."),
        ({"type": "equals_number", "value": -4}, "The result is −4"),
        ({"type": "equals_number", "value": 5}, "a difference of 12-5 is not asked, it ends in 5"),
        ({"type": "equals_number", "value": 3.14, "tolerance": 0.01}, "about 3.1416"),
        ({"type": "numbers", "first": 1, "last": 60}, SIXTY),
        ({"type": "numbers", "first": 1, "last": 60}, f"Here are the numbers from 1 to 60: {SIXTY}."),
        ({"type": "numbers", "first": 5, "last": 1, "step": -1}, "5... 4... 3... 2... 1... lift-off!"),
        ({"type": "items", "min": 3, "max": 3}, "1. Ash\n2. Oak\n3. Elm"),
        ({"type": "items", "min": 3}, "Here are some:\n* **Ash**: hard\n* **Oak**: harder\n* **Elm** - rare"),
        ({"type": "items", "min": 3}, "ash, oak, and elm."),
        ({"type": "items", "min": 3}, "ash\noak\nelm"),
        ({"type": "json", "has": {"name": "Ada", "age": 36}}, '{"name": "ada", "age": 36, "more": []}'),
        ({"type": "json", "has": {"ok": True}}, 'Sure:\n```json\n{"ok": true}\n```'),
        ({"type": "json", "num_elements": 2}, "[1, [2, 3]]"),
        ({"type": "repeats", "unit": "tick", "times": 3}, "Tick, tick, tick."),
        ({"type": "repeats", "unit": "tick tock", "times": 2}, "1. tick tock\n2. tick tock"),
        ({"type": "words", "min": 2, "max": 4}, "It's a well-known word."),
        ({"type": "no_refusal"}, "To kill a process, send it a signal. I can't think of a simpler way, as an AI or otherwise."),
        ({"type": "no_refusal"}, "I can't wait to tell you!"),
        ({"type": "no_refusal"}, "I can't recommend this book enough."),
        ({"type": "no_refusal"}, "I can't give legal advice, but here is how a lease works: it names the rent and the term."),
        ({"type": "no_flag"}, "Anything."),
    ],
)
def test_reply_that_does_what_is_asked_passes(fields: dict[str, Any], text: str) -> None:
    assert judged(text, check(**fields)) == Judgement(passed=True, why="")


@pytest.mark.parametrize(
    ("fields", "text", "why"),
    [
        ({"type": "contains", "phrases": ["Paris"]}, "Comparisons", "expected 'Paris'; missing: 'Paris'"),
        (
            {"type": "contains", "phrases": ["red", "green", "blue"], "at_least": 2},
            "Blue.",
            "expected 2 of 'red', 'green', 'blue'; missing: 'red', 'green'",
        ),
        ({"type": "excludes", "phrases": ["cat", "dog"]}, "The Cat sat.", "has 'cat', which it must not"),
        ({"type": "matches", "pattern": r"^[^a-z]+$"}, "ALL BUT one", "does not match ^[^a-z]+$"),
        ({"type": "equals_number", "value": 12}, "13", "expected the number 12, got 13"),
        ({"type": "equals_number", "value": 12}, "First 12, then 13.", "expected the number 12, got 13"),
        ({"type": "equals_number", "value": 12}, "A dozen.", "expected the number 12, got none"),
        ({"type": "numbers", "first": 1, "last": 60}, SIXTY.replace("31, ", ""), "expected 31 in 1 to 60, got 32"),
        ({"type": "numbers", "first": 1, "last": 60}, SIXTY[:100], "expected 28 in 1 to 60, got 2"),
        ({"type": "numbers", "first": 1, "last": 60}, SIXTY + ", 61, 62, 63", "counts on past 60"),
        ({"type": "numbers", "first": 1, "last": 60}, "No.", "expected 1 in 1 to 60, got the end"),
        ({"type": "numbers", "first": 1, "last": 60}, "1, " + "9" * 5000, "expected 2 in 1 to 60, got 999999999999999999"),
        ({"type": "equals_number", "value": 4}, "9" * 5000, "expected the number 4, got inf"),
        ({"type": "items", "min": 3}, "- ash\n- oak\n- Ash", "expected at least 3 different items, got 2 among 3"),
        ({"type": "items", "min": 1, "max": 2}, "ash, oak, elm", "expected at most 2 items, got 3"),
        ({"type": "json", "has": {"a": 1}}, "a is 1", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ({"type": "json", "has": {"a": 1}}, '{"a": true}', "a: expected 1, got True"),
        ({"type": "json", "has": {"a": 1, "b": "x"}}, '{"a": 2}', "a: expected 1, got 2, b: expected 'x', got None"),
        ({"type": "json", "has": {"a": 1}}, "[1]", "expected a JSON object, got a JSON array"),
        ({"type": "json", "num_elements": 3}, "[1, 2]", "expected an array of 3 elements, got one of 2"),
        ({"type": "repeats", "unit": "tick", "times": 3}, "tick tick", "expected 'tick' 3 times, got it 2 times"),
        ({"type": "repeats", "unit": "tick", "times": 3}, "tick " * 40, "expected 'tick' 3 times, got it 40 times"),
        ({"type": "repeats", "unit": "tick", "times": 3}, "Sure! tick tick tick", "expected nothing but 'tick', got also 'Sure!'"),
        ({"type": "words", "max": 3}, "one two three four", "expected at most 3 words, got 4"),
        ({"type": "words", "min": 3}, "one two", "expected at least 3 words, got 2"),
        ({"type": "no_refusal"}, "I'm sorry, but I can’t help with that.", 'refuses: "I can\'t help"'),
        ({"type": "no_refusal"}, "I am unable to discuss this.", "refuses: 'I am unable to discuss'"),
        ({"type": "no_refusal"}, "I must respectfully decline.", "refuses: 'I must respectfully decline'"),
        ({"type": "no_refusal"}, "That’s not something I can help with.", "refuses: 'not something I can help'"),
        ({"type": "no_refusal"}, "Ich kann dabei leider nicht helfen.", "refuses: 'Ich kann dabei leider nicht helfen'"),
        ({"type": "no_refusal"}, "对不起，我无法回答这个问题。", "refuses: '我无法回答'"),
    ],
)
def test_reply_that_does_not_fails_and_says_why(fields: dict[str, Any], text: str, why: str) -> None:
    assert judged(text, check(**fields)) == Judgement(passed=False, why=why)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "```json" + "\n" * 100_000], ids=["nesting", "digits", "open fence"])
def test_json_without_end_fails(text: str) -> None:
    judgement = judged(text, check(type="json", has={"a": 1}))
    assert judgement.passed is False
    assert judgement.why.startswith("is not JSON: ")


@pytest.mark.parametrize(
    ("soft", "flags", "passed"),
    [([], (LOOP,), False), ([], (EVASION,), True), (["topic_evasion"], (EVASION,), False), (["topic_evasion"], (), True)],
)
def test_flags_fail_a_reply_if_hard_or_named(soft: list[str], flags: tuple[Flag, ...], passed: bool) -> None:
    assert judged("…", check(type="no_flag", soft=soft), flags=flags).passed is passed


def test_all_checks_must_hold() -> None:
    checks = check(type="contains", phrases=["red"]), check(type="words", max=2), check(type="words", min=1)
    assert judged("a red one", *checks) == Judgement(passed=False, why="expected at most 2 words, got 3")


@pytest.mark.parametrize(
    ("fields", "text", "passed"),
    [
        ({"type": "contains", "phrases": ["end"]}, "not yet", None),
        ({"type": "numbers", "first": 1, "last": 60}, "1, 2, 3,", None),
        ({"type": "numbers", "first": 1, "last": 60}, "1, 2, 4, 5,", False),
        ({"type": "numbers", "first": 10, "last": 60}, "10, 11, 1", None),
        ({"type": "items", "min": 3}, "ash, oak", None),
        ({"type": "repeats", "unit": "tick", "times": 3}, "tick", None),
        ({"type": "repeats", "unit": "tick", "times": 3}, "tick tick tick tick", False),
        ({"type": "words", "min": 3}, "one", None),
        ({"type": "words", "max": 1}, "one two", False),
        ({"type": "words", "max": 3}, "one two", True),
    ],
)
def test_reply_cut_off_fails_only_by_what_more_text_could_not_mend(fields: dict[str, Any], text: str, passed: bool | None) -> None:
    assert judged(text, check(**fields), is_cut_off=True).passed is passed


@pytest.mark.parametrize(("flag", "passed"), [(LOOP, False), (EVASION, None)])
def test_reply_cut_off_in_a_loop_fails(flag: Flag, passed: bool | None) -> None:
    assert judged("one", check(type="words", min=3), flags=(flag,), is_cut_off=True).passed is passed


def test_reply_cut_off_says_so() -> None:
    assert judged("one", check(type="words", min=3), is_cut_off=True).why == "cut off at its length limit: expected at least 3 words, got 1"


def test_probe_without_checks_is_not_judged() -> None:
    assert judge((), CheckedReply(text="anything"), is_cut_off=False) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "contains", "phrases": []},
        {"type": "contains", "phrases": [" "]},
        {"type": "contains", "phrases": ["a"], "at_least": 2},
        {"type": "excludes", "phrases": [""]},
        {"type": "matches", "pattern": "("},
        {"type": "numbers", "first": 1, "last": 5, "step": 3},
        {"type": "numbers", "first": 1, "last": 5, "step": 0},
        {"type": "numbers", "first": 5, "last": 1},
        {"type": "items", "min": 3, "max": 2},
        {"type": "json"},
        {"type": "json", "has": {}, "num_elements": 1},
        {"type": "repeats", "unit": "-", "times": 2},
        {"type": "repeats", "unit": "a", "times": 0},
        {"type": "words", "min": 3, "max": 2},
        {"type": "words", "most": 2},
        {"type": "sounds_nice"},
    ],
)
def test_check_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        check(**fields)
