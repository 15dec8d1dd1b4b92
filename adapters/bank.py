"""The bank: every loaded adapter's weights, stacked inside the one model they share."""

from collections.abc import Iterable, Mapping

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_unflatten

from adapters.errors import MismatchedAdapter
from adapters.files import LowRankPair
from adapters.routed_linear import RoutedLinear, linear_dims
from adapters.routing import BASE_SLOT, RoutedModel, Routing

NESTED_PREFIX = "language_model."


class AdapterBank:
    """Installs adapters into slots of a Gemma 3. Owned by the thread that owns the model; write between two steps only.

    Layers are wrapped when the first adapter that touches them comes, so a server without adapters runs the bare model. The bank is
    kept as small as what it holds: it grows and shrinks with the slots in use and with the largest rank among them.
    """

    def __init__(self, model: nn.Module, dtype: mx.Dtype) -> None:
        self.routing = Routing()
        self.routed_model = RoutedModel(model, self.routing)
        self._model = model
        self._dtype = dtype
        self._prefix = NESTED_PREFIX if hasattr(model, "language_model") else ""
        self._linears = {
            name.removeprefix(self._prefix): module
            for name, module in model.named_modules()
            if isinstance(module, nn.Linear | nn.QuantizedLinear)
        }
        self._routed: dict[str, RoutedLinear] = {}
        self._ranks: dict[int, int] = {}  # by slot in use, in the order of their places behind the base's

    @property
    def num_layers(self) -> int:
        """How many linear layers the model has that an adapter may touch."""
        return len(self._linears)

    def install(self, slot: int, pairs: Mapping[str, LowRankPair]) -> None:
        """Check an adapter's pairs, by module, against the model and write them into `slot`; MismatchedAdapter lists what does not fit."""
        if mismatches := self._mismatches(pairs):
            raise MismatchedAdapter(mismatches)
        self._wrap(pairs)
        self._ranks[slot] = max(pair.a.shape[1] for pair in pairs.values())
        self._fit()
        for name, routed in self._routed.items():
            routed.write(self.routing.places[slot], pairs.get(name))
            mx.eval(routed.a, routed.b)

    def clear(self, slot: int) -> None:
        """Free a slot that no row uses any more."""
        del self._ranks[slot]
        self._fit()

    def _fit(self) -> None:
        """Give every layer's bank a place for each slot in use and no other, one layer after the other: at most one is there twice."""
        kept = [self.routing.places.get(slot) for slot in (BASE_SLOT, *self._ranks)]
        rank = max(self._ranks.values(), default=0)
        for routed in self._routed.values():
            routed.resize(kept, rank)
            mx.eval(routed.a, routed.b)
        self.routing.move({slot: place for place, slot in enumerate((BASE_SLOT, *self._ranks))})

    def _wrap(self, names: Iterable[str]) -> None:
        """Wrap the linear layers that are touched for the first time."""
        fresh = {name: RoutedLinear(self._linears[name], self.routing, self._dtype) for name in names if name not in self._routed}
        self._model.update_modules(tree_unflatten([(self._prefix + name, routed) for name, routed in fresh.items()]))
        self._routed |= fresh
        for routed in fresh.values():
            routed.resize([None] * len(self.routing.places), 0)

    def _mismatches(self, pairs: Mapping[str, LowRankPair]) -> list[str]:
        mismatches = []
        for name, pair in pairs.items():
            if name not in self._linears:
                mismatches.append(f"{name}: no such linear layer in the base")
                continue
            in_dims, out_dims = linear_dims(self._linears[name])
            if pair.a.shape[0] != in_dims:
                mismatches.append(f"{name}: expected {in_dims} inputs, the adapter has {pair.a.shape[0]}")
            if pair.b.shape[1] != out_dims:
                mismatches.append(f"{name}: expected {out_dims} outputs, the adapter has {pair.b.shape[1]}")
        return mismatches
