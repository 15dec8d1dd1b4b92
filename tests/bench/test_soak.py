"""Resident memory, as the kernel tells it."""

import mmap
import os

from bench.soak import resident_bytes


def test_resident_memory_grows_by_what_is_written() -> None:
    before = resident_bytes(os.getpid())
    held = mmap.mmap(-1, 64 << 20)  # of its own: the heap may have as much that was freed
    written = os.urandom(1 << 20)
    for _ in range(64):  # not in one piece, which the heap of a process with an engine would keep
        held.write(written)
    grown = resident_bytes(os.getpid()) - before
    assert len(held) * 0.9 < grown < len(held) * 1.5
