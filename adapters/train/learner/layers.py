"""Which linear layers are trained: how many of the last layers, and what in each of them."""

import math
import re
from collections.abc import Sequence

import mlx.nn as nn

_COUNT = re.compile(r"[0-9]{1,4}")
_SHARE = re.compile(r"(?P<points>[0-9]{0,3}\.[0-9]{1,9}|[0-9]{1,3}\.)|(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,9})?) ?%")
_LAYER = re.compile(r"(?:.*\.)?layers\.(?P<number>0|[1-9][0-9]*)\.(?P<target>.+)")


def resolve_layers(text: str, num_layers: int) -> int:
    """Give how many of `num_layers` are meant: a count such as 16, a share such as 0.3 or 30%, or all. Raises ValueError.

    A share is rounded to the nearest whole layer, and is never none.
    """
    asked = text.strip()
    if asked == "all":
        return num_layers
    if _COUNT.fullmatch(asked):
        count = int(asked)
        if not 1 <= count <= num_layers:
            raise ValueError(f"{count} layers are not among the model's {num_layers}: expected 1 to {num_layers}, or all")
        return count
    if match := _SHARE.fullmatch(asked):
        share = float(match["points"]) if match["points"] else float(match["percent"]) / 100
        if 0 < share <= 1:
            return max(1, math.floor(share * num_layers + 0.5))
    raise ValueError(f"{text!r} says no number of layers: expected a count such as 16, a share such as 0.3 or 30%, or all")


def find_targets(model: nn.Module, names: Sequence[str]) -> tuple[str, ...]:
    """Give the linear layers that `names` call by their full or their short names, in the model's order. Raises ValueError.

    `q_proj` is `self_attn.q_proj`.
    """
    there = _list_linears(model)
    found = {name: [target for target in there if target == name or target.endswith(f".{name}")] for name in names}
    if missing := [name for name, targets in found.items() if not targets]:
        raise ValueError(f"no layer has {', '.join(map(repr, missing))}: expected some of {', '.join(there)}")
    if not found:
        raise ValueError(f"no target is named: expected some of {', '.join(there)}")
    chosen = {target for targets in found.values() for target in targets}
    return tuple(target for target in there if target in chosen)


def name_linears(model: nn.Module, num_layers: int, targets: Sequence[str]) -> dict[str, nn.Module]:
    """Give the targets of the last `num_layers` layers by their names in the model, layer by layer."""
    first = len(model.layers) - num_layers
    modules = dict(model.named_modules())
    order = {target: place for place, target in enumerate(targets)}
    named = []
    for name in modules:
        match = _LAYER.fullmatch(name)
        if match and match["target"] in order and int(match["number"]) >= first:
            named.append((int(match["number"]), order[match["target"]], name))
    return {name: modules[name] for _, _, name in sorted(named)}


def layer_of(name: str) -> int:
    """Give the number of the layer that a module stands in."""
    match = _LAYER.fullmatch(name)
    assert match, name
    return int(match["number"])


def _list_linears(model: nn.Module) -> list[str]:
    """List the linear layers that every layer has, in the order of the pass."""
    layer = model.layers[0]
    linears = [name for name, module in layer.named_modules() if isinstance(module, nn.Linear | nn.QuantizedLinear)]
    order = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    return sorted(linears, key=lambda name: order.index(name.rpartition(".")[2]) if name.rpartition(".")[2] in order else len(order))
