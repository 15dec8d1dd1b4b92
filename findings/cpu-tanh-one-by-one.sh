#!/usr/bin/env bash
# The good guess: Gemma's activation (gelu_approx, a tanh) is a small part of a prefill beside the matrix products around it.
#
# What happens: on a Linux CPU MLX computes exp, tanh and what builds on them one element after the other, ten and more nanoseconds each,
# while sums and products take a fraction of one. With a real BLAS for the products the activation of a layer takes as long as all its
# products or longer. Written as a quotient of polynomials, out of MLX's own sums and products, the same activation is several times faster.
#
# Seen with: mlx[cpu] 0.32.4, Python 3.11, Linux on x86-64, products by OpenBLAS or by the BLAS of the wheel. Why it matters to candor's users:
# on the 8 M model of tools/random_gemma3.py two thirds of a prefill were this tanh (adapters/base/arithmetic/activation.py has the other form).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4"
cat > "$work/seen.py" <<'PY'
import time

import mlx.core as mx
import mlx.nn as nn

x = mx.random.normal((960, 1024)) * 3
mx.eval(x)


def nanoseconds(function):
    best = 1.0
    for _ in range(12):
        began = time.perf_counter()
        mx.eval(function())
        best = min(best, time.perf_counter() - began)
    return best / x.size * 1e9


def tanh(y):  # a small rational form: good to 1e-3 within its bounds, enough to show the cost of sums and products
    y = mx.clip(y, -4.97, 4.97)
    s = y * y
    return y * (135135 + s * (17325 + s * (378 + s))) / (135135 + s * (62370 + s * (3150 + s * 28)))


def gelu(y):
    return 0.5 * y * (1 + tanh(0.7978845608 * y * (1 + 0.044715 * y * y)))


product = nanoseconds(lambda: x * x)
seen = {name: nanoseconds(function) for name, function in {
    "tanh": lambda: mx.tanh(x), "exp": lambda: mx.exp(x), "gelu_approx": lambda: nn.gelu_approx(x), "gelu of polynomials": lambda: gelu(x)}.items()}
print(f"a product {product:.2f} ns an element;", ", ".join(f"{name} {one:.2f} ns" for name, one in seen.items()))
print("largest difference:", mx.abs(gelu(x) - nn.gelu_approx(x)).max().item())
assert seen["tanh"] > 10 * product, "tanh is fast now"
assert seen["gelu_approx"] > 2 * seen["gelu of polynomials"], "the polynomials gain nothing any more"
PY
"$work/venv/bin/python" "$work/seen.py"
