"""What being scraped costs a busy server.

    python -m bench.scrapes [--scrapes 1000] [--interval-s 1] [--rounds 10] [--clients 16]

First the processor time that a scrape takes, on an idle server that has counted a little of everything: many scrapes, one after the other.
Then the throughput under full load, in turn with and without a scraper. The first figure is the one to trust: the second is a small
difference of two noisy numbers.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from bench.endpoint import HOST, served
from bench.load import Request, measure
from bench.prompts import prompts

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}  # as Prometheus asks


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scrapes", type=int, default=1000)
    parser.add_argument("--interval-s", type=float, default=1.0, help="between two scrapes under load; Prometheus' own default is 15")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--max-tokens", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, served("server", ["--model-name", "bench"], log=Path(scratch) / "candor.log") as port:
        _speed(port, 0, options)
        cost_s, num_bytes = _cost_of_a_scrape(port, options.scrapes)
        print(
            f"a scrape: {cost_s * 1000:.2f} ms of processor time, client included, {num_bytes} bytes (mean of {options.scrapes});", end=" "
        )
        print(f"one every {options.interval_s:g} s takes {cost_s / options.interval_s:.2%} of one processor, every 15 s {cost_s / 15:.3%}")
        ratios = [_compare(port, number, options) for number in range(options.rounds)]
    print(
        f"{options.clients} clients, a scrape every {options.interval_s:g} s: {statistics.median(ratios):.3f} times the throughput", end=" "
    )
    print(f"without (median of {options.rounds} rounds, {min(ratios):.3f} to {max(ratios):.3f})")


def _cost_of_a_scrape(port: int, num_scrapes: int) -> tuple[float, int]:
    before_s = _used_s()
    num_bytes = 0
    for _ in range(num_scrapes):
        num_bytes = _scrape(port)
    return (_used_s() - before_s) / num_scrapes, num_bytes


def _used_s() -> float:
    """Add up the processor time of this process and its children that run, from /proc."""
    own = os.getpid()
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if stat.parent.name == str(own) or fields[1] == str(own):
            total += (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
    return total


def _compare(port: int, number: int, options: argparse.Namespace) -> float:
    """Give the throughput with scrapes in the throughput without."""
    plain = _speed(port, number, options)
    done = threading.Event()
    scraper = threading.Thread(target=_keep_scraping, args=(port, options.interval_s, done))
    scraper.start()
    scraped = _speed(port, number, options)
    done.set()
    scraper.join()
    return scraped / plain


def _keep_scraping(port: int, interval_s: float, done: threading.Event) -> None:
    while not done.wait(interval_s):
        _scrape(port)


def _scrape(port: int) -> int:
    with urllib.request.urlopen(urllib.request.Request(f"http://{HOST}:{port}/metrics", headers=OPENMETRICS)) as response:
        return len(response.read())


def _speed(port: int, number: int, options: argparse.Namespace) -> float:
    """Give tokens a second."""
    asked = [
        Request(model="bench", prompt=prompt, max_tokens=options.max_tokens, temperature=1.5) for prompt in prompts(number, options.clients)
    ]
    began_s = time.perf_counter()
    num_tokens = asyncio.run(measure(port, asked)).num_tokens
    return num_tokens / (time.perf_counter() - began_s)


if __name__ == "__main__":
    main()
