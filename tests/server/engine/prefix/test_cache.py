"""What is kept of prompts: found by the same tokens under the same weights only, within its budget, the longest unused going first."""

import mlx.core as mx
import pytest

from server.engine.mlx.forward.prefilling import Snapshot
from server.engine.mlx.kv.shape import KVShape
from server.engine.mlx.kv.store import KVStore, Place
from server.engine.mlx.prefix.bundle import LARGEST_JOINED
from server.engine.mlx.prefix.cache import BASE, PrefixCache, Weights
from server.engine.mlx.prefix.region import PAGE_BYTES, Region

SHAPE = KVShape(are_sliding=(True, False), window=32, num_heads=1, head_dim=2, item_bytes=4)
TOKEN_BYTES = 2 * 2 * 4  # a token's keys and values in one layer
WINDOW_BYTES = 32 * TOKEN_BYTES
BLOCK_BYTES = 256 * TOKEN_BYTES
LEK: Weights = (("sha256:lek", 1.0),)
OTHER: Weights = (("sha256:other", 1.0),)


class Desk:
    """A row in a store, whose key of each token is its position, and a cache to keep it in."""

    def __init__(self, budget_bytes: int, region: Region | None = None) -> None:
        self.cache = PrefixCache(budget_bytes, region=region)
        self.store = KVStore(SHAPE, mx.float32)

    def keep(self, token_ids: list[int], position: int, weights: Weights = BASE) -> None:
        place = self.store.take(len(token_ids))
        self._fill(place, len(token_ids))
        snapshot = Snapshot(position)
        window = mx.zeros((1, 1, min(32, position), 2))
        snapshot.windows[0] = (window, window)
        self.cache.settle(self.cache.keep(weights, token_ids, snapshot, place))
        self.store.free(place)

    def found(self, token_ids: list[int], weights: Weights = BASE) -> int:
        stop = self.cache.find(weights, token_ids)
        return stop.position if stop else 0

    @staticmethod
    def _fill(place: Place, num_tokens: int) -> None:
        keys = mx.broadcast_to(mx.arange(num_tokens, dtype=mx.float32)[:, None], (num_tokens, 2))
        place.group.keys[1][place.number, 0, :num_tokens] = keys
        place.group.values[1][place.number, 0, :num_tokens] = keys


def numbers(size: int, first: int = 0) -> list[int]:
    return list(range(first, first + size))


@pytest.mark.parametrize("is_apart", [False, True])
@pytest.mark.parametrize("position", [20, 255, 256, 257, 600, 768])
def test_a_prompt_is_taken_up_again_where_it_was_kept_with_all_its_keys(position: int, is_apart: bool) -> None:
    desk = Desk(1 << 20, Region(1 << 20) if is_apart else None)
    prompt = numbers(800)
    desk.keep(prompt, position)
    assert desk.found([*prompt[:position], 9999]) == position
    stop = desk.cache.find(BASE, prompt)
    assert stop is not None
    keys, values = stop.whole()[1]
    assert keys[0, 0, :, 0].tolist() == values[0, 0, :, 0].tolist() == [float(at) for at in range(position)]


def test_the_furthest_stop_counts_and_the_last_token_is_always_left_to_read() -> None:
    desk = Desk(1 << 20)
    prompt = numbers(700)
    for position in (100, 300, 600):
        desk.keep(prompt, position)
    assert desk.found(prompt) == 600
    assert desk.found(prompt[:600]) == 300
    assert desk.found(prompt[:601]) == 600
    assert desk.found([*prompt[:599], 9999, 9999]) == 300
    assert desk.found([9999, *prompt]) == 0


def test_other_weights_never_find_it() -> None:
    desk = Desk(1 << 20)
    prompt = numbers(300)
    desk.keep(prompt, 280, LEK)
    assert desk.found(prompt, LEK) == 280
    for weights in (BASE, OTHER, (("sha256:lek", 0.5),), LEK + OTHER, OTHER + LEK):
        assert desk.found(prompt, weights) == 0


