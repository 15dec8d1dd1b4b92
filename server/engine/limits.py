"""How much an engine takes on. The defaults stand in the server's settings, from which it is made."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine must be told before it starts."""

    max_batch_size: int  # rows decoded at once
    max_queue: int  # rows that may wait
    max_adapters: int  # beside the base
    max_adapter_rank: int
    evict_adapters: bool  # whether an idle adapter makes way for a new one when all slots are taken
    memory_bytes: int | None  # for keys, values and the prefix cache together; None: the engine decides by the machine
    prefix_cache_bytes: int | None  # 0: no cache; None: the engine decides by the machine
