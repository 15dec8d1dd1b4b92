"""How many bytes the keys and values of a row take, from the model's shape alone."""

import msgspec

SMALLEST_CAPACITY = 256  # tokens; each class of capacity holds twice as many as the one below


class KVShape(msgspec.Struct, frozen=True, kw_only=True):
    """The keys and values of one Gemma 3: some layers see a sliding window only, the others everything."""

    are_sliding: tuple[bool, ...]  # by layer
    window: int  # tokens that a sliding layer sees, the newest included
    num_heads: int  # of keys and values
    head_dim: int
    item_bytes: int

    @property
    def num_layers(self) -> int:
        """Count the layers."""
        return len(self.are_sliding)

    def layer_capacity(self, layer: int, capacity: int) -> int:
        """Give the tokens that one layer keeps of a row with room for `capacity`."""
        return min(capacity, self.window) if self.are_sliding[layer] else capacity

    def bytes_of(self, num_tokens: int) -> int:
        """Give the bytes of exactly so many tokens of a row, all layers together."""
        token_bytes = 2 * self.num_heads * self.head_dim * self.item_bytes
        return token_bytes * sum(self.layer_capacity(layer, num_tokens) for layer in range(self.num_layers))

    def reserved_bytes(self, num_tokens: int) -> int:
        """Give the bytes that a row takes that may come to hold `num_tokens`: those of its class of capacity."""
        return self.bytes_of(find_capacity(num_tokens))

    def tokens_in(self, num_bytes: int, *, most: int) -> int:
        """Give the tokens of the longest row that takes no more than so many bytes, up to `most`; 0 where there is none."""
        capacity = SMALLEST_CAPACITY
        while capacity < most and self.bytes_of(2 * capacity) <= num_bytes:
            capacity *= 2
        return min(capacity, most) if self.bytes_of(capacity) <= num_bytes else 0


def find_capacity(num_tokens: int) -> int:
    """Give the smallest class of capacity that holds so many tokens."""
    capacity = SMALLEST_CAPACITY
    while capacity < num_tokens:
        capacity *= 2
    return capacity
