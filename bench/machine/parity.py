"""Greedy answers of the server against mlx-lm's: alone and eight at once, short and past the window, prompts that are new and again."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from bench.endpoint import Endpoint
from bench.load import Request, ask
from bench.machine.child import child
from bench.machine.questions import Ask, Ready, Weigh
from bench.machine.report import Case, CaseParity
from bench.parity.continuation import Answer, Continuation, find_parting
from bench.parity.finding import Finding, Gap
from bench.parity.served import Server
from bench.prompts import PromptTag, even_prompts, long_text, user

TOLERANCE = 0.1  # nats that are rounding, as in bench.parity
AT_ONCE = 8
NUM_LONG = 2
PAST_WINDOW = 1.5  # windows that a long prompt takes
TRIAL_WORDS = 200

AskServer = Callable[[str], Answer]


class Asked(Protocol):
    """Whoever answers a line of JSON with another: the reference's process."""

    def ask(self, request: bytes) -> bytes:
        """Send a line and wait for one."""
        ...


class Prompts(NamedTuple):
    """The prompts, the same for every case that puts them."""

    short: Sequence[str]
    long: Sequence[str]


def compare(folder: Path, dtype: str | None, endpoint: Endpoint, *, window: int, run: str, max_tokens: int, log: Path) -> list[CaseParity]:
    """Put the prompts to the server, case by case, and hold its answers against those of mlx-lm."""
    prompts = _make_prompts(endpoint, run, window)
    url = f"http://{endpoint.host}:{endpoint.port}{endpoint.path}"
    with child("reference", str(folder), dtype or "-", log=log) as reference, Server(url, model=endpoint.model, api_key=None) as server:
        eos_ids = frozenset(msgspec.json.decode(reference.read(), type=Ready).eos_ids)
        has_logprobs = server.logprobs_refusal("Hello") is None
        ask_server = partial(server.answer, max_tokens=max_tokens, eos_ids=eos_ids, has_logprobs=has_logprobs)
        expected = {prompt: _expect(reference, prompt, max_tokens) for prompt in (*prompts.short, *prompts.long)}
        judge = partial(_judge, reference, expected)
        cases = [
            judge("alone, new", prompts.short, _in_turn(ask_server, prompts.short)),
            judge("eight at once", prompts.short, _at_once(ask_server, prompts.short)),
            judge("past the window, new", prompts.long, _in_turn(ask_server, prompts.long)),
        ]
        again: tuple[tuple[Case, Sequence[str]], ...] = (("alone, again", prompts.short), ("past the window, again", prompts.long))
        for case, chosen in again:
            num_cached_tokens = _count_cached(endpoint, chosen)
            cases.append(judge(case, chosen, _in_turn(ask_server, chosen), num_cached_tokens=num_cached_tokens))
        return cases


def _make_prompts(endpoint: Endpoint, run: str, window: int) -> Prompts:
    """Make as many words as reach past the window; one trial tells how many tokens a word is."""
    tag = PromptTag(run=run, round_number=0, part="parity")
    trial = Request(messages=user(long_text(tag, 99, TRIAL_WORDS)), max_tokens=1)
    num_tokens = asyncio.run(ask(endpoint, trial)).usage.prompt_tokens
    num_words = int(window * PAST_WINDOW * TRIAL_WORDS / num_tokens)
    return Prompts(even_prompts(tag, AT_ONCE), [long_text(tag, number, num_words) for number in range(NUM_LONG)])


def _expect(reference: Asked, prompt: str, max_tokens: int) -> Continuation:
    asked = msgspec.json.encode(Ask(prompt=prompt, max_tokens=max_tokens))
    return msgspec.json.decode(reference.ask(asked), type=Continuation)


def _in_turn(ask_server: AskServer, prompts: Sequence[str]) -> list[Answer]:
    return [ask_server(prompt) for prompt in prompts]


def _at_once(ask_server: AskServer, prompts: Sequence[str]) -> list[Answer]:
    with ThreadPoolExecutor(len(prompts)) as threads:
        return list(threads.map(ask_server, prompts))


def _count_cached(endpoint: Endpoint, prompts: Sequence[str]) -> int:
    """Ask once more for a token each, to hear how much of the prompts the server has."""
    requests = [Request(messages=user(prompt), max_tokens=1) for prompt in prompts]
    return sum(asyncio.run(ask(endpoint, request)).num_cached_tokens for request in requests)


def _judge(
    reference: Asked,
    expected: dict[str, Continuation],
    case: Case,
    prompts: Sequence[str],
    answers: Sequence[Answer],
    *,
    num_cached_tokens: int | None = None,
) -> CaseParity:
    findings = [_find(reference, expected[prompt], prompt, answer) for prompt, answer in zip(prompts, answers, strict=True)]
    verdicts = [finding.verdict(TOLERANCE) for finding in findings]
    return CaseParity(
        case=case,
        num_equal=verdicts.count("equal"),
        num_near_ties=verdicts.count("near tie"),
        num_different=verdicts.count("DIFFERENT"),
        num_tokens=sum(finding.num_tokens for finding in findings),
        num_cached_tokens=num_cached_tokens,
        partings=[_tell(finding) for finding in findings if finding.parting],
    )


def _find(reference: Asked, continuation: Continuation, prompt: str, answer: Answer) -> Finding:
    parting = find_parting(continuation, answer)
    gap = None
    if parting:
        asked = msgspec.json.encode(Weigh(prompt=prompt, continuation=continuation, parting=parting))
        gap = msgspec.json.decode(reference.ask(asked), type=Gap)
    return Finding(id="", num_tokens=len(continuation.token_ids), parting=parting, gap=gap, logprob_error=None)


def _tell(finding: Finding) -> str:
    assert finding.parting is not None and finding.gap is not None
    more = "more than " if finding.gap.is_least else ""
    return f"after {finding.parting.num_agreed} tokens, by {more}{finding.gap.nats:.3f} nats"
