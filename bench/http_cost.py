"""What serving a token costs beside drawing it: processor time of the server, and whether many streams slow it down.

    python -m bench.http_cost [--clients 16 64] [--max-tokens 400] [--rounds 5] [--steps-s 0 0.02]

The server's engine has its tokens ready (`bench/token_server.py`); this process reads bare sockets and decodes nothing. `0` as a step
has each answer's tokens come as fast as they are read: the throughput is the server's own. Processor time, user's and system's, is that of
the whole server process, of which scoring, metrics and board are a part: the last lines have what these take, in one process and without
HTTP. Linux only, as it is read from /proc.
"""

import argparse
import asyncio
import os
import selectors
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from bench.endpoint import HOST, Endpoint, served
from bench.rounds import ratios, spell, turned
from bench.token_server import TokenEngine, read_words
from server.answers.answer import Answer
from server.answers.run import AnswerRun
from server.answers.scoring_watch import ScoringStage
from server.answers.watcher import Watch
from server.board.board import Board
from server.board.board_watch import BoardWatch
from server.engine.protocol import Generation, Message, Sampling
from server.metrics.counting import CountingWatch
from server.metrics.metrics import Metrics

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
TIMEOUT_S = 300.0
NUM_WATCHED_TOKENS = 4000


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one round of answers took."""

    cpu_us: float  # a token
    tokens_per_s: float


def main() -> None:
    """Measure and print, the numbers of clients in turn; medians of the rounds, with the least and the greatest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--max-tokens", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps-s", type=float, nargs="+", default=[0, 0.02])
    options = parser.parse_args()
    print(f"load before: {' '.join(f'{each:.1f}' for each in os.getloadavg())}")
    for step_s in options.steps_s:
        _print_served(step_s, options)
    _print_watched(options)


def _print_served(step_s: float, options: argparse.Namespace) -> None:
    with (
        tempfile.TemporaryDirectory() as scratch,
        served("bench.token_server", ["--step-s", str(step_s)], log=Path(scratch) / "server.log") as server,
    ):
        costs: dict[int, list[Cost]] = {num_clients: [] for num_clients in options.clients}
        for round_number in range(-1, options.rounds):  # the first only warms up
            for num_clients in turned(options.clients, max(round_number, 0)):
                cost = _measure(server, num_clients, options.max_tokens)
                costs[num_clients] += [cost] if round_number >= 0 else []
    print(f"a token every {step_s:g} s:" if step_s else "as fast as they are read:")
    first, *_, last = options.clients
    for num_clients, measured in costs.items():
        print(f"{num_clients:3} streams: {spell([cost.cpu_us for cost in measured], digits=1)} µs a token,", end=" ")
        print(f"{spell([cost.tokens_per_s for cost in measured], digits=0)} tokens/s")
    speeds = ([cost.tokens_per_s for cost in costs[num_clients]] for num_clients in (last, first))
    print(f"{last} streams over {first}: {spell(ratios(*speeds))} of the throughput")


def _measure(server: Endpoint, num_clients: int, max_tokens: int) -> Cost:
    """Ask for as many answers at once as there are clients."""
    body = {"model": server.model, "messages": [{"role": "user", "content": "Go on"}], "max_tokens": max_tokens, "stream": True}
    request = server.completion_request(msgspec.json.encode(body))
    cpu_s, began_s = _cpu_s(server.pid), time.perf_counter()
    num_ended = sum(b"[DONE]" in end for end in _read_all(server.port, [request] * num_clients))
    wall_s, spent_s = time.perf_counter() - began_s, _cpu_s(server.pid) - cpu_s
    if num_ended != num_clients:
        raise RuntimeError(f"expected {num_clients} whole answers, got {num_ended}")
    num_tokens = num_clients * max_tokens
    return Cost(cpu_us=spent_s / num_tokens * 1e6, tokens_per_s=num_tokens / wall_s)


def _read_all(port: int, requests: Sequence[bytes]) -> list[bytes]:
    """Send each request on a connection of its own, read until all are closed, and give what came last on each."""
    ends: dict[socket.socket, bytes] = {}
    with selectors.DefaultSelector() as selector:
        for request in requests:
            connection = socket.create_connection((HOST, port), TIMEOUT_S)
            connection.sendall(request)
            selector.register(connection, selectors.EVENT_READ)
            ends[connection] = b""
        while selector.get_map():
            for key, _ in selector.select(TIMEOUT_S):
                connection = key.fileobj  # type: ignore[assignment]
                if received := connection.recv(1 << 16):
                    ends[connection] = (ends[connection] + received)[-64:]
                else:
                    selector.unregister(connection)
                    connection.close()
    return list(ends.values())


def _cpu_s(pid: int | None) -> float:
    """Give the user's and the system's time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _print_watched(options: argparse.Namespace) -> None:
    """Print what each watcher of an answer takes, in this process."""
    engine = TokenEngine(read_words(), step_s=0)
    (base,) = engine.models()
    stage = ScoringStage(engine, scorer="lek-v1", on_degeneration="observe", observe=lambda _answer, _watch: None)
    watches: dict[str, tuple[Watch, ...]] = {
        "nobody": (),
        "scoring": (stage.watch,),
        "metrics": (partial(CountingWatch, Metrics(CollectorRegistry(), base)),),
        "the board": (partial(BoardWatch, Board(shows_text=False)),),
    }
    for name, watched in watches.items():
        costs = [asyncio.run(_watch(engine, watched)) for _ in range(options.rounds)]
        print(f"watched by {name}: {statistics.median(costs):.1f} µs a token")


async def _watch(engine: TokenEngine, watches: tuple[Watch, ...]) -> float:
    """Run an answer past watchers; µs of processor time a token."""
    messages = (Message(role="user", content="Go on"),)
    generation = Generation(id="1", messages=messages, sampling=Sampling(), max_tokens=NUM_WATCHED_TOKENS)
    (base,) = engine.models()
    began_s = time.process_time()
    async with AnswerRun(engine, Answer(generation, base), watches) as run:
        async for _ in run:
            pass
    return (time.process_time() - began_s) / NUM_WATCHED_TOKENS * 1e6


if __name__ == "__main__":
    main()
