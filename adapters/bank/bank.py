"""The bank: every loaded adapter's weights, stacked inside the one model they share."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_unflatten

from adapters.bank.gains import Gains, find_gain
from adapters.bank.routed_linear import RoutedLinear, Update, linear_dims
from adapters.bank.routing import Arrangement, Routing
from adapters.base.shape import BaseShape
from adapters.errors import BankFull
from adapters.files.reading import LowRankPair

NESTED_PREFIX = "language_model."
TURNS_OF_WEIGHTS = 16  # a turn writes at most so small a part of as many values as the base has weights, each of which a step reads
CANNOT_ALLOCATE = (RuntimeError, MemoryError)  # what MLX raises where there is no memory


class AdapterBank:
    """Installs adapters into slots of a Gemma 3. Owned by the thread that owns the model; write between two steps only.

    Layers are wrapped when the first adapter that touches them comes, so a server without adapters runs the bare model. The bank is
    kept as small as what it holds: it grows and shrinks with the slots in use, each at its own rank.
    """

    def __init__(self, model: nn.Module, dtype: mx.Dtype, routing: Routing) -> None:
        self.routing = routing
        self._model = model
        self._dtype = dtype
        self._prefix = NESTED_PREFIX if hasattr(model, "language_model") else ""
        self._linears = {
            name.removeprefix(self._prefix): module
            for name, module in model.named_modules()
            if isinstance(module, nn.Linear | nn.QuantizedLinear)
        }
        self.base_shape = BaseShape(
            num_layers=len(model.layers), linears={name: linear_dims(linear) for name, linear in self._linears.items()}
        )
        self._routed: dict[str, RoutedLinear] = {}
        self._ranks: dict[int, int] = {}  # by slot in use, or on its way in, in their order in the bank
        self._with_gains: set[int] = set()  # slots
        self._arrangement = Arrangement({})  # what every layer is given when a change comes to it
        self._most_at_once = sum(in_dims * out_dims for in_dims, out_dims in self.base_shape.linears.values()) // TURNS_OF_WEIGHTS

    def find_gains(self, pairs: Mapping[str, LowRankPair]) -> Gains:
        """Find the gains of those pairs that have a magnitude, which takes longer than a step on a large model. Raises BankFull."""
        try:
            return {name: find_gain(self._linears[name], pair) for name, pair in pairs.items() if pair.magnitude is not None}
        except CANNOT_ALLOCATE as exc:
            raise BankFull(str(exc)) from exc

    def install(self, slot: int, pairs: Mapping[str, LowRankPair], gains: Gains | None = None) -> None:
        """Write an adapter's pairs, by module, into `slot`; they must fit `base_shape`. Raises BankFull, and nothing has changed then.

        `gains` are those that `find_gains` has found in turns of `plan_turns`; None where all are found here.
        """
        for _ in self.install_in_turns(slot, pairs, self.find_gains(pairs) if gains is None else gains):
            pass

    def install_in_turns(self, slot: int, pairs: Mapping[str, LowRankPair], gains: Gains) -> Iterator[None]:
        """Install as `install` does, and stop where rows may decode: they go by the slots that they have. Nobody may use `slot` before
        the end.
        """
        updates = {name: Update(pair.a, pair.b, gains.get(name)) for name, pair in pairs.items()}
        self._wrap(pairs)
        self._ranks[slot] = max(pair.a.shape[1] for pair in pairs.values())
        if gains:
            self._with_gains.add(slot)
        try:
            yield from self._rearrange({slot: updates})
        except CANNOT_ALLOCATE as exc:
            self._forget(slot)
            with contextlib.suppress(*CANNOT_ALLOCATE):
                for _ in self._rearrange(added={}):  # gives back what some layers have taken
                    pass
            raise BankFull(str(exc)) from exc

    def clear(self, slot: int) -> None:
        """Free a slot that no row uses any more. If that fails it is free all the same, and its memory is with the next change."""
        for _ in self.clear_in_turns(slot):
            pass

    def clear_in_turns(self, slot: int) -> Iterator[None]:
        """Clear as `clear` does, and stop where rows may decode."""
        self._forget(slot)
        yield from self._rearrange(added={})

    def _forget(self, slot: int) -> None:
        del self._ranks[slot]
        self._with_gains.discard(slot)

    def _rearrange(self, added: Mapping[int, Mapping[str, Update]]) -> Iterator[None]:
        """Give every layer's bank the slots in use and no other; what is added comes last.

        One layer after the other, so that at most one layer's bank is there twice. Where it stops halfway, or between two turns, each layer
        knows its own arrangement, and every slot that was in use before is in all of them. Changes whose turns alternate go through all
        layers each, and give them what is the newest arrangement then.
        """
        self._arrangement = Arrangement(self._ranks, with_gains=frozenset(self._with_gains))
        num_values = 0
        for name, routed in [*self._routed.items()]:
            size = self._arrangement.num_columns * sum(self.base_shape.linears[name])
            if num_values and num_values + size > self._most_at_once:
                mx.clear_cache()  # MLX would keep what the old banks held for as long as anything runs
                yield
                num_values = 0
            num_values += size
            routed.rearrange(self._arrangement, {slot: updates.get(name) for slot, updates in added.items()})
        mx.clear_cache()

    def _wrap(self, names: Iterable[str]) -> None:
        """Wrap the linear layers that are touched for the first time."""
        as_base = Arrangement(dict.fromkeys(self._ranks, 0))
        fresh = {name: RoutedLinear(self._linears[name], self.routing, as_base, self._dtype) for name in names if name not in self._routed}
        self._model.update_modules(tree_unflatten([(self._prefix + name, routed) for name, routed in fresh.items()]))
        self._routed |= fresh
