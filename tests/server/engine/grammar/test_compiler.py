"""Grammars compiled for the demo model's tokens, and the errors of those that cannot be."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from adapters.base.vocabulary import Vocabulary, load_vocabulary
from server.engine.errors import InvalidGeneration
from server.engine.mlx.grammar.compiler import MOST_BYTES, GrammarCompiler
from server.engine.mlx.grammar.tokens import make_grammar_tokenizer
from server.engine.protocol import Grammar

DEMO = Path(__file__).parents[4] / "server" / "demo" / "model"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(DEMO)


@pytest.fixture(scope="module")
def compiler(vocabulary: Vocabulary) -> GrammarCompiler:
    return GrammarCompiler(make_grammar_tokenizer(vocabulary))


class Tokens:
    """A row with these tokens drawn."""

    def __init__(self, token_ids: list[int]) -> None:
        self.token_ids = token_ids
        self.num_drawn = len(token_ids)


def allows(compiler: GrammarCompiler, vocabulary: Vocabulary, grammar: Grammar, text: str) -> bool:
    """Say whether a text is an answer: each of its tokens allowed, and an end behind it."""
    mask = compiler.compile(grammar).start()
    ids = vocabulary.tokenizer.encode(text)
    matcher = mask.advance(Tokens(ids))  # type: ignore[arg-type]
    if matcher is None or matcher.is_error():
        return False
    words = np.zeros(mask.num_words, dtype=np.int32)
    matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
    bits = np.unpackbits(words.view(np.uint8), bitorder="little")
    return all(bits[end] for end in vocabulary.end_ids)


def schema(value: Any) -> Grammar:
    return Grammar(kind="json_schema", source=msgspec.json.encode(value).decode())


@pytest.mark.parametrize(
    ("value", "right", "wrong"),
    [
        ({"type": "string", "nullable": True}, "null", "1"),
        ({"enum": ["é日本", 1], "nullable": True}, '"é日本"', '"e"'),
        ({"type": "string", "pattern": "^[a-c]+$", "maxLength": 3}, '"abc"', '"abca"'),
        ({"type": "number", "minimum": -1.5, "exclusiveMaximum": 2}, "-1.5", "2"),
        ({"const": {"a": [1]}}, '{"a":[1]}', '{"a":[2]}'),
        ({"type": "string"}, '"<table><b>x</b>"', '"a\nb"'),
        ({"type": "string"}, '"\\n"', '"<end_of_turn>'),
        ({"format": "time", "type": "string"}, '"10:20:30.123456+02:00"', '"10:20:30.1234567+02:00"'),
        ({"format": "date-time", "type": "string"}, '"2024-02-29T10:20:59Z"', '"2023-02-28T10:20:60Z"'),
        ({"format": "date", "type": "string"}, '"0001-12-31"', '"0000-12-31"'),
        ({"format": "date", "type": "string"}, '"2000-02-29"', '"1900-02-29"'),
        ({"format": "date", "type": "string"}, '"2024-02-29"', '"2023-02-29"'),
        ({"format": "date", "type": "string"}, '"2023-01-31"', '"2023-04-31"'),
        ({"format": "time", "type": "string"}, '"10:20:30Z"', '"10:20:30z"'),
        ({"type": "object"}, '{\n    "a": {\n        "b": 1\n    }\n}', '{\n\n"a": 1}'),
        ({"type": "array", "items": {"type": "integer"}}, "[1, 2,3]", "[1,   2]"),
        ({"type": "string", "x-guidance": {"lenient": True}, "minLength": 2}, '"ab"', '"a"'),
    ],
)
def test_a_schema_allows_what_it_should(compiler: GrammarCompiler, vocabulary: Vocabulary, value: Any, right: str, wrong: str) -> None:
    assert allows(compiler, vocabulary, schema(value), right)
    assert not allows(compiler, vocabulary, schema(value), wrong)


def test_a_control_token_is_in_no_string_and_what_spells_one_may_be(compiler: GrammarCompiler, vocabulary: Vocabulary) -> None:
    grammar = schema({"const": "<end_of_turn>"})
    mask = compiler.compile(grammar).start()
    control = vocabulary.tokenizer.vocabulary["<end_of_turn>"]
    ids = [token for letter in '"<end_of_turn>"' for token in vocabulary.tokenizer.encode(letter)]
    matcher = mask.advance(Tokens([]))  # type: ignore[arg-type]
    assert matcher is not None
    words = np.zeros(mask.num_words, dtype=np.int32)
    for token in ids:  # each step leaves a token, and never the control token
        matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
        bits = np.unpackbits(words.view(np.uint8), bitorder="little")
        assert bits.any()
        assert not bits[control]
        assert matcher.consume_token(token)
    assert matcher.is_accepting()


@pytest.mark.parametrize(
    ("grammar", "words"),
    [
        (
            schema({"properties": {"a": {"uniqueItems": True}}}),
            "uniqueItems cannot be guaranteed in an answer: ask for a list .*, at #/properties/a/uniqueItems",
        ),
        (schema({"items": {"properties": {"a": {"type": "string", "pattern": "a(?=b)"}}}}), "look-ahead .*, at #/items/properties/a"),
        (schema({"properties": {"a": {"oneOf": [{"type": "integer"}, {"type": "number"}]}}}), "oneOf .*, at #/properties/a"),
        (schema({"properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {}}), "b.* does not exist, at #/properties/a"),
        (schema({"$ref": "#"}), "nothing can be said"),
        (schema({"type": "string", "minLength": 3, "maxLength": 2}), "minLength .3. is greater than maxLength"),
        (Grammar(kind="json_schema", source="{", param="text.format"), "text.format: expected JSON"),
        (Grammar(kind="json_schema", source=f'{{"title":"{"x" * MOST_BYTES}"}}'), "at most 262144"),
        (Grammar(kind="regex", source="["), "unclosed character class"),
        (Grammar(kind="regex", source="a(?=b)"), "look-ahead"),
        (Grammar(kind="lark", source="start: nothing"), 'unknown name: "nothing"'),
        (Grammar(kind="lark", source="start: start"), "nothing can be said"),
    ],
)
def test_what_cannot_be_compiled_is_refused_with_its_reason(compiler: GrammarCompiler, grammar: Grammar, words: str) -> None:
    with pytest.raises(InvalidGeneration, match=words) as caught:
        compiler.compile(grammar)
    assert caught.value.param == grammar.param


def test_the_same_grammar_is_compiled_once(compiler: GrammarCompiler) -> None:
    grammar = schema({"type": "string", "title": "once"})
    assert compiler.compile(grammar) is compiler.compile(grammar)


def test_tokens_whose_bytes_are_not_known_take_no_grammar() -> None:
    with pytest.raises(InvalidGeneration, match="of a kind"):
        GrammarCompiler(None).compile(schema({}))


def test_letters_that_the_tokenizer_spells_in_bytes_can_be_had(small_gemma: Path) -> None:
    vocabulary = load_vocabulary(small_gemma)
    assert len(vocabulary.tokenizer.encode("ß")) == 2
    assert allows(GrammarCompiler(make_grammar_tokenizer(vocabulary)), vocabulary, schema({"enum": ["ß", "日"]}), '"ß"')
