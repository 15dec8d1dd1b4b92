"""Ask a real Gemma for answers that the detectors can be measured on.

    python -m bench.detectors.corpora.gemma --model FOLDER [--output FILE.jsonl] [--stop-after-s SECONDS]

FOLDER is any Gemma 3 that mlx-lm opens. Answers go where `python -m bench.detectors` looks for them, unless a file is named. Batches that
the file has already are skipped, so that the work can be done in parts. Only answers that were read count there: another model or machine
gives others, which have to be labelled first.
"""

import argparse
import sys
import time
from pathlib import Path

from bench.detectors.corpora.kept import GEMMA


def main() -> None:
    """Answer the batches that are missing."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.detectors.corpora.gemma", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER", help="the model's folder")
    parser.add_argument("--output", type=Path, default=GEMMA, metavar="FILE", help="where answers are appended, one a line")
    parser.add_argument("--stop-after-s", type=float, default=float("inf"), metavar="SECONDS", help="begin no batch after so long")
    options = parser.parse_args()

    from adapters.base.device import prepare_device

    prepare_device()  # before MLX is imported
    import msgspec

    from bench.detectors.corpora.gemma.answer import read_answers
    from bench.detectors.corpora.gemma.generating import Generator
    from bench.detectors.corpora.gemma.plan import plan_batches

    deadline = time.monotonic() + options.stop_after_s
    batches = plan_batches()
    answered = {answer.batch for answer in read_answers(options.output)} if options.output.exists() else set()
    missing = [batch for batch in batches if batch.number not in answered]
    generator = Generator(options.model) if missing else None
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with options.output.open("ab") as file:
        while generator and missing and time.monotonic() < deadline:
            batch = missing.pop(0)
            file.write(b"".join(msgspec.json.encode(answer) + b"\n" for answer in generator.answer(batch)))
            file.flush()
            print(f"{len(batches) - len(missing)} of {len(batches)} batches", file=sys.stderr)
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
