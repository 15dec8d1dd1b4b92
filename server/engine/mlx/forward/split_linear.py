"""Products of few tokens with large weights on a CPU: read from memory by two streams at once, in pieces that OpenBLAS does not copy first.

For a handful of rows a product costs what reading its weights costs, and OpenBLAS reads them, writes them in its own order, and reads that.
Below a million multiplications it has kernels that take them as they lie, so the weights are multiplied piece by piece, half of the
pieces on a stream (and so a thread) of their own. docs/log.md has the figures.
"""

from collections.abc import Sequence
from enum import Enum, auto

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_unflatten

from adapters.base.device import SPLIT_TOKENS

FEWEST_WEIGHTS = 1 << 17  # of a layer: below, two streams lose more in waiting for each other
FEWEST_IN_ALL = 64_000_000  # weights of a model
SMALL_PRODUCT = 700_000  # multiplications, up to which OpenBLAS copies nothing (its SMALL_MATRIX_OPT, with some distance)
LARGEST_PIECE, SMALLEST_PIECE = 256, 16  # rows of the weights


class Share(Enum):
    """Which stream takes a product, or that both take half of it."""

    BOTH = auto()
    FIRST = auto()
    SECOND = auto()


SHARES = {"k_proj": Share.FIRST, "v_proj": Share.SECOND, "gate_proj": Share.FIRST, "up_proj": Share.SECOND}  # of one input, and alike


class SecondStream:
    """A stream beside the one that passes are built on, and so a second thread. Made on the thread that uses it."""

    def __init__(self, *, takes_large: bool) -> None:
        self.stream = mx.new_stream(mx.cpu)
        self.takes_large = takes_large  # half of products of many tokens too, for which BLAS may have threads of its own
        self.is_taken = False  # by the other lane of the pass that is being built


class SplitProduct:
    """Multiplies by one weight (out, in)."""

    def __init__(self, weight: mx.array, share: Share, second: SecondStream) -> None:
        self._weight = weight
        self._share = share
        self._second = second
        # What each stream that takes part multiplies by, views all of them; by the rows of their pieces.
        self._parts: dict[int | None, list[mx.array]] = {}

    def __call__(self, x: mx.array) -> mx.array:
        """Map x (N, in) to (N, out)."""
        is_large = x.shape[0] > SPLIT_TOKENS
        if self._second.is_taken or (is_large and not self._second.takes_large):
            return x @ self._weight.T
        size = None if is_large else _find_piece(x.shape[0], self._weight)
        parts = self._cut(size)
        own = [] if self._share is Share.SECOND else [_multiply(x, parts[0])]
        if self._share is Share.FIRST:
            return _join(own)
        # From the input to where both are joined all is made on the other stream: one operation on this stream between them, and each
        # of the two may wait for what the other does only after its own half.
        with mx.stream(self._second.stream):
            other = _multiply(x, parts[-1])
            if self._share is Share.SECOND:
                return _join([other])
        return _join([*own, other])

    def _cut(self, size: int | None) -> list[mx.array]:
        """Cut the weight into pieces (P, size, in), or only into what each stream takes (out, in)."""
        if size not in self._parts:
            weight = self._weight if size is None else self._weight.reshape(-1, size, self._weight.shape[1])
            half = len(weight) // 2
            self._parts[size] = [weight[:half], weight[half:]] if self._share is Share.BOTH else [weight]
            mx.eval(self._parts[size])
        return self._parts[size]


def _multiply(x: mx.array, part: mx.array) -> mx.array:
    """Map x (N, in) by pieces (P, size, in) to (N, P * size), or by (out, in) to (N, out).

    The pieces stand first in the product, which OpenBLAS is a quarter faster at, and what they are multiplied by is spelt out for each:
    MLX would take one for all as one large product.
    """
    if part.ndim == 2:
        return x @ part.T
    num_tokens, num_in = x.shape
    return (part @ mx.broadcast_to(x.T, (part.shape[0], num_in, num_tokens))).reshape(-1, num_tokens).T


def _join(products: Sequence[mx.array]) -> mx.array:
    """Put products (N, out) side by side, in one copy."""
    return mx.concatenate(list(products), axis=1) if len(products) > 1 else mx.contiguous(products[0])


class SplitLinear(nn.Linear):
    """A linear layer without bias whose products of few tokens go by two streams."""

    def __init__(self, weight: mx.array, share: Share, second: SecondStream) -> None:
        super().__init__(1, 1, bias=False)
        self.weight = weight
        self._multiply = SplitProduct(weight, share, second)

    def __call__(self, x: mx.array) -> mx.array:
        """Map x (N, in) to (N, out)."""
        return self._multiply(x)


def is_worth_splitting(model: nn.Module) -> bool:
    """Say whether a model's weights come from memory at every pass: those of a small one stay in a cache, and its second processor is
    better left to the event loop.
    """
    return sum(int(array.size) for _, array in tree_flatten(model.parameters())) >= FEWEST_IN_ALL


def split_linears(model: nn.Module, second: SecondStream) -> None:
    """Put split layers in the place of the large linear ones."""
    large = {
        name: SplitLinear(module.weight, SHARES.get(name.rpartition(".")[2], Share.BOTH), second)
        for name, module in model.named_modules()
        if type(module) is nn.Linear and "bias" not in module and module.weight.size >= FEWEST_WEIGHTS
    }
    model.update_modules(tree_unflatten(list(large.items())))


def _find_piece(num_tokens: int, weight: mx.array) -> int | None:
    """Give the largest piece that is a small product and divides the weights into two halves; None where there is none."""
    num_out, num_in = weight.shape
    size = LARGEST_PIECE
    while size >= SMALLEST_PIECE:
        if num_tokens * num_in * size <= SMALL_PRODUCT and num_out % (2 * size) == 0:
            return size
        size //= 2
    return None
