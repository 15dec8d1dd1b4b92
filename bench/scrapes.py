"""What being scraped costs a busy server.

    python -m bench.scrapes [--scrapes 1000] [--interval-s 0.1] [--rounds 10] [--clients 16]

First the processor time that a scrape takes on an idle server: many scrapes, one after the other, of a page that stays as it is, and of one
where the base's metrics have to be rendered anew each time, as a request was counted before. Then full load, in turn with and without a
scraper, on the same prompts and seeds: tokens a second, and processor time a token, which other users of the machine disturb less.
"""

import argparse
import asyncio
import http.client
import os
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec

from bench.endpoint import HOST, Endpoint, served
from bench.load import Request, measure
from bench.prompts import prompts, user
from bench.rounds import spell

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}  # as Prometheus asks


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A load with scrapes over the same without."""

    speed: float
    cost: float
    num_scrapes: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scrapes", type=int, default=1000)
    parser.add_argument("--interval-s", type=float, default=0.1, help="between two scrapes under load; Prometheus' own default is 15")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--max-tokens", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, served("server", ["--model-name", "bench"], log=Path(scratch) / "candor.log") as server:
        _load(server, 0, options)
        _print_costs(server.port, options)
        pairs = [_compare(server, number, options) for number in range(options.rounds)]
    num_scrapes = sum(pair.num_scrapes for pair in pairs)
    print(f"{options.clients} clients, {num_scrapes} scrapes, one every {options.interval_s:g} s, with over without, median of", end=" ")
    print(f"{options.rounds} rounds: {spell([pair.speed for pair in pairs], digits=3)} of the throughput,", end=" ")
    print(f"{spell([pair.cost for pair in pairs], digits=3)} of the processor time a token")


def _print_costs(port: int, options: argparse.Namespace) -> None:
    with closing(http.client.HTTPConnection(HOST, port)) as connection:
        same_s, num_bytes = _cost(options.scrapes, lambda: _scrape(connection))
        refusal_s, _ = _cost(options.scrapes, lambda: _count_something(connection))
        both_s, _ = _cost(options.scrapes, lambda: _count_something(connection) + _scrape(connection))
    fresh_s = both_s - refusal_s
    print(f"a scrape of {num_bytes} bytes, client included (means of {options.scrapes}):", end=" ")
    print(f"{same_s * 1000:.2f} ms of processor time if nothing was counted since the last, {fresh_s * 1000:.2f} ms otherwise;", end=" ")
    share, usual_share = fresh_s / options.interval_s, fresh_s / 15
    print(f"one every {options.interval_s:g} s takes at most {share:.2%} of one processor, every 15 s {usual_share:.3%}")


def _cost(number: int, act: Callable[[], int]) -> tuple[float, int]:
    """Give the processor time of one act, and what the last returned."""
    before_s = _used_s()
    result = 0
    for _ in range(number):
        result = act()
    return (_used_s() - before_s) / number, result


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


def _compare(server: Endpoint, number: int, options: argparse.Namespace) -> Comparison:
    """Put one load on twice; every other time the one with scrapes comes first."""
    loads, num_scrapes = {}, 0
    for is_scraped in (False, True) if number % 2 else (True, False):
        if not is_scraped:
            loads[False] = _load(server, number, options)
            continue
        done = threading.Event()
        with ThreadPoolExecutor(1) as scraper:
            scraping = scraper.submit(_keep_scraping, server.port, options.interval_s, done)
            loads[True] = _load(server, number, options)
            done.set()
            num_scrapes = scraping.result()
    (speed, cost), (plain_speed, plain_cost) = loads[True], loads[False]
    return Comparison(speed=speed / plain_speed, cost=cost / plain_cost, num_scrapes=num_scrapes)


def _keep_scraping(port: int, interval_s: float, done: threading.Event) -> int:
    num_scrapes = 0
    with closing(http.client.HTTPConnection(HOST, port)) as connection:
        while not done.wait(interval_s):
            _scrape(connection)
            num_scrapes += 1
    return num_scrapes


def _scrape(connection: http.client.HTTPConnection) -> int:
    """Read the page as Prometheus does, over a connection that stays; give its length."""
    connection.request("GET", "/metrics", headers=OPENMETRICS)
    return len(connection.getresponse().read())


def _count_something(connection: http.client.HTTPConnection) -> int:
    """Have a request of the model's counted that costs little: one that is refused."""
    body = b'{"model": "bench", "n": 2, "messages": [{"role": "user", "content": "Hello"}]}'
    connection.request("POST", "/v1/chat/completions", body=body, headers={"Content-Type": "application/json"})
    return len(connection.getresponse().read())


def _load(server: Endpoint, number: int, options: argparse.Namespace) -> tuple[float, float]:
    """Give tokens a second, and processor time a token in seconds."""
    asked = [
        Request(messages=user(prompt), max_tokens=options.max_tokens, temperature=1.5, seed=number)
        for prompt in prompts(number, options.clients)
    ]
    began_s, used_s = time.perf_counter(), _used_s()
    num_tokens = asyncio.run(measure(server, asked)).num_tokens
    return num_tokens / (time.perf_counter() - began_s), (_used_s() - used_s) / num_tokens


if __name__ == "__main__":
    main()
