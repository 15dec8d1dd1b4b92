"""Expressions match what Python's own matcher says they do, and none takes for ever."""

import random
import re

import pytest

from adapters.files.expression import Expression
from adapters.files.expression_syntax import UnsupportedExpression

NAME = "model.layers.3.self_attn.q_proj"
ITEMS = (
    *"ab_.1^${}-",
    r"\.",
    "[ab]",
    "[^a]",
    "[a-c.]",
    "[]a]",
    "[a-]",
    r"[\w-]",
    r"\w",
    r"\d",
    r"\W",
    r"\b",
    r"\B",
    "x{",
    r"\A",
    r"\Z",
    r"\x61",
)
REPEATS = ("*", "+", "?", "{2}", "{1,}", "{,2}", "{1,3}", "{,}", "*?", "+?", "??")
GROUPS = ("", "?:", "?=", "?!", "?P<one>")


def make_expression(chance: random.Random, depth: int = 0) -> str:
    items = []
    for _ in range(chance.randint(0, 4)):
        is_group = depth < 3 and chance.random() < 0.25
        item = f"({chance.choice(GROUPS)}{make_expression(chance, depth + 1)})" if is_group else chance.choice(ITEMS)
        items.append(item + (chance.choice(REPEATS) if chance.random() < 0.3 else ""))
    return "".join(items) + (f"|{make_expression(chance, depth + 1)}" if depth < 3 and chance.random() < 0.2 else "")


def test_random_expressions_match_as_pythons_do() -> None:
    chance = random.Random(3)
    num_matching = 0
    for _ in range(9000):
        written = make_expression(chance)
        try:
            expected = re.compile(written)
            expression = Expression(written)
        except (re.error, UnsupportedExpression):
            continue
        for _ in range(6):
            name = "".join(chance.choice("ab._1c") for _ in range(chance.randint(1, 6)))
            is_match = expected.fullmatch(name) is not None
            assert expression.matches(name) == is_match, (written, name)
            num_matching += is_match
    assert num_matching > 500  # not all of one kind


@pytest.mark.parametrize(
    ("written", "is_match"),
    [
        (r".*\.layers\.3\..*(q_proj|v_proj)$", True),
        (r".*\.layers\.4\..*(q_proj|v_proj)$", False),
        (r"(?!.*vision).*\.q_proj", True),
        (r"(?!.*self).*\.q_proj", False),
        (r"(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|mlp)\.(?:(?:q_proj|k_proj)))", True),
        (r"model\.layers\.\d{2,3}\..*", False),
        ("", False),
    ],
)
def test_expressions_as_trainers_write_them(written: str, is_match: bool) -> None:
    assert Expression(written).matches(NAME) is is_match is (re.fullmatch(written, NAME) is not None)


@pytest.mark.parametrize(
    "written",
    [
        r"(a)\1",
        "(?<=a)b",
        "(?<!a)b",
        "(?i)a",
        "(?>a)b",
        "a++",
        "a**",
        "*a",
        "(?P=one)",
        "(a",
        "a)",
        "[a",
        "\\",
        r"\q",
        "[b-a]",
        "(?#a)",
        "(?=a(?=b))",
    ],
)
def test_what_no_walk_along_a_name_can_follow_is_refused(written: str) -> None:
    with pytest.raises(UnsupportedExpression):
        Expression(written)


@pytest.mark.parametrize(
    "written", ["(" * 3000, "((a{90}){90}){90}", "((){1000}){1000}", "a{1001}", f"a{{{'9' * 1000}}}", "(" * 51 + ")" * 51]
)
def test_what_is_too_large_is_refused_before_it_costs_anything(written: str) -> None:
    with pytest.raises(UnsupportedExpression):
        Expression(written)


@pytest.mark.parametrize("written", ["(a+)+b", "(a|a)*b", "(a*)*(a*)*b", ".*" * 100 + "b", "(?!(a+)+b)(a+)+c"])
def test_what_takes_pythons_matcher_for_ever_comes_to_an_end_here(written: str) -> None:
    assert not Expression(written).matches("a" * 100)  # Python's own would be at it when the sun has gone out
