"""What loading an adapter costs: from its folder to the first token, and the answers that run meanwhile.

    python -m bench.adapter_loading [--model FOLDER] [--loads 9] [--rank 8] [--build NAME=CHECKOUT …] [--json FILE]

Each load is of an adapter that nobody has seen, on all linear layers, and goes by POST /v1/adapters. Alone: the time of the load, of it
and the first streamed token of a short question to the adapter, and of such a question to the base; decoding steps are the median gap of
one answer. Beside: four answers run; the longest gap of any of them while an adapter is loaded, and in a span as long before that, in
their own median gaps. Every build is asked in turn within a round. Medians of all loads, and the worst.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from bench.conditions import Conditions, conditions
from bench.endpoint import HOST, Endpoint
from bench.load import Request, ask, measure
from bench.prompts import PromptTag, even_prompts, new_run, user
from bench.rounds import turned
from bench.stalls import gaps_within
from bench.subjects import CANDOR, read_options, started, subject_parser, told
from tools.random_adapter import write_random_adapter

NUM_ROWS = 4
ROW_TOKENS = 2000  # more than are drawn while an adapter is loaded; the rest is called off
STEP_TOKENS = 24  # of the answer that tells what a step takes
LEAST_BEFORE = 8  # tokens of every row before a load: past the prefill of them all
SETTLING_S = 0.5  # behind a load: what it holds up shows in the gap that ends after it

Figures = dict[str, float]
Part = Callable[[Endpoint, Path, PromptTag], Awaitable[Figures]]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One subject's figures of one load."""

    part: str
    round_number: int
    subject: str
    figures: Figures


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run."""

    conditions: Conditions
    records: list[Record]


def main() -> None:
    """Measure and print."""
    parser = subject_parser(__doc__)
    parser.add_argument("--loads", type=int, default=9, metavar="N", help="of each part and subject")
    parser.add_argument("--rank", type=int, default=8)
    options = read_options(parser)
    with tempfile.TemporaryDirectory() as place, started(options, "--adapter-dir", place) as subjects:
        report = Report(conditions=conditions(subjects.folder, told(options)), records=[])
        print(report.conditions.describe())
        for name, part in {"alone": measure_alone, "beside four answers": measure_beside}.items():
            records = _measure(name, part, subjects.endpoints, subjects.folder, Path(place), options)
            report.records.extend(records)
            _print(name, records, options)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))


def _measure(name: str, part: Part, endpoints: dict[str, Endpoint], model: Path, place: Path, options: argparse.Namespace) -> list[Record]:
    """Load adapter after adapter; the first of each subject warms it up and is not counted."""
    records, run = [], new_run()
    for round_number in range(-1, options.loads):
        adapter = place / f"{name.split()[0]}-{round_number + 1}"
        write_random_adapter(adapter, base=model, rank=options.rank, seed=round_number + 1)
        tag = PromptTag(run=run, round_number=round_number + 1, part=name.split()[0])
        for subject in turned(list(endpoints), round_number):
            figures = asyncio.run(_finished(part(endpoints[subject], adapter, tag)))
            if round_number >= 0:
                records.append(Record(part=name, round_number=round_number, subject=subject, figures=figures))
    return records


async def _finished(figures: Awaitable[Figures]) -> Figures:
    return await figures


async def measure_alone(server: Endpoint, adapter: Path, tag: PromptTag) -> Figures:
    """Load an adapter with nothing else running, and ask it; times in milliseconds and in decoding steps."""
    to_step, to_base, to_adapter = even_prompts(tag, 3)
    step = await measure(server, [Request(messages=user(to_step), max_tokens=STEP_TOKENS, temperature=0, ignore_eos=True)])
    assert step.gap_s is not None
    base = await ask(server, Request(messages=user(to_base), max_tokens=1))
    began_s = time.perf_counter()
    await asyncio.to_thread(_load, server, adapter)
    loaded_s = time.perf_counter()
    adapted = msgspec.structs.replace(server, model=adapter.name)
    answer = await ask(adapted, Request(messages=user(to_adapter), max_tokens=1))
    first_s = answer.arrivals_s[0] - began_s
    await asyncio.to_thread(_unload, server, adapter)
    return {
        "decoding step, ms": step.gap_s * 1000,
        "the base's first token, ms": base.first_token_s * 1000,
        "load, ms": (loaded_s - began_s) * 1000,
        "from folder to first token, ms": first_s * 1000,
        "load, steps": (loaded_s - began_s) / step.gap_s,
        "from folder to first token, steps": first_s / step.gap_s,
        "beyond the base's first token, steps": (first_s - base.first_token_s) / step.gap_s,
    }


async def measure_beside(server: Endpoint, adapter: Path, tag: PromptTag) -> Figures:
    """Load an adapter while answers run; the longest gap between two tokens of any of them, before and meanwhile."""
    arrivals_s: list[list[float]] = [[] for _ in range(NUM_ROWS)]
    requests = [Request(messages=user(prompt), max_tokens=ROW_TOKENS, ignore_eos=True) for prompt in even_prompts(tag, NUM_ROWS)]
    rows = [asyncio.create_task(ask(server, request, arrivals)) for request, arrivals in zip(requests, arrivals_s, strict=True)]
    try:
        while min(map(len, arrivals_s)) < LEAST_BEFORE:  # noqa: ASYNC110 (arrivals have no event to wait for)
            await asyncio.sleep(0.01)
        watched_s = time.perf_counter()
        await asyncio.sleep(1)
        began_s = time.perf_counter()
        await asyncio.to_thread(_load, server, adapter)
        loaded_s = time.perf_counter()
        await asyncio.sleep(SETTLING_S)
        ended_s = time.perf_counter()
        await asyncio.sleep(max(0.0, (ended_s - began_s) - (began_s - watched_s)))  # so that as long a span without a load is watched
        quiet_s = time.perf_counter()
    finally:
        for row in rows:
            row.cancel()
        await asyncio.gather(*rows, return_exceptions=True)
    await asyncio.to_thread(_unload, server, adapter)
    quiet = [*gaps_within(arrivals_s, watched_s, began_s), *gaps_within(arrivals_s, ended_s, quiet_s)]
    step_s, during_s = statistics.median(quiet), max(gaps_within(arrivals_s, began_s, ended_s))
    return {
        "decoding step, ms": step_s * 1000,
        "load, ms": (loaded_s - began_s) * 1000,
        "longest gap without a load, steps": max(quiet) / step_s,
        "longest gap while loading, steps": during_s / step_s,
        "delay of a row, steps": during_s / step_s - 1,
    }


def _print(part: str, records: list[Record], options: argparse.Namespace) -> None:
    subjects = [CANDOR, *(build.name for build in options.build)]
    print(f"\n{part}, rank {options.rank}: median of {options.loads} loads (and the greatest)")
    print(f"  {'':42}" + "".join(f"{subject:>20}" for subject in subjects))
    for figure in records[0].figures:
        columns = [[record.figures[figure] for record in records if record.subject == subject] for subject in subjects]
        print(f"  {figure:42}" + "".join(f"{statistics.median(values):12.2f} ({max(values):5.1f})" for values in columns))


def _load(server: Endpoint, adapter: Path) -> None:
    _send(server, "POST", "/v1/adapters", {"name": adapter.name, "path": str(adapter)})


def _unload(server: Endpoint, adapter: Path) -> None:
    _send(server, "DELETE", f"/v1/adapters/{adapter.name}")


def _send(server: Endpoint, method: str, path: str, body: dict[str, str] | None = None) -> None:
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        response.read()


if __name__ == "__main__":
    main()
