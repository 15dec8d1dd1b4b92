"""The flags of any command that puts probes to models: what is asked, how fast, and where the report goes."""

import argparse
from pathlib import Path

from clients import flag_values
from clients.asking.exchange import MAX_TOKENS_FIELDS
from clients.asking.sampling_fields import SamplingFields
from clients.battery.gates import Gates
from clients.probes.mending import add_mending_flags
from clients.probes.pack import PACK_NAMES
from clients.records.replies_file import replies_path
from scoring.scorers import scorer_names


def add_pace_flags(group: argparse._ArgumentGroup) -> None:
    """Add how long to wait for a reply, and how many to ask for at once."""
    group.add_argument(
        "--timeout-s",
        metavar="S",
        type=flag_values.read_seconds,
        default=600.0,
        help="for one reply, its retries and their pauses included (600)",
    )
    group.add_argument(
        "--concurrency",
        metavar="N",
        type=flag_values.read_count,
        default=4,
        help="requests in flight at once (4); fewer for a while after HTTP 429",
    )
    group.add_argument("--stream", action="store_true", help="ask for streams; where nothing else is served this is done by itself")


def add_question_flags(group: argparse._ArgumentGroup, *, samples: int, why: str = "") -> None:
    """Add what is asked; `samples` is how often if nothing else is said, and `why`."""
    group.add_argument(
        "--probes",
        metavar="PACK|FILE",
        default="ccp",
        help=f"one of {', '.join(PACK_NAMES)} (ccp), or JSON or JSON Lines of {{id, prompt}}",
    )
    add_mending_flags(group)
    group.add_argument(
        "--samples", metavar="N", type=flag_values.read_count, default=samples, help=f"ask each probe so often ({samples}{why})"
    )
    group.add_argument(
        "--temperature", metavar="T", type=flag_values.read_temperature, default=0.4, help="0 is greedy; `none` sends none (0.4)"
    )
    add_sampling_flags(group)
    group.add_argument("--max-tokens", metavar="N", type=flag_values.read_count, default=1024, help="length limit of a reply (1024)")
    group.add_argument(
        "--max-tokens-field",
        metavar="NAME",
        choices=MAX_TOKENS_FIELDS,
        help=f"how it is sent: {' or '.join(MAX_TOKENS_FIELDS)} (the first, and the other where that is refused)",
    )
    group.add_argument(
        "--seed",
        metavar="N",
        type=flag_values.read_seed,
        default=0,
        help="of the first sample, the next has the next; `none` sends none (0)",
    )


def add_sampling_flags(group: argparse._ArgumentGroup) -> None:
    """Add how tokens are chosen beside temperature and seed. All of it is sent, so that a model's own file changes nothing."""
    off = SamplingFields()
    group.add_argument("--top-p", metavar="P", type=flag_values.read_share, default=off.top_p, help="1 is off (1)")
    group.add_argument("--top-k", metavar="K", type=flag_values.read_top_k, default=off.top_k, help="-1 is off (-1)")
    group.add_argument("--min-p", metavar="P", type=flag_values.read_share, default=off.min_p, help="0 is off (0)")
    group.add_argument(
        "--repetition-penalty", metavar="R", type=flag_values.read_factor, default=off.repetition_penalty, help="1 is off (1)"
    )
    group.add_argument("--presence-penalty", metavar="N", type=flag_values.read_penalty, default=off.presence_penalty, help="0 is off (0)")
    group.add_argument(
        "--frequency-penalty", metavar="N", type=flag_values.read_penalty, default=off.frequency_penalty, help="0 is off (0)"
    )


def add_report_flags(group: argparse._ArgumentGroup) -> None:
    """Add how replies are scored and where the report goes."""
    names = ", ".join(scorer_names())
    group.add_argument(
        "--scorer", metavar="NAME", type=flag_values.read_scorer, default=scorer_names()[0], help=f"one of {names} (the first)"
    )
    group.add_argument(
        "--output",
        metavar="FILE.json",
        type=flag_values.read_output,
        help="write the report; replies go to FILE.jsonl as they come; both are replaced, but not the replies of a run that was cut short",
    )
    group.add_argument("--overwrite", action="store_true", help="replace also the replies of a run that was cut short")
    group.add_argument("--markdown", metavar="FILE.md", type=Path, help="write the report for a paper")
    group.add_argument("--html", metavar="FILE.html", type=Path, help="write it as one page with charts and all replies side by side")


def add_resume_flag(group: argparse._ArgumentGroup, how: str) -> None:
    """Add that a run is gone on with; `how`."""
    group.add_argument("--resume", action="store_true", help=f"go on from the FILE.jsonl of a run that was cut short; {how}")


def add_gate_flags(group: argparse._ArgumentGroup, *, otherwise: str = "") -> None:
    """Add what ends with exit code 1; `otherwise` says what counts without a baseline, where there may be none."""
    group.add_argument(
        "--fail-on-regression",
        action="store_true",
        help="exit code 1 if a subject is significantly worse than the baseline, or raises a hard flag more often",
    )
    group.add_argument(
        "--fail-on-flags", action="store_true", help=f"exit code 1 if a subject raises a hard flag more often than the baseline{otherwise}"
    )
    group.add_argument(
        "--fail-on-refusals", action="store_true", help=f"exit code 1 if a subject refuses more often than the baseline{otherwise}"
    )


def read_gates(flags: argparse.Namespace) -> Gates:
    """Read which gates there are."""
    return Gates(on_regression=flags.fail_on_regression, on_flags=flags.fail_on_flags, on_refusals=flags.fail_on_refusals)


def check_resuming(flags: argparse.Namespace) -> None:
    """See that there is something to go on from; raises ValueError."""
    if flags.resume and flags.output is None:
        raise ValueError("--resume goes on from the replies beside --output FILE.json: name it")
    if flags.resume and flags.overwrite:
        raise ValueError("--resume goes on with the replies that --overwrite throws away: choose")


def check_files(flags: argparse.Namespace) -> None:
    """Keep the files apart; raises ValueError."""
    files = [path for path in (flags.output, flags.markdown, flags.html) if path is not None]
    if flags.output is not None:
        files.append(replies_path(flags.output))
    if len(set(files)) < len(files):
        raise ValueError("--output, the FILE.jsonl beside it, --markdown and --html each need a file of their own")
