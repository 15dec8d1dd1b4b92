"""Which modules PEFT's configuration targets: lists of names, regular expressions, layers by number (`check_target_module_exists`)."""

from collections.abc import Callable, Collection, Mapping

from adapters.files.expression import Expression
from adapters.files.expression_syntax import UnsupportedExpression
from adapters.files.module_names import PROJECTIONS, endings, layer_of, name_in_text_model, without_wrappers

ALL_LINEAR = "all-linear"  # PEFT writes out what it stands for; other tools may not

Matcher = Callable[[str], bool]


class Targets:
    """What is to have tensors, and what is not. An expression that cannot be matched leaves it to the tensors to say."""

    def __init__(
        self,
        *,
        target_modules: list[str] | str | None,
        exclude_modules: list[str] | str | None,
        layers: list[int] | int | None,
        layers_pattern: list[str] | str | None,
    ) -> None:
        self._names = frozenset(target_modules) if isinstance(target_modules, list) else None
        self._is_target = _matcher(target_modules)
        self._is_excluded = _matcher(exclude_modules) if exclude_modules else lambda _: False
        self._layers = frozenset([layers] if isinstance(layers, int) else layers or ()) if self._names is not None else frozenset()
        patterns = [layers_pattern] if isinstance(layers_pattern, str) else layers_pattern or ()
        self._stacks = [_matcher(rf"(?:(?:^|.*?\.){pattern}\.\d+\.).*") for pattern in patterns if pattern]

    def find_fault(self, written: str) -> str | None:
        """Say why a module, as the file writes it, is no target. It may have been wrapped before it was looked at, or after."""
        faults = [self._find_fault(name) for name in dict.fromkeys((without_wrappers(written), written))]
        return None if None in faults else faults[0]

    def expected(self, found: Mapping[str, str], num_layers: int | None) -> Collection[str]:
        """List the projections that must have tensors: those that are targets, named as the file names one that was found.

        Layers that the base has none of are no matter, as to PEFT: a list of them is often longer than the model it is used for.
        """
        if self._is_target is None or self._is_excluded is None or None in self._stacks:
            return ()
        module, written = next(iter(found.items()))
        prefix = without_wrappers(written).removesuffix(module.removeprefix("model."))
        num_layers = num_layers or max({*map(layer_of, found), *self._layers}) + 1
        names = (f"layers.{layer}.{projection}" for layer in range(num_layers) for projection in PROJECTIONS)
        return [f"model.{name}" for name in names if self._find_fault(prefix + name) is None]

    def _find_fault(self, name: str) -> str | None:
        if self._is_excluded and self._is_excluded(name):
            return "exclude_modules names it"
        if self._is_target and not self._is_target(name):
            return "target_modules does not name it"
        if self._layers and self._names is not None and name not in self._names:  # a name in full needs no layer
            if self._stacks and not any(is_in_stack is None or is_in_stack(name) for is_in_stack in self._stacks):
                return "layers_pattern does not name its layers"
            if (module := name_in_text_model(name)) and layer_of(module) not in self._layers:
                return "its layer is not among layers_to_transform"
        return None


def _matcher(names: list[str] | str | None) -> Matcher | None:
    """Give what says whether a module is among these names; None: that cannot be told."""
    if isinstance(names, list):
        wanted = frozenset(names)
        return lambda name: not wanted.isdisjoint(endings(name))
    if names is None:
        return None
    if names.lower() == ALL_LINEAR:
        return lambda _: True
    try:
        return Expression(names).matches
    except UnsupportedExpression:
        return None
