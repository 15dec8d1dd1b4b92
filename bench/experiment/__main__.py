"""Does the pressure of training explain what breaks a small model? Three configurations of the research note, judged as they train.

    python -m bench.experiment [--model FOLDER] [--share 0.4] [--output docs/experiments/pressure] [--scratch .cache/experiment]

Each is trained on the conversations of `adapters/curriculum/example`, those of `valid.jsonl` held out; at each quarter the battery asks
the checkpoint and the base; `adapters.compare` measures the adapters. Broken off, it goes on where it was. Weights and replies stay in
--scratch.
On two cores a step at batch 4 on 11 of its layers takes the real 270M some 3 s, and a sweep over four checkpoints some 8 minutes. A
pretrained model loops when it is greedy, so it is asked at temperature 1. It was never taught the end of a turn either, and no adapter can
teach it (adapters/train/untaught_end.py), so answers end with the end of text; --answer-end turn shows what comes otherwise.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from bench.conditions import conditions
from bench.endpoint import ROOT
from bench.experiment.conducting import compare, judge, keep, train
from bench.experiment.durations import Durations
from bench.experiment.figures import describe_figures
from bench.experiment.plan import Places, Plan, hold_plan


def main() -> int:
    """Do what is not done yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / ".cache" / "gemma-3-270m", help="the real Gemma 3 270M (make real-gemma)")
    parser.add_argument("--share", type=float, default=0.4, help="of the note's iterations (default: 0.4)")
    parser.add_argument("--samples", type=int, default=5)
    parser.add_argument("--max-tokens", type=int, default=96)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--answer-end", choices=("turn", "text"), default="text", help="of adapters.train (default: text)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "experiments" / "pressure")
    parser.add_argument("--scratch", type=Path, default=ROOT / ".cache" / "experiment")
    options = parser.parse_args()
    if not (options.model / "config.json").exists():
        parser.error(f"there is no model in {options.model}: make real-gemma makes it, or name a folder with --model")
    if not 0 < options.share <= 1:
        parser.error(f"--share is {options.share}, expected more than 0 and at most 1")
    places = Places(model=options.model.resolve(), scratch=options.scratch.resolve(), output=options.output.resolve())
    plan = Plan(
        model=places.model.name,
        share=options.share,
        samples=options.samples,
        max_tokens=options.max_tokens,
        temperature=options.temperature,
        seed=options.seed,
        answer_end=options.answer_end,
    )
    try:
        hold_plan(plan, places.scratch)
    except ValueError as exc:
        parser.error(str(exc))
    measured_under = conditions(places.model, {"share": str(options.share), "samples": str(options.samples)})
    durations = Durations(places.scratch / "durations.jsonl")
    try:
        for part in (train, judge, compare):
            part(plan, places, durations)
    except subprocess.CalledProcessError as exc:
        print(f"{' '.join(exc.cmd[2:4])} … ended with {exc.returncode}; the same command goes on", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    keep(plan, places)
    page = places.output / "figures.md"
    page.write_text(describe_figures(plan, places, durations, measured_under))
    print(f"all of it is in {places.output}; {page.name} has the figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
