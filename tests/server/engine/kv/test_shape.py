"""Bytes from a model's shape alone."""

import pytest

from server.engine.mlx.kv.shape import KVShape, find_capacity

GEMMA_27B = KVShape(are_sliding=tuple(layer % 6 != 5 for layer in range(62)), window=1024, num_heads=16, head_dim=128, item_bytes=2)


def test_the_windows_of_a_27b_take_what_its_shape_says() -> None:
    sliding = 52 * 1024 * 2 * 16 * 128 * 2
    assert GEMMA_27B.bytes_of(1024) == sliding + 10 * 1024 * 2 * 16 * 128 * 2
    assert (
        GEMMA_27B.bytes_of(10_240) - GEMMA_27B.bytes_of(1024) == 10 * 9216 * 2 * 16 * 128 * 2
    )  # from there on only the global layers grow


@pytest.mark.parametrize(("num_tokens", "capacity"), [(1, 256), (256, 256), (257, 512), (4097, 8192), (32_768, 32_768)])
def test_a_row_reserves_its_class_of_capacity(num_tokens: int, capacity: int) -> None:
    assert find_capacity(num_tokens) == capacity
    assert GEMMA_27B.reserved_bytes(num_tokens) == GEMMA_27B.bytes_of(capacity)


def test_the_longest_row_of_some_bytes_takes_no_more_than_those() -> None:
    for num_tokens in (256, 512, 2048):
        num_bytes = GEMMA_27B.reserved_bytes(num_tokens)
        assert GEMMA_27B.tokens_in(num_bytes, most=100_000) == num_tokens
        assert GEMMA_27B.tokens_in(num_bytes - 1, most=100_000) == (num_tokens // 2 if num_tokens > 256 else 0)
        assert GEMMA_27B.tokens_in(num_bytes, most=200) == 200
