"""Losses, gradients and steps against their plain definitions, and what must not depend on anything else."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers
import msgspec
import numpy as np
import pytest
from mlx.utils import tree_flatten
from mlx_lm.tuner.trainer import default_loss
from mlx_lm.tuner.utils import linear_to_lora_layers

from adapters.base.device import Device
from adapters.base.loading import load
from adapters.train.data.batch import Batch
from adapters.train.learner.learner import Learner, NonFinite
from adapters.train.settings import Kind, TrainingSettings
from tests.adapters.train.learner.batches import make_batch, plain_loss
from tools.random_gemma3 import Shape, write_random_gemma3

SETTINGS = TrainingSettings(num_steps=10, num_layers=2, learning_rate=1e-3, rank=3, scale=2.0, seed=7)
UNEVEN = [(40, 5), (9, 3), (21, 20)]  # the window is of 32 tokens
Open = Callable[..., tuple[nn.Module, Learner]]


@pytest.fixture(scope="module")
def quantised_gemmas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {dtype: _write_quantised(tmp_path_factory.mktemp("models") / dtype, dtype) for dtype in ("float32", "bfloat16")}


def _write_quantised(folder: Path, dtype: str) -> Path:
    write_random_gemma3(
        folder,
        Shape(hidden=64, layers=3, intermediate=128, heads=2, head_dim=32, vocabulary=1024, window=32, bits=6, nested=True, dtype=dtype),
    )
    return folder


@pytest.fixture
def start(small_gemma: Path, device: Device) -> Open:
    def start(
        settings: TrainingSettings = SETTINGS, *, folder: Path = small_gemma, on: Device = device, **options: Any
    ) -> tuple[nn.Module, Learner]:
        model = load(folder, on).model
        return model, Learner(model, settings, on, **options)

    return start


def without_kernels_of_ours(device: Device) -> Device:
    return msgspec.structs.replace(device, has_no_kernels=False)


def as_stored(device: Device) -> Device:
    return msgspec.structs.replace(device, has_no_kernels=False, weights_dtype=None)


def give_second_factors(learner: Learner) -> None:
    """Factors that are not zero, or the first ones would have no gradient."""
    modules = learner.adapter("base").modules
    noise = np.random.default_rng(3)
    learner.start_from(
        {name: msgspec.structs.replace(each, b=noise.normal(0, 0.05, each.b.shape).astype(np.float32)) for name, each in modules.items()}
    )


def plain_gradients(model: nn.Module, learner: Learner, batches: list[Batch]) -> tuple[float, dict[str, mx.array]]:
    """By automatic differentiation of the whole model with mlx-lm's order of operations, in float32."""
    names = set(learner.optimizer_state())

    def measure(weights: dict[str, mx.array]) -> mx.array:
        model.load_weights(list(weights.items()), strict=False)
        return functools.reduce(lambda total, batch: total + plain_loss(model, batch), batches, mx.array(0.0))

    own = {name: array for name, array in tree_flatten(model.trainable_parameters()) if f"{name}.m" in names}
    loss, gradients = mx.value_and_grad(measure)(own)
    model.load_weights(list(own.items()), strict=False)
    return float(loss.item()), gradients  # type: ignore[arg-type]


def differences(some: Mapping[str, mx.array], others: Mapping[str, mx.array]) -> float:
    """The greatest difference of any array, as a share of its own greatest value."""
    assert some.keys() == others.keys()
    return max(float(mx.abs(some[name] - others[name]).max() / mx.abs(others[name]).max()) for name in some)


