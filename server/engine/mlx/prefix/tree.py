"""What is kept of prompts, as a tree: whole blocks of tokens are its nodes, and places where a prompt may be taken up again its stops."""

from collections.abc import Sequence

import mlx.core as mx

from server.engine.mlx.kv.group import KeysAndValues
from server.engine.mlx.prefix.bundle import Bundle, Layers

BLOCK_TOKENS = 256
TOKEN_BYTES = 4
BLOCK_BYTES = BLOCK_TOKENS * TOKEN_BYTES


class Node:
    """A whole block behind those of its parents, with its keys and values of the layers that see everything."""

    def __init__(self, parent: "Node | None", key: bytes, block: Bundle) -> None:
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

    def __init__(self, node: Node, key: bytes, windows: Bundle, rest: Bundle) -> None:
        self.node = node
        self.key = key
        self.windows = windows
        self.rest = rest  # of the layers that see everything
        self.position = node.num_tokens + len(key) // TOKEN_BYTES

    @property
    def num_bytes(self) -> int:
        """Count the bytes that are this stop's alone."""
        return self.windows.num_bytes + self.rest.num_bytes

    def drop(self) -> None:
        """Give the memory back that is this stop's alone."""
        self.windows.drop()
        self.rest.drop()

    def whole(self) -> Layers:
        """Join the blocks of the layers that see everything up to here."""
        pieces = [node.block.unpack() for node in self.node.path()]
        if self.key:
            pieces.append(self.rest.unpack())
        return {layer: _join([piece[layer] for piece in pieces]) for layer in (pieces[0] if pieces else ())}


def _join(pieces: Sequence[KeysAndValues]) -> KeysAndValues:
    if len(pieces) == 1:
        return pieces[0]
    return mx.concatenate([keys for keys, _ in pieces], axis=2), mx.concatenate([values for _, values in pieces], axis=2)
