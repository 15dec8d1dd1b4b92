"""What is kept of prompts, as a tree: whole blocks of tokens are its nodes, and places where a prompt may be taken up again its stops."""

import mlx.core as mx

from server.engine.mlx.kv.group import KeysAndValues

BLOCK_TOKENS = 256
TOKEN_BYTES = 4
BLOCK_BYTES = BLOCK_TOKENS * TOKEN_BYTES

Layers = dict[int, KeysAndValues]  # keys and values by layer


class Node:
    """A whole block behind those of its parents, with its keys and values of the layers that see everything."""

    def __init__(self, parent: "Node | None", key: bytes, block: Layers) -> None:
        self.parent = parent
        self.key = key  # the block's tokens
        self.block = block
        self.children: dict[bytes, Node] = {}
        self.stops: dict[bytes, Stop] = {}  # by the tokens behind this block
        self.num_tokens: int = 0 if parent is None else parent.num_tokens + BLOCK_TOKENS

    def path(self) -> list["Node"]:
        """List the blocks from the first to this one."""
        path: list[Node] = []
        node = self
        while node.parent is not None:
            path.append(node)
            node = node.parent
        return path[::-1]


class Stop:
    """A place where a prompt may be taken up again: the windows of the sliding layers there, and what is behind the last whole block."""

    def __init__(self, node: Node, key: bytes, windows: Layers, rest: Layers) -> None:
        self.node = node
        self.key = key
        self.windows = windows
        self.rest = rest  # of the layers that see everything
        self.position = node.num_tokens + len(key) // TOKEN_BYTES

    def whole(self, layer: int) -> KeysAndValues:
        """Join the blocks of a layer that sees everything up to here."""
        pieces = [node.block[layer] for node in self.node.path()]
        if self.key:
            pieces.append(self.rest[layer])
        if len(pieces) == 1:
            return pieces[0]
        return mx.concatenate([keys for keys, _ in pieces], axis=2), mx.concatenate([values for _, values in pieces], axis=2)


def count_bytes(layers: Layers) -> int:
    """Add up the bytes of keys and values."""
    return sum(keys.nbytes + values.nbytes for keys, values in layers.values())
