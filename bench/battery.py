"""What the battery costs beside the server it asks: its tokens a second over those of a bare client with the same questions.

    python -m bench.battery [--probes 100] [--samples 3] [--max-tokens 48] [--concurrency 32] [--rounds 3]

Three subjects (the demo model and its two adapters) × probes × samples. The bare client sends the same bodies over bare sockets, as many
at once, and reads no more of an answer than its usage. Both ask the same server in turn; the median of the rounds' ratios counts.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.endpoint import HOST, Endpoint, served
from bench.rounds import spell
from clients.asking.sampling_fields import SamplingFields
from clients.probes.pack import PACK_NAMES, load_pack

SUBJECTS = ("gemma-3-demo", "lek-demo", "overcooked-demo")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for flag, default in (("probes", 100), ("samples", 3), ("max-tokens", 48), ("concurrency", 32), ("rounds", 3)):
        parser.add_argument(f"--{flag}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        prompts = _write_probes(folder / "probes.jsonl", options.probes)
        with served("server", ["--max-batch-size", str(options.concurrency)], log=folder / "server.log") as server:
            bodies = _bodies(prompts, options)
            print(f"{len(bodies)} requests, {options.max_tokens} tokens at most, {options.concurrency} at once, {options.rounds} rounds")
            ratios = [_round(server, bodies, folder, options) for _ in range(options.rounds)]
    print(f"battery over bare client: {spell(ratios)}")


def _round(server: Endpoint, bodies: Sequence[bytes], folder: Path, options: argparse.Namespace) -> float:
    bare = asyncio.run(_bare_tokens_per_s(server, bodies, options.concurrency))
    battery = _battery_tokens_per_s(server.port, folder, options)
    print(f"  bare client {bare:8.1f} tokens/s, battery {battery:8.1f} tokens/s")
    return battery / bare


def _battery_tokens_per_s(port: int, folder: Path, options: argparse.Namespace) -> float:
    """Run the battery and take the time from its first connection to its last reply, as its report has it."""
    output = folder / "run.json"
    subjects = [word for name in SUBJECTS for word in ("--subject", f"{name}={name}")]
    numbers = ["--samples", str(options.samples), "--max-tokens", str(options.max_tokens), "--concurrency", str(options.concurrency)]
    where = ["--url", f"http://{HOST}:{port}", "--probes", str(folder / "probes.jsonl"), "--output", str(output)]
    command = [sys.executable, "-m", "clients.battery", *where, *subjects, *numbers]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    report: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return float(sum(subject["replies"]["completion_tokens"] for subject in report["subjects"]) / report["duration"])


async def _bare_tokens_per_s(server: Endpoint, bodies: Sequence[bytes], concurrency: int) -> float:
    waiting = list(reversed(bodies))

    async def client() -> int:
        counts = []
        while waiting:
            counts.append(await _ask(server, waiting.pop()))
        return sum(counts)

    start = time.perf_counter()
    num_tokens = sum(await asyncio.gather(*(client() for _ in range(concurrency))))
    return num_tokens / (time.perf_counter() - start)


async def _ask(server: Endpoint, body: bytes) -> int:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(server.completion_request(body))
    answer = await reader.read()
    writer.close()
    headers, _, content = answer.partition(b"\r\n\r\n")
    if b" 200 " not in headers.splitlines()[0]:
        raise RuntimeError(f"{headers.splitlines()[0].decode()}: {content.decode(errors='replace')[-300:]}")
    return int(json.loads(content)["usage"]["completion_tokens"])


def _write_probes(path: Path, number: int) -> list[str]:
    """Take the shipped packs' prompts in turn, numbered anew until there are enough."""
    shipped = [probe.prompt for name in PACK_NAMES for probe in load_pack(name).probes]
    prompts = [shipped[index % len(shipped)] for index in range(number)]
    lines = (json.dumps({"id": f"P{index + 1:02}", "prompt": prompt}) for index, prompt in enumerate(prompts))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return prompts


def _bodies(prompts: Sequence[str], options: argparse.Namespace) -> list[bytes]:
    """Write what the battery sends, in its order."""
    return [
        json.dumps(
            {
                "model": model,
                "messages": [{"role": "user", "content": prompt}],
                "temperature": 0.4,
                "max_tokens": options.max_tokens,
                "seed": sample,
                **msgspec.structs.asdict(SamplingFields()),
            }
        ).encode()
        for sample in range(options.samples)
        for prompt in prompts
        for model in SUBJECTS
    ]


if __name__ == "__main__":
    main()
