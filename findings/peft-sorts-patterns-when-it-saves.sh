#!/usr/bin/env bash
# The good guess: of `alpha_pattern`'s keys the first that matches a module's name counts, as PEFT's code says, so the exceptions are
# written first and the rule for all others last; and an adapter that is saved and loaded again is the adapter that was trained.
#
# What happens: `save_pretrained` writes adapter_config.json with its keys sorted, those inside `alpha_pattern` and `rank_pattern` too.
# A rule such as ".*self_attn.*" begins with a dot, which stands before all letters: loaded again, it is the first, and the exceptions
# are none any more. With `alpha_pattern` nothing is said and the scale of those modules is another, here a sixteenth of what was
# trained; with `rank_pattern` the shapes do not fit, and loading fails.
#
# Seen with: peft 0.21.2, transformers 5.24.0, torch 2.14.1, Python 3.11, a module of four linear layers made here. Why it matters to
# candor's users: the file does not say which scale was trained. candor counts the first key of the file, as PEFT does when it loads it,
# and says in the adapter's `training.note` which modules have keys that overlap.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "torch==2.14.1" "transformers==5.24.0" "peft==0.21.2"
cat > "$work/show.py" <<'PY'
import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model

FOLDER = Path(sys.argv[1])
EXCEPTION, RULE = "layers.1.self_attn.q_proj", ".*self_attn.*"


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = torch.nn.ModuleList(
            torch.nn.ModuleDict({"self_attn": torch.nn.ModuleDict({name: torch.nn.Linear(16, 16, bias=False) for name in ("q_proj", "v_proj")})})
            for _ in range(2)
        )

    def forward(self, x):
        for layer in self.layers:
            for linear in layer["self_attn"].values():
                x = x + linear(x)
        return x


def make(name, **patterns):
    model = get_peft_model(Model(), LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], **patterns))
    with torch.no_grad():  # stands for the training
        for key, weight in model.named_parameters():
            if "lora_B" in key:
                weight.normal_(0, 0.1)
    model.save_pretrained(FOLDER / name)
    return model.eval()


def scale_of(model):
    return model.base_model.model.layers[1]["self_attn"]["q_proj"].scaling["default"]


x = torch.ones(1, 16)
trained = make("alpha", alpha_pattern={EXCEPTION: 64, RULE: 4})
output = trained(x)
loaded = PeftModel.from_pretrained(Model(), FOLDER / "alpha").eval()
print("in adapter_config.json:", json.loads((FOLDER / "alpha" / "adapter_config.json").read_text())["alpha_pattern"])
print(f"{EXCEPTION}: scale {scale_of(trained)} when trained, {scale_of(loaded)} when loaded; outputs differ by {(loaded(x) - output).abs().max():.3f}")
assert (scale_of(trained), scale_of(loaded)) == (16.0, 1.0), "the order of alpha_pattern is kept now, or another one is taken"

make("rank", rank_pattern={EXCEPTION: 8, RULE: 2})
try:
    PeftModel.from_pretrained(Model(), FOLDER / "rank")
except RuntimeError as exc:
    print("with rank_pattern:", " ".join(str(exc).split())[:160])
    assert "size mismatch" in str(exc)
else:
    raise AssertionError("the order of rank_pattern is kept now")
PY
"$work/venv/bin/python" "$work/show.py" "$work" 2> "$work/errors" || { cat "$work/errors"; exit 1; }
