"""Composed norms and joined heads give what MLX's own give."""

import mlx.core as mx
import mlx.nn as nn
import pytest

from server.engine.mlx.forward.heads import EachHeads, HeadNorms, JoinedHeads
from server.engine.mlx.forward.norm import FEW_VALUES, ComposedNorms, FusedNorms

EPS = 1e-6


@pytest.mark.parametrize("num_tokens", [1, 7, FEW_VALUES // 64, FEW_VALUES // 64 + 1])
def test_a_composed_norm_is_a_fused_one(num_tokens: int) -> None:
    mx.random.seed(11)
    hidden, update = mx.random.normal((num_tokens, 64)) * 30, mx.random.normal((num_tokens, 64)) * 0.01
    after, before = mx.random.normal((64,)), mx.random.normal((64,))
    composed, fused = ComposedNorms(EPS), FusedNorms(EPS)
    assert mx.allclose(composed.normalise(hidden, after), fused.normalise(hidden, after), rtol=1e-5, atol=1e-5).item()
    for found, expected in zip(
        composed.add(hidden, update, after=after, before=before), fused.add(hidden, update, after=after, before=before), strict=True
    ):
        assert mx.allclose(found, expected, rtol=1e-5, atol=1e-5).item()


def test_a_sum_in_float16_does_not_overflow() -> None:
    hidden = mx.full((1, 4), 60_000, dtype=mx.float16)
    total, _ = FusedNorms(EPS).add(hidden, hidden, after=mx.full((4,), 60_000, dtype=mx.float16), before=mx.ones((4,), dtype=mx.float16))
    assert mx.isfinite(total).all().item()


@pytest.mark.parametrize("num_tokens", [1, 9, 40])
def test_joined_heads_are_each_normalised_and_rotated_as_by_themselves(num_tokens: int) -> None:
    mx.random.seed(12)
    queries, keys = mx.random.normal((num_tokens, 4, 64)), mx.random.normal((num_tokens, 2, 64))
    weights = HeadNorms.of(mx.random.normal((64,)), mx.random.normal((64,)), num_heads=4, num_kv_heads=2)
    positions = mx.arange(num_tokens) * 37 + 5
    rope = nn.RoPE(64, traditional=False, base=10_000.0)
    joined = JoinedHeads(rope, ComposedNorms(EPS)).at(positions)(queries, keys, weights)
    each = EachHeads(rope, FusedNorms(EPS)).at(positions)(queries, keys, weights)
    for found, expected in zip(joined, each, strict=True):
        assert found.shape == expected.shape
        assert mx.allclose(found, expected, rtol=1e-3, atol=1e-4).item()
