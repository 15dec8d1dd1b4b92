"""One page and one JSON about candor on this machine, to be sent to its makers: nothing of whose machine it is stands in them.

    python -m bench.machine [--model FOLDER_OR_REPO] [--output NAME] [--quick]

Measures parity with mlx-lm, speed at 1, 8 and 16 clients beside the bare model and mlx_lm.server, the first token cold and from the prefix
cache, memory, and whether the device's choices are right here. Nothing else should run meanwhile. It takes about five minutes with the
default, a random model of 8 M parameters, and a multiple of it with a real one; --quick is a sketch in two.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from bench.endpoint import ROOT
from bench.machine.hardware import read_machine
from bench.machine.model_shape import name_model, read_shape
from bench.machine.page import write_page
from bench.machine.personal import hide_personal, personal_words
from bench.machine.report import Report
from bench.machine.run import Plan, Run
from bench.subjects import random_model

QUICK = Plan(num_rounds=2, num_trial_rounds=2, max_tokens=24)
FIND = "import sys; from adapters.base.fetch import find_model; print(find_model(sys.argv[1]).resolve())"


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and write both files."""
    options = _parse(argv)
    with tempfile.TemporaryDirectory() as scratch:
        folder = _find_folder(options.model, Path(scratch))
        report = _measure(folder, Path(scratch), options)
    report = hide_personal(report, personal_words(options.model))
    page, data = Path(f"{options.output}.md"), Path(f"{options.output}.json")
    page.write_text(write_page(report))
    data.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    print(page.read_text())
    print(f"{page} and {data}: read them, and send both", file=sys.stderr)


def _measure(folder: Path, scratch: Path, options: argparse.Namespace) -> Report:
    began_s = time.monotonic()
    plan = QUICK if options.quick else Plan()
    machine, shape = read_machine(), read_shape(folder, name=name_model(options.model))
    run = Run(scratch, folder, plan)
    backend = run.read_backend()
    with ExitStack() as stack:
        endpoint = run.serve(stack)
        speeds, memory = run.measure_speed(endpoint)
        first_tokens = run.measure_first_tokens(endpoint)
        parity = run.compare(endpoint, backend.weights_dtype, shape.window)
    trials = run.try_choices()
    return Report(
        is_quick=options.quick,
        duration_s=time.monotonic() - began_s,
        machine=machine,
        backend=backend,
        model=shape,
        max_tokens=plan.max_tokens,
        num_trial_tokens=plan.num_trial_tokens,
        num_rounds=plan.num_rounds,
        parity=parity,
        speeds=speeds,
        first_tokens=first_tokens,
        memory=memory,
        trials=trials,
        missing=run.missing,
    )


def _find_folder(model: str | None, scratch: Path) -> Path:
    """Give the model's folder: fetch a repository as the server would, or make the random model."""
    if model is None:
        return random_model(scratch / "random-gemma3")
    found = subprocess.run([sys.executable, "-c", FIND, model], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:
        raise SystemExit(f"there is no model {model}: name a folder or a repository of Hugging Face")
    return Path(found.stdout.strip())


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.machine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--model", metavar="FOLDER_OR_REPO", help="of a Gemma 3 (default: a random one of 8 M, made for this run)")
    parser.add_argument("--output", default="candor-machine", metavar="NAME", help="writes NAME.md and NAME.json (candor-machine)")
    parser.add_argument("--quick", action="store_true", help="few rounds and short answers")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
