#!/usr/bin/env bash
# The good guess: a function under `mx.compile(shapeless=True)` takes arrays of any shape, wherever it is called from.
#
# What happens: called for the first time while mx.grad or mx.value_and_grad traces, a function of more operations than MLX fuses into one
# kernel (11 deep) keeps the shape of that first call: later results claim it whatever comes in, inside a gradient and, from then on, outside
# too. With other sizes a broadcast fails far away; where nothing checks, as in a sum, the result is of the wrong size without a word. Called
# once outside first, or with few operations, or compiled without shapeless, the same function is right.
#
# Seen with: mlx[cpu] 0.32.4, Python 3.11, Linux on x86-64. Why it matters to candor's users: batches of a training differ in size, so
# candor's learner compiles its own arithmetic by shape (adapters/base/arithmetic/exponential.py), where its server does not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4"
cat > "$work/seen.py" <<'PY'
import mlx.core as mx

mx.set_default_device(mx.cpu)


def polynomial(x, degree):
    value = x
    for coefficient in range(degree):
        value = value * x + float(coefficient)
    return value


def shapes_in_a_gradient(function):
    seen = []

    def measure(weight):
        for shape in ((1, 78), (1, 16)):
            seen.append(function(mx.ones(shape)).shape)
        return weight.sum()

    mx.grad(measure)(mx.zeros(3))
    return seen


def compiled(degree, **options):
    return mx.compile(lambda x: polynomial(x, degree), **options)


long, short = compiled(8, shapeless=True), compiled(4, shapeless=True)
print("16 operations, shapeless:", shapes_in_a_gradient(long), "and outside, of (4, 4):", (outside := long(mx.ones((4, 4))).shape))
print("8 operations, shapeless:", shapes_in_a_gradient(short))
print("16 operations, by shape:", shapes_in_a_gradient(compiled(8)))
first_outside = compiled(8, shapeless=True)
first_outside(mx.ones((2, 2)))
print("16 operations, shapeless, called outside before:", shapes_in_a_gradient(first_outside))

right = [(1, 78), (1, 16)]
assert shapes_in_a_gradient(compiled(8, shapeless=True)) == [(1, 78), (1, 78)], "shapes are followed now"
assert outside == (4, 78), "outside a gradient the shape is followed now"
for function in (short, compiled(8), first_outside):
    assert shapes_in_a_gradient(function) == right, "another function is wrong too"
PY
"$work/venv/bin/python" "$work/seen.py"
