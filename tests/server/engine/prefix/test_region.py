"""A region gives back what was written, wherever the holes were, and loses no byte."""

import random

import pytest

from server.engine.mlx.prefix.region import PAGE_BYTES, Extent, Region


def write(region: Region, num_bytes: int, value: int = 7) -> tuple[Extent, ...]:
    extents = region.write(memoryview(bytes([value]) * num_bytes))
    assert extents is not None
    return extents


def test_bytes_lie_in_the_holes_between_others() -> None:
    region = Region(6 * PAGE_BYTES)
    each = [write(region, PAGE_BYTES, value) for value in range(6)]
    region.free(each[1])
    region.free(each[4])
    content = bytes(range(256)) * (2 * PAGE_BYTES // 256)
    extents = region.write(memoryview(content))
    assert extents == (*each[1], *each[4])
    assert region.read(extents, len(content)).tobytes() == content
    assert region.read(each[2], PAGE_BYTES).tobytes() == bytes([2]) * PAGE_BYTES


def test_what_has_no_room_is_not_written() -> None:
    region = Region(2 * PAGE_BYTES)
    write(region, 1)
    assert region.num_free == PAGE_BYTES
    assert region.write(memoryview(bytes(PAGE_BYTES + 1))) is None
    assert region.num_free == PAGE_BYTES


@pytest.mark.parametrize("seed", range(5))
def test_holes_side_by_side_become_one(seed: int) -> None:
    generator = random.Random(seed)
    region = Region(64 * PAGE_BYTES)
    held: list[tuple[tuple[Extent, ...], int, int]] = []
    for value in range(200):
        size = generator.randint(1, 9 * PAGE_BYTES)
        extents = region.write(memoryview(bytes([value]) * size))
        if extents is not None:
            held.append((extents, size, value))
        else:
            region.free(held.pop(generator.randrange(len(held)))[0])
        assert all(region.read(extents, size).tobytes() == bytes([value]) * size for extents, size, value in held)
    for extents, _, _ in held:
        region.free(extents)
    assert write(region, 64 * PAGE_BYTES) == (Extent(0, 64 * PAGE_BYTES),)


def test_trimming_leaves_alone_what_is_held() -> None:
    region = Region(4 * PAGE_BYTES)
    first, second = write(region, PAGE_BYTES, 1), write(region, PAGE_BYTES, 2)
    region.free(first)
    region.trim()
    assert region.read(second, PAGE_BYTES).tobytes() == bytes([2]) * PAGE_BYTES
