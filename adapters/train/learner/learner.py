"""Learns an adapter, step by step.

mlx-lm's own loop, `mlx_lm.tuner.trainer.train`, takes a loss and batches of one's own, and would do if that were all. It counts passes
where we count steps of the optimiser, weighs each pass of a step alike however many targets it has, drops a step that is not full at the
end, neither gives nor takes the optimiser's state, validates from the same random state as it trains, and has written the weights by the
time anyone could see that they are not finite. So what is taken from it is its layer, and the loop is this one.
"""

from collections.abc import Iterable, Mapping, Sequence

import mlx.core as mx
import mlx.nn as nn
import msgspec
import numpy as np
from mlx.utils import tree_unflatten

from adapters.bank.routed_linear import linear_dims
from adapters.base.arithmetic.exponential import exp_in_gradient
from adapters.base.device import Device
from adapters.files.writing import Factors, TrainedAdapter
from adapters.train.data.batch import Batch
from adapters.train.learner.forward.gemma import TrainingForward
from adapters.train.learner.layers import find_targets, layer_of, name_linears
from adapters.train.learner.loss import TargetLoss, find_head
from adapters.train.learner.low_rank import MAGNITUDE, A, B, LowRankLinear, MagnitudeLinear
from adapters.train.learner.optimiser import Arrays, Moments, take_step
from adapters.train.learner.packing import Packing
from adapters.train.learner.randomness import draw_factors, make_dropout_keys
from adapters.train.learner.schedule import find_learning_rate
from adapters.train.settings import TrainingSettings

NAMES = {"a": A, "b": B, "magnitude": MAGNITUDE}  # of what is trained in a layer, by Factors' own


class NonFinite(Exception):
    """A loss, a gradient or a weight that is not finite; weights and optimiser are as they were before the step."""

    def __init__(self, step: int, what: str) -> None:
        super().__init__(f"step {step}: {what} is not finite")
        self.step = step


class StepResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a step of the optimiser came to."""

    loss_sum: float  # of the targets, before the step
    num_targets: int
    learning_rate: float
    gradient_norm: float  # of the loss a target, before it is clipped


class Learner:
    """A model with layers that are trained, and the optimiser's state."""

    def __init__(self, model: nn.Module, settings: TrainingSettings, device: Device, *, checkpoints_gradients: bool = False) -> None:
        self._settings = settings
        model.freeze()
        self._layers = _place_layers(model, settings)
        trained: dict[int, dict[str, LowRankLinear]] = {}
        for name, layer in self._layers.items():
            trained.setdefault(layer_of(name), {})[name] = layer
        self._weights = {f"{name}.{each}": layer[each] for name, layer in self._layers.items() for each in NAMES.values() if each in layer}
        self._moments = Moments.zeros_like(self._weights)
        self._forward = TrainingForward(model, trained, device, checkpoints_gradients=checkpoints_gradients)
        self._loss = TargetLoss(find_head(model), exp_in_gradient if device.has_no_kernels else mx.exp)
        mx.eval(self._weights, self._moments)

    @property
    def num_weights(self) -> int:
        """How many numbers are trained."""
        return sum(weight.size for weight in self._weights.values())

    def step(self, batches: Sequence[Batch], number: int) -> StepResult:
        """Take step `number`, from 1, over one or more passes, each target weighing the same. Raises NonFinite."""
        settings = self._settings
        num_targets = sum(batch.num_targets for batch in batches)
        loss_sum, gradients = self._sum_passes(batches, number)
        gradients = {name: gradient * (1 / num_targets) for name, gradient in gradients.items()}
        norm = _number(mx.sqrt(mx.stack([mx.square(gradient).sum() for gradient in gradients.values()]).sum()))
        for what, value in (("the loss", loss_sum), ("the gradient", norm)):
            if not np.isfinite(value):
                raise NonFinite(number, what)
        if settings.max_grad_norm is not None and norm > settings.max_grad_norm:
            gradients = {name: gradient * (settings.max_grad_norm / norm) for name, gradient in gradients.items()}
        rate = find_learning_rate(settings, number)
        weights, moments = take_step(self._weights, gradients, self._moments, number=number, rate=rate, weight_decay=settings.weight_decay)
        are_finite = mx.stack([mx.isfinite(array).all() for arrays in (weights, *moments) for array in arrays.values()]).all()
        mx.eval(are_finite, weights, moments)
        if not are_finite.item():
            raise NonFinite(number, "a weight after it")
        self._become(weights, moments)
        return StepResult(loss_sum=loss_sum, num_targets=num_targets, learning_rate=rate, gradient_norm=norm)

    def evaluate(self, batches: Iterable[Batch]) -> tuple[float, int]:
        """Give the sum of the losses and the number of targets, without dropout; nothing is changed by it."""
        loss_sum, num_targets = 0.0, 0
        for batch in batches:
            packing = Packing.of(batch, keeps_padding=self._forward.keeps_padding)
            hidden = self._forward(packing, _by_layer(self._weights))
            loss_sum += _number(self._loss.evaluate(hidden, packing.target_ids))
            num_targets += batch.num_targets
        return loss_sum, num_targets

    def adapter(self, base_name: str) -> TrainedAdapter:
        """Give what has been learnt so far."""
        settings = self._settings
        modules = {
            name: Factors(**{field: np.array(self._weights[f"{name}.{own}"]) for field, own in NAMES.items() if own in layer})
            for name, layer in self._layers.items()
        }
        return TrainedAdapter(
            modules=modules,
            rank=settings.rank,
            scale=settings.scale,
            dropout=settings.dropout,
            num_layers=settings.num_layers,
            targets=settings.targets,
            base_name=base_name,
            told={},
        )

    def optimizer_state(self) -> dict[str, mx.array]:
        """Give the optimiser's state, by names of its own."""
        first, second = self._moments
        return {f"{name}.{moment}": array for moment, arrays in (("m", first), ("v", second)) for name, array in arrays.items()}

    def restore(self, modules: Mapping[str, Factors], optimizer_state: Mapping[str, mx.array]) -> None:
        """Go on from where a learner with the same settings was. Raises ValueError that lists every mismatch."""
        weights = _spell_out(modules)
        state = self.optimizer_state()
        _check(weights, self._weights, "weights")
        _check(optimizer_state, state, "state of the optimiser")
        moments = ({name: optimizer_state[f"{name}.{moment}"] for name in self._weights} for moment in ("m", "v"))
        self._become({name: weights[name] for name in self._weights}, Moments(*moments))

    def start_from(self, modules: Mapping[str, Factors]) -> None:
        """Begin with another adapter's weights, the optimiser anew. Raises ValueError that lists every mismatch."""
        weights = _spell_out(modules)
        _check(weights, self._weights, "weights")
        self._become({name: weights[name] for name in self._weights}, Moments.zeros_like(self._weights))

    def _become(self, weights: Arrays, moments: Moments) -> None:
        self._weights, self._moments = weights, moments
        self._forward.set_weights(_by_layer(weights))

    def _sum_passes(self, batches: Sequence[Batch], number: int) -> tuple[float, Arrays]:
        """Give the loss and its gradients, summed over all targets of all passes, one pass after the other."""
        loss_sum = 0.0
        gradients: Arrays = {}
        for place, batch in enumerate(batches):
            packing = Packing.of(batch, keeps_padding=self._forward.keeps_padding)
            self._set_dropout(make_dropout_keys(self._settings.seed, number, place, len(self._layers)))
            loss, own = mx.value_and_grad(lambda weights, packing=packing: self._measure(weights, packing))(self._weights)
            gradients = {name: gradients[name] + gradient for name, gradient in own.items()} if gradients else own
            mx.eval(loss, gradients)
            self._forward.set_weights(_by_layer(self._weights))  # else the model would hold on to the pass
            loss_sum += _number(loss)
        self._set_dropout([])
        return loss_sum, gradients

    def _measure(self, weights: Arrays, packing: Packing) -> mx.array:
        return self._loss(self._forward(packing, _by_layer(weights)), packing.target_ids)

    def _set_dropout(self, keys: Sequence[mx.array]) -> None:
        for place, layer in enumerate(self._layers.values()):
            layer.drop_by(keys[place] if keys and self._settings.dropout else None)


