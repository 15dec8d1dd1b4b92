"""What the scoring stage costs a request, from the server's own metrics.

    python -m bench.scoring_cost [--model FOLDER] [--max-tokens 200] [--rounds 5]

For 1, 8 and 16 clients: the seconds spent on scoring as a share of the requests' durations, and as a share of the wall clock, which is
what scoring takes from all rows together.
"""

import argparse
import asyncio
import tempfile
import time
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bench.endpoint import HOST, served
from bench.load import Request, measure
from bench.prompts import prompts

CLIENTS = (1, 8, 16)


def main() -> None:
    """Measure and print a line for each number of clients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="demo", help="demo, or a folder")
    parser.add_argument("--max-tokens", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        arguments = ["--model", options.model, "--model-name", "bench"]
        with served("server", arguments, log=Path(scratch) / "candor.log") as port:
            for num_clients in CLIENTS:
                _print_share(port, num_clients, options)


def _print_share(port: int, num_clients: int, options: argparse.Namespace) -> None:
    scoring_s, requests_s, num_scored = (_sum(port, name) for name in _NAMES)
    began_s = time.perf_counter()
    num_tokens = 0
    for round_number in range(options.rounds):
        asked = [
            Request(model="bench", prompt=prompt, max_tokens=options.max_tokens, temperature=1.0)
            for prompt in prompts(round_number, num_clients)
        ]
        num_tokens += asyncio.run(measure(port, asked)).num_tokens
    wall_s = time.perf_counter() - began_s
    scoring_s, requests_s, num_scored = (
        _sum(port, name) - before for name, before in zip(_NAMES, (scoring_s, requests_s, num_scored), strict=True)
    )
    print(
        f"{num_clients:3} clients: {num_scored:.0f} answers of {num_tokens / num_scored:.0f} tokens, {num_tokens / wall_s:.0f} tokens/s;",
        end=" ",
    )
    print(f"scoring {scoring_s / num_scored * 1000:.2f} ms an answer,", end=" ")
    print(f"{scoring_s / requests_s:.2%} of a request, {scoring_s / wall_s:.2%} of the wall clock")


_NAMES = ("candor_scoring_seconds_sum", "candor_request_duration_seconds_sum", "candor_responses_scored_total")


def _sum(port: int, sample_name: str) -> float:
    """Add up a sample over all its labels."""
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics") as response:
        families = text_string_to_metric_families(response.read().decode())
    return sum(sample.value for family in families for sample in family.samples if sample.name == sample_name)


if __name__ == "__main__":
    main()
