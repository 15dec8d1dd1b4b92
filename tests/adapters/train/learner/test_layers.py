"""Layers by count or share, and targets by name."""

from pathlib import Path

import pytest

from adapters.base.device import Device
from adapters.base.loading import load
from adapters.train.learner.layers import find_targets, name_linears, resolve_layers


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("16", 16),
        ("26", 26),
        ("1", 1),
        ("1.0", 26),
        ("100%", 26),
        ("0.308", 8),
        ("30.8%", 8),
        ("62 %", 16),
        (".5", 13),
        ("1%", 1),
        ("all", 26),
    ],
)
def test_layers_are_a_count_or_a_share(text: str, layers: int) -> None:
    assert resolve_layers(text, 26) == layers


@pytest.mark.parametrize("text", ["0", "27", "0.0", "0%", "101%", "1.5", "-1", "-0.5", "many", "", "nan", "1e1", "3 layers", "%", "."])
def test_what_says_no_number_of_layers_is_refused_with_what_does(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        resolve_layers(text, 26)


def test_targets_are_found_by_full_and_by_short_names(small_gemma: Path, device: Device) -> None:
    model = load(small_gemma, device).model
    assert find_targets(model, ["down_proj", "self_attn.q_proj", "q_proj"]) == ("self_attn.q_proj", "mlp.down_proj")


def test_targets_that_are_not_there_are_all_told_with_those_that_are(small_gemma: Path, device: Device) -> None:
    model = load(small_gemma, device).model
    with pytest.raises(ValueError, match=r"'c_attn', 'proj'.*self_attn.q_proj.*mlp.down_proj"):
        find_targets(model, ["c_attn", "q_proj", "proj"])
    with pytest.raises(ValueError, match="no target"):
        find_targets(model, [])


def test_linears_are_those_of_the_last_layers(small_gemma: Path, device: Device) -> None:
    model = load(small_gemma, device).model
    assert list(name_linears(model, 2, ("self_attn.q_proj", "mlp.up_proj"))) == [
        "model.layers.2.self_attn.q_proj",
        "model.layers.2.mlp.up_proj",
        "model.layers.3.self_attn.q_proj",
        "model.layers.3.mlp.up_proj",
    ]