def test_prompts_share_the_blocks_they_have_in_common_and_bytes_are_counted_once() -> None:
    desk = Desk(1 << 20)
    common = numbers(512)
    desk.keep([*common, *numbers(20, 5000)], 532)
    first = desk.cache.num_bytes
    assert first == 2 * BLOCK_BYTES + 20 * TOKEN_BYTES + WINDOW_BYTES
    desk.keep([*common, *numbers(20, 6000)], 532)
    assert desk.cache.num_bytes == first + 20 * TOKEN_BYTES + WINDOW_BYTES
    desk.keep([*common, *numbers(20, 6000)], 532)
    assert desk.cache.num_bytes == first + 20 * TOKEN_BYTES + WINDOW_BYTES


def test_what_was_used_longest_ago_goes_first_with_the_blocks_that_led_to_nothing_else() -> None:
    room = 3 * (BLOCK_BYTES + WINDOW_BYTES)
    desk = Desk(room)
    prompts = [numbers(300, 1000 * number) for number in range(4)]
    for prompt in prompts[:3]:
        desk.keep(prompt, 256)
    assert desk.cache.num_bytes == room
    assert desk.found(prompts[0]) == 256  # used again: the second is the oldest now
    desk.keep(prompts[3], 256)
    assert [desk.found(prompt) for prompt in prompts] == [256, 0, 256, 256]
    assert desk.cache.num_bytes == room
    assert desk.cache.num_evictions == 1


def test_it_never_outgrows_its_budget_and_an_empty_one_keeps_no_bytes() -> None:
    desk = Desk(2 * BLOCK_BYTES)
    for number in range(20):
        desk.keep(numbers(700, 1000 * number), 100 + 30 * number)
        assert desk.cache.num_bytes <= 2 * BLOCK_BYTES
    desk.cache.shrink(0)
    assert desk.cache.num_bytes == 0
    assert desk.cache._roots == {}


def test_hits_and_lookups_are_counted() -> None:
    desk = Desk(1 << 20)
    desk.keep(numbers(100), 50)
    found = [desk.found(numbers(100)), desk.found(numbers(100, 7))]
    assert found == [50, 0]
    assert (desk.cache.num_lookups, desk.cache.num_hits) == (2, 1)


def test_with_a_region_nothing_that_is_kept_stays_among_the_arrays_of_the_steps() -> None:
    desk = Desk(1 << 20, Region(4 << 20))
    desk.keep(numbers(300), 300)
    before = mx.get_active_memory()
    for number in range(1, 100):
        desk.keep(numbers(300, 1000 * number), 300)
    assert desk.cache.num_bytes > 99 * BLOCK_BYTES
    assert mx.get_active_memory() - before < BLOCK_BYTES


def test_a_region_that_holds_less_than_the_budget_is_made_room_in() -> None:
    region = Region(8 * PAGE_BYTES)
    desk = Desk(1 << 20, region)
    for number in range(20):
        desk.keep(numbers(300, 1000 * number), 300)
        assert desk.found(numbers(301, 1000 * number)) == 300
    assert desk.cache.num_evictions > 0
    assert desk.found(numbers(301)) == 0
    desk.cache.clear()
    assert region.num_free == 8 * PAGE_BYTES
    assert desk.cache.num_bytes == 0


def test_what_is_kept_twice_takes_its_bytes_once() -> None:
    region = Region(1 << 20)
    desk = Desk(1 << 20, region)
    desk.keep(numbers(300), 280)
    free = region.num_free
    desk.keep(numbers(300), 280)
    assert region.num_free == free
    desk.cache.shrink(0)
    assert region.num_free == 1 << 20


def test_what_is_large_stays_where_it_was_computed() -> None:
    region = Region(1 << 20)
    desk = Desk(1 << 26, region)
    position = LARGEST_JOINED // TOKEN_BYTES
    place = desk.store.take(position)
    snapshot = Snapshot(position)
    snapshot.windows[0] = (mx.zeros((1, 1, position + 1, 2)), mx.zeros((1, 1, position + 1, 2)))
    windows = desk.cache.keep(BASE, numbers(position), snapshot, place)[0]
    desk.cache.settle([windows])
    assert region.num_free == 1 << 20
    assert windows.unpack()[0][0].shape == (1, 1, position + 1, 2)
