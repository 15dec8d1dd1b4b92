"""What lives on the MLX thread: the model, the bank of adapters inside it, and batches over both."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import mlx.core as mx
from llguidance import LLTokenizer
from mlx.utils import tree_flatten

from adapters.bank.bank import AdapterBank
from adapters.bank.routing import Routing
from adapters.base.device import BlasThreads, Device, find_memory
from adapters.base.errors import ModelLoadError
from adapters.base.loading import LoadedModel, load
from adapters.base.vocabulary import Vocabulary, load_vocabulary
from server.engine.limits import Limits
from server.engine.mlx.batch import Batch
from server.engine.mlx.budget import MemoryBudget, plan_memory
from server.engine.mlx.drawing.drawer import Drawer
from server.engine.mlx.forward.gemma import GemmaForward
from server.engine.mlx.grammar.tokens import make_grammar_tokenizer
from server.engine.mlx.kv.shape import KVShape
from server.engine.mlx.kv.store import KVStore
from server.engine.mlx.pacing import Pace
from server.engine.mlx.prefix.cache import PrefixCache
from server.engine.mlx.prefix.region import Region

log = logging.getLogger(__name__)


class Runtime:
    """A loaded Gemma 3 with the bank of its adapters. Made and used on one thread; what is read from others never changes."""

    vocabulary: Vocabulary  # comes after the weights; until then every row may be drawn
    grammar_tokenizer: LLTokenizer | None  # with it; None where grammars cannot be had

    def __init__(self, loaded: LoadedModel, device: Device, limits: Limits) -> None:
        self.loaded = loaded
        self.drawable = frozenset(range(loaded.vocabulary_size))  # ids that a row may draw, and read
        if device.freed_bytes is not None:
            mx.set_cache_limit(device.freed_bytes)
        routing = Routing()
        self.forward = GemmaForward(loaded.model, routing, device)  # before the bank, which wraps the layers that it leaves
        self.bank = AdapterBank(loaded.model, loaded.dtype, routing)
        self.kv_shape = _find_kv_shape(loaded)
        arrays = [array for _, array in tree_flatten(loaded.model.parameters())]
        self.threads = BlasThreads(device, num_weights=sum(array.size for array in arrays))
        room = _find_room(device, num_bytes=sum(array.nbytes for array in arrays))
        self.budget: MemoryBudget = plan_memory(limits, room_bytes=room)
        self.prefixes = PrefixCache(self.budget.prefix_cache_bytes, region=_reserve(device, self.budget.prefix_cache_bytes))
        self._pace = Pace()  # of every batch: what was learnt of the machine's speed outlives a batch that failed
        self._device = device

    @classmethod
    def start(
        cls,
        path: Path,
        device: Device,
        *,
        limits: Limits,
        chat_template: Path | None = None,
        warm_up: Callable[[Self], None] | None = None,
    ) -> Self:
        """Load the model in folder `path`, and have it warmed up; a file given as its chat template takes the place of its own.

        Raises ModelLoadError.

        The vocabulary is read beside: for Gemma's the interpreter takes longer than MLX for the weights, and neither needs the other.
        """
        with ThreadPoolExecutor(max_workers=1) as beside:
            reading = beside.submit(_read_vocabulary, path, chat_template)
            loaded = load(path, device)
            try:
                runtime = cls(loaded, device, limits)
                if warm_up:
                    warm_up(runtime)
            except (ModelLoadError, ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError) as exc:
                raise ModelLoadError(f"the model in {path} cannot be run: {exc}") from exc
            vocabulary, grammar_tokenizer = reading.result()
            vocabulary.check_rows(path, loaded.vocabulary_size)
            runtime._take_vocabulary(vocabulary, grammar_tokenizer)
        return runtime

    def _take_vocabulary(self, vocabulary: Vocabulary, grammar_tokenizer: LLTokenizer | None) -> None:
        self.vocabulary, self.grammar_tokenizer = vocabulary, grammar_tokenizer
        self.drawable = vocabulary.drawable(self.loaded.vocabulary_size)

    def make_batch(self) -> Batch:
        """Make an empty batch over the model."""
        return Batch(
            self.forward,
            KVStore(self.kv_shape, self.loaded.dtype),
            self.prefixes,
            Drawer(num_rows_of_head=self.loaded.vocabulary_size, drawable=self.drawable),
            self._pace,
            runs_ahead=self._device.runs_ahead,
            has_lanes=self._device.num_lanes > 1,
            suit_threads=self.threads.suit,
        )

    def make_way(self, reserved_bytes: int) -> None:
        """Let the prefix cache give back what it has of the memory that running rows may come to need."""
        self.prefixes.budget_bytes = max(0, min(self.budget.prefix_cache_bytes, self.budget.memory_bytes - reserved_bytes))
        self.prefixes.shrink(self.prefixes.budget_bytes)


def _read_vocabulary(path: Path, chat_template: Path | None) -> tuple[Vocabulary, LLTokenizer | None]:
    vocabulary = load_vocabulary(path, chat_template)
    return vocabulary, make_grammar_tokenizer(vocabulary)


def _find_kv_shape(loaded: LoadedModel) -> KVShape:
    text = getattr(loaded.model, "language_model", loaded.model)
    attention = [layer.self_attn for layer in text.model.layers]
    return KVShape(
        are_sliding=tuple(one.is_sliding for one in attention),
        window=text.model.window_size,
        num_heads=attention[0].n_kv_heads,
        head_dim=attention[0].head_dim,
        item_bytes=loaded.dtype.size,
    )


def _reserve(device: Device, num_bytes: int) -> Region | None:
    """Give the prefix cache memory of its own, where that is wanted and the system allows it."""
    if not device.keeps_prompts_apart or not num_bytes:
        return None
    try:
        return Region(num_bytes)
    except OSError as exc:
        log.warning("the prefix cache goes without memory of its own, and resident memory may grow for longer: %s", exc)
        return None


def _find_room(device: Device, *, num_bytes: int) -> int:
    """Give the bytes that are left beside the weights' own."""
    working_set = mx.device_info().get("max_recommended_working_set_size")
    working_set_bytes = int(working_set) if working_set else None
    if device.backend == "metal" and working_set_bytes:
        mx.set_wired_limit(working_set_bytes)  # weights that the system pages out would be read anew at every step
    return max(0, find_memory(device, working_set_bytes) - num_bytes)
