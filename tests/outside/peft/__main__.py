"""`python -m tests.outside.peft [CASE …]`: adapters that the real PEFT makes on tiny random Gemma 3 models, read by candor, and back.

PEFT, transformers and PyTorch run in an environment of their own under `.cache/peft`, at the versions of `recipes/requirements.txt`;
the first run fetches them. Those that candor writes in PEFT's format are loaded by PEFT, with no tensor missing or left over. One line is
printed an adapter; the exit status is 1 where candor's logits are not PEFT's, or where one that cannot be served is not refused in the
words that are due.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.outside.peft.comparing import compare
from tests.outside.peft.environment import PeftFailed, load_adapters, make_adapters
from tests.outside.peft.record import record
from tests.outside.peft.written import write_adapters


def main() -> int:
    """Make the adapters that are asked for, and compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside.peft", description=__doc__)
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="all unless said: the keys of CASES in recipes/cases.py, and of RECIPES in written.py"
    )
    parser.add_argument("--made", type=Path, help="a folder that recipes/make.py has filled: nothing is made anew")
    parser.add_argument("--record", action="store_true", help="keep a few of them for tests/adapters/files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = options.made or Path(scratch)
        if not options.made:
            try:
                make_adapters(made, options.cases)
                write_adapters(made, options.cases)
                load_adapters(made)
            except PeftFailed as failure:
                print(f"FAULT {failure}")
                return 1
        num_faults = _compare_all(made, options.cases)
        if options.record and not num_faults:
            record(made)
    return 1 if num_faults else 0


def _compare_all(made: Path, names: list[str]) -> int:
    tokens = msgspec.json.decode((made / "tokens.json").read_bytes(), type=list[int])
    folders = sorted(case.parent for case in made.glob("cases/*/case.json") if not names or case.parent.name in names)
    num_faults = 0
    for folder in folders:
        outcome = compare(folder, made / "bases", tokens)
        print(f"FAULT {folder.name}: {outcome.fault}" if outcome.fault else f"ok    {folder.name}: {outcome.seen}", flush=True)
        num_faults += outcome.fault is not None
    print(f"{len(folders)} adapters, {num_faults} faults")
    return num_faults


if __name__ == "__main__":
    sys.exit(main())
