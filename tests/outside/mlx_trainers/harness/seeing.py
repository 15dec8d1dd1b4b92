"""mlx-vlm's Gemma 3 on the text model of a nested base: its vision tower is as small as it may be, and random."""

import json

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
from artefact import BASES, TOKENS
from mlx.utils import tree_flatten
from mlx_vlm.models import gemma3


def load_seeing(base="nested"):
    """Build it."""
    config = json.loads((BASES / base / "config.json").read_text())
    vision = {"model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
              "num_attention_heads": 2, "image_size": 28, "patch_size": 14}  # fmt: skip
    text = config["text_config"] | {"mm_tokens_per_image": 1}
    model = gemma3.Model(
        gemma3.ModelConfig(
            text_config=gemma3.TextConfig.from_dict(text), vision_config=gemma3.VisionConfig.from_dict(vision), model_type="gemma3",
            vocab_size=config["vocab_size"], hidden_size=text["hidden_size"], pad_token_id=0, eos_token_id=config["eos_token_id"],
        )
    )  # fmt: skip
    weights = mx.load(str(BASES / base / "model.safetensors"))
    places = dict(tree_flatten(model.parameters()))
    weights |= (
        {"language_model.lm_head.weight": weights["language_model.model.embed_tokens.weight"]}
        if "language_model.lm_head.weight" in places
        else {}
    )
    assert set(weights) <= set(places), sorted(set(weights) - set(places))[:5]
    model.load_weights(list(weights.items()), strict=False)
    return model


def train(model, num_steps=6):
    """Train what is not frozen, on TOKENS."""
    model.train()
    tokens = mx.array([TOKENS])
    optimizer = optim.Adam(learning_rate=1e-2)

    def loss(model):
        out = model.language_model(tokens[:, :-1])
        return nn.losses.cross_entropy(getattr(out, "logits", out), tokens[:, 1:]).mean()

    step = nn.value_and_grad(model, loss)
    for _ in range(num_steps):
        _, gradients = step(model)
        optimizer.update(model, gradients)
        mx.eval(model.parameters(), optimizer.state)
    model.eval()