def _place_layers(model: nn.Module, settings: TrainingSettings) -> dict[str, LowRankLinear]:
    """Put layers that are trained into the model, and give them by their names in it."""
    linears = name_linears(model, settings.num_layers, find_targets(model, settings.targets))
    kind = MagnitudeLinear if settings.kind == "dora" else LowRankLinear
    factors = draw_factors(settings.seed, [(linear_dims(linear)[0], settings.rank) for linear in linears.values()])
    layers = {name: kind(linear, factor, settings) for (name, linear), factor in zip(linears.items(), factors, strict=True)}
    model.update_modules(tree_unflatten(list(layers.items())))
    return layers


def _number(array: mx.array) -> float:
    value = array.item()
    assert isinstance(value, float)
    return value


def _by_layer(weights: Mapping[str, mx.array]) -> dict[str, dict[str, mx.array]]:
    by_layer: dict[str, dict[str, mx.array]] = {}
    for name, array in weights.items():
        layer, _, own = name.rpartition(".")
        by_layer.setdefault(layer, {})[own] = array
    return by_layer


def _spell_out(modules: Mapping[str, Factors]) -> Arrays:
    """Name the arrays of an adapter as they are trained."""
    return {
        f"{name}.{own}": mx.array(array)
        for name, factors in modules.items()
        for field, own in NAMES.items()
        if (array := getattr(factors, field)) is not None
    }


def _check(given: Mapping[str, mx.array], expected: Mapping[str, mx.array], what: str) -> None:
    """See that names, shapes and types are those that are trained."""
    faults = [f"{name} is missing" for name in sorted(expected.keys() - given.keys())]
    faults += [f"{name} is not trained here" for name in sorted(given.keys() - expected.keys())]
    faults += [
        f"{name} is {array.dtype} {array.shape}, expected {expected[name].dtype} {expected[name].shape}"
        for name, array in given.items()
        if name in expected and (array.shape, array.dtype) != (expected[name].shape, expected[name].dtype)
    ]
    if faults:
        raise ValueError(f"the {what} do not fit what is trained:\n" + "\n".join(f"  {fault}" for fault in faults))
