"""candor beside mlx_lm.server and the bare BatchGenerator: generated tokens a second and time to first token, in one run.

    python -m bench.serving [--model FOLDER] [--max-tokens 32] [--rounds 7]

Without --model it makes the random 8 M model of tools/random_gemma3.py (bfloat16 on disk). Each round asks every server with the same
new prompts, greedy and streamed, and the bare batch too, all in turn, so that a drift of the machine meets them alike; medians over the
rounds, of the ratios too.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.endpoint import served
from bench.load import Measurement, Request, measure
from bench.prompts import prompts

CLIENTS = (1, 8, 16)


def main() -> None:
    """Measure and print a table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--max-tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.model or _random_model(Path(scratch) / "random-gemma3")
        with (
            served("server", ["--model", str(folder), "--model-name", "bench"], log=Path(scratch) / "candor.log") as candor,
            served("mlx_lm.server", ["--model", str(folder)], log=Path(scratch) / "mlx_lm.log") as mlx_lm_server,
        ):
            for num_clients in CLIENTS:
                _compare(folder, {"candor": (candor, "bench"), "mlx_lm.server": (mlx_lm_server, str(folder))}, num_clients, options)


def _random_model(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "tools.random_gemma3", str(folder)], check=True)
    return folder


def _compare(folder: Path, servers: dict[str, tuple[int, str]], num_clients: int, options: argparse.Namespace) -> None:
    measured: dict[str, list[Measurement]] = {name: [] for name in servers}
    bare: list[float] = []
    for round_number in range(-1, options.rounds):
        for name, (port, model) in servers.items():
            max_tokens = options.max_tokens if round_number >= 0 else 4  # the first round warms up
            asked = [Request(model=model, prompt=prompt, max_tokens=max_tokens) for prompt in prompts(round_number, num_clients)]
            measurement = asyncio.run(measure(port, asked))
            if round_number >= 0:
                measured[name].append(measurement)
        if round_number >= 0:
            bare.append(_bare(folder, num_clients, options.max_tokens))
    print(f"\n{num_clients} clients, {options.max_tokens} tokens each, median of {options.rounds} rounds")
    for name, all_rounds in measured.items():
        first_token_s = statistics.median(one.first_token_s for one in all_rounds)
        speed = statistics.median(one.tokens_per_s for one in all_rounds)
        print(f"  {name:15} {speed:8.1f} tokens/s   first token after {first_token_s * 1000:7.0f} ms")
    print(f"  {'bare batch':15} {statistics.median(bare):8.1f} tokens/s   (in-process, same dtype and BLAS as candor)")
    candor, mlx_lm_server = ([one.tokens_per_s for one in measured[name]] for name in ("candor", "mlx_lm.server"))
    print(f"  candor / mlx_lm.server = {_ratio(candor, mlx_lm_server)}   candor / bare = {_ratio(candor, bare)}")


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The median of the rounds' ratios, and the least and the greatest."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _bare(folder: Path, num_clients: int, max_tokens: int) -> float:
    """Run the bare batch once, in a process of its own as the servers are."""
    sizes = ["--clients", str(num_clients), "--max-tokens", str(max_tokens), "--rounds", "1"]
    ran = subprocess.run([sys.executable, "-m", "bench.bare_batch", str(folder), *sizes], check=True, capture_output=True, text=True)
    (speed,) = json.loads(ran.stdout.splitlines()[-1])
    return float(speed)


if __name__ == "__main__":
    main()
