"""What memory there is for keys and values, and who may take it: rows first, and what they leave is the prefix cache's."""

import msgspec

from server.engine.limits import Limits

PREFIX_CACHE_SHARE = 0.25  # of the memory beside the weights, where nobody says


class MemoryBudget(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes on the device."""

    memory_bytes: int  # for keys and values of running rows and the prefix cache together
    prefix_cache_bytes: int  # of these, what the prefix cache may take at most


def plan_memory(limits: Limits, *, room_bytes: int) -> MemoryBudget:
    """Take what the limits say, or by default the room that there is beside the weights."""
    memory = room_bytes if limits.memory_bytes is None else limits.memory_bytes
    asked = int(memory * PREFIX_CACHE_SHARE) if limits.prefix_cache_bytes is None else limits.prefix_cache_bytes
    return MemoryBudget(memory_bytes=memory, prefix_cache_bytes=min(asked, memory))
