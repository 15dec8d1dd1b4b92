"""Adapters that candor writes in PEFT's format, on the bases that PEFT's program has made, for PEFT to load."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from mlx_lm.utils import load_model

from adapters.files.writing import Factors, TrainedAdapter, write_adapter
from adapters.train.settings import MODULES
from tests.outside.peft.comparing import Case

RANK = 3
SCALE = 2.1


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter to write."""

    base: str
    num_layers: int
    targets: tuple[str, ...] = MODULES
    is_dora: bool = False


RECIPES: Mapping[str, Recipe] = {
    "written-lora": Recipe(base="text", num_layers=3),
    "written-dora": Recipe(base="text", num_layers=3, is_dora=True),
    "written-last-layers": Recipe(base="text", num_layers=2, targets=MODULES[:2]),
    "written-nested": Recipe(base="nested", num_layers=3),
    "written-nested-dora": Recipe(base="nested", num_layers=3, is_dora=True),
    "written-nested-last-layers": Recipe(base="nested", num_layers=1, targets=MODULES[:2]),
}


def write_adapters(made: Path, names: list[str]) -> None:
    """Write those that are asked for, all of them if none is, where PEFT's own lie."""
    for name, recipe in RECIPES.items():
        if names and name not in names:
            continue
        folder = made / "cases" / name
        (folder / "adapter").mkdir(parents=True)
        write_adapter(folder / "adapter", _make(made / "bases" / recipe.base, recipe), format="peft")
        (folder / "case.json").write_bytes(msgspec.json.encode(Case(base=recipe.base, refused=None, left_out=())))


def _make(base: Path, recipe: Recipe) -> TrainedAdapter:
    model, _ = load_model(base)
    linears, num_all = dict(model.named_modules()), len(model.layers)
    numbers = np.random.default_rng(7)
    modules = {}
    for layer in range(num_all - recipe.num_layers, num_all):
        for target in recipe.targets:
            name = f"{'language_model.' if recipe.base == 'nested' else ''}model.layers.{layer}.{target}"
            weight = np.array(linears[name].weight)
            num_outputs, num_inputs = weight.shape
            lengths = np.linalg.norm(weight, axis=1) * numbers.uniform(0.7, 1.3, num_outputs)
            modules[name] = Factors(
                a=numbers.normal(0, 0.2, (num_inputs, RANK)).astype(np.float32),
                b=numbers.normal(0, 0.2, (RANK, num_outputs)).astype(np.float32),
                magnitude=lengths.astype(np.float32) if recipe.is_dora else None,
            )
    return TrainedAdapter(
        modules=modules,
        rank=RANK,
        scale=SCALE,
        dropout=0.1,
        num_layers=recipe.num_layers,
        targets=recipe.targets,
        base_name=recipe.base,
        told={},
    )
