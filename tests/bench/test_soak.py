"""Resident memory, as the kernel tells it."""

import os

from bench.soak import resident_bytes


def test_resident_memory_grows_by_what_is_written() -> None:
    before = resident_bytes(os.getpid())
    held = bytearray(os.urandom(1 << 20)) * 64
    grown = resident_bytes(os.getpid()) - before
    assert len(held) * 0.9 < grown < len(held) * 1.5
