#!/usr/bin/env bash
# The good guess: log-probabilities by `logits - mx.logsumexp(logits)`, as mlx-lm makes them, are good to float32's digits.
#
# What happens: on a CPU MLX adds up the exponentials of a row in few running sums, so that the error grows with the vocabulary. Of 262,144
# logits, as Gemma 3 has, the logarithm of the sum is off by some ten-thousandths, on the real model by a thousandth; mx.softmax divides by
# the same sum. numpy's sum in float32, by pairs, is good to 1e-6. All tokens of a row are shifted alike, so nothing that is drawn changes;
# what changes are log-probabilities that are told, and sums of them: half a nat over a text of 500 tokens.
#
# Seen with: mlx[cpu] 0.32.4, Python 3.11, Linux on x86-64. Why it matters to candor's users: held against mlx-lm's log-probabilities on a real
# Gemma 3 270M, candor's differ by 1.2e-3, and it is candor's that transformers confirms, in float64, to 4e-5 (make test-real).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" numpy
cat > "$work/seen.py" <<'PY'
import mlx.core as mx
import numpy as np

mx.set_default_device(mx.cpu)
seen = {}
for size in (1024, 32768, 262144):
    logits = (np.random.default_rng(0).normal(size=size) * 3).astype(np.float32)
    true = np.log(np.exp(logits.astype(np.float64)).sum())
    highest = logits.max()
    first = float(np.log(np.float64(mx.softmax(mx.array(logits))[0].item())))
    errors = {
        "mx.logsumexp": float(mx.logsumexp(mx.array(logits))) - true,
        "mx.softmax": float(logits[0]) - first - true,
        "numpy's sum in float32": float(np.log(np.exp(logits - highest).sum(dtype=np.float32))) + float(highest) - true,
    }
    print(size, "logits:", ", ".join(f"{name} {error:+.1e}" for name, error in errors.items()))
    seen[size] = {name: abs(error) for name, error in errors.items()}
large = seen[262144]
for name in ("mx.logsumexp", "mx.softmax"):
    assert large[name] > 1e-4, f"{name} keeps its digits now"
    assert large[name] > 20 * seen[1024][name], f"the error of {name} does not grow with the vocabulary"
assert large["numpy's sum in float32"] < 1e-5, "it is float32's own doing"
PY
"$work/venv/bin/python" "$work/seen.py"
