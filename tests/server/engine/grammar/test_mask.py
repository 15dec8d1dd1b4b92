"""Masks fit heads of any width, and rows without a grammar beside those that have one."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from adapters.base.vocabulary import Vocabulary, load_vocabulary
from server.engine.mlx.drawing.processor import Seat
from server.engine.mlx.grammar.compiler import GrammarCompiler
from server.engine.mlx.grammar.mask import GrammarMask
from server.engine.mlx.grammar.tokens import make_grammar_tokenizer
from server.engine.protocol import Grammar
from tests.server.engine.grammar.test_compiler import Tokens


@pytest.fixture(scope="module")
def vocabulary(small_gemma: Path) -> Vocabulary:
    return load_vocabulary(small_gemma)


def start(vocabulary: Vocabulary) -> GrammarMask:
    return GrammarCompiler(make_grammar_tokenizer(vocabulary)).compile(Grammar(kind="regex", source="[ab]c")).start()


def allowed(logits: mx.array) -> list[set[int]]:
    return [set(np.flatnonzero(np.array(row.astype(mx.float32)) > -np.inf).tolist()) for row in logits]


@pytest.mark.parametrize("extra", [-1, 0, 64])
def test_a_mask_fits_a_head_of_fewer_or_more_rows_than_there_are_pieces(vocabulary: Vocabulary, extra: int) -> None:
    tokens: Any = Tokens([])
    mask = start(vocabulary)
    num_ids = len(vocabulary.tokenizer.pieces) + extra
    logits = mask.join([Seat(1, tokens, mask)]).apply(mx.zeros((3, num_ids), dtype=mx.bfloat16), None)
    free, bound, other = allowed(logits)
    assert logits.shape == (3, num_ids)
    assert logits.dtype == mx.bfloat16
    assert {vocabulary.tokenizer.pieces[token] for token in bound} <= {"a", "b", "ac", "bc", "<0x61>", "<0x62>"}
    assert bound
    assert free == other >= set(range(min(num_ids, len(vocabulary.tokenizer.pieces))))


def test_a_mask_follows_its_row_and_leaves_only_the_ends_at_last(vocabulary: Vocabulary) -> None:
    tokens: Any = Tokens([])
    mask = start(vocabulary)
    joint = mask.join([Seat(0, tokens, mask)])
    logits = mx.zeros((1, len(vocabulary.tokenizer.pieces)))
    for letter in "ac":
        (token,) = vocabulary.tokenizer.encode(letter)
        assert token in allowed(joint.apply(logits, None))[0]
        tokens.token_ids.append(token)
        tokens.num_drawn += 1
    assert allowed(joint.apply(logits, None))[0] == vocabulary.end_ids


def test_a_row_that_has_left_is_not_asked_for_its_tokens(vocabulary: Vocabulary) -> None:
    tokens: Any = Tokens([])
    mask = start(vocabulary)
    tokens.num_drawn = 1
    assert mask.advance(tokens) is None
    assert mask.fault is None


def test_a_token_that_a_grammar_forbids_leaves_nothing_and_says_why(vocabulary: Vocabulary) -> None:
    tokens: Any = Tokens(vocabulary.tokenizer.encode("z"))
    mask = start(vocabulary)
    (left,) = allowed(mask.join([Seat(0, tokens, mask)]).apply(mx.zeros((1, len(vocabulary.tokenizer.pieces))), None))
    assert left == set()
    assert mask.fault
    assert "\n" not in mask.fault
