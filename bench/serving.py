"""candor beside the bare model, mlx_lm.server, other builds of candor and whatever else runs: tokens a second and the times of tokens.

    python -m bench.serving [--model FOLDER] [--clients 1 8 16 32] [--max-tokens 32] [--rounds 5] [--sampling greedy|gemma]
                            [--other NAME=URL[,model=ID] …] [--build NAME=CHECKOUT …] [--no-mlx-lm-server] [--json FILE]

Each round asks every subject with the same new prompts, two waves of as many as there are clients, streamed; all in turn, so that a drift
of the machine meets them alike, and another one first each time. The first round of each number of clients only warms up. It prints the
medians of the rounds, and of each round's ratio of candor to the others, with the least and the greatest. `--sampling gemma` draws as
Gemma's makers say: temperature 1, top_k 64, top_p 0.95. The client runs on the same machine. `--other` is for a server that is up, such
as vLLM's (put its version into the name); `--build` for candor in another checkout, run with this Python.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import msgspec

from bench.bare_process import bare_process
from bench.conditions import Conditions, conditions
from bench.endpoint import Endpoint, served
from bench.load import Measurement, Request, measure
from bench.prompts import PromptTag, even_prompts, new_run, user
from bench.rounds import ratios, spell, turned
from bench.subjects import CANDOR, read_options, started, subject_parser, told

PAUSE_S = 0.2  # a BLAS's threads spin for a while after the work is done
SAMPLINGS: dict[str, dict[str, float]] = {"greedy": {"temperature": 0.0}, "gemma": {"temperature": 1.0, "top_k": 64, "top_p": 0.95}}

Measure = Callable[[Sequence[Request], Sequence[Request]], Measurement]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What one subject did in one round."""

    num_clients: int
    round_number: int
    subject: str
    measured: Measurement


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run."""

    conditions: Conditions
    records: list[Record]


def main() -> None:
    """Measure, print a table for each number of clients, and write what was asked for."""
    options = _read_options()
    run = new_run()
    with _subjects(options) as (folder, subjects):
        report = Report(conditions=conditions(folder, told(options)), records=[])
        print(report.conditions.describe())
        for num_clients in options.clients:
            for round_number in range(-1, options.rounds):
                records = _round(subjects, run, num_clients, round_number, options)
                report.records.extend(records if round_number >= 0 else [])
            _print(num_clients, [record for record in report.records if record.num_clients == num_clients], options)
            if options.json:
                options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))


def _read_options() -> argparse.Namespace:
    parser = subject_parser(__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 16, 32])
    parser.add_argument("--max-tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sampling", choices=SAMPLINGS, default="greedy")
    parser.add_argument("--no-mlx-lm-server", action="store_true", help="leave mlx_lm.server out: it is slow with real models on a CPU")
    return read_options(parser)


@contextmanager
def _subjects(options: argparse.Namespace) -> Iterator[tuple[Path, dict[str, Measure]]]:
    """Start all that are to be started; give the model's folder, and how to measure each subject."""
    with ExitStack() as stack:
        subjects = stack.enter_context(started(options))
        folder = subjects.folder
        endpoints = dict(subjects.endpoints)
        if not options.no_mlx_lm_server:
            log = subjects.scratch / "mlx_lm.log"
            flags = ["--model", str(folder)]
            endpoints["mlx_lm.server"] = stack.enter_context(served("mlx_lm.server", flags, log=log, model=str(folder)))
        measures: dict[str, Measure] = {name: partial(_measure_endpoint, endpoint) for name, endpoint in endpoints.items()}
        yield folder, measures | {"bare model": stack.enter_context(bare_process(folder)).measure}


def _measure_endpoint(endpoint: Endpoint, *waves: Sequence[Request]) -> Measurement:
    return asyncio.run(measure(endpoint, *waves))


def _round(subjects: dict[str, Measure], run: str, num_clients: int, round_number: int, options: argparse.Namespace) -> list[Record]:
    waves = [_wave(PromptTag(run=run, round_number=round_number, part=f"{num_clients}{half}"), num_clients, options) for half in "ab"]
    records = []
    for name in turned(list(subjects), round_number):
        time.sleep(PAUSE_S)
        measured = subjects[name](*waves)
        records.append(Record(num_clients=num_clients, round_number=round_number, subject=name, measured=measured))
    return records


def _wave(tag: PromptTag, num_clients: int, options: argparse.Namespace) -> list[Request]:
    sampling = SAMPLINGS[options.sampling]
    return [
        msgspec.convert({"messages": user(prompt), "max_tokens": options.max_tokens, "seed": seed, **sampling}, Request)
        for seed, prompt in enumerate(even_prompts(tag, num_clients))
    ]


def _print(num_clients: int, records: Sequence[Record], options: argparse.Namespace) -> None:
    print(f"\nclients: {num_clients}; two waves of {options.max_tokens} tokens each, {options.sampling}, median of {options.rounds} rounds")
    print(f"  {'':16}{'tokens/s':>10}{'first token ms':>16}{'gap p50 ms':>12}{'gap p99 ms':>12}   tokens/s of candor over it")
    measured = {record.subject: [each.measured for each in records if each.subject == record.subject] for record in records}
    ours = [each.tokens_per_s for each in measured[CANDOR]]
    for name in sorted(measured, key=lambda name: name != CANDOR):
        speeds = [each.tokens_per_s for each in measured[name]]
        first_ms, gap_ms, p99_ms = (
            statistics.median(values) * 1000 if (values := [value for value in column if value is not None]) else 0.0
            for column in zip(*((each.first_token_s, each.gap_s, each.gap_p99_s) for each in measured[name]), strict=True)
        )
        over = "" if name == CANDOR else spell(ratios(ours, speeds))
        print(f"  {name:16}{statistics.median(speeds):10.1f}{first_ms:16.0f}{gap_ms:12.1f}{p99_ms:12.1f}   {over}", flush=True)


if __name__ == "__main__":
    main()
