"""The bare BatchGenerator in-process, on the dtype and BLAS that candor's engine uses: what no server can beat.

python -m bench.bare_batch FOLDER --clients 8 --max-tokens 64
"""

import argparse
import json
import time
from pathlib import Path

from server.engine.mlx.device import prepare_device

DEVICE = prepare_device()

import mlx.core as mx  # noqa: E402
import mlx_lm  # noqa: E402
from mlx_lm.generate import BatchGenerator  # noqa: E402

from bench.prompts import prompts  # noqa: E402


def generate(model: object, tokenizer: object, round_number: int, num_clients: int, max_tokens: int) -> float:
    """Answer one round of prompts together; tokens a second, prefill included."""
    ids = [
        tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True)  # type: ignore[attr-defined]
        for prompt in prompts(round_number, num_clients)
    ]
    generator = BatchGenerator(model, prefill_step_size=DEVICE.prefill_step_size)
    began_s = time.perf_counter()
    left = set(generator.insert(ids, max_tokens=[max_tokens] * num_clients))
    num_tokens = 0
    while left:
        _, responses = generator.next()
        num_tokens += len(responses)
        left -= {response.uid for response in responses if response.finish_reason}
    return num_tokens / (time.perf_counter() - began_s)


def main() -> None:
    """Print the tokens a second of each round as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--max-tokens", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    model, tokenizer = mlx_lm.load(str(options.folder))
    if DEVICE.weights_dtype:
        model.set_dtype(getattr(mx, DEVICE.weights_dtype))
    generate(model, tokenizer, 99, options.clients, 8)
    print(json.dumps([generate(model, tokenizer, number, options.clients, options.max_tokens) for number in range(options.rounds)]))


if __name__ == "__main__":
    main()
