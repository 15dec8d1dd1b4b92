"""The command line of the battery; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from clients import flag_values
from clients.asking.api_key import check_key, read_key_of_environment
from clients.asking.credentials import HEADER_FORM, Credentials, read_header
from clients.asking.exchange import MaxTokensField
from clients.asking.sampling_fields import SamplingFields
from clients.asking.subject import Choice
from clients.asking.subject_flags import SUBJECT_FORM, is_report_file, read_condition, read_endpoint_key, read_subject, read_url
from clients.battery.gates import Gates
from clients.battery.run_flags import (
    add_gate_flags,
    add_pace_flags,
    add_question_flags,
    add_report_flags,
    add_resume_flag,
    check_files,
    check_resuming,
    read_gates,
)
from clients.probes.mending import Mending, read_mending
from scoring.flag_parser import FlagParser

LOCAL_HOST = "127.0.0.1"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    choice: Choice  # of the subjects
    probes: str
    samples: int
    temperature: float | None  # None: none is sent
    max_tokens: int
    seed: int | None  # of the first sample; None: none is sent
    concurrency: int
    scorer: str
    output: Path | None
    markdown: Path | None
    html: Path | None
    credentials: dict[str, Credentials]  # by endpoint
    timeout_s: float
    locked: str | None = None  # a report that holds the baseline: FILE.json or FILE.json#NAME
    is_resumed: bool = False
    overwrites: bool = False  # also the replies of a run that was cut short
    gates: Gates = Gates()
    every_s: float | None = None  # None: one run
    metrics_port: int | None = None
    metrics_host: str = LOCAL_HOST
    mending: Mending = Mending()  # of the file of probes
    sampling: SamplingFields = SamplingFields()  # beside temperature and seed
    max_tokens_field: MaxTokensField | None = None  # None: the older name, or the newer one where that is refused
    is_streamed: bool = False


def parse_options(argv: Sequence[str] | None = None) -> Options:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does."""
    parser = build_parser()
    flags = parser.parse_args(argv)
    try:
        choice = _read_choice(flags)
        credentials = _read_credentials(flags.api_key, flags.header, choice)
        check_files(flags)
        _check_baseline(flags)
        check_resuming(flags)
        if flags.fail_on_regression and not (flags.baseline or flags.system or len(choice.named) > 1):
            raise ValueError("--fail-on-regression needs something to compare with: name a --baseline, or several subjects")
        if flags.metrics_port is not None and flags.every is None:
            raise ValueError("--metrics-port shows the rounds of --every: say how often, such as --every 15m")
        if flags.metrics_host is not None and flags.metrics_port is None:
            raise ValueError("--metrics-host is the address of --metrics-port: name that too")
        if flags.resume and flags.every is not None:
            raise ValueError("--resume goes on with one run, --every begins a new one each time: choose")
    except ValueError as exc:
        parser.error(str(exc))
    return make_options(
        flags,
        choice=choice,
        credentials=credentials,
        locked=_locked(flags),
        is_resumed=flags.resume,
        gates=read_gates(flags),
        every_s=flags.every,
        metrics_port=flags.metrics_port,
        metrics_host=flags.metrics_host or LOCAL_HOST,
    )


