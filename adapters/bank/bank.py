"""The bank: every loaded adapter's weights, stacked inside the one model they share."""

import contextlib
from collections.abc import Iterable, Mapping

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
        self._ranks: dict[int, int] = {}  # by slot in use, in their order in the bank
        self._with_gains: set[int] = set()  # slots

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
        if gains is None:
            gains = self.find_gains(pairs)
        updates = {name: Update(pair.a, pair.b, gains.get(name)) for name, pair in pairs.items()}
        self._wrap(pairs)
        if gains:
            self._with_gains.add(slot)
        try:
            self._rearrange(self._ranks | {slot: max(pair.a.shape[1] for pair in pairs.values())}, {slot: updates})
        except CANNOT_ALLOCATE as exc:
            self._with_gains.discard(slot)
            with contextlib.suppress(*CANNOT_ALLOCATE):
                self._rearrange(self._ranks, added={})  # gives back what some layers have taken
            raise BankFull(str(exc)) from exc

    def clear(self, slot: int) -> None:
        """Free a slot that no row uses any more. If that fails it is free all the same, and its memory is with the next change."""
        del self._ranks[slot]
        self._with_gains.discard(slot)
        self._rearrange(self._ranks, added={})

    def _rearrange(self, ranks: dict[int, int], added: Mapping[int, Mapping[str, Update]]) -> None:
        """Give every layer's bank the slots in `ranks` and no other; what is added comes last.

        One layer after the other, so that at most one layer's bank is there twice. Where it stops halfway, each layer knows its own
        arrangement, and every slot that was in use before is in all of them.
        """
        arrangement = Arrangement(ranks, with_gains=frozenset(self._with_gains))
        for name, routed in self._routed.items():
            routed.rearrange(arrangement, {slot: updates.get(name) for slot, updates in added.items()})
        self._ranks = ranks
        mx.clear_cache()  # MLX would keep what the old banks held for as long as anything runs

    def _wrap(self, names: Iterable[str]) -> None:
        """Wrap the linear layers that are touched for the first time."""
        as_base = Arrangement(dict.fromkeys(self._ranks, 0))
        fresh = {name: RoutedLinear(self._linears[name], self.routing, as_base, self._dtype) for name in names if name not in self._routed}
        self._model.update_modules(tree_unflatten([(self._prefix + name, routed) for name, routed in fresh.items()]))
        self._routed |= fresh
