#!/usr/bin/env bash
# The good guess: an adapter that mlx-vlm wrote is the same adapter when a newer mlx-vlm loads it. Its configuration, {rank, alpha,
# dropout}, names alpha and rank, so the update is multiplied with alpha / rank, as PEFT does.
#
# What happens: up to 0.4.4 the update is multiplied with alpha itself; since 0.5.0 with alpha / rank. The newer one loads the older one's
# files without a word, and the adapter has 1/rank of the effect that it was trained to have. Nothing in the files says which of the two
# wrote them: 0.5.0 wrote the same three keys and the same tensor names.
#
# Seen with: mlx-vlm 0.4.4 and 0.7.10, mlx 0.32.4, Python 3.11, a random Gemma 3 made here. Why it matters to candor's users: an adapter
# trained in 2025 looks, under today's mlx-vlm, as if it had learnt next to nothing (at the command's own defaults of 0.4, alpha 16 and
# rank 8, an eighth), and a reader of the format cannot know the scale. candor takes alpha, says so in the adapter's `training.note`, and
# heeds a "scale" that is written beside it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in 0.4.4 0.7.10; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" "mlx-vlm==$version"
done
cat > "$work/model.py" <<'PY'
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten, tree_map
from mlx_vlm.models import gemma3

TEXT = {"model_type": "gemma3_text", "hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 128, "num_attention_heads": 2,
        "num_key_value_heads": 1, "head_dim": 32, "vocab_size": 96, "query_pre_attn_scalar": 32, "mm_tokens_per_image": 1}
VISION = {"model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
          "num_attention_heads": 2, "image_size": 28, "patch_size": 14}
RANK, ALPHA = 8, 16.0


def make_model(weights_file):
    model = gemma3.Model(gemma3.ModelConfig(
        text_config=gemma3.TextConfig.from_dict(TEXT), vision_config=gemma3.VisionConfig.from_dict(VISION), model_type="gemma3",
        vocab_size=TEXT["vocab_size"], hidden_size=TEXT["hidden_size"], pad_token_id=0, eos_token_id=1))
    if not Path(weights_file).exists():
        mx.random.seed(0)
        model.update(tree_map(lambda p: mx.random.normal(p.shape) * 0.02, model.parameters()))
        mx.save_safetensors(weights_file, {name: value for name, value in tree_flatten(model.parameters())})
    known = dict(tree_flatten(model.parameters()))
    model.load_weights([(name, value) for name, value in mx.load(weights_file).items() if name in known], strict=False)
    model.eval()
    return model


def query_of(model):
    """What the first query projection makes of fixed inputs."""
    return model.language_model.model.layers[0].self_attn.q_proj(mx.ones((1, TEXT["hidden_size"])))
PY
cat > "$work/older.py" <<'PY'
import sys

import mlx.core as mx
from mlx_vlm.trainer.utils import get_peft_model, save_adapter
from model import ALPHA, RANK, make_model, query_of

folder = sys.argv[1]
model = make_model(f"{folder}/base.safetensors")
before = query_of(model)
model = get_peft_model(model, ["q_proj", "v_proj"], rank=RANK, alpha=ALPHA, dropout=0.0, verbose=False)
for layer in model.language_model.model.layers:  # stands for the training
    for linear in (layer.self_attn.q_proj, layer.self_attn.v_proj):
        linear.B = mx.ones(linear.B.shape) * 0.01
save_adapter(model, f"{folder}/adapter/adapters.safetensors")
mx.save_safetensors(f"{folder}/older.safetensors", {"before": before, "update": query_of(model) - before})
PY
cat > "$work/newer.py" <<'PY'
import sys
from pathlib import Path

import mlx.core as mx
from mlx_vlm.trainer.peft import apply_lora_layers
from model import ALPHA, RANK, make_model, query_of

folder = sys.argv[1]
print("adapter_config.json:", " ".join(Path(f"{folder}/adapter/adapter_config.json").read_text().split()))
older = mx.load(f"{folder}/older.safetensors")
model = make_model(f"{folder}/base.safetensors")
assert mx.allclose(query_of(model), older["before"], atol=1e-6), "another base"
model = apply_lora_layers(model, f"{folder}/adapter")
model.eval()
update = query_of(model) - older["before"]
ratio = (mx.linalg.norm(update) / mx.linalg.norm(older["update"])).item()
print(f"update under the version that trained it {mx.linalg.norm(older['update']).item():.4f}, under the newer one "
      f"{mx.linalg.norm(update).item():.4f}: {ratio:.4f} of it, 1/rank is {1 / RANK:.4f}")
assert abs(ratio - 1 / RANK) < 1e-3, "it is the same adapter now, or another one again"
PY
cd "$work"
for program in 0.4.4/older.py 0.7.10/newer.py; do
  "$work/${program%/*}/bin/python" "$work/${program#*/}" "$work" 2> "$work/errors" || { cat "$work/errors"; exit 1; }
done
