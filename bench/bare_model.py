"""What MLX allows a server: waves of prompts in process, with mlx-lm's model and batch caches and nothing else.

    python -m bench.bare_model FOLDER

Reads a wave as a line of JSON from stdin (the requests that clients would send) and answers with its times as a line on stdout, so that it
can be asked in turn with servers, as they are up all the time. A wave is prefilled in one left-padded batch; then come plain steps, each
put in hand before the last one's tokens are read, on the dtype and BLAS that candor's engine uses. No answer ends early, nothing becomes
text, and rows neither come nor go. `bench.bare_process` starts it.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from adapters.base.device import prepare_device

DEVICE = prepare_device()

import mlx.core as mx  # noqa: E402
import mlx_lm  # noqa: E402
import msgspec  # noqa: E402
from mlx_lm.models import cache as caches  # noqa: E402
from mlx_lm.sample_utils import make_sampler  # noqa: E402

from bench.load import Request, Wave, gaps_s  # noqa: E402

Draw = Callable[[Any], Any]  # logits (B, V) to tokens (B,)


def main() -> None:
    """Load the model and answer waves until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    model, tokenizer = mlx_lm.load(str(parser.parse_args().folder))
    if DEVICE.weights_dtype:
        model.set_dtype(getattr(mx, DEVICE.weights_dtype))
    mx.eval(model.parameters())
    decoder = msgspec.json.Decoder(list[Request])
    for line in sys.stdin.buffer:
        wave = answer(model, tokenizer, decoder.decode(line))
        sys.stdout.buffer.write(msgspec.json.encode(wave) + b"\n")
        sys.stdout.buffer.flush()


def answer(model: Any, tokenizer: Any, requests: Sequence[Request]) -> Wave:
    """Answer one wave, its tokenisation included, as a server's clients wait for that too."""
    began_s = time.perf_counter()
    prompts = [tokenizer.apply_chat_template(request.messages, add_generation_prompt=True, return_dict=False) for request in requests]
    arrivals_s = _decode(model, prompts, requests[0].max_tokens, _drawing(requests[0]))
    return Wave(
        wall_s=time.perf_counter() - began_s,
        num_tokens=len(requests) * len(arrivals_s),
        first_tokens_s=[arrivals_s[0] - began_s] * len(requests),
        gaps_s=gaps_s(arrivals_s) * len(requests),
    )


def _decode(model: Any, prompts: Sequence[Sequence[int]], num_tokens: int, draw: Draw) -> list[float]:
    """Draw so many tokens for every prompt; when each step's tokens were there."""
    longest = max(map(len, prompts))
    padding = [longest - len(prompt) for prompt in prompts]
    cache = [_batched(one, padding) for one in caches.make_prompt_cache(model)]
    padded = mx.array([[0] * pad + list(prompt) for pad, prompt in zip(padding, prompts, strict=True)])
    arrivals_s = []
    drawn = draw(model(padded, cache=cache)[:, -1, :])
    mx.async_eval(drawn)  # type: ignore[no-untyped-call]
    for _ in range(num_tokens - 1):
        following = draw(model(drawn[:, None], cache=cache)[:, -1, :])
        mx.async_eval(following)  # type: ignore[no-untyped-call]
        drawn.tolist()
        arrivals_s.append(time.perf_counter())
        drawn = following
    drawn.tolist()
    return [*arrivals_s, time.perf_counter()]


def _batched(cache: Any, padding: list[int]) -> Any:
    if isinstance(cache, caches.RotatingKVCache):
        return caches.BatchRotatingKVCache(cache.max_size, padding)
    return caches.BatchKVCache(padding)


def _drawing(request: Request) -> Draw:
    """Take all rows' parameters from one; its seed seeds the batch."""
    if request.temperature == 0:
        return lambda logits: mx.argmax(logits, axis=-1)
    mx.random.seed(request.seed or 0)
    sampler = make_sampler(temp=request.temperature, top_p=request.top_p or 0.0, top_k=request.top_k or 0)
    return lambda logits: sampler(logits - mx.logsumexp(logits, axis=-1, keepdims=True))


if __name__ == "__main__":
    main()
