"""What long prompts cost: the answers that run beside them, the time to read them, and how much is read again of what was read before.

    python -m bench.long_prompts [--model FOLDER] [--parts stalls prefill repeat conversation shared] [--tokens 4000] [--rounds 3]
                                 [--build NAME=CHECKOUT …] [--other NAME=URL[,model=ID] …] [--json FILE]

stalls        eight answers run alone, then eight long prompts come at once and a one-word question right behind them: the gaps between
              tokens of the eight, alone and beside, and when the word is answered, in median gaps of the answers alone
prefill       one long prompt and eight at once with nothing else running: prompt tokens over the time until all first tokens
repeat        a system prompt of 9 kB, cold and again with another question
conversation  ten turns, each with all before: prompt tokens that were read anew, and those that were new
shared        a hundred questions under one system prompt of 9 kB: prompt tokens that were read anew in all

Every subject is asked in turn within a round, another first each time, with prompts that are new in each round. Medians of the rounds, and
candor over each other one. What was read anew is what the servers say in `usage.prompt_tokens_details.cached_tokens`.
"""

import argparse
import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec

from bench.conditions import Conditions, conditions
from bench.endpoint import Endpoint
from bench.load import Answer, Request, ask
from bench.prompt_reuse import measure_conversation, measure_repeat, measure_shared_system
from bench.prompts import PromptTag, long_text, new_run, user
from bench.rounds import turned
from bench.stalls import NUM_LONG, measure_stalls
from bench.subjects import CANDOR, read_options, started, subject_parser, told

TRIAL_WORDS = 500

Figures = dict[str, float]
Part = Callable[[Endpoint, PromptTag], Awaitable[Figures]]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One subject's figures of one round of a part."""

    part: str
    round_number: int
    subject: str
    figures: Figures


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run."""

    conditions: Conditions
    records: list[Record]


def main() -> None:
    """Measure and print part by part, and write what was asked for."""
    parser = subject_parser(__doc__)
    parser.add_argument("--parts", nargs="+", choices=_parts(0), default=list(_parts(0)), metavar="PART")
    parser.add_argument("--tokens", type=int, default=4000, help="of a long prompt, about")
    parser.add_argument("--rounds", type=int, default=3)
    options = read_options(parser)
    run = new_run()
    with started(options) as subjects:
        report = Report(conditions=conditions(subjects.folder, told(options)), records=[])
        print(report.conditions.describe())
        num_words = asyncio.run(_num_words(subjects.endpoints, run, options.tokens))
        for name in options.parts:
            records = _measure(name, _parts(num_words)[name], subjects.endpoints, run, options)
            report.records.extend(records)
            _print(name, records, options.rounds)
            if options.json:
                options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))


def _parts(num_words: int) -> dict[str, Part]:
    return {
        "stalls": partial(measure_stalls, num_words=num_words),
        "prefill": partial(_measure_prefill, num_words=num_words),
        "repeat": measure_repeat,
        "conversation": measure_conversation,
        "shared": measure_shared_system,
    }


async def _num_words(endpoints: dict[str, Endpoint], run: str, num_tokens: int) -> int:
    """Ask everybody for one token after a trial text, which warms them up, and find how many words make a prompt of so many tokens."""
    trial = Request(messages=user(long_text(PromptTag(run=run, round_number=0, part="trial"), 0, TRIAL_WORDS)), max_tokens=1)
    answers = [await ask(endpoint, trial) for endpoint in endpoints.values()]
    return TRIAL_WORDS * num_tokens // answers[0].usage.prompt_tokens


def _measure(name: str, part: Part, endpoints: dict[str, Endpoint], run: str, options: argparse.Namespace) -> list[Record]:
    records = []
    for round_number in range(options.rounds):
        tag = PromptTag(run=run, round_number=round_number, part=name)
        for subject in turned(list(endpoints), round_number):
            figures = asyncio.run(_awaited(part(endpoints[subject], tag)))
            records.append(Record(part=name, round_number=round_number, subject=subject, figures=figures))
    return records


async def _awaited(figures: Awaitable[Figures]) -> Figures:
    return await figures


async def _measure_prefill(endpoint: Endpoint, tag: PromptTag, num_words: int) -> Figures:
    figures: Figures = {}
    for half, num_prompts in (("one", 1), ("eight", NUM_LONG)):
        part = msgspec.structs.replace(tag, part=f"{tag.part} {half}")
        requests = [Request(messages=user(long_text(part, number, num_words)), max_tokens=2) for number in range(num_prompts)]
        answers = await asyncio.gather(*(ask(endpoint, request) for request in requests))
        figures[f"prompt tokens/s, {half}"] = _prefilled_per_s(answers)
        figures[f"prompt tokens, {half}"] = float(sum(answer.usage.prompt_tokens for answer in answers))
    return figures


def _prefilled_per_s(answers: Sequence[Answer]) -> float:
    last_s = max(answer.arrivals_s[0] for answer in answers)
    num_tokens = sum(answer.usage.prompt_tokens for answer in answers)
    return num_tokens / (last_s - min(answer.began_s for answer in answers))


def _print(part: str, records: Sequence[Record], num_rounds: int) -> None:
    subjects = sorted({record.subject for record in records}, key=lambda name: (name != CANDOR, name))
    columns = {subject: [record.figures for record in records if record.subject == subject] for subject in subjects}
    print(f"\n{part}, median of {num_rounds} rounds")
    print(f"  {'':46}" + "".join(f"{subject:>12}" for subject in subjects) + "".join(f"   over {other}" for other in subjects[1:]))
    for figure in records[0].figures:
        medians = {subject: statistics.median(each[figure] for each in columns[subject]) for subject in subjects}
        ratios = (f"{medians[CANDOR] / medians[other]:.2f}" if medians[other] else "-" for other in subjects[1:])
        cells = [f"{medians[subject]:12.{2 if medians[subject] < 100 else 0}f}" for subject in subjects]
        widths = (len(other) + 8 for other in subjects[1:])
        print(f"  {figure:46}" + "".join(cells) + "".join(f"{ratio:>{width}}" for ratio, width in zip(ratios, widths, strict=True)))


if __name__ == "__main__":
    main()
