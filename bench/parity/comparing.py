"""The comparison of a server with the reference."""

from collections.abc import Iterator, Sequence

from bench.parity.continuation import find_parting
from bench.parity.finding import Finding
from bench.parity.reference import Reference
from bench.parity.served import Server
from clients.probes.probe import Probe


def compare(server: Server, reference: Reference, probes: Sequence[Probe], *, max_tokens: int, has_logprobs: bool) -> Iterator[Finding]:
    """Put the prompts to both, one after the other, and yield what comes of each. Raises ServerFailure."""
    for probe in probes:
        continuation = reference.answer(probe.prompt, max_tokens=max_tokens)
        answer = server.answer(probe.prompt, max_tokens=max_tokens, eos_ids=reference.eos_ids, has_logprobs=has_logprobs)
        parting = find_parting(continuation, answer)
        yield Finding(
            id=probe.id,
            num_tokens=len(continuation.token_ids),
            parting=parting,
            gap=reference.gap(probe.prompt, continuation, parting) if parting else None,
            logprob_error=reference.logprob_error(probe.prompt, server.first_logprobs(probe.prompt)) if has_logprobs else None,
        )
