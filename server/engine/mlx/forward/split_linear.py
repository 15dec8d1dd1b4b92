"""Products of few tokens with large weights on a CPU: read from memory by two streams at once, in pieces that OpenBLAS does not copy first.

For a handful of rows a product costs what reading its weights costs, and OpenBLAS reads them, writes them in its own order, and reads that.
Below a million multiplications it has kernels that take them as they lie, so the weights are multiplied piece by piece, half of the
pieces on a stream (and so a thread) of their own. docs/log.md has the figures.
"""

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_unflatten

from server.engine.mlx.device import SPLIT_TOKENS

FEWEST_WEIGHTS = 1 << 19  # of a layer: below, two streams lose more in waiting for each other
FEWEST_IN_ALL = 64_000_000  # weights of a model
SMALL_PRODUCT = 1_000_000  # multiplications, up to which OpenBLAS copies nothing (its SMALL_MATRIX_OPT)
LARGEST_PIECE, SMALLEST_PIECE = 256, 16  # rows of the weights


class TwoStreams:
    """The second stream; made on the thread that uses it."""

    def __init__(self) -> None:
        self._other = mx.new_stream(mx.cpu)

    def multiply(self, x: mx.array, weight: mx.array) -> mx.array:
        """Map x (N, in) by weight (out, in) to (N, out)."""
        size = _find_piece(x.shape[0], weight) if x.shape[0] <= SPLIT_TOKENS and weight.size >= FEWEST_WEIGHTS else None
        if size is None:
            return x @ weight.T
        pieces = weight.reshape(-1, size, weight.shape[1]).swapaxes(1, 2)  # (P, in, size)
        half = pieces.shape[0] // 2
        products = [x[None] @ pieces[:half], mx.matmul(x[None], pieces[half:], stream=self._other)]
        return mx.concatenate(products).swapaxes(0, 1).reshape(x.shape[0], -1)


class SplitLinear(nn.Linear):
    """A linear layer without bias whose products of few tokens go by two streams."""

    def __init__(self, weight: mx.array, streams: TwoStreams) -> None:
        super().__init__(1, 1, bias=False)
        self.weight = weight
        self._streams = streams

    def __call__(self, x: mx.array) -> mx.array:
        """Map x (N, in) to (N, out)."""
        return self._streams.multiply(x, self.weight)


def is_worth_splitting(model: nn.Module) -> bool:
    """Say whether a model's weights come from memory at every pass: those of a small one stay in a cache, and its second processor is
    better left to the event loop.
    """
    return sum(int(array.size) for _, array in tree_flatten(model.parameters())) >= FEWEST_IN_ALL


def split_linears(model: nn.Module, streams: TwoStreams) -> None:
    """Put split layers in the place of the large linear ones."""
    large = {
        name: SplitLinear(module.weight, streams)
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
