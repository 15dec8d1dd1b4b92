"""What PEFT's target_modules, exclude_modules and layers say must be there, against what is."""

from pathlib import Path
from typing import Any

import pytest

from adapters.base.shape import BaseShape
from adapters.errors import MismatchedAdapter, UnsupportedAdapter
from adapters.files.reading import read_adapter
from tests.adapters.adapter_files import IN, MODULES, OUT, PEFT_CONFIG, peft_tensors, write_peft
from tests.adapters.files.formats.peft_modules import PREFIXES, PROJECTIONS, TWO_LAYERS

UNSLOTH = (
    r"(?:.*?(?:language|text).*?(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense).*?(?:q_proj|up_proj).*?)"
    r"|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense)\.(?:(?:q_proj|up_proj)))"
)
LLAMA_FACTORY = r"^(?!.*(?:vision_tower|multi_modal_projector)).*(?:q_proj|up_proj).*"


@pytest.mark.parametrize("target", [UNSLOTH, LLAMA_FACTORY, r".*\.(q|up)_proj", "all-linear"])
@pytest.mark.parametrize("prefix", PREFIXES[:3])
def test_a_target_that_is_an_expression_says_what_must_be_there(tmp_path: Path, target: str, prefix: str) -> None:
    modules = MODULES if target != "all-linear" else tuple(f"model.layers.{layer}.{name}" for layer in range(2) for name in PROJECTIONS)
    config, tensors = PEFT_CONFIG | {"target_modules": target}, peft_tensors(prefix=prefix, modules=modules)
    assert set(read_adapter(write_peft(tmp_path, config, tensors)).pairs) == set(modules)
    del tensors[f"{prefix}layers.1.mlp.up_proj.lora_A.weight"], tensors[f"{prefix}layers.1.mlp.up_proj.lora_B.weight"]
    with pytest.raises(MismatchedAdapter, match=r"layers\.1\.mlp\.up_proj: missing, though the configuration targets it"):
        read_adapter(write_peft(tmp_path, config, tensors))
    strange = peft_tensors(prefix=prefix, modules=(*modules, "model.layers.0.mlp.gate_up"))
    if target != "all-linear":
        with pytest.raises(MismatchedAdapter, match=r"gate_up\.lora_A\.weight: unexpected, target_modules does not name it"):
            read_adapter(write_peft(tmp_path, config, strange))


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"exclude_modules": r".*\.1\..*"}, {0, 1}),
        ({"exclude_modules": ["layers.0.mlp.up_proj", "layers.1.self_attn.q_proj"]}, {1, 2}),
        ({"exclude_modules": ["model.layers.0.mlp.up_proj"]}, {1, 2, 3}),
        ({"exclude_modules": ["vision_tower", r".*vision.*"]}, {0, 1, 2, 3}),
        ({"exclude_modules": []}, {0, 1, 2, 3}),
        ({"layers_to_transform": 1}, {2, 3}),
        ({"layers_to_transform": []}, {0, 1, 2, 3}),
        ({"layers_to_transform": [1], "layers_pattern": "layers"}, {2, 3}),
        ({"layers_to_transform": [1], "layers_pattern": ["h", "layers"]}, {2, 3}),
        ({"layers_to_transform": [1], "layers_pattern": []}, {2, 3}),
        ({"layers_to_transform": [0], "target_modules": ["q_proj", "model.layers.1.mlp.up_proj"]}, {1, 2}),
    ],
)
def test_exactly_what_is_targeted_is_there(tmp_path: Path, fields: dict[str, Any], left: set[int]) -> None:
    modules = tuple(MODULES[number] for number in sorted(left))
    assert tuple(read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields, peft_tensors(modules=modules))).pairs) == modules
    for number, module in enumerate(MODULES):
        others = tuple(one for one in modules if one != module) if number in left else (*modules, module)
        with pytest.raises(MismatchedAdapter, match=f"{module.removeprefix('model.')}"):
            read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields, peft_tensors(modules=others)), base=TWO_LAYERS)


def test_layers_that_the_base_has_none_of_are_no_matter(tmp_path: Path) -> None:
    base = BaseShape(num_layers=2, linears=dict.fromkeys(MODULES, (IN, OUT)))
    folder = write_peft(tmp_path, PEFT_CONFIG | {"layers_to_transform": [0, 1, 2, 31]})
    assert tuple(read_adapter(folder, base=base).pairs) == MODULES
    with pytest.raises(MismatchedAdapter, match=r"layers\.1\.mlp\.up_proj: missing"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"layers_to_transform": [0, 1, 31]}, peft_tensors(modules=MODULES[:2])), base=base)


BUSY = r"(?:(?!(?:(?:a|[a-z_.0-9]|.)*b){10}z).)*"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"alpha_pattern": {BUSY: 1}}, r"its regular expression .* takes more than 500000 steps to match"),
        ({"target_modules": BUSY}, r"its regular expression .* takes more than 500000 steps to match"),
        (
            {"rank_pattern": {BUSY + "x" * number: 1 for number in range(40)}},
            "rank_pattern has regular expressions that take more than 2000000 steps to match",
        ),
    ],
)
def test_expressions_made_to_keep_the_reader_busy_are_refused(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    modules = tuple(f"model.layers.0.{number}{'x' * 200}" for number in range(500))
    with pytest.raises(UnsupportedAdapter, match=message):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"target_modules": None} | fields, peft_tensors(modules=modules)))


def test_layers_of_another_name_are_no_targets(tmp_path: Path) -> None:
    with pytest.raises(MismatchedAdapter, match="layers_pattern does not name its layers"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"layers_to_transform": [0, 1], "layers_pattern": "h"}))


@pytest.mark.parametrize("fields", [{"target_modules": "(?<=x)b"}, {"target_modules": None}, {"exclude_modules": r"(.)\1"}])
def test_targets_that_cannot_be_known_are_not_checked(tmp_path: Path, fields: dict[str, object]) -> None:
    only_one = {name: tensor for name, tensor in peft_tensors().items() if "layers.1.mlp" in name}
    assert list(read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields, only_one)).pairs) == ["model.layers.1.mlp.up_proj"]
