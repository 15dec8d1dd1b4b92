#!/usr/bin/env bash
# The good guess: mlx-tune's SFTConfig takes `gradient_accumulation_steps`, `warmup_steps` and, for its adapters, `random_state`, as
# Unsloth does, whose API it follows: so the optimiser takes a step for every so many batches, its rate rises from zero, and a training
# with the same seed is the same training.
#
# What happens: nothing of it reaches the trainer. Accumulation over 1 batch or over 8 (its default is 4), and a warm-up of 0 or 10 steps
# (its default is 10), give the same adapter to the bit where the random state is set from outside; and of two trainings with the same
# `random_state` and nothing set from outside, each is another adapter. No word is said, and the adapter's configuration keeps none of it.
#
# Seen with: mlx-tune 0.6.0, mlx-lm 0.32.2, mlx 0.32.4, Python 3.11, a random Gemma 3 made here. Why it matters to candor's users: four
# times the batches a step is four times the pressure. An adapter from such a notebook has had four times the steps that its author
# counted, at the full rate from the first on, and cannot be made again. candor's `python -m adapters.train` does what it is told, and
# writes down what was done; of an mlx-tune adapter it can say nothing of the training.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" "mlx-lm==0.32.2" "mlx-tune==0.6.0"
cat > "$work/make_model.py" <<'PY'
import json
import sys
from pathlib import Path

import mlx.core as mx
from mlx.utils import tree_flatten
from mlx_lm.models import gemma3_text
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

folder = Path(sys.argv[1])
folder.mkdir()
pieces = ["<pad>", "<eos>", "<bos>", "<unk>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
backend = Tokenizer(models.BPE({piece: place for place, piece in enumerate(pieces)}, [], unk_token="<unk>"))
backend.pre_tokenizer, backend.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
PreTrainedTokenizerFast(
    tokenizer_object=backend, pad_token="<pad>", eos_token="<eos>", bos_token="<bos>", unk_token="<unk>").save_pretrained(folder)
config = {"model_type": "gemma3_text", "hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 64, "num_attention_heads": 2,
          "num_key_value_heads": 1, "head_dim": 16, "vocab_size": len(pieces), "query_pre_attn_scalar": 16, "sliding_window": 32,
          "sliding_window_pattern": 2, "eos_token_id": 1}
(folder / "config.json").write_text(json.dumps(config))
mx.random.seed(0)
model = gemma3_text.Model(gemma3_text.ModelArgs.from_dict(config))
mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(model.parameters())), metadata={"format": "mlx"})
PY
cat > "$work/train.py" <<'PY'
import hashlib
import os
import sys

import mlx.core as mx
import numpy as np
from datasets import Dataset
from mlx_tune import FastLanguageModel, SFTConfig, SFTTrainer

base, output, accumulation, warm_up, seed = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
model, tokenizer = FastLanguageModel.from_pretrained(base, max_seq_length=64, load_in_4bit=False)
if seed >= 0:  # what random_state is thought to do
    mx.random.seed(seed)
    np.random.seed(seed)
model = FastLanguageModel.get_peft_model(
    model, r=4, lora_alpha=32, lora_dropout=0.0, target_modules=["q_proj", "v_proj"], random_state=3407)
rows = Dataset.from_list([{"text": f"Row {place} says {'more ' * place}."} for place in range(8)])
config = SFTConfig(
    output_dir=output, per_device_train_batch_size=2, gradient_accumulation_steps=accumulation, warmup_steps=warm_up, max_steps=8,
    learning_rate=1e-2, max_seq_length=64, logging_steps=100, save_steps=8)
SFTTrainer(model=model, tokenizer=tokenizer, train_dataset=rows, dataset_text_field="text", args=config).train()
[file] = [os.path.join(place, name) for place, _, names in os.walk(output) for name in names if name == "adapters.safetensors"]
content = hashlib.sha256()
for name, tensor in sorted(mx.load(file).items()):
    content.update(name.encode() + np.array(tensor).tobytes())
    assert np.isfinite(np.array(tensor)).all()
print("DIGEST", content.hexdigest()[:16])
PY
cd "$work"
python() { "$work/venv/bin/python" "$@"; }
train() { python train.py base "$work/$1" "$2" "$3" "$4" 2>"$work/$1.log" | sed -n 's/^DIGEST //p'; }
python make_model.py base >make.log 2>&1
plain=$(train plain 1 0 0)
accumulated=$(train accumulated 8 0 0)
warmed=$(train warmed 1 10 0)
one=$(train one 1 0 -1)
other=$(train other 1 0 -1)
cat <<OUT
accumulation 1, no warm-up    $plain
accumulation 8, no warm-up    $accumulated
accumulation 1, 10 steps of it $warmed
random_state 3407, once       $one
random_state 3407, once more  $other
OUT
[ -n "$plain" ] && [ -n "$one" ]
[ "$plain" = "$accumulated" ] || { echo "changed: accumulation has an effect"; exit 1; }
[ "$plain" = "$warmed" ] || { echo "changed: the warm-up has an effect"; exit 1; }
[ "$one" != "$other" ] || { echo "changed: random_state makes a training repeatable"; exit 1; }
echo "mlx-tune 0.6.0 takes accumulation, warm-up and random_state, and uses none of them"
