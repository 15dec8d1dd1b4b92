#!/usr/bin/env bash
# The good guess: mlx-lm's KVCache grows in steps of 256 tokens and assigns each new token's keys into the array it has, so a decoding step
# writes one token and copies nothing. mlx_lm.generate and its BatchGenerator also start a step before they wait for the one before, so
# that host and device overlap; that costs nothing either.
#
# What happens: the two together copy the whole cache, every layer's keys and values, at every step. MLX writes in place only if nothing
# else holds the buffer when the write is scheduled, and the attention of the step that is still running does. Started after the step
# before has ended, the same loop writes in place: no copy, and many times faster once the cache is larger than the weights' work.
#
# Seen with: mlx[cpu] 0.32.4, mlx-lm 0.32.2, Python 3.11, Linux. Why it matters to candor's users: with long contexts most of a decoding
# step on a CPU went into copying; candor starts a pass after the one before has ended there (Device.runs_ahead in
# adapters/base/device.py). On a GPU the pause between two steps may cost more than the copy: measure it there.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" "mlx-lm==0.32.2"
cat > "$work/seen.py" <<'PY'
import statistics
import time

import mlx.core as mx
from mlx_lm.models.cache import KVCache

LAYERS, HEADS, DIM, CONTEXT, STEPS = 6, 8, 128, 4000, 24


def decode(ahead):
    caches = [KVCache() for _ in range(LAYERS)]
    for cache in caches:
        cache.update_and_fetch(mx.zeros((1, HEADS, CONTEXT, DIM)), mx.zeros((1, HEADS, CONTEXT, DIM)))
    token = mx.ones((1, HEADS, 1, DIM))
    mx.eval(token, [cache.state[:2] for cache in caches])
    held = mx.get_active_memory()
    mx.reset_peak_memory()
    times = []
    for _ in range(STEPS):
        began = time.perf_counter()
        following = token
        for cache in caches:
            keys, values = cache.update_and_fetch(following, following)
            scores = mx.softmax(following @ keys[:, :, -64:].swapaxes(-1, -2), axis=-1)  # a short look back: the copy is what is measured
            following = scores @ values[:, :, -64:]
        if ahead:
            mx.async_eval(following)
            mx.eval(token)
        else:
            mx.eval(token)
            mx.async_eval(following)
        token = following
        times.append(time.perf_counter() - began)
    mx.eval(token)
    return statistics.median(times[4:]), (mx.get_peak_memory() - held) / 2**20


one_array = HEADS * 4096 * DIM * 4 / 2**20
for name, ahead in (("started ahead", True), ("started after", False), ("started ahead", True), ("started after", False)):
    seconds, more = decode(ahead)
    print(f"{name}: {seconds * 1000:7.2f} ms a step, {more:6.1f} MiB more than before at the peak (one layer's keys are {one_array:.0f} MiB)")
    seen = {**globals().get("seen", {}), name: (seconds, more)}
ratio = seen["started ahead"][0] / seen["started after"][0]
print(f"ahead / after: {ratio:.1f}")
assert seen["started ahead"][1] > one_array, "it is not copied any more"
assert seen["started after"][1] < one_array / 2, "it is copied always"
assert ratio > 2, "the copy costs nothing any more"
PY
"$work/venv/bin/python" "$work/seen.py"