@pytest.mark.parametrize("checkpoints_gradients", [False, True])
@pytest.mark.parametrize("kind", ["lora", "dora"])
@pytest.mark.parametrize("change", [lambda device: device, without_kernels_of_ours])
def test_losses_and_gradients_are_those_of_the_plain_definition(
    start: Open, device: Device, kind: Kind, change: Callable[[Device], Device], checkpoints_gradients: bool
) -> None:
    model, learner = start(msgspec.structs.replace(SETTINGS, kind=kind), on=change(device), checkpoints_gradients=checkpoints_gradients)
    give_second_factors(learner)
    batches = [
        make_batch(UNEVEN, seed=1),
        make_batch([(12, 1)], seed=2),
        make_batch([(2, 1), (301, 2)], seed=3),
    ]  # several blocks of queries
    loss_sum, gradients = learner._sum_passes(batches, 1)
    learner.adapter("base")
    expected_loss, expected = plain_gradients(model, learner, batches)
    assert loss_sum == pytest.approx(expected_loss, rel=1e-5)
    assert differences(gradients, expected) < 2e-4
    assert learner.evaluate(batches) == pytest.approx((expected_loss, 32), rel=1e-5)


@pytest.mark.parametrize(("dtype", "rounding"), [("float32", 1e-3), ("bfloat16", 0.3)])
@pytest.mark.parametrize("kind", ["lora", "dora"])
def test_a_quantised_base_is_learnt_on_as_it_is(
    start: Open, quantised_gemmas: dict[str, Path], device: Device, kind: Kind, dtype: str, rounding: float
) -> None:
    settings = msgspec.structs.replace(SETTINGS, kind=kind)
    model, learner = start(settings, folder=quantised_gemmas[dtype], on=as_stored(device))
    _, reference = start(settings, folder=quantised_gemmas[dtype], on=device)  # dequantised, in float32
    assert any(isinstance(module, nn.QuantizedLinear) for _, module in model.named_modules())
    for each in (learner, reference):
        give_second_factors(each)
    loss, gradients = learner._sum_passes([make_batch(UNEVEN)], 1)
    expected_loss, expected = reference._sum_passes([make_batch(UNEVEN)], 1)
    assert loss == pytest.approx(expected_loss, rel=rounding / 10)
    assert all(gradient.dtype == mx.float32 for gradient in gradients.values())
    assert differences(gradients, expected) < rounding
    assert all(name.startswith("language_model.model.layers.") for name in learner.adapter("base").modules)
    assert learner.step([make_batch(UNEVEN)], 1).num_targets == 28


def test_the_first_step_on_equal_rows_is_that_of_mlx_lm(small_gemma: Path, start: Open, device: Device) -> None:
    _, learner = start()
    first = learner.adapter("base").modules
    theirs = load(small_gemma, device).model
    theirs.freeze()
    linear_to_lora_layers(theirs, 2, {"rank": 3, "scale": 2.0, "dropout": 0.0, "keys": SETTINGS.targets})
    theirs.load_weights([(f"{name}.lora_a", mx.array(each.a)) for name, each in first.items()], strict=False)
    batch = make_batch([(20, 19), (20, 19)])
    whole = mx.concatenate([mx.array(batch.token_ids), mx.array(batch.target_ids.reshape(2, -1)[:, -1:])], axis=1)
    (loss, _), gradients = nn.value_and_grad(theirs, default_loss)(theirs, whole, mx.array([[1, 20], [1, 20]]))
    optimizer = mlx.optimizers.Adam(learning_rate=1e-3, bias_correction=True)
    optimizer.update(theirs, gradients)
    result = learner.step([batch], 1)
    assert result.loss_sum / result.num_targets == pytest.approx(loss.item(), rel=1e-5)
    after = {name: np.array(array) for name, array in tree_flatten(theirs.trainable_parameters())}
    for name, factors in learner.adapter("base").modules.items():
        assert np.allclose(factors.a, after[f"{name}.lora_a"], atol=1e-6)
        assert np.allclose(factors.b, after[f"{name}.lora_b"], atol=2e-5)  # Adam's first step is the gradient's sign, times the rate


