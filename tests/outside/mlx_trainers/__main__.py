"""`python -m tests.outside.mlx_trainers [TRAINER …]`: adapters that real trainers make on tiny random models, read by candor.

Each trainer runs in an environment of its own under `.cache/mlx_trainers`, at the versions it is pinned to. The first run fetches
them. One line is printed an adapter; the exit status is 1 where candor's logits are not the trainer's.
`--record` renews the few that tests/adapters/files/trained holds.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.outside.mlx_trainers.comparing import compare
from tests.outside.mlx_trainers.recording import record
from tests.outside.mlx_trainers.trainer import Trainer, TrainerFailed, find_trainers
from tools.random_gemma3 import Shape, write_random_gemma3

SHAPE = {
    "hidden": 64, "layers": 4, "intermediate": 128, "heads": 2, "head_dim": 32, "vocabulary": 512, "window": 16, "pattern": 2,
    "dtype": "float32",
}  # fmt: skip
BASES: dict[str, dict[str, int | bool]] = {
    "plain": {}, "nested": {"nested": True}, "3-bit": {"bits": 3}, "4-bit": {"bits": 4}, "6-bit": {"bits": 6},
}  # fmt: skip


def main() -> int:
    """Run the trainers that are asked for."""
    known = {trainer.name: trainer for trainer in find_trainers()}
    parser = argparse.ArgumentParser(prog="python -m tests.outside.mlx_trainers", description=__doc__)
    parser.add_argument("trainers", nargs="*", metavar="TRAINER", help=f"all unless said: {', '.join(known)}")
    parser.add_argument("--record", action="store_true", help="renew the recorded adapters")
    options = parser.parse_args()
    if unknown := set(options.trainers) - set(known):
        parser.error(f"no such trainer: {', '.join(sorted(unknown))} (there are {', '.join(known)})")
    with tempfile.TemporaryDirectory() as scratch:
        bases = Path(scratch) / "bases"
        for name, changed in BASES.items():
            write_random_gemma3(bases / name, Shape(**SHAPE | changed))  # type: ignore[arg-type]
        chosen = options.trainers or list(known)
        num_faults = sum(_run(known[name], bases, Path(scratch) / name) for name in chosen)
        if options.record and not num_faults:
            for case in sorted(Path(scratch).glob("*/recorded-*/case.json")):
                record(case.parent)
    print(f"{num_faults} did not hold")
    return 1 if num_faults else 0


def _run(trainer: Trainer, bases: Path, out: Path) -> int:
    """Make a trainer's adapters, print a line for each, and count the faults."""
    out.mkdir()
    num_faults = 0
    try:
        trainer.make_artefacts(bases, out)
    except TrainerFailed as failure:
        print(f"FAULT {trainer.name}: {failure}", flush=True)
        num_faults += 1
    for case in sorted(out.glob("*/case.json")):
        outcome = compare(case.parent, bases)
        what = f"{trainer.name}: {case.parent.name}"
        print(f"FAULT {what}: {outcome.fault}" if outcome.fault else f"ok    {what}: {outcome.what}", flush=True)
        num_faults += outcome.fault is not None
    return num_faults


if __name__ == "__main__":
    sys.exit(main())
