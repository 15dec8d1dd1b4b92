"""Answers that are one of some texts, whatever stands in these and however many they are."""

import pytest

from adapters.base.vocabulary import Vocabulary, load_vocabulary
from server.engine.mlx.grammar.compiler import GrammarCompiler
from server.engine.mlx.grammar.tokens import make_grammar_tokenizer
from server.exchange.answer_form import translate_form
from server.wire.answer_form import StructuredOutputs
from tests.server.engine.grammar.test_compiler import DEMO, allows

ODD = ("a.c", "(", "[x]{2}|^$", "\\\\d", "\\\\", "/#&~-", "\x00\x7f", "a\nb\tc", "naïve 日本 👩‍🚀", "\u2028", "<end_of_turn>", " ")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(DEMO)


@pytest.fixture(scope="module")
def compiler(vocabulary: Vocabulary) -> GrammarCompiler:
    return GrammarCompiler(make_grammar_tokenizer(vocabulary))


def test_each_choice_is_meant_as_it_is_written(compiler: GrammarCompiler, vocabulary: Vocabulary) -> None:
    grammar = translate_form(None, StructuredOutputs(choice=ODD))
    assert grammar is not None
    spelt = [choice for choice in ODD if "<" not in choice]  # text that spells a control token is not made of it
    assert [choice for choice in spelt if not allows(compiler, vocabulary, grammar, choice)] == []
    assert not any(allows(compiler, vocabulary, grammar, other) for other in ("abc", "xx", "5", "[x]{2}", "(("))


def test_two_thousand_choices_are_as_good_as_two(compiler: GrammarCompiler, vocabulary: Vocabulary) -> None:
    grammar = translate_form(None, StructuredOutputs(choice=tuple(f"c{n} " * 20 for n in range(2000))))
    assert grammar is not None
    assert allows(compiler, vocabulary, grammar, "c1999 " * 20)
    assert not allows(compiler, vocabulary, grammar, "c1999 " * 19)
