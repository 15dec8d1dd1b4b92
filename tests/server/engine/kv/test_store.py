"""Rows keep their places, whoever comes and goes, and take their keys along when they outgrow them."""

import mlx.core as mx
import numpy as np

from server.engine.mlx.kv.group import KVGroup
from server.engine.mlx.kv.shape import KVShape
from server.engine.mlx.kv.store import KVStore

SHAPE = KVShape(are_sliding=(True, False), window=300, num_heads=2, head_dim=4, item_bytes=4)
SLIDING, GLOBAL = 0, 1


def tokens(first: int, stop: int) -> mx.array:
    """Keys that say which token they are of: (1, H, N, D)."""
    return mx.broadcast_to(mx.arange(first, stop, dtype=mx.float32)[None, None, :, None], (1, 2, stop - first, 4))


def read(array: mx.array) -> list[int]:
    """Say which tokens keys (1, H, N, D) are of."""
    values: list[int] = np.array(array)[0, 0, :, 0].astype(int).tolist()
    return values


def test_a_place_stays_a_rows_and_the_first_free_one_is_given_next() -> None:
    group = KVGroup(SHAPE, 256, mx.float32)
    assert [group.take() for _ in range(4)] == [0, 1, 2, 3]
    group.keys[GLOBAL][3:4, :, :2] = tokens(7, 9)
    group.free(1)
    group.free(0)
    assert (group.num_rows, group.num_places) == (2, 4)
    assert read(group.keys[GLOBAL][3:4, :, :2]) == [7, 8]
    assert [group.take() for _ in range(3)] == [0, 1, 4]


def test_places_behind_the_last_row_are_given_back_to_the_device() -> None:
    group = KVGroup(SHAPE, 256, mx.float32)
    for _ in range(16):
        group.take()
    full = group.num_bytes
    for place in range(15, 1, -1):
        group.free(place)
    assert group.num_places == 2
    assert group.num_bytes <= full / 4
    group.free(0)
    group.free(1)
    assert group.num_bytes == 0


def test_a_ring_holds_the_newest_tokens_and_gives_them_in_their_order() -> None:
    group = KVGroup(SHAPE, 512, mx.float32)
    group.take()
    place = group.take()
    for num_tokens in (5, 299, 300, 301, 512):
        group.write_window(SLIDING, place, (tokens(0, num_tokens), tokens(0, num_tokens)), num_tokens)
        keys, values = group.read_window(SLIDING, place, num_tokens)
        assert read(keys) == read(values) == list(range(max(0, num_tokens - 300), num_tokens))
        if num_tokens > 300:  # the token at position p lies at p modulo the window
            assert read(group.keys[SLIDING][place : place + 1])[num_tokens % 300] == num_tokens - 300


def test_a_row_that_outgrows_its_place_takes_its_keys_along() -> None:
    store = KVStore(SHAPE, mx.float32)
    other, place = store.take(200), store.take(200)
    place.group.keys[GLOBAL][place.number : place.number + 1] = tokens(0, 256)
    place.group.keys[SLIDING][place.number : place.number + 1] = tokens(0, 256)
    moved = store.move(place, num_tokens=256)
    assert moved.group.capacity == 512
    assert read(moved.group.keys[GLOBAL][moved.number : moved.number + 1, :, :256]) == list(range(256))
    assert read(moved.group.read_window(SLIDING, moved.number, 256)[0]) == list(range(256))
    assert [group.num_rows for group in store.groups] == [1, 1]
    store.free(other)
    assert [group.capacity for group in store.groups] == [512]


def test_a_place_that_held_no_numbers_holds_none_for_the_next() -> None:
    group = KVGroup(SHAPE, 256, mx.float32)
    place = group.take()
    group.values[GLOBAL][place] = mx.full((2, 256, 4), mx.nan)
    group.clear(place)
    assert mx.isfinite(group.values[GLOBAL]).all().item()


def test_rows_that_come_together_make_their_group_grow_once() -> None:
    store = KVStore(SHAPE, mx.float32)
    places = store.take_all([100, 300, *[100] * 14])
    assert [place.group.capacity for place in places[:3]] == [256, 512, 256]
    assert [place.number for place in places if place.group.capacity == 256] == list(range(15))
    assert [group.keys[GLOBAL].shape[0] for group in store.groups] == [15, 1]
    places[0].group.free(3)
    store.take_all([100])
    assert store.groups[0].keys[GLOBAL].shape[0] == 15  # there was room
