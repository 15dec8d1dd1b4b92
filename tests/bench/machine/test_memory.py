"""The most memory that a process has."""

import os
import time

from bench.machine.memory import PERIOD_S, PeakMemory

SIZE_BYTES = 64 * 2**20


def test_what_was_given_back_is_remembered() -> None:
    with PeakMemory(os.getpid()) as memory:
        before_bytes = memory.peak_bytes
        held = bytearray(os.urandom(SIZE_BYTES))
        time.sleep(3 * PERIOD_S)
        del held
        time.sleep(2 * PERIOD_S)
    assert memory.peak_bytes >= before_bytes + SIZE_BYTES // 2
