"""The bank: every loaded adapter's weights, stacked inside the one model they share."""

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_unflatten

from adapters.errors import MismatchedAdapter, UnsupportedAdapter
from adapters.files import AdapterWeights, LowRankPair
from adapters.routed_linear import RoutedLinear, linear_dims
from adapters.routing import RoutedModel, Routing


class AdapterBank:
    """Installs adapters into slots of a Gemma 3. Owned by the thread that owns the model; write between two steps only.

    Layers are wrapped when the first adapter that touches them comes, so a server without adapters runs the bare model.
    """

    def __init__(self, model: nn.Module, dtype: mx.Dtype) -> None:
        self.routing = Routing()
        self.routed_model = RoutedModel(model, self.routing)
        self._model = model
        self._dtype = dtype
        self._linears = {name: module for name, module in model.named_modules() if isinstance(module, nn.Linear | nn.QuantizedLinear)}
        self._routed: dict[str, RoutedLinear] = {}

    def install(self, slot: int, adapter: AdapterWeights) -> None:
        """Check an adapter against the model and write it into `slot`.

        Raises MismatchedAdapter with every tensor that does not fit, or UnsupportedAdapter for one that changes nothing.
        """
        if mismatches := self._mismatches(adapter):
            raise MismatchedAdapter(mismatches)
        if all(_is_idle(pair) for pair in adapter.pairs.values()) or adapter.scale == 0:
            raise UnsupportedAdapter(f"the adapter in {adapter.path} changes nothing: all its updates are zero")
        self._route(adapter.pairs)
        for name, routed in self._routed.items():
            routed.write(slot, adapter.pairs.get(name), adapter.scale)
        mx.eval([(routed.a, routed.b) for routed in self._routed.values()])

    def _route(self, names: dict[str, LowRankPair]) -> None:
        """Wrap the linear layers that are touched for the first time."""
        fresh = {name: RoutedLinear(self._linears[name], self.routing, self._dtype) for name in names if name not in self._routed}
        self._model.update_modules(tree_unflatten(list(fresh.items())))
        self._routed |= fresh

    def _mismatches(self, adapter: AdapterWeights) -> list[str]:
        mismatches = []
        for name, pair in adapter.pairs.items():
            if name not in self._linears:
                mismatches.append(f"{name}: no such linear layer in the base")
                continue
            in_dims, out_dims = linear_dims(self._linears[name])
            if pair.a.ndim != 2 or pair.a.shape[0] != in_dims:
                mismatches.append(f"{name}.lora_a: expected shape ({in_dims}, rank), came {pair.a.shape}")
            elif pair.b.shape != (pair.a.shape[1], out_dims):
                mismatches.append(f"{name}.lora_b: expected shape ({pair.a.shape[1]}, {out_dims}), came {pair.b.shape}")
            for leaf, tensor in (("lora_a", pair.a), ("lora_b", pair.b)):
                if not mx.isfinite(tensor).all().item():
                    mismatches.append(f"{name}.{leaf}: holds values that are not finite")
        return mismatches


def _is_idle(pair: LowRankPair) -> bool:
    """Say whether a pair's product is zero for certain: one of its factors is."""
    return not (mx.any(pair.a != 0) & mx.any(pair.b != 0)).item()
