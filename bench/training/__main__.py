"""How fast adapters are trained, and in how much memory, beside `mlx_lm lora` of the version that is installed.

    python -m bench.training [--model FOLDER] [--rounds 5] [--batch-size 4] [--layers 16] [--rank 8] [--grad-checkpoint] [--json FILE]

Both train the same rows in float32 with OpenBLAS, each in a process of its own, an epoch in turn; on rows of equal length, then on rows
that differ. Losses are on answers only (`--mask-prompt` there). The first epoch is not counted: there mlx-lm compiles its step for each
shape. What is compared is the tokens that are learnt in a second, so not padding, whatever either calls trained. mlx-lm learns one token a
row more, the newline behind the end of its turn, and it is counted for it. Memory is the most that was resident after the rows were read,
and, in brackets, since the process began. Ratios are medians over the rounds, with the least and the greatest: above 1 candor is faster,
and below 1 it takes less memory. Losses are no part of the comparison: mlx-lm's Adam does not correct its bias, and so takes steps of up to
six times the rate at the beginning.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import msgspec

from adapters.base.device import OPENBLAS_NAME
from bench.conditions import Conditions, conditions
from bench.endpoint import ROOT, end_process
from bench.rounds import ratios, spell, turned
from bench.training.epoch import Epoch, Task
from bench.training.rows import write_even_rows, write_uneven_rows

DEMO = ROOT / "server" / "demo" / "model"
CANDOR, MLX_LM = "candor", "mlx_lm lora"
MODULES = {CANDOR: "bench.training.ours", MLX_LM: "bench.training.theirs"}
FLOATS = "import sys; from bench.training.floats import write_floats; write_floats(sys.argv[1], sys.argv[2])"

Ask = Callable[[], Epoch]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """All counted epochs of both, by their names."""

    rows: str
    epochs: dict[str, list[Epoch]]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is written to a file."""

    conditions: Conditions
    outcomes: list[Outcome]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = _parse(argv)
    told = conditions(options.model.resolve(), {name: str(value) for name, value in vars(options).items() if name not in ("model", "json")})
    print(told.describe(), flush=True)
    outcomes = []
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        root = Path(scratch)
        folder = root / options.model.resolve().name
        subprocess.run([sys.executable, "-c", FLOATS, str(options.model.resolve()), str(folder)], cwd=ROOT, check=True)
        for name, write in (("equal", write_even_rows), ("differing", write_uneven_rows)):
            write(root / name, options.rows)
            outcomes.append(_measure(folder, root, name, options))
            print(_describe(outcomes[-1]), flush=True)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(Report(conditions=told, outcomes=outcomes))))


def _measure(folder: Path, root: Path, name: str, options: argparse.Namespace) -> Outcome:
    task = Task(
        model=str(folder),
        data=str(root / name),
        batch_size=options.batch_size,
        num_layers=options.layers,
        rank=options.rank,
        num_rows=options.rows,
        num_epochs=options.rounds + 1,
        learning_rate=1e-5,
        checkpoints_gradients=options.grad_checkpoint,
    )
    epochs: dict[str, list[Epoch]] = {subject: [] for subject in MODULES}
    with ExitStack() as stack:
        asks = {subject: stack.enter_context(_trainer(subject, task, root)) for subject in MODULES}
        for round_number in range(options.rounds + 1):
            for subject in turned(list(MODULES), round_number):
                epoch = asks[subject]()
                if round_number:
                    epochs[subject].append(epoch)
    return Outcome(rows=name, epochs=epochs)


@contextmanager
def _trainer(subject: str, task: Task, root: Path) -> Iterator[Ask]:
    """Start a trainer, which waits to be asked for epochs; its log is shown where it ends too early."""
    command = [sys.executable, "-m", MODULES[subject], msgspec.json.encode(task).decode()]
    preload = {"LD_PRELOAD": OPENBLAS_NAME} if subject == MLX_LM and sys.platform == "linux" else {}
    log = root / f"{MODULES[subject]}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, env={**os.environ, **preload}
        )
    requests, replies = process.stdin, process.stdout
    assert requests is not None and replies is not None

    def ask() -> Epoch:
        requests.write(b"\n")
        requests.flush()
        if line := replies.readline():
            return msgspec.json.decode(line, type=Epoch)
        raise SystemExit(f"{subject} has ended:\n{log.read_text()}")

    try:
        yield ask
    finally:
        end_process(process)
        requests.close()
        replies.close()


def _describe(outcome: Outcome) -> str:
    """Say it in lines: each by itself, then candor over the other."""
    lines = [f"\n{outcome.rows} rows"]
    for subject, epochs in outcome.epochs.items():
        speed, peak, whole = (median(values) for values in (map(_speed, epochs), _peaks(epochs), _whole_peaks(epochs)))
        loss = f"loss {epochs[0].loss:.4f} to {epochs[-1].loss:.4f}"
        memory = f"{peak / 1e6:,.0f} MB ({whole / 1e6:,.0f})"
        lines.append(f"  {subject:12} {speed:8.1f} trained tokens/s  {memory}  {epochs[0].num_targets} an epoch, {loss}")
    ours, theirs = (outcome.epochs[subject] for subject in (CANDOR, MLX_LM))
    faster = spell(ratios(list(map(_speed, ours)), list(map(_speed, theirs))))
    lines.append(f"  speed {faster}, memory {spell(ratios(_peaks(ours), _peaks(theirs)))}")
    return "\n".join(lines)


def _speed(epoch: Epoch) -> float:
    return epoch.num_targets / epoch.wall_s


def _peaks(epochs: Sequence[Epoch]) -> list[float]:
    return [float(epoch.peak_bytes) for epoch in epochs]


def _whole_peaks(epochs: Sequence[Epoch]) -> list[float]:
    return [float(epoch.whole_peak_bytes) for epoch in epochs]


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--model", type=Path, default=DEMO, metavar="FOLDER", help="of a Gemma 3 (default: the demo model)")
    parser.add_argument("--rows", type=int, default=32, help="a multiple of the batch size (32)")
    parser.add_argument("--rounds", type=int, default=5, help="epochs that are counted (5)")
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--layers", type=int, default=6, help="the last ones (6)")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--grad-checkpoint", action="store_true", help="on both sides")
    parser.add_argument("--scratch", type=Path, metavar="FOLDER", help="for the model in float32")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the conditions and every round's figures")
    options = parser.parse_args(argv)
    if options.rows % options.batch_size:
        parser.error(f"expected a multiple of --batch-size {options.batch_size} as --rows, got {options.rows}: mlx-lm leaves the rest out")
    return options


if __name__ == "__main__":
    main()
