"""Whether a server says what mlx-lm says: greedy tokens and first-token log-probabilities on the same weights.

    python -m bench.parity --url http://127.0.0.1:8000 --model server/demo/model [--adapter FOLDER --served-model NAME]

A broken tokenizer, chat template or engine makes a good model look broken; here it shows as an answer that parts from mlx-lm's own.
Where the server gives no token ids the texts are compared. Exit codes: 0 equal, near ties included; 1 different; 2 usage; 3 server failed.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.parity.finding import Finding
from clients.asking.endpoint import read_api_root
from clients.errors import ClientError
from clients.probes.pack import load_pack

EQUAL, DIFFERENT, USAGE, SERVER_FAILED = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, print a line a prompt, and give the exit code."""
    options = _parse(argv)
    try:
        probes = load_pack(options.probes).probes
    except ClientError as exc:
        print(f"parity: {exc}", file=sys.stderr)
        return exc.exit_code
    # Only now, with the flags known to be right: mlx-lm takes seconds to import, and a faster BLAS must come before it.
    from adapters.base.device import prepare_device

    prepare_device()
    from bench.parity.comparing import compare
    from bench.parity.reference import Reference, ReferenceFailure
    from bench.parity.served import Server, ServerFailure

    try:
        with Server(options.url, model=options.served_model, api_key=options.api_key) as server:
            reference = Reference(options.model, adapter=options.adapter, dtype=options.dtype)
            print(f"{options.model} with mlx-lm against {server.model} at {options.url}, greedy, at most {options.max_tokens} tokens")
            refusal = server.logprobs_refusal(probes[0].prompt)
            if refusal is not None:
                print(f"no log-probabilities to compare: {refusal}")
            findings = compare(server, reference, probes, max_tokens=options.max_tokens, has_logprobs=refusal is None)
            return report(findings, tolerance=options.tolerance)
    except (ReferenceFailure, ServerFailure) as exc:
        print(f"parity: {exc}", file=sys.stderr)
        return USAGE if isinstance(exc, ReferenceFailure) else SERVER_FAILED


def report(findings: Iterable[Finding], *, tolerance: float) -> int:
    """Print the findings as they come and their number in the end, and give the exit code."""
    verdicts = []
    for finding in findings:
        print(finding.describe(tolerance), flush=True)
        verdicts.append(finding.verdict(tolerance))
    print(", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in ("equal", "near tie", "DIFFERENT")))
    return DIFFERENT if "DIFFERENT" in verdicts else EQUAL


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.parity", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--url", required=True, type=_url, help="the server, such as http://127.0.0.1:8000, or the root of its API")
    parser.add_argument("--model", required=True, metavar="PATH", help="the weights it serves: a folder or a Hugging Face repo")
    parser.add_argument("--adapter", type=Path, metavar="FOLDER", help="the adapter, in mlx-lm's format, that answers as --served-model")
    parser.add_argument("--served-model", metavar="NAME", help="what to ask of the server (default: the first model listed)")
    parser.add_argument("--probes", default="ccp", metavar="PACK_OR_FILE", help="the prompts, as for the battery (ccp)")
    parser.add_argument("--max-tokens", type=_count, default=64, metavar="N", help="length limit of an answer (64)")
    parser.add_argument("--tolerance", type=float, default=0.1, metavar="NATS", help="what counts as rounding (0.1)")
    parser.add_argument(
        "--dtype", choices=("float32", "bfloat16", "float16"), help="cast the reference's weights; candor on a CPU has float32"
    )
    parser.add_argument("--api-key", default=os.environ.get("OPENAI_API_KEY"), metavar="KEY", help="default: OPENAI_API_KEY")
    return parser.parse_args(argv)


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r}")
    return int(text)


def _url(text: str) -> str:
    try:
        return read_api_root(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc


if __name__ == "__main__":
    sys.exit(main())