def make_options(flags: argparse.Namespace, *, choice: Choice, credentials: dict[str, Credentials], **more: Any) -> Options:
    """Make the options of a run from the flags of `run_flags`, and what else is known of it."""
    return Options(
        choice=choice,
        credentials=credentials,
        probes=flags.probes,
        mending=read_mending(flags),
        samples=flags.samples,
        temperature=flags.temperature,
        max_tokens=flags.max_tokens,
        seed=flags.seed,
        concurrency=flags.concurrency,
        scorer=flags.scorer,
        output=flags.output,
        markdown=flags.markdown,
        html=flags.html,
        overwrites=flags.overwrite,
        timeout_s=flags.timeout_s,
        sampling=SamplingFields(**{name: getattr(flags, name) for name in SamplingFields.__struct_fields__}),
        max_tokens_field=flags.max_tokens_field,
        is_streamed=flags.stream,
        **more,
    )


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag."""
    parser = FlagParser(
        prog="python -m clients.battery",
        description="Put probes to models behind any OpenAI-compatible endpoint and score the replies here.",
        epilog="Exit codes: 0 done, 1 a gate of --fail-on-… found something, 2 wrong usage, 3 endpoint failure or nothing"
        " that can be concluded, 130 Ctrl-C.",
        allow_abbrev=False,
    )
    _add_subject_flags(parser)
    _add_endpoint_flags(parser)
    add_question_flags(parser.add_argument_group("what is asked"), samples=1)
    _add_report_flags(parser)
    _add_schedule_flags(parser)
    return parser


def _add_subject_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("subjects")
    group.add_argument("--model", metavar="MODEL", type=flag_values.read_name, help="the subject (default: the first model listed)")
    group.add_argument(
        "--baseline",
        metavar="MODEL|FILE.json[#NAME]",
        type=flag_values.read_name,
        help="what it is compared with: a model, or a subject of an earlier report; beside --subject the name of one of them",
    )
    group.add_argument(
        "--subject", metavar=SUBJECT_FORM, action="append", default=[], help="in place of --model; repeat it; the first is the baseline"
    )
    group.add_argument("--system", metavar="NAME=FILE", action="append", default=[], help="ask again under this system prompt; repeat it")
    group.add_argument(
        "--prepend-system", action="store_true", help="put the system prompt into the user's turn, with a blank line after it"
    )


def _add_endpoint_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the endpoint")
    group.add_argument("--url", type=read_url, help="a server, such as http://127.0.0.1:8000, or what its API has before /chat/completions")
    group.add_argument(
        "--api-key",
        metavar="[URL=]KEY",
        action="append",
        default=[],
        help="for --url (default: OPENAI_API_KEY in the environment), or for another endpoint; candor without keys needs none",
    )
    group.add_argument(
        "--header", metavar=HEADER_FORM, action="append", default=[], help="send it with each request, such as Azure's api-key; repeat it"
    )
    add_pace_flags(group)


def _add_report_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the report")
    add_report_flags(group)
    add_resume_flag(group, "what failed is asked again")
    add_gate_flags(group, otherwise=", or where there is none, at all")


def _add_schedule_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("on a schedule")
    group.add_argument(
        "--every", metavar="15m", type=flag_values.read_period, help="run again every so often, until Ctrl-C: 90s, 15m, 6h, 1d"
    )
    group.add_argument(
        "--metrics-port", metavar="PORT", type=flag_values.read_port, help="show the last round to Prometheus (0: any free port)"
    )
    group.add_argument("--metrics-host", metavar="HOST", help=f"address to show it on ({LOCAL_HOST})")


def _read_choice(flags: argparse.Namespace) -> Choice:
    """Read who is asked; raises ValueError where the flags contradict each other."""
    if flags.subject and flags.model is not None:
        raise ValueError(f"--model and --subject exclude each other: write --subject {flags.model}={flags.model}")
    if not flags.subject and flags.url is None:
        raise ValueError("the following arguments are required: --url, or a --subject with an @url of its own")
    subjects = tuple(read_subject(text, flags.url) for text in flags.subject)
    if flags.prepend_system and not flags.system and all(subject.system is None for subject in subjects):
        raise ValueError("--prepend-system needs a system prompt: give one with --system NAME=FILE or in --subject")
    if flags.system and subjects and all(subject.system is not None for subject in subjects):
        raise ValueError("--system asks the subjects without a system prompt again, and each has one: name the others as --subject")
    return Choice(
        endpoint=flags.url or subjects[0].endpoint,
        model=flags.model,
        baseline=None if _locked(flags) else flags.baseline,
        named=subjects,
        conditions=tuple(read_condition(text) for text in flags.system),
        is_system_prepended=flags.prepend_system,
    )


def _check_baseline(flags: argparse.Namespace) -> None:
    """Refuse a file that is no report: as a model's name it would be asked for in vain. Raises ValueError."""
    if flags.baseline is not None and not is_report_file(flags.baseline) and Path(flags.baseline).is_file():
        raise ValueError(f"--baseline {flags.baseline} is a file and no FILE.json: name the report of an earlier --output")


def _locked(flags: argparse.Namespace) -> str | None:
    return flags.baseline if flags.baseline is not None and is_report_file(flags.baseline) else None


def _read_credentials(keys: Sequence[str], headers: Sequence[str], choice: Choice) -> dict[str, Credentials]:
    """Map keys and headers to endpoints; those without a URL go to --url, or without --url to the first subject's endpoint.

    The environment's key goes there too, unless a header takes its place. Raises ValueError.
    """
    found = dict.fromkeys(choice.endpoints, Credentials())
    for text in headers:
        header = read_header(text)
        endpoint = _known(header.endpoint or choice.endpoint, choice, f"--header {header.name}")
        before = found[endpoint].headers
        if header.name.lower() in {name.lower() for name in before}:
            raise ValueError(f"--header {header.name} is given twice for {endpoint}")
        found[endpoint] = msgspec.structs.replace(found[endpoint], headers=before | {header.name: header.value})
    for text in keys:
        named, key = read_endpoint_key(text, choice.endpoints)
        endpoint = _known(named or choice.endpoint, choice, "--api-key")
        found[endpoint] = msgspec.structs.replace(found[endpoint], api_key=check_key(key, "--api-key"))
    environment = read_key_of_environment("OPENAI_API_KEY")
    own = found.get(choice.endpoint)
    if environment and own is not None and own.api_key is None and not own.has_key_header:
        found[choice.endpoint] = msgspec.structs.replace(own, api_key=environment)
    return found


def _known(endpoint: str, choice: Choice, flag: str) -> str:
    """Refuse what would be sent to nobody."""
    if endpoint not in choice.endpoints:
        raise ValueError(f"{flag} is for {endpoint}, and the run asks {', '.join(choice.endpoints)}: write the URL as there")
    return endpoint
