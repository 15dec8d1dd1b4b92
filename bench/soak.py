"""Whether the server's memory grows: many short requests, and its resident memory after a warm-up and at the end.

    python -m bench.soak [--model FOLDER] [--requests 10000] [--warm-up 1000] [--connections 8] [--max-tokens 4]
                         [--prefix-cache-bytes 67108864] [--json FILE]

Every request has a prompt of its own and a connection of its own, so many at once. The growth in per cent is of the whole process, from the
end of the warm-up to the end of the run; ten readings between show whether it levels off. The prefix cache must be full by the end of the
warm-up, or its filling shows as growth: a request of the 8 M model leaves about 170 kB in it.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.conditions import Conditions, conditions
from bench.endpoint import Endpoint, served
from bench.load import Request, ask
from bench.prompts import user
from bench.subjects import random_model, told

NUM_READINGS = 10


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The process at one time."""

    num_requests: int  # after the warm-up
    resident_bytes: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run."""

    conditions: Conditions
    readings: list[Reading]
    growth_percent: float
    requests_per_s: float


def main() -> None:
    """Ask, read and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="of a Gemma 3 (default: a random one of 8 M, made for this run)")
    for flag, default in (("requests", 10_000), ("warm-up", 1000), ("connections", 8), ("max-tokens", 4), ("prefix-cache-bytes", 64 << 20)):
        parser.add_argument(f"--{flag}", type=int, default=default, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the conditions and every reading")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.model.resolve() if options.model else random_model(Path(scratch) / "random-gemma3")
        flags = ["--model", str(folder), "--model-name", "bench", "--prefix-cache-bytes", str(options.prefix_cache_bytes)]
        with served("server", flags, log=Path(scratch) / "candor.log") as server:
            report = asyncio.run(_soak(server, conditions(folder, told(options)), options))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))


async def _soak(server: Endpoint, under: Conditions, options: argparse.Namespace) -> Report:
    print(under.describe())
    numbers = iter(range(options.warm_up + options.requests))
    await _ask_all(server, numbers, options.warm_up, options)
    readings = [_read(server, 0)]
    began_s = time.perf_counter()
    for reading in range(NUM_READINGS):
        first, last = (options.requests * each // NUM_READINGS for each in (reading, reading + 1))
        await _ask_all(server, numbers, last - first, options)
        readings.append(_read(server, last))
    growth = (readings[-1].resident_bytes / readings[0].resident_bytes - 1) * 100
    requests_per_s = options.requests / (time.perf_counter() - began_s)
    print(f"grown by {growth:+.2f} % in {options.requests} requests after {options.warm_up}, at {requests_per_s:.0f} requests/s")
    return Report(conditions=under, readings=readings, growth_percent=growth, requests_per_s=requests_per_s)


def _read(server: Endpoint, num_requests: int) -> Reading:
    assert server.pid is not None
    reading = Reading(num_requests=num_requests, resident_bytes=resident_bytes(server.pid))
    print(f"  {num_requests:8} requests   {reading.resident_bytes / 2**20:8.1f} MiB", flush=True)
    return reading


async def _ask_all(server: Endpoint, numbers: Iterator[int], num_requests: int, options: argparse.Namespace) -> None:
    left = iter(range(num_requests))

    async def client() -> None:
        for _ in left:
            await ask(server, Request(messages=user(f"Question {next(numbers)}: how many are there?"), max_tokens=options.max_tokens))

    await asyncio.gather(*(client() for _ in range(options.connections)))


def resident_bytes(pid: int) -> int:
    """Read the resident memory of a process from the kernel, on macOS from `ps`."""
    if sys.platform == "darwin":
        return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True).stdout) * 1024
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found, "no VmRSS: the process has ended"
    return int(found[1]) * 1024


if __name__ == "__main__":
    main()
