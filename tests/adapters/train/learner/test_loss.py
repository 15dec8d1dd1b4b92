"""The loss in pieces of the vocabulary against the one from all logits."""

from types import SimpleNamespace

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest

from adapters.base.arithmetic.exponential import exp_in_gradient
from adapters.train.learner.loss import MOST_TARGETS, Exponential, Head, TargetLoss, find_head

DIM = 64


def make_head(num_entries: int, *, bits: int = 0) -> nn.Module:
    embedding = nn.Embedding(num_entries, DIM)
    embedding.weight = mx.random.normal((num_entries, DIM), key=mx.random.key(0)) * 0.5
    return nn.QuantizedEmbedding.from_embedding(embedding, group_size=32, bits=bits) if bits else embedding


def make_states(num_targets: int, num_entries: int) -> tuple[mx.array, mx.array]:
    ids = np.random.default_rng(0).integers(0, num_entries, num_targets).astype(np.int32)
    return mx.random.normal((num_targets, DIM), key=mx.random.key(1)), mx.array(ids)


@pytest.mark.parametrize("bits", [0, 4])
@pytest.mark.parametrize("exp", [mx.exp, exp_in_gradient])
@pytest.mark.parametrize(("num_targets", "num_entries"), [(1, 5000), (7, 1024), (2000, 2500), (MOST_TARGETS + 9, 1500)])
def test_the_loss_and_its_gradient_are_those_of_all_logits(num_targets: int, num_entries: int, exp: Exponential, bits: int) -> None:
    head = make_head(num_entries, bits=bits)
    hidden, ids = make_states(num_targets, num_entries)
    own = TargetLoss(Head(head), exp)
    loss, gradient = mx.value_and_grad(lambda hidden: 3 * own(hidden, ids))(hidden)
    plain = lambda hidden: 3 * nn.losses.cross_entropy(head.as_linear(hidden), ids, reduction="sum")  # noqa: E731
    expected_loss, expected = mx.value_and_grad(plain)(hidden)
    assert loss.item() == pytest.approx(expected_loss.item(), rel=2e-6)
    assert mx.allclose(gradient, expected, rtol=0, atol=2e-5 * float(mx.abs(expected).max())).item()
    assert own.evaluate(hidden, ids).item() == pytest.approx(expected_loss.item() / 3, rel=2e-6)


def test_logits_of_any_size_are_no_overflow() -> None:
    head = make_head(3000)
    hidden, ids = make_states(5, 3000)
    loss, gradient = mx.value_and_grad(lambda hidden: TargetLoss(Head(head), exp_in_gradient)(hidden, ids))(hidden * 1e4)
    expected = nn.losses.cross_entropy(head.as_linear(hidden * 1e4), ids, reduction="sum")
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert mx.isfinite(gradient).all().item()


def test_no_more_logits_than_a_piece_are_there_at_once() -> None:
    num_targets, num_entries = 512, 60_000
    head = make_head(num_entries)
    hidden, ids = make_states(num_targets, num_entries)
    own = TargetLoss(Head(head), exp_in_gradient)
    mx.eval(head.weight, hidden, ids)
    mx.reset_peak_memory()
    before = mx.get_active_memory()
    mx.eval(mx.value_and_grad(lambda hidden: own(hidden, ids))(hidden))
    assert mx.get_peak_memory() - before < num_targets * num_entries * 4 / 2  # once all logits were 123 MB


def test_a_head_of_its_own_is_found_before_the_embedding() -> None:
    embedding, head = make_head(10), nn.Linear(DIM, 12, bias=False)
    text = SimpleNamespace(model=SimpleNamespace(embed_tokens=embedding), lm_head=head, tie_word_embeddings=False)
    assert find_head(text).num_entries == 12
    assert find_head(SimpleNamespace(language_model=text)).num_entries == 12
    text.tie_word_embeddings = True
    assert find_head(text).num_entries == 10