def test_passes_weigh_by_their_targets(start: Open) -> None:
    rows = [(30, 25), (12, 2), (8, 1), (20, 4)]
    _, together = start()
    _, apart = start()
    batch = make_batch(rows)
    width = batch.token_ids.shape[1]
    parts = []
    for chosen in ([0], [1, 2, 3]):
        is_own = np.isin(batch.target_places // width, chosen)
        places = batch.target_places[is_own] - chosen[0] * width
        parts.append(Batch(batch.token_ids[chosen], places, batch.target_ids[is_own]))
    one, two = together.step([batch], 1), apart.step(parts, 1)
    assert two.loss_sum == pytest.approx(one.loss_sum, rel=1e-5)
    assert two.gradient_norm == pytest.approx(one.gradient_norm, rel=1e-4)
    assert two.num_targets == one.num_targets == 32


def run(learner: Learner, numbers: range) -> list[float]:
    return [
        learner.step([make_batch(UNEVEN, seed=number), make_batch([(11, 4)], seed=-number + 100)], number).loss_sum for number in numbers
    ]


def weights_of(learner: Learner) -> dict[str, bytes]:
    modules = learner.adapter("base").modules
    return {
        name: each.a.tobytes() + each.b.tobytes() + (b"" if each.magnitude is None else each.magnitude.tobytes())
        for name, each in modules.items()
    }


@pytest.mark.parametrize("kind", ["lora", "dora"])
def test_what_is_restored_goes_on_to_the_same_weights_to_the_bit(start: Open, kind: Kind) -> None:
    settings = msgspec.structs.replace(SETTINGS, kind=kind, dropout=0.3, weight_decay=0.1, schedule="cosine", warmup=2)
    _, straight = start(settings)
    run(straight, range(1, 6))
    _, before = start(settings)
    run(before, range(1, 3))
    _, after = start(settings)
    after.restore(before.adapter("base").modules, before.optimizer_state())
    run(after, range(3, 6))
    assert weights_of(after) == weights_of(straight)


def test_neither_validation_nor_other_draws_change_what_is_learnt(start: Open) -> None:
    settings = msgspec.structs.replace(SETTINGS, dropout=0.3)
    _, alone = start(settings)
    _, disturbed = start(settings)
    run(alone, range(1, 4))
    for number in range(1, 4):
        mx.random.seed(number)
        np.random.seed(number)
        mx.eval(mx.random.normal((7,)))
        assert disturbed.evaluate([make_batch(UNEVEN)]) == disturbed.evaluate([make_batch(UNEVEN)])
        run(disturbed, range(number, number + 1))
    assert weights_of(disturbed) == weights_of(alone)


def test_seeds_and_dropout_make_other_weights(start: Open) -> None:
    variants = [SETTINGS, msgspec.structs.replace(SETTINGS, seed=8), msgspec.structs.replace(SETTINGS, dropout=0.5)]
    learners = [start(settings)[1] for settings in variants]
    for learner in learners:
        run(learner, range(1, 3))
    assert len({weights_of(learner)["model.layers.3.mlp.up_proj"] for learner in learners}) == 3


def test_validation_drops_nothing(start: Open) -> None:
    _, plain = start()
    _, dropping = start(msgspec.structs.replace(SETTINGS, dropout=0.9))
    for learner in (plain, dropping):
        give_second_factors(learner)
    assert plain.evaluate([make_batch(UNEVEN)]) == dropping.evaluate([make_batch(UNEVEN)])
    assert plain._sum_passes([make_batch(UNEVEN)], 1)[0] != dropping._sum_passes([make_batch(UNEVEN)], 1)[0]


def test_a_gradient_is_clipped_to_the_norm_over_all_that_is_trained(start: Open) -> None:
    _, free = start()
    _, clipped = start(msgspec.structs.replace(SETTINGS, max_grad_norm=1e-3))
    whole, cut = free.step([make_batch(UNEVEN)], 1), clipped.step([make_batch(UNEVEN)], 1)
    assert cut.gradient_norm == whole.gradient_norm > 1e-3
    share = 1e-3 / whole.gradient_norm
    ours, theirs = clipped.optimizer_state(), free.optimizer_state()
    for name, moment in ours.items():
        factor = share if name.endswith(".m") else share**2
        assert mx.allclose(moment, theirs[name] * factor, rtol=1e-3, atol=0).item()


def test_weights_decay(start: Open) -> None:
    _, plain = start()
    _, decaying = start(msgspec.structs.replace(SETTINGS, weight_decay=0.5))
    first = plain.adapter("base").modules["model.layers.3.mlp.up_proj"].a
    for learner in (plain, decaying):
        learner.step([make_batch(UNEVEN)], 1)
    one, other = (learner.adapter("base").modules["model.layers.3.mlp.up_proj"].a for learner in (plain, decaying))
    assert np.allclose(other, one - 1e-3 * 0.5 * first, atol=1e-7)


@pytest.mark.parametrize("settings", [SETTINGS, msgspec.structs.replace(SETTINGS, learning_rate=1e38, scale=1e30)])
def test_what_is_not_finite_stops_the_step_before_anything_changes(start: Open, settings: TrainingSettings) -> None:
    _, learner = start(settings)
    modules = learner.adapter("base").modules
    if settings is SETTINGS:
        broken = {name: msgspec.structs.replace(each, b=np.full_like(each.b, np.nan)) for name, each in modules.items()}
        learner.start_from(broken)
    before, state = weights_of(learner), {name: np.array(array) for name, array in learner.optimizer_state().items()}
    with pytest.raises(NonFinite) as raised:
        for number in range(4, 9):
            before, state = weights_of(learner), {name: np.array(array) for name, array in learner.optimizer_state().items()}
            learner.step([make_batch(UNEVEN)], number)
    assert raised.value.step == number
    assert weights_of(learner) == before
    assert all(np.array_equal(np.array(array), state[name]) for name, array in learner.optimizer_state().items())


def test_what_does_not_fit_is_refused_with_every_mismatch(start: Open) -> None:
    _, learner = start()
    _, other = start(msgspec.structs.replace(SETTINGS, rank=4, targets=("self_attn.q_proj", "mlp.up_proj")))
    before = weights_of(learner)
    with pytest.raises(ValueError, match=r"k_proj.lora_a is missing\n(.*\n)*.*up_proj.lora_b is .*\(4, 128\), expected .*\(3, 128\)"):
        learner.restore(other.adapter("base").modules, learner.optimizer_state())
    with pytest.raises(ValueError, match=r"optimiser.*\n(.*\n)*.*q_proj.lora_a.m is .*\(64, 4\)"):
        learner.restore(learner.adapter("base").modules, other.optimizer_state())
    with pytest.raises(ValueError, match="is not trained here"):
        other.start_from(learner.adapter("base").modules)
    assert weights_of(learner) == before


def test_an_adapter_starts_another_with_its_optimiser_anew(start: Open) -> None:
    _, first = start()
    run(first, range(1, 4))
    _, second = start(msgspec.structs.replace(SETTINGS, seed=99))
    second.start_from(first.adapter("base").modules)
    assert weights_of(second) == weights_of(first)
    assert all(not array.any().item() for array in second.optimizer_state().values())


def test_checkpointing_holds_one_layer_at_a_time(tmp_path: Path, start: Open) -> None:
    write_random_gemma3(tmp_path / "deep", Shape(hidden=32, layers=8, intermediate=256, heads=1, head_dim=32, vocabulary=1024, window=64))
    peaks = []
    for checkpoints_gradients in (False, True):
        _, learner = start(
            msgspec.structs.replace(SETTINGS, num_layers=8), folder=tmp_path / "deep", checkpoints_gradients=checkpoints_gradients
        )
        before = mx.get_active_memory()
        mx.reset_peak_memory()
        learner._sum_passes([make_batch([(1000, 5)])], 1)
        peaks.append(mx.get_peak_memory() - before)
    assert peaks[1] < 0.6 * peaks[0]
