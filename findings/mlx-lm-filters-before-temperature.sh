#!/usr/bin/env bash
# The good guess: `top_p` is a share of what is drawn from, so a higher temperature lets more tokens in, as in transformers and vLLM, which
# divide by the temperature first; `top_p: 0`, the smallest share, leaves the likeliest token alone; `top_k` and `top_p` together keep the
# nucleus of the k best.
#
# What happens: mlx-lm filters on the model's own probabilities and applies the temperature to what is left. At temperature 5 and top_p 0.6
# one token of 62 % is all there is, however flat the distribution has become; at 0.5 tokens stay in that a temperature-first nucleus drops.
# So `top_p` turns the temperature off where the model is sure (llama.cpp's default order is said to have the temperature last too). `top_p:
# 0` is no filter at all, the opposite of the guess: everything can be drawn. And the nucleus is taken of all, before `top_k`.
#
# Seen with: mlx-lm 0.32.2, mlx[cpu] 0.32.4, Python 3.11, Linux. Why it matters to candor's users: Gemma ships top_k 64 and top_p 0.95, so
# the same file of settings draws from other sets here and there; a comparison between servers compares samplers too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "mlx[cpu]==0.32.4" "mlx-lm==0.32.2"
cat > "$work/seen.py" <<'PY'
import math

import mlx.core as mx
from mlx_lm.sample_utils import make_sampler

PROBABILITIES = [0.62, 0.15, 0.12, 0.08, 0.03]
LOGPROBS = mx.log(mx.array([PROBABILITIES] * 4000))


def drawn(**settings):
    mx.random.seed(0)
    return sorted(set(make_sampler(**settings)(LOGPROBS).tolist()))


def nucleus(share, temperature=1.0, best=5):
    """Divide by the temperature, keep the best, then the smallest set that holds the share."""
    weights = [p ** (1 / temperature) for p in PROBABILITIES[:best]]
    kept, mass = [], 0.0
    for token, weight in enumerate(weights):
        if mass >= share - 1e-9:
            break
        kept.append(token)
        mass += weight / math.fsum(weights)
    return kept


def show(expected, guess, **settings):
    seen = drawn(**settings)
    print(f"{settings!s:<42} drawn {seen!s:<16} the guess {guess}")
    assert seen == expected and seen != guess


print("probabilities", PROBABILITIES)
assert drawn(temp=1.0, top_p=0.6) == nucleus(0.6) == [0]
show([0], nucleus(0.6, temperature=5.0), temp=5.0, top_p=0.6)
show([0, 1, 2], nucleus(0.85, temperature=0.5), temp=0.5, top_p=0.85)
show([0, 1, 2, 3, 4], [0], temp=1.0, top_p=0.0)
show([0, 1], nucleus(0.75, best=2), temp=1.0, top_p=0.75, top_k=2)
PY
"$work/venv/bin/python" "$work/seen.py"
