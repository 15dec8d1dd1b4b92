"""An adapter in mlx-lm's own layers."""

import mlx.core as mx
from artefact import BASES
from mlx.utils import tree_flatten
from mlx_lm.tuner.utils import linear_to_lora_layers
from mlx_lm.utils import load_model


def with_adapter(base: str, folder, *, num_layers: int, rank: int, scale: float, keys=None, use_dora: bool = False):
    """Build the layers by hand and see that each tensor of the file lands in one of them: mlx-lm itself would not say."""
    model, _ = load_model(BASES / base)
    config = {"rank": rank, "scale": scale, "dropout": 0.0} | ({"keys": keys} if keys else {})
    linear_to_lora_layers(model, num_layers, config, use_dora=use_dora)
    weights = mx.load(str(folder / "adapters.safetensors"))
    places = dict(tree_flatten(model.parameters()))
    assert set(weights) <= set(places), sorted(set(weights) - set(places))[:5]
    model.load_weights(list(weights.items()), strict=False)
    model.eval()
    return model
