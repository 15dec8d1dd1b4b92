#!/usr/bin/env bash
# The good guess: on a CPU each MLX stream is a thread of its own, so two independent halves of a graph, each built on a stream, run side by
# side on two processors.
#
# What happens: they do while the graph is narrow. Once more than some twenty operations lie side by side in it, as in a model's layer whose
# attention goes block by block, MLX hands out the whole of one half before it hands out the other, and since it stops handing out when
# enough is under way, the second stream has nothing to do until the first is nearly done. With MLX_BFS_MAX_WIDTH at 200 in the environment
# the same graph takes about the time of one half. Nothing says so: the results are the same.
#
# Seen with: mlx[cpu] 0.32.4, Python 3.11, Linux on x86-64, two processors. Why it matters to candor's users: prompts are read in two lanes
# (server/engine/mlx/lanes.py); two halves of 250 tokens of a Gemma 3 270M took 651 ms as it is, 367 with the variable, 440 on one stream.
set -euo pipefail
[ "$(nproc)" -ge 2 ] || { echo "two processors are needed to see it"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4"
cat > "$work/seen.py" <<'PY'
import sys
import time

import mlx.core as mx

LAYERS, SIZE = 40, 1 << 15
second = mx.new_stream(mx.cpu)
start = mx.random.normal((SIZE,))
mx.eval(start)


def chain(width):
    x = start
    for _ in range(LAYERS):
        branches = [mx.exp(x * (-1.0 - number)) for number in range(width)]
        x = sum(branches[1:], branches[0]) / width
    return x


def halves(width, stream):
    with mx.stream(stream):
        other = chain(width)
    return chain(width), other


def seconds(width, stream):
    best = 1e9
    for _ in range(5):
        began = time.perf_counter()
        mx.eval(*halves(width, stream))
        best = min(best, time.perf_counter() - began)
    return best


width = int(sys.argv[1])
print(seconds(width, second) / seconds(width, mx.default_stream(mx.cpu)))
PY
ratio() { "$work/venv/bin/python" "$work/seen.py" "$1"; }
narrow=$(ratio 2) wide=$(ratio 24) raised=$(MLX_BFS_MAX_WIDTH=200 ratio 24)
echo "two streams over one: narrow $narrow, wide $wide, wide with MLX_BFS_MAX_WIDTH=200 $raised"
python3 - "$narrow" "$wide" "$raised" <<'PY'
import sys

narrow, wide, raised = map(float, sys.argv[1:])
assert narrow < 0.75, "narrow halves do not run side by side on this machine: nothing can be told"
assert wide > 0.85, "wide halves run side by side now"
assert raised < 0.75, "the variable does not help any more"
PY
