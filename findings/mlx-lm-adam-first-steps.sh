#!/usr/bin/env bash
# The good guess: `mlx_lm lora --learning-rate 1e-5`, whose optimiser is Adam, takes steps of about 1e-5 an element, as Adam does elsewhere.
#
# What happens: mlx's Adam corrects no bias unless it is told to, and `mlx_lm lora` does not tell it. Under a steady gradient its first step
# is 3.2 times the rate, its twelfth 6.6 times, the hundredth 3.2, the five hundredth still 1.6; torch's takes 1.0 throughout. A warm-up of
# zero steps is the default. `optimizer_config: {adam: {bias_correction: true}}` in its YAML gives the rate that was asked for.
#
# Seen with: mlx-lm 0.32.2, mlx[cpu] 0.32.4, Python 3.11, Linux on x86-64. Why it matters to candor's users: a rate that suited mlx_lm.lora is
# a gentler one here, most of all in short trainings: 200 steps move a weight 3.7 times as far there under a gradient that keeps its sign.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" "mlx-lm==0.32.2"
cat > "$work/seen.py" <<'PY'
import inspect

import mlx.core as mx
import mlx.optimizers
from mlx_lm import lora

mx.set_default_device(mx.cpu)
RATE = 1e-5


def steps(**config):
    """How far each step moves a weight whose gradient is always one, in units of the rate."""
    optimizer = mlx.optimizers.Adam(learning_rate=RATE, **config)
    weights, moved = {"w": mx.zeros(1)}, [0.0]
    for _ in range(500):
        weights = optimizer.apply_gradients({"w": mx.ones(1)}, weights)
        moved.append(-weights["w"].item() / RATE)
    return [after - before for before, after in zip(moved, moved[1:])], moved[200]


config = lora.CONFIG_DEFAULTS["optimizer_config"][lora.CONFIG_DEFAULTS["optimizer"]]
assert lora.CONFIG_DEFAULTS["optimizer"] == "adam" and "opt_class(learning_rate=lr, **optimizer_config)" in inspect.getsource(lora.train_model)
as_trained, after_200 = steps(**config)
corrected, corrected_after_200 = steps(bias_correction=True)
for number in (1, 2, 12, 100, 500):
    print(f"step {number}: {as_trained[number - 1]:.2f} rates as mlx_lm lora makes Adam, {corrected[number - 1]:.2f} with its bias corrected")
print(f"after 200 steps: {after_200:.0f} and {corrected_after_200:.0f} rates")
assert as_trained[0] > 3 and as_trained[11] > 6.5 and as_trained[499] > 1.5, "mlx_lm lora corrects the bias now"
assert all(abs(step - 1) < 0.02 for step in corrected), "correcting the bias does something else now"
PY
"$work/venv/bin/python" "$work/seen.py"
